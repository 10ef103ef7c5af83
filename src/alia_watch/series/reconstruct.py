"""From counter readings to day counts with bounds (design §4; the rules in words: docs/method.md)."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from alia_watch import clock
from alia_watch.series.hub_day import HubDay
from alia_watch.series.rolling import WINDOW, identify
from alia_watch.series.snapshot import CREATED_AT_FLOOR, Evidence, ExactCount, Reading

_DAY = timedelta(days=1)
_RANK = {evidence: rank for rank, evidence in enumerate(Evidence)}
#: A repo may be read for some days before the day its first downloads are booked on, should the Hub's lag be long.
_SETTLING = timedelta(days=4)


class DayKind(StrEnum):
    """How a day's count is known."""

    MEASURED = "measured"
    APPORTIONED = "apportioned"  # inside an interval whose total is known; the day itself is not
    REVISED = "revised"  # the counter went down: the day's count is not known
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class DayCount:
    """One UTC day: `low <= downloads <= high`; `count` only where it is known, `high` None where unbounded."""

    day: date
    count: int | None
    low: int
    high: int | None
    kind: DayKind


@dataclass(frozen=True, slots=True)
class Interval:
    """Days `start` to `end`, both included, whose total is known while no day inside is."""

    start: date
    end: date
    total: int


@dataclass(frozen=True, slots=True)
class Revision:
    """The counter went down by `-size` (size is negative) in the reading that closed `day`."""

    day: date
    size: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A day for which both counters give an estimate and the two differ: a sign of trouble, kept."""

    day: date
    all_time: int
    rolling: int


@dataclass(frozen=True, slots=True)
class DailySeries:
    """One repo's days, oldest first and without holes, with what is known of each.

    `level` holds the counters as read, oldest first. `born` is the UTC day the repo was made, where known: before it
    there was no download.
    """

    repo_id: str
    days: tuple[DayCount, ...]
    intervals: tuple[Interval, ...]
    revisions: tuple[Revision, ...]
    level: tuple[Reading, ...]
    disagreements: tuple[Disagreement, ...] = ()
    born: date | None = None


def reconstruct(
    repo_id: str,
    readings: Iterable[Reading],
    exact: Iterable[ExactCount] = (),
    *,
    hub_day: HubDay,
    born: date | None = None,
    standstills: Iterable[tuple[date, date]] = (),
    in_order: bool = False,
) -> DailySeries:
    """One repo's daily series, from everything that was read of it.

    Args:
        repo_id: whose readings these are.
        readings: in any order; all are kept in `level`, the last of the best evidence counts for the day it closes.
        exact: its publisher's own day counts; they stand above every reading.
        hub_day: which day a reading closes.
        born: the UTC day the repo was made, where the Hub tells it. A repo first read within 30 days of its birth is
            known from birth on, for before it there was no download.
        standstills: first and last day of spans in which the counters stood still across the basket.
        in_order: the readings come oldest first, and need not be sorted.
    """
    mine = list(readings) if in_order else sorted(readings, key=moment)
    all_time, rolling = _both_closing(mine, hub_day)
    counts = {each.day: each.count for each in exact}
    born = born if born is not None and born > CREATED_AT_FLOOR else None
    closed = {*all_time, *rolling, *counts}
    if not closed:
        return DailySeries(repo_id, (), (), (), tuple(mine), born=born)
    first, last = min(closed), max(closed)
    from_birth = born is not None and born - _SETTLING <= first <= born + WINDOW
    if born is not None and from_birth:
        first = min(first, born)
    known = _Known()
    points = sorted(_moving(all_time, standstills).items())
    _differences(known, [(first - _DAY, 0), *points] if from_birth else points)
    _overrule(known, counts)
    _disagreements(known, rolling, first if from_birth else None)
    _roll(known, rolling, (first, last), first if from_birth else None)
    return DailySeries(
        repo_id=repo_id,
        days=known.days(first, last),
        intervals=tuple(Interval(start, end, total) for end, (start, total) in sorted(known.intervals.items())),
        revisions=tuple(Revision(day, size) for day, size in sorted(known.revisions.items())),
        level=tuple(mine),
        disagreements=tuple(known.disagreements),
        born=born,
    )


def moment(reading: Reading) -> tuple[datetime, int]:
    """When a reading was made, for sorting: a bare date is the end of its day; equal moments by order of storing.

    Of readings that are said to come oldest first, this is the order.
    """
    return (clock.end_of(reading.observed_at), reading.sequence)


def latest(readings: Sequence[Reading], counter: Callable[[Reading], int | None]) -> Reading | None:
    """The reading that a counter was last read in: of the last day, the best evidence, and of that the last.

    `readings` come oldest first.
    """
    newest: Reading | None = None
    for reading in reversed(readings):
        if counter(reading) is None:
            continue
        if newest is None:
            newest = reading
        elif _day_of(reading) != _day_of(newest):
            break
        elif _RANK[reading.evidence] < _RANK[newest.evidence]:
            newest = reading
    return newest


def _day_of(reading: Reading) -> date:
    """The UTC day a reading was made on."""
    at = reading.observed_at
    return clock.utc_day(at) if isinstance(at, datetime) else at


def closing(readings: Iterable[Reading], hub_day: HubDay, counter: Callable[[Reading], int | None]) -> dict[date, int]:
    """By day, the counter of the reading that closes it: of the best evidence, the last. `readings`: oldest first."""
    best: dict[date, tuple[int, int]] = {}
    for reading in readings:
        value = counter(reading)
        if value is None:
            continue
        day, rank = hub_day.closes(reading.observed_at), _RANK[reading.evidence]
        if day not in best or rank <= best[day][0]:
            best[day] = (rank, value)
    return {day: value for day, (_, value) in best.items()}


def _both_closing(readings: Iterable[Reading], hub_day: HubDay) -> tuple[dict[date, int], dict[date, int]]:
    """`closing` of the all-time and of the rolling counter, in one walk."""
    all_time: dict[date, tuple[int, int]] = {}
    rolling: dict[date, tuple[int, int]] = {}
    for reading in readings:
        day, rank = hub_day.closes(reading.observed_at), _RANK[reading.evidence]
        for value, best in ((reading.downloads_all_time, all_time), (reading.downloads_30d, rolling)):
            if value is not None and (day not in best or rank <= best[day][0]):
                best[day] = (rank, value)
    return {day: value for day, (_, value) in all_time.items()}, {day: value for day, (_, value) in rolling.items()}


@dataclass(slots=True)
class _Known:
    """What is known so far: day counts, intervals by their last day, revisions, and days an interval covers."""

    counts: dict[date, int] = field(default_factory=dict)
    intervals: dict[date, tuple[date, int]] = field(default_factory=dict)
    bounded: dict[date, int] = field(default_factory=dict)
    revisions: dict[date, int] = field(default_factory=dict)
    disagreements: list[Disagreement] = field(default_factory=list)

    def days(self, first: date, last: date) -> tuple[DayCount, ...]:
        days = (first + _DAY * n for n in range((last - first).days + 1))
        counts, measured = self.counts, DayKind.MEASURED
        return tuple(
            self._unknown(day) if (count := counts.get(day)) is None else DayCount(day, count, count, count, measured)
            for day in days
        )

    def _unknown(self, day: date) -> DayCount:
        if day in self.bounded:
            return DayCount(day, None, 0, self.bounded[day], DayKind.APPORTIONED)
        kind = DayKind.REVISED if day in self.revisions else DayKind.MISSING
        return DayCount(day, None, 0, None, kind)

    def add_interval(self, start: date, end: date, total: int) -> None:
        self.intervals[end] = (start, total)
        for day in days_between(start, end):
            self.bounded[day] = total


def _moving(all_time: Mapping[date, int], standstills: Iterable[tuple[date, date]]) -> dict[date, int]:
    """The all-time counts without those that only repeat the last one in a standstill: they close no day."""
    still = {day for start, end in standstills for day in days_between(start, end)}
    kept: dict[date, int] = {}
    last: int | None = None
    for day, value in sorted(all_time.items()):
        if day in still and value == last:
            continue
        kept[day] = last = value
    return kept


def _differences(known: _Known, points: Sequence[tuple[date, int]]) -> None:
    """Day counts, intervals and revisions from consecutive all-time counts."""
    for (before, low), (day, high) in itertools.pairwise(points):
        size = high - low
        if size < 0:
            known.revisions[day] = size
        elif day - before == _DAY:
            known.counts[day] = size
        else:
            known.add_interval(before + _DAY, day, size)


def _overrule(known: _Known, exact: Mapping[date, int]) -> None:
    """Put the publisher's counts in place; an interval they touch keeps what they leave of its total."""
    for end, (start, total) in list(known.intervals.items()):
        days = days_between(start, end)
        told = [day for day in days if day in exact]
        if not told:
            continue
        del known.intervals[end]
        left = [day for day in days if day not in exact]
        rest = total - sum(exact[day] for day in told)
        for day in days:
            del known.bounded[day]
        if not left or rest < 0:  # the two disagree: the publisher's days stand, the others are not known
            continue
        if len(left) == 1:
            known.counts[left[0]] = rest
        elif (left[-1] - left[0]).days == len(left) - 1:
            known.add_interval(left[0], left[-1], rest)
        else:
            known.bounded.update(dict.fromkeys(left, rest))
    known.counts.update(exact)


def _disagreements(known: _Known, rolling: Mapping[date, int], born: date | None) -> None:
    """Where R(t) - R(t-1) + d(t-30) is another count than the day's, write both down."""
    for day, count in sorted(known.counts.items()):
        leaving = day - WINDOW
        gone = 0 if born is not None and leaving < born else known.counts.get(leaving)
        if gone is None or day not in rolling or day - _DAY not in rolling:
            continue
        estimate = rolling[day] - rolling[day - _DAY] + gone
        if estimate != count:
            known.disagreements.append(Disagreement(day, count, estimate))


def _roll(known: _Known, rolling: Mapping[date, int], days: tuple[date, date], born: date | None) -> None:
    """Add what the rolling count tells of days that are not known yet."""
    found = identify(rolling, known.counts, known.intervals, days, born=born)
    known.counts.update({day: count for day, count in found.counts.items() if day not in known.revisions})
    for start, end, total in found.intervals:
        if not any(day in known.revisions for day in days_between(start, end)):
            known.add_interval(start, end, total)
    for day, size in found.revisions.items():
        if day not in known.counts:
            known.revisions.setdefault(day, size)


def days_between(start: date, end: date) -> list[date]:
    """The days from `start` to `end`, both included."""
    return [start + _DAY * n for n in range((end - start).days + 1)]
