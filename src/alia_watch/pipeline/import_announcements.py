"""Announcements from a file of a person's own: all of it or nothing, and twice is once."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from alia_watch.announcements.announcement import BY_HAND, Announcement, announcement_id
from alia_watch.announcements.same_event import Same
from alia_watch.config.loader import announcement as of_keys
from alia_watch.config.sections import Config
from alia_watch.errors import ConfigError
from alia_watch.pipeline.announce import take_in
from alia_watch.pipeline.calendar import Calendar
from alia_watch.sources.bad_rows import refused
from alia_watch.sources.calendar_file import CalendarRow, read_calendar
from alia_watch.store.announcements import announcements_of, corrected, save_announcements
from alia_watch.store.database import Store


@dataclass(frozen=True, slots=True)
class ByHand:
    """What came of one announcement that a person gave.

    Attributes:
        changed: whether it is new, or says something else than before.
        like: the known announcement it looks the same as, and why; None where it is alone.
    """

    announcement: Announcement
    changed: bool
    like: Same | None


def import_announcements(store: Store, config: Config, path: Path, *, kind: str | None, now: datetime) -> list[ByHand]:
    """Bring in the announcements of a CSV or ICS file, confirmed; `kind` is that of rows that give none.

    Raises:
        ImportRefused: the file cannot be read, or has bad rows: each with its place and reason.
    """
    made: list[Announcement] = []
    bad: list[str] = []
    for row in read_calendar(path, config.timetable.zone):
        try:
            made.append(_announcement(row, kind))
        except ConfigError as error:
            bad += [f"{row.place}: {fault.removeprefix('given: ')}" for fault in error.faults]
    if bad:
        raise refused(path.name, bad, len(bad))
    return add(store, config, made, how=f"imported from {path.name}", now=now)


def add(
    store: Store, config: Config, announcements: Iterable[Announcement], *, how: str = "", now: datetime
) -> list[ByHand]:
    """Take in what a person gave, confirmed. What is known already, by hand or from elsewhere, stays as it is.

    Another title under an id that is taken, as when two long titles begin alike, gets an id of its own.
    """
    take_in(store, config, now=now)
    done = []
    decided = f"{BY_HAND}: {how}" if how else BY_HAND
    with store.writing():
        calendar = Calendar(store, config, now=now)
        known = {each.id: each for each in announcements_of(store, merged=True)}
        retitled = {name for name, fields in corrected(store).items() if "title" in fields}
        for announcement in announcements:
            name = _id(announcement, known, retitled)
            standing = known.get(name)
            mine = replace(announcement, id=name, source=BY_HAND, decided=decided)
            if standing is not None and standing.source != BY_HAND:
                done.append(ByHand(standing, changed=False, like=None))
                continue
            like = calendar.like(mine) if standing is None else None
            done.append(ByHand(mine, bool(save_announcements(store, [mine], now=now)), like))
            known[name] = mine
    return done


def _id(announcement: Announcement, known: Mapping[str, Announcement], retitled: Container[str]) -> str:
    """The id of the same announcement, where it is known; else one that nothing has."""
    name, number = announcement.id, 1
    while name in known and name not in retitled and known[name].title != announcement.title:
        number += 1
        name = f"{announcement.id[:76]}-{number}"
    return name


def _announcement(row: CalendarRow, kind: str | None) -> Announcement:
    values = dict(row.values)
    precision = values.pop("precision", "")
    if precision not in ("", "day", "range", "month"):
        what = f"precision: {precision!r} is none: write day, range or month, or leave it out"
        raise ConfigError("That is no announcement.", faults=[what])
    if precision == "month" and len(values.get("date", "")) == len("2026-05-01"):
        values["date"] = values["date"][:7]
    if kind is not None:
        values.setdefault("kind", kind)
    values.setdefault("confidence", "B")
    values["id"] = announcement_id(values.get("date", ""), values.get("title", "")) or "none"
    return of_keys(values)
