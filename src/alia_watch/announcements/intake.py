"""Which entries of a reading are taken in: nothing floods on the first run, and nothing that is known is lost."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum

from alia_watch.announcements.dating import chosen
from alia_watch.announcements.entry import Entry
from alia_watch.announcements.link import telling
from alia_watch.announcements.matching import Match
from alia_watch.announcements.same_event import Telling, another, canonical

#: In the place of a match: a known entry that no longer says any phrase.
WITHDRAWN = (Match("", "nowhere", ""),)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry about what is watched, and why."""

    entry: Entry
    matches: tuple[Match, ...]


class Intake(StrEnum):
    """What becomes of an entry."""

    TAKEN = "taken"
    OLDER = "older"  # dated before this source was first read: `--since` takes it in
    LATER = "later"  # dated after the last day of a back-fill
    UNDATED = "undated"  # without a date, and there when the source was first read


@dataclass(frozen=True, slots=True)
class Horizon:
    """From which day on entries are taken in.

    Attributes:
        first: the civil day of the source's first reading, or that of a back-fill.
        last: the last civil day of a back-fill; None for all that comes.
        old_keys: entries without a date that the first reading found; None while this is the first reading.
        known: the keys of entries that were taken in before: whatever they say now is an edit.
    """

    first: dt.date
    last: dt.date | None
    old_keys: AbstractSet[str] | None
    known: AbstractSet[str]
    zone: str


def sorted_out(found: Iterable[Found], horizon: Horizon) -> dict[Intake, list[Found]]:
    """Each entry once, under what becomes of it.

    Of one key that stands there twice the first counts, as of a tender in two states; two things under one key are
    two entries.
    """
    kept: dict[Intake, list[Found]] = {intake: [] for intake in Intake}
    seen: dict[str, Telling] = {}
    for each in found:
        said = telling(each.entry, horizon.zone)
        first = seen.setdefault(each.entry.key, said)
        if first is not said:
            if not another(first, said):
                continue
            each = Found(renamed(each.entry), each.matches)  # noqa: PLW2901  the same entry under a key of its own
            if each.entry.key in seen:
                continue
            seen[each.entry.key] = said
        kept[_intake(each.entry, horizon)].append(each)
    return kept


def renamed(entry: Entry) -> Entry:
    """An entry whose source gave it the key of another thing: its address makes the key its own."""
    mark = hashlib.sha256(canonical(entry.url or entry.title).encode("utf-8", "replace")).hexdigest()[:12]
    return replace(entry, key=f"{entry.key}#{mark}")


def _intake(entry: Entry, horizon: Horizon) -> Intake:
    if entry.key in horizon.known:
        return Intake.TAKEN
    dated = chosen(entry.stated, horizon.zone)
    if dated is None:
        old = horizon.old_keys is None or entry.key in horizon.old_keys
        return Intake.UNDATED if old else Intake.TAKEN
    if horizon.last is not None and dated.date > horizon.last:
        return Intake.LATER
    return Intake.TAKEN if dated.last >= horizon.first else Intake.OLDER
