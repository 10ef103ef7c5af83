"""From counter readings to day counts with bounds (design §4; the rules in words: docs/method.md)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


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
class Level:
    """The counters as read; `observed_at` is a bare date for date-only readings."""

    observed_at: datetime | date
    downloads_30d: int | None
    downloads_all_time: int | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A day for which both counters give an estimate and the two differ: a sign of trouble, kept."""

    day: date
    all_time: int
    rolling: int


@dataclass(frozen=True, slots=True)
class DailySeries:
    """One repo's days, oldest first and without holes, with what is known of each."""

    repo_id: str
    days: tuple[DayCount, ...]
    intervals: tuple[Interval, ...]
    revisions: tuple[Revision, ...]
    level: tuple[Level, ...]
    disagreements: tuple[Disagreement, ...] = ()
