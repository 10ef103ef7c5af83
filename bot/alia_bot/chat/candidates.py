"""Announcements to decide on: confirmed, rejected, or dated anew by who runs the watch."""

import re
from dataclasses import replace
from datetime import date

from alia_bot.chat.asking import Asking
from alia_bot.chat.reply import Reply, say
from alia_watch.announcements.announcement import BY_HAND, AnnouncementState, Precision
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.pipeline.candidates import asking_for, candidate_marked, waiting
from alia_watch.reports.blocks import Paragraph
from alia_watch.reports.outside import outside, quotable
from alia_watch.reports.render import report_blocks
from alia_watch.reports.summary import candidate_buttons
from alia_watch.store import announcements, chat

_DATE = "date"
_RANGE = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?)(?:\s*(?:\.\.|/|–)\s*(\d{4}-\d{2}-\d{2}))?")


def candidates(asked: Asking) -> list[Reply]:
    """`/candidates`: the next announcement to decide on."""
    found = waiting(asked.store)
    if not found:
        return [say([Paragraph(asked.speech.get("No announcement waits for a decision."))])]
    report = asking_for(asked.config, found[0], now=asked.now)
    blocks = report_blocks(report, asked.speech.language, ChannelKind.TELEGRAM)
    left = asked.speech.get_plural("{count} waits for a decision.", "{count} wait for a decision.", len(found))
    return [say([*blocks, Paragraph(left, small=True)], candidate_buttons(report.document, asked.speech))]


def decide(asked: Asking, action: str) -> list[Reply]:
    """A button of an announcement: confirm, reject, or ask for another date."""
    get = asked.speech.get
    what, _, name = action.partition(":")
    found = candidate_marked(asked.store, name)
    if found is None:
        return [Reply(toast=get("It is decided already."))]
    title = outside(found.title)
    if what == "d":
        prompt = chat.Prompt(_DATE, found.id)
        chat.ask(asked.store, asked.incoming.chat, asked.incoming.user or 0, prompt, now=asked.now)
        words = get(
            "Which day was “{title}”? Write it as 2026-01-26, or 2026-01-26..2026-01-28, or a month as 2026-01.",
            title=quotable(title, asked.speech.language),
        )
        return [replace(say([Paragraph(words)]), asks=True)]
    state = AnnouncementState.CONFIRMED if what == "c" else AnnouncementState.REJECTED
    announcements.set_state(asked.store, found.id, state, f"{BY_HAND}, in the chat", now=asked.now)
    confirmed = get("Confirmed: {title}", title=title)
    return [say([Paragraph(confirmed if what == "c" else get("Rejected: {title}", title=title))], edits=True)]


def prompted(asked: Asking) -> list[Reply] | None:
    """A text that answers what a maintainer was asked; None where nothing was."""
    where = asked.incoming.chat, asked.incoming.user or 0
    prompt = chat.asked(asked.store, *where, now=asked.now)
    if prompt is None or prompt.purpose != _DATE:
        return None
    get = asked.speech.get
    fields = dated(asked.incoming.words)
    found = next((each for each in waiting(asked.store) if each.id == prompt.argument), None)
    if fields is None:
        words = get("That is no day: write 2026-01-26, 2026-01-26..2026-01-28 or 2026-01.")
        return [replace(say([Paragraph(words)]), asks=True)]
    chat.settle(asked.store, *where)
    if found is None:
        return [say([Paragraph(get("It is decided already."))])]
    announcements.correct(asked.store, found.id, fields, now=asked.now)
    again = next(each for each in waiting(asked.store) if each.id == found.id)
    report = asking_for(asked.config, again, now=asked.now)
    return [
        say(
            report_blocks(report, asked.speech.language, ChannelKind.TELEGRAM),
            candidate_buttons(report.document, asked.speech),
        )
    ]


def dated(words: str) -> dict[str, object] | None:
    """The fields of an announcement that a date as a person writes it settles; None where it is none."""
    found = _RANGE.fullmatch(words.strip())
    try:
        if found is None:
            return None
        if len(found[1]) == 7:
            month = date.fromisoformat(f"{found[1]}-01")
            return None if found[2] else {"date": month, "date_end": None, "precision": Precision.MONTH, "at": None}
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2]) if found[2] else None
    except ValueError:
        return None
    if last is not None and last <= first:
        return None
    precision = Precision.RANGE if last else Precision.DAY
    return {"date": first, "date_end": last, "precision": precision, "at": None}
