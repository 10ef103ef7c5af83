"""What those who run the watch can ask and have done, in the chats that the configuration names."""

from functools import partial
from typing import TYPE_CHECKING

import structlog

from alia_bot.chat.asking import Asking
from alia_bot.chat.reply import Reply, say
from alia_bot.chat.settings import NATIVE
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.findings.watch_trouble import watch_troubles
from alia_watch.reports.blocks import Block, Bullets, Heading, Paragraph
from alia_watch.reports.maintenance import trouble_title
from alia_watch.reports.outside import outside
from alia_watch.reports.speech import LANGUAGES
from alia_watch.store import deliveries as kept
from alia_watch.store import subscribers as receivers
from alia_watch.store.deliveries import State

if TYPE_CHECKING:
    from concurrent.futures import Future

    from alia_watch.store.runs import Run

#: So many deliveries that failed are named.
_NAMED = 10
#: How long the end of a reading is waited for, in seconds.
_READING_S = 900.0

_log = structlog.get_logger()


def turned_away(what: str) -> None:
    """Somebody else tried a command or a button: a line in the log, without who."""
    _log.warning("chat: what only maintainers may, from another chat", tried=what)


def health(asked: Asking) -> list[Reply]:
    """`/health`: whether all is well, and what is not: the troubles that maintainers are told of, in their language;
    what is none of them, in the words of `status`."""
    from alia_bot.health import besides_troubles, look  # noqa: PLC0415  it reads every reading
    from alia_bot.vitals import vitals  # noqa: PLC0415

    get, speech = asked.speech.get, asked.speech
    found = look(asked.store, asked.config, now=asked.now)
    troubles = watch_troubles(vitals(asked.store, asked.config, now=asked.now), asked.now)
    said = [trouble_title(each, asked.now, speech) for each in troubles]
    said += besides_troubles(asked.store, asked.config, now=asked.now)
    well = found["healthy"] and not said
    blocks: list[Block] = [Heading(get("The watch is well.") if well else get("The watch is not well."), 1)]
    if not well:
        blocks.append(Bullets(tuple(Paragraph(outside(each)) for each in said)))
        blocks.append(Paragraph(get("`alia-watch status` says all of it."), small=True))
    last, due = found["snapshots"]["last_complete_at"], found["next_due"]
    blocks.append(
        Paragraph(
            get(
                "Last complete reading: {last}. Next duty: {due}.",
                last=speech.moment(last) if last else get("not known"),
                due=speech.moment(due),
            )
        )
    )
    waiting_now = speech.number(found["outbox"]["due"] + found["outbox"]["leased"])
    blocks.append(Paragraph(get("Messages that wait: {count}.", count=waiting_now)))
    return [say(blocks)]


def deliveries(asked: Asking) -> list[Reply]:
    """`/deliveries`: what was given up or may not have arrived, newest first, and why."""
    get = asked.speech.get
    found = kept.deliveries(asked.store, states=[State.DEAD, State.UNCLEAR], limit=_NAMED)
    counts = kept.counts(asked.store)
    title = get("Sent: {sent}. Waiting: {due}. Given up: {dead}. Unclear: {unclear}.", **_written(asked, counts))
    items = tuple(
        Paragraph(f"{each.id} · {each.changed_at:%Y-%m-%d %H:%M} UTC · {each.report_key} · {outside(each.why or '')}")
        for each in found
    )
    hint = Paragraph(get("`alia-watch deliveries --retry ID` tries one again."), small=True)
    return [say([Heading(title, 1), *([Bullets(items), hint] if items else [Paragraph(get("Nothing failed."))])])]


def subscribers(asked: Asking) -> list[Reply]:
    """`/subscribers`: counts, and nobody's name or number."""
    get, speech = asked.speech.get, asked.speech
    everyone = receivers.subscribers(asked.store)
    active = [each for each in everyone if each.stopped is None and each.topics]
    blocks: list[Block] = [
        Heading(speech.get_plural("{count} subscriber", "{count} subscribers", len(active)), 1),
        Bullets(
            (
                *(
                    Paragraph(f"{kind}: {speech.number(sum(each.channel is kind for each in active))}")
                    for kind in ChannelKind
                ),
                *(
                    Paragraph(f"{NATIVE[language]}: {speech.number(sum(each.language == language for each in active))}")
                    for language in LANGUAGES
                ),
            )
        ),
        Paragraph(get("Stopped: {count}.", count=speech.number(sum(each.stopped is not None for each in everyone)))),
    ]
    return [say(blocks)]


def snapshot(asked: Asking) -> list[Reply]:
    """`/snapshot`: the Hub is read now; what came of it follows."""
    get = asked.speech.get
    if asked.tools.read_now is None:
        return [say([Paragraph(get("Only the daemon reads by order. `alia-watch snapshot` does it from a shell."))])]
    future = asked.tools.read_now()
    replies = say([Paragraph(get("The Hub is being read. What comes of it follows here."))])
    return [Reply(replies.markup, replies.plain, then=partial(_read, asked, future))]


def _read(asked: Asking, future: "Future[Run]") -> list[Reply]:
    get = asked.speech.get
    run = future.result(_READING_S)
    detail = run.detail
    if "error" in detail:
        return [say([Paragraph(get("The reading did not end well: {error}", error=outside(str(detail["error"]))))])]
    number = asked.speech.number
    words = get(
        "Repos read: {repos}; not read: {failed}; findings: {findings}; requests: {requests}.",
        repos=number(detail.get("repos", 0)),
        failed=number(detail.get("failed", 0)),
        findings=number(detail.get("findings", 0)),
        requests=number(detail.get("requests", 0)),
    )
    return [say([Paragraph(words)])]


def _written(asked: Asking, counts: dict[State, int]) -> dict[str, str]:
    number = asked.speech.number
    return {
        "sent": number(counts[State.SENT] + counts[State.SUMMED]),
        "due": number(counts[State.DUE] + counts[State.LEASED]),
        "dead": number(counts[State.DEAD]),
        "unclear": number(counts[State.UNCLEAR]),
    }
