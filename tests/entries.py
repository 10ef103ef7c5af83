"""Entries for tests, short to write."""

import datetime as dt
from datetime import UTC, datetime
from hashlib import sha256

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.announcements.link import Link
from alia_watch.announcements.matching import Match

SEEN = datetime(2026, 1, 27, 6, 45, tzinfo=UTC)


def on(day: str, where: Where = Where.PUBLISHED) -> StatedDate:
    """A stated date: a day `2026-01-26`, an instant `2026-01-26T12:30:00+00:00`, or a month `2026-05`."""
    if len(day) == len("2026-05"):
        return StatedDate(where, dt.date.fromisoformat(f"{day}-01"), day, month=True)
    moment = dt.date.fromisoformat(day) if len(day) == len("2026-01-26") else datetime.fromisoformat(day)
    return StatedDate(where, moment, day)


def entry(title: str, *stated: StatedDate, key: str | None = None, source: str = "moncloa", **more: object) -> Entry:
    """An entry of La Moncloa; `more` are its other fields."""
    fields: dict[str, object] = {"kind": Kind.OFFICIAL, "confidence": "A", "language": "es", "url": None} | more
    name = title if key is None else key
    return Entry(
        source=source, key=name, title=title, stated=stated, evidence=sha256(title.encode()).hexdigest(), **fields
    )  # type: ignore[arg-type]


def link(of: Entry, *, seen: datetime = SEEN, where: str = "title") -> Link:
    """A link of an entry that says ALIA in its title."""
    return Link(of, (Match("ALIA", where, of.title),), seen, seen)
