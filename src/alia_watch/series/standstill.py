"""Spans in which the Hub's counters stood still: no all-time count of the basket moved although many should have."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

#: So many control repos must have been read on both days, and so many downloads expected of them, for a day without
#: any to be a counter that stood still: by chance twenty expected downloads stay away on 2 days in a billion (Poisson).
REPOS_FOR_STANDSTILL = 5
DOWNLOADS_FOR_STANDSTILL = 20.0
#: Days looked back on for what is usual.
LOOK_BACK = 28

_DAY = timedelta(days=1)


def standstills(closing: Mapping[str, Mapping[date, int]]) -> tuple[tuple[date, date], ...]:
    """First and last day of every span in which no counter of the basket moved although many should have.

    Args:
        closing: per control repo, the all-time count that closed each day.
    """
    days = sorted({day for counts in closing.values() for day in counts})
    return _spans(day for day in days if _stands_still(closing, day))


def _stands_still(closing: Mapping[str, Mapping[date, int]], day: date) -> bool:
    read = [counts for counts in closing.values() if day in counts and day - _DAY in counts]
    if len(read) < REPOS_FOR_STANDSTILL or any(counts[day] != counts[day - _DAY] for counts in read):
        return False
    return sum(_usual(counts, day) for counts in read) >= DOWNLOADS_FOR_STANDSTILL


def _usual(counts: Mapping[date, int], day: date) -> float:
    """Downloads a day over the weeks before, from the first count in them to the last; 0 where nothing is known."""
    past = [day - _DAY * n for n in range(LOOK_BACK, 0, -1) if day - _DAY * n in counts]
    if len(past) < 2 or counts[past[-1]] <= counts[past[0]]:
        return 0.0
    return (counts[past[-1]] - counts[past[0]]) / (past[-1] - past[0]).days


def _spans(days: Iterable[date]) -> tuple[tuple[date, date], ...]:
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and day - spans[-1][1] == _DAY:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return tuple(spans)
