"""Silence, leaving, and what is kept of somebody: shown, given, erased."""

import json
import re
from dataclasses import replace
from datetime import timedelta

from alia_bot.chat.asking import Asking
from alia_bot.chat.choices import unaccented
from alia_bot.chat.reply import Buttons, Reply, rows, say
from alia_bot.chat.settings import keep, receives
from alia_watch.audience.message import Attachment, Button
from alia_watch.audience.subscriber import Source
from alia_watch.clock import format_second
from alia_watch.reports.blocks import Block, Bullets, Heading, Paragraph
from alia_watch.store import chat, deliveries, subscribers

#: Why somebody is stopped who asked for it.
ASKED = "asked for in the chat"
_FOR = re.compile(r"(\d{1,4})\s*([^\W\d_]*)")
_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
#: As people write them in the five languages, in letters without accents.
_UNITS = {
    **dict.fromkeys(("h", "hour", "hours", "hora", "horas", "hores", "ordu"), _HOUR),
    **dict.fromkeys(("", "d", "day", "days", "dia", "dias", "dies", "egun"), _DAY),
    **dict.fromkeys(("w", "s", "week", "weeks", "semana", "semanas", "setmana", "setmanes", "aste"), _WEEK),
}
_LONGEST = timedelta(days=366)


def mute(asked: Asking) -> list[Reply]:
    """`/mute 7d`: nothing comes before then; what there was is told in one message. Bare, it asks for how long."""
    get, words = asked.speech.get, asked.incoming.words
    if not words and receives(asked.standing):
        offers = [
            Button(asked.speech.get_plural("{count} day", "{count} days", each), f"mute:{each}d") for each in (1, 7, 30)
        ]
        off = [Button(get("End the silence"), "mute:off")] if asked.standing.preferences.muted_until else []
        return [say([Paragraph(get("For how long shall nothing come?"))], rows([*offers, *off], 3))]
    return muted(asked, words, edits=False)


def muted(asked: Asking, words: str, *, edits: bool = True) -> list[Reply]:
    """The silence, begun or ended."""
    get = asked.speech.get
    who = asked.standing
    if not receives(who):
        return [say([Paragraph(get("You get nothing as it is. /subscribe changes that."))], edits=edits)]
    if words.lower() == "off":
        if who.preferences.muted_until is None or who.preferences.muted_until <= asked.now:
            return [say([Paragraph(get("There is no silence to end."))], edits=edits)]
        keep(asked, replace(who, preferences=replace(who.preferences, muted_until=None)))
        return [say([Paragraph(get("The silence is over. What waited comes now."))], edits=edits)]
    found = _FOR.fullmatch(unaccented(words))
    span = int(found[1]) * _UNITS.get(found[2], timedelta()) if found else timedelta()
    if not timedelta() < span <= _LONGEST:
        return [say([Paragraph(get("Say for how long, such as /mute 12h, /mute 7d or /mute off; a year at most."))])]
    until = (asked.now + span).replace(microsecond=0)
    asked = keep(asked, replace(who, preferences=replace(who.preferences, muted_until=until)))
    words = get(
        "Nothing comes until {instant}. What there was is told in one message then.",
        instant=asked.speech.wall_clock(until, who.preferences.zone),
    )
    return [say([Paragraph(words)], ((Button(get("End the silence"), "mute:off"),),), edits=edits)]


def stop(asked: Asking) -> list[Reply]:
    """`/stop`: nothing more comes, what waits included."""
    get = asked.speech.get
    if asked.subscriber is None or not receives(asked.subscriber):
        return [say([Paragraph(get("You get nothing as it is. /subscribe changes that."))])]
    subscribers.stop(asked.store, asked.subscriber.id, ASKED, now=asked.now)
    words = get("Done: nothing more comes. /subscribe brings it back as it was; /privacy erases what is kept of you.")
    return [say([Paragraph(words)])]


def privacy(asked: Asking) -> list[Reply]:
    """`/privacy`: what is kept, in plain words."""
    get = asked.speech.get
    kept: list[Block] = [Heading(get("What is kept of this chat"), 1)]
    if asked.subscriber is None:
        kept.append(Paragraph(get("Nothing: this chat is not subscribed.")))
        buttons: Buttons = ()
    else:
        items = (
            get("the number that Telegram gives this chat, and of a forum the topic"),
            get("the language, the topics and the settings you chose, and since when"),
            get("which messages were sent here, and whether they arrived"),
        )
        kept.append(Bullets(tuple(Paragraph(each) for each in items)))
        buttons = rows([Button(get("Export"), "me:export"), Button(get("Erase at once"), "me:erase")])
    kept.append(
        Paragraph(
            get(
                "What you write is kept until it is answered, and then erased. No name is kept, nothing is shared, and"
                " nobody is counted but in sums."
            )
        )
    )
    return [say(kept, buttons)]


def export(asked: Asking) -> list[Reply]:
    """Everything that is kept, as a file."""
    who = asked.subscriber
    if who is None:
        return [Reply(toast=asked.speech.get("Nothing: this chat is not subscribed."))]
    sent = deliveries.of_subscriber(asked.store, who.id)
    document = {
        "id": who.id,
        "address": who.address,
        "language": who.language,
        "topics": sorted(who.topics),
        "stopped": who.stopped,
        "source": who.source.value,
        "since": subscribers.since(asked.store, who.id),
        "preferences": who.preferences.document(),
        "deliveries": [
            {
                "report": each.report_key,
                "part": each.part,
                "state": each.state.value,
                "changed_at": format_second(each.changed_at),
                "telegram_id": each.remote_id,
                "why": each.why,
            }
            for each in sent
        ],
    }
    content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    words = asked.speech.get("Everything that is kept of this chat.")
    return [replace(say([Paragraph(words)]), file=Attachment("alia-watch-privacy.json", content))]


def erase(asked: Asking) -> list[Reply]:
    """All of it, at once. Of who is in the configuration, that they receive nothing stays."""
    get, who = asked.speech.get, asked.subscriber
    chat.erase_chat(asked.store, asked.target)
    words = get("Erased. Nothing is kept of this chat, and nothing more comes. /start begins anew.")
    if who is not None:
        subscribers.forget(asked.store, who, ASKED, now=asked.now)
        if who.source is Source.CONFIGURATION:
            words = get(
                "Erased, and nothing more comes. This chat stands in the configuration of the watch, whose maintainers"
                " can take it out; until then it is noted that it receives nothing."
            )
    return [say([Paragraph(words)], edits=True)]
