"""What a subscriber gets besides reports on figures: a summary of what waited for them, an announcement to decide on,
and the maintainers' own words."""

import datetime as dt
import hashlib
from typing import Any

from alia_watch.announcements.announcement import Announcement
from alia_watch.audience.message import Button
from alia_watch.reports.alert import announcement_bullets, announcement_document
from alia_watch.reports.blocks import Block, Heading, Paragraph
from alia_watch.reports.outside import outside
from alia_watch.reports.speech import Speech

#: So many reports a summary names one by one.
NAMED = 12
#: What buttons ask for: to show a message in full (its id follows); to decide on an announcement (what, and its mark).
SHOW, DECIDE = "show", "ann"
_IN_A_ROW = 4


def summary_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """What waited, oldest first, by day and title."""
    reports = document["reports"]
    title = speech.get_plural("{count} message waited for you", "{count} messages waited for you", len(reports))
    days = [speech.short_day(dt.datetime.fromisoformat(each["made_at"]).date()) for each in reports[:NAMED]]
    items = [
        Paragraph(f"{number} · {day} · {outside(each['title'])}")
        for number, (day, each) in enumerate(zip(days, reports, strict=False), start=1)
    ]
    blocks: list[Block] = [Heading(title, 1), *items]
    if len(reports) > NAMED:
        more = len(reports) - NAMED
        blocks.append(Paragraph(speech.get_plural("And {count} more.", "And {count} more.", more)))
    return blocks


def summary_buttons(document: dict[str, Any], _speech: Speech) -> tuple[tuple[Button, ...], ...]:
    """A number for each report, which shows it in full."""
    named = document["reports"][:NAMED]
    buttons = [Button(str(number), f"{SHOW}:{each['message_id']}") for number, each in enumerate(named, start=1)]
    return tuple(tuple(buttons[at : at + _IN_A_ROW]) for at in range(0, len(buttons), _IN_A_ROW))


def mark(announcement_id: str) -> str:
    """A short name of an announcement, for buttons."""
    return hashlib.sha256(announcement_id.encode()).hexdigest()[:10]


def candidate_buttons(document: dict[str, Any], speech: Speech) -> tuple[tuple[Button, ...], ...]:
    """The three things that can be decided."""
    get, name = speech.get, mark(document["announcement"]["id"])
    confirm, reject = Button(get("Confirm"), f"{DECIDE}:c:{name}"), Button(get("Reject"), f"{DECIDE}:r:{name}")
    return ((confirm, reject), (Button(get("Edit the date"), f"{DECIDE}:d:{name}"),))


def candidate_document(announcement: Announcement) -> dict[str, Any]:
    """An announcement that waits for a decision, as a JSON-ready document."""
    return {
        "announcement": announcement_document(announcement),
        "source": announcement.source,
        "announced_by": announcement.announced_by,
        "note": announcement.note,
    }


def candidate_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """What was read, where, and what a decision does."""
    get = speech.get
    blocks: list[Block] = [
        Heading(get("Is this an announcement about what is watched?"), 1),
        announcement_bullets([document["announcement"]], speech),
        Paragraph(get("Read in the source {source}.", source=document["source"])),
    ]
    if document["note"]:
        blocks.append(Paragraph(outside(document["note"])))
    blocks.append(
        Paragraph(
            get(
                "Until it is confirmed it stands in no report. `alia-watch announcements confirm {id}` or `reject` does"
                " the same.",
                id=document["announcement"]["id"],
            ),
            small=True,
        )
    )
    return blocks


def broadcast_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The maintainers' words, as they wrote them, and whose they are."""
    words = [Paragraph(line) for line in document["words"].split("\n") if line.strip()]
    return [Heading(speech.get("From those who run {watch}", watch=document["watch"]), 1), *words]
