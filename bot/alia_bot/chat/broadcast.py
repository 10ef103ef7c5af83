"""A maintainer's own words to every chat: shown as they would arrive, confirmed twice."""

import hashlib

from alia_bot.chat.asking import Asking
from alia_bot.chat.reply import Reply, say
from alia_watch.audience.message import Button
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.pipeline.compose import imprint
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.reports.blocks import Paragraph
from alia_watch.reports.render import report_blocks
from alia_watch.reports.report import Report, ReportKind
from alia_watch.reports.speech import LANGUAGES
from alia_watch.store import chat
from alia_watch.store import subscribers as receivers

#: So long a broadcast may be.
_LONGEST = 3000
_WORDS = "broadcast"


def broadcast(asked: Asking) -> list[Reply]:
    """`/broadcast TEXT`, or `/broadcast es TEXT` for those who read Spanish: shown first, as it would arrive."""
    get, words = asked.speech.get, asked.incoming.words
    if not words or len(words) > _LONGEST:
        limit = asked.speech.number(_LONGEST)
        hint = get(
            "Write the words after the command, up to {limit} characters; first a language (es, ca, gl, eu, en) for its"
            " readers alone.",
            limit=limit,
        )
        return [say([Paragraph(hint)])]
    prompt = chat.Prompt(_WORDS, words)
    chat.ask(asked.store, asked.incoming.chat, asked.incoming.user or 0, prompt, now=asked.now)
    blocks = report_blocks(_cast(asked, words), asked.speech.language, ChannelKind.TELEGRAM)
    count = len(_meant(asked, words))
    question = asked.speech.get_plural("Send this to {count} chat?", "Send this to {count} chats?", count)
    name = hashlib.sha256(words.encode()).hexdigest()[:10]
    buttons = ((Button(get("Send"), f"cast:ask:{name}"), Button(get("Cancel"), "cast:no")),)
    return [say([*blocks, Paragraph(question, small=True)], buttons)]


def broadcast_press(asked: Asking, action: str) -> list[Reply]:
    """The two confirmations, or a change of mind."""
    get, where = asked.speech.get, (asked.incoming.chat, asked.incoming.user or 0)
    step, _, name = action.partition(":")
    prompt = chat.asked(asked.store, *where, now=asked.now)
    mine = prompt is not None and prompt.purpose == _WORDS
    if step == "no":
        if mine:
            chat.settle(asked.store, *where)
        return [say([Paragraph(get("Nothing is sent."))], edits=True)]
    if prompt is None or not mine or hashlib.sha256(prompt.argument.encode()).hexdigest()[:10] != name:
        return [Reply(toast=get("This button is too old. Ask again, please."))]
    meant = _meant(asked, prompt.argument)
    if step == "ask":
        label = asked.speech.get_plural("Yes, to {count} chat now", "Yes, to {count} chats now", len(meant))
        blocks = report_blocks(_cast(asked, prompt.argument), asked.speech.language, ChannelKind.TELEGRAM)
        buttons = ((Button(label, f"cast:go:{name}"),), (Button(get("Cancel"), "cast:no"),))
        return [say(blocks, buttons, edits=True)]
    queued = enqueue(asked.store, _cast(asked, prompt.argument), now=asked.now, charts=None, only=meant)
    chat.settle(asked.store, *where)
    asked.tools.wake()
    words = asked.speech.get_plural("It goes to {count} chat.", "It goes to {count} chats.", queued)
    return [say([Paragraph(words)], edits=True)]


def _cast(asked: Asking, words: str) -> Report:
    name = hashlib.sha256(f"{words}\n{asked.incoming.update_id}".encode()).hexdigest()[:10]
    key = f"{ReportKind.BROADCAST}:{asked.now:%Y-%m-%d}:{name}"
    _, text = _addressed(words)
    return Report(key, ReportKind.BROADCAST, {"words": text} | imprint(asked.config, key, asked.now))


def _addressed(words: str) -> tuple[str | None, str]:
    language, _, rest = words.partition(" ")
    return (language, rest.strip()) if language in LANGUAGES and rest.strip() else (None, words)


def _meant(asked: Asking, words: str) -> list[str]:
    language, _ = _addressed(words)
    return [
        each.id
        for each in receivers.subscribers(asked.store)
        if each.channel is ChannelKind.TELEGRAM
        and each.stopped is None
        and each.topics
        and not each.id.startswith(receivers.MAINTAINER)
        and (language is None or each.language == language)
    ]
