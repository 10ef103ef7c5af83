"""What the rolling 30-day count tells by itself.

With C(t) the downloads up to the end of day t, the rolling count is R(t) = C(t) - C(t-30). So C(t) = C(t-30) + R(t)
wherever C(t-30) is known: after 30 consecutive known days, or from a repo's birth on, before which it is zero. Nothing
is known backwards: 30 unknown days and one known sum leave 30 unknown days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

#: The length of the Hub's rolling window, in days (Hub documentation, models-download-stats).
WINDOW = timedelta(days=30)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Identified:
    """What the rolling count adds to the known days.

    Attributes:
        counts: day counts, by day.
        intervals: first day, last day and total of runs of unknown days.
        revisions: by day, how far the rolling count lies below what is already known to be in its window (negative).
    """

    counts: dict[date, int] = field(default_factory=dict)
    intervals: list[tuple[date, date, int]] = field(default_factory=list)
    revisions: dict[date, int] = field(default_factory=dict)


def identify(
    rolling: Mapping[date, int],
    known: Mapping[date, int],
    intervals: Mapping[date, tuple[date, int]],
    days: tuple[date, date],
    *,
    born: date | None = None,
) -> Identified:
    """Day counts and intervals that the rolling counts give beyond what is known.

    Args:
        rolling: the rolling count that closed each day.
        known: day counts known from elsewhere.
        intervals: by last day, the first day and total of intervals known from elsewhere.
        days: first and last day to look at.
        born: the day the repo was made, where it is first read soon after; before it there was no download.
    """
    found = Identified()
    first, last = days
    unknown_of_intervals = {
        start + _DAY * n for end, (start, _) in intervals.items() for n in range((end - start).days + 1)
    }
    until: dict[date, int] = {}  # C, counted from the start of the present chain
    latest: date | None = None  # the last day of the chain whose C is trusted
    if born is not None:
        latest = first - _DAY
        until = {latest - _DAY * n: 0 for n in range(WINDOW.days + 1)}
    day = first - _DAY
    while day < last:
        day += _DAY
        if day in known and day - _DAY in until:  # the day after the chain's last, and known: nothing new is learnt
            until[day] = until[day - _DAY] + known[day]
            latest = day
            continue
        reached = _reached(day, until, intervals, rolling)
        if reached is None:
            if day in known:  # a new chain starts, and the old one is of no more use
                until, latest = {day - _DAY: 0, day: known[day]}, day
            continue
        assert latest is not None  # noqa: S101  a chain that is reached has a last day
        span = [latest + _DAY * n for n in range(1, (day - latest).days + 1)]
        rest = reached - until[latest] - sum(known.get(each, 0) for each in span)
        if rest < 0:
            found.revisions[day] = rest  # a counter fault: the chain waits until the counter has recovered
            continue
        _share(found, [each for each in span if each not in known], rest, unknown_of_intervals)
        until[day] = reached
        latest = day
    return found


def _reached(
    day: date,
    until: Mapping[date, int],
    intervals: Mapping[date, tuple[date, int]],
    rolling: Mapping[date, int],
) -> int | None:
    """C(day), from an interval that ends here, or from the rolling count; in this order."""
    if day in intervals:
        start, total = intervals[day]
        if start - _DAY in until:
            return until[start - _DAY] + total
    if day in rolling and day - WINDOW in until:
        return until[day - WINDOW] + rolling[day]
    return None


def _share(found: Identified, unknown: list[date], rest: int, elsewhere: set[date]) -> None:
    """Give `rest` downloads to the unknown days of a span, where they are one run that nothing else speaks of."""
    if not unknown or elsewhere.intersection(unknown):
        return
    if len(unknown) == 1:
        found.counts[unknown[0]] = rest
    elif (unknown[-1] - unknown[0]).days == len(unknown) - 1:
        found.intervals.append((unknown[0], unknown[-1], rest))
