"""What a person changes in the calendar: a state, a correction, two that are one, one that is two."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from alia_watch.announcements.announcement import BY_HAND, Announcement, AnnouncementState
from alia_watch.config.loader import announcement as of_keys
from alia_watch.config.sections import Config
from alia_watch.errors import UsageError
from alia_watch.pipeline.calendar import STANDING, Admitted, Calendar
from alia_watch.store import announcements as table
from alia_watch.store.database import Store
from alia_watch.store.links import link, links

#: What a person may correct, by the keys of an `[[announcement]]`.
CORRECTABLE = ("date", "date_end", "kind", "title", "announced_by", "publisher", "url", "confidence", "note")


def decide(store: Store, announcement_id: str, state: AnnouncementState, *, note: str = "", now: datetime) -> None:
    """Confirm or reject one by hand; `note` says why."""
    decided = f"{BY_HAND}: {note}" if note else BY_HAND
    table.set_state(store, announcement_id, state, decided, now=now)


def correct(store: Store, announcement_id: str, changes: Mapping[str, Any], *, now: datetime) -> Announcement:
    """One announcement with some keys corrected; no source changes these any more.

    Args:
        changes: by the keys of an `[[announcement]]`; a new `date` without `date_end` is that day alone.

    Raises:
        UsageError: there is no such announcement.
        ConfigError: with a fault for each key that is wrong.
    """
    with store.writing():
        announcement = _one(store, announcement_id)
        kept = {name: getattr(announcement, name) for name in CORRECTABLE if name not in ("date", "date_end")}
        written = {
            "id": "corrected",
            **{name: value for name, value in kept.items() if value not in ("", None)},
            "confidence": announcement.confidence or "B",
            "date": announcement.date.isoformat(),
        }
        if announcement.date_end and "date" not in changes:
            written["date_end"] = announcement.date_end.isoformat()
        made = of_keys({**written, **changes})
        fields = {name: getattr(made, name) for name in CORRECTABLE if name in changes}
        if {"date", "date_end"} & set(changes):
            fields |= {"date": made.date, "date_end": made.date_end, "precision": made.precision, "at": None}
        table.correct(store, announcement_id, fields, now=now)
        return replace(announcement, **fields)


def merge(store: Store, config: Config, announcement_id: str, into: str, *, now: datetime) -> None:
    """Let one announcement be part of another: its links go with it, and what leads to it leads there from now on.

    Raises:
        UsageError: they are one, one of them is not there, or a confirmed one would count no more.
    """
    if announcement_id == into:
        raise UsageError("An announcement cannot be merged into itself.", hint="Give two ids.")
    with store.writing():
        part, whole = _one(store, announcement_id), _one(store, into)
        if part.state is AnnouncementState.CONFIRMED and whole.state is not AnnouncementState.CONFIRMED:
            hint = f"Confirm {into} first, or merge it into {announcement_id}."
            raise UsageError(f"{announcement_id} is confirmed and {into} is {whole.state}.", hint=hint)
        for each in links(store).get(announcement_id, ()):
            link(store, each.entry.source, each.entry.key, into, _with(announcement_id), by_hand=True)
        table.merge(store, announcement_id, into, now=now)
        Calendar(store, config, now=now).renew(into, Admitted(BY_HAND))


def unmerge(store: Store, config: Config, announcement_id: str, *, now: datetime) -> str:
    """Take a merged announcement out of the other again, with its links; the id of the other.

    Raises:
        UsageError: it is part of none.
    """
    with store.writing():
        whole = table.merged(store).get(announcement_id)
        if whole is None:
            raise UsageError(f"{announcement_id} is part of no other.", hint="`show` says what was merged into one.")
        for each in links(store).get(whole, ()):
            if each.why == _with(announcement_id):
                why = f"taken out of {whole} by hand"
                link(store, each.entry.source, each.entry.key, announcement_id, why, by_hand=True)
        table.merge(store, announcement_id, None, now=now)
        calendar = Calendar(store, config, now=now)
        for name in (announcement_id, whole):
            calendar.renew(name, Admitted(BY_HAND))
        return whole


def split(store: Store, config: Config, announcement_id: str, source: str, key: str, *, now: datetime) -> str:
    """Let one link of an announcement be an announcement of its own; its id.

    Raises:
        UsageError: there is no such link, or nothing would be left of the first.
    """
    with store.writing():
        standing, mine = _one(store, announcement_id), links(store).get(announcement_id, [])
        if all((each.entry.source, each.entry.key) != (source, key) for each in mine):
            known = ", ".join(f"{each.entry.source} {each.entry.key}" for each in mine) or "none"
            raise UsageError(f"{announcement_id} has no link {source} {key}.", hint=f"It has: {known}.")
        if len(mine) == 1 and standing.source not in STANDING:
            raise UsageError(f"{announcement_id} has one link only.", hint="There is nothing to split it from.")
        return Calendar(store, config, now=now).part(announcement_id, source, key)


def _one(store: Store, announcement_id: str) -> Announcement:
    """Read inside the write step: between a person's look and their word it may have changed."""
    found = {each.id: each for each in table.announcements_of(store)}
    if announcement_id not in found:
        raise UsageError(f"There is no announcement {announcement_id}.", hint="It may be part of another by now.")
    return found[announcement_id]


def _with(announcement_id: str) -> str:
    return f"merged by hand with {announcement_id}"
