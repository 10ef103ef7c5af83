"""What moved on the whole Hub: a basket of unrelated control repos tells such days from a repo's own (design §4, 3)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from statistics import fmean, median

from alia_watch.series.reconstruct import DailySeries

#: So many control repos must have been read on both days, and so many downloads expected of them, for a day without
#: any to be a counter that stood still: by chance twenty expected downloads stay away on 2 days in a billion (Poisson).
REPOS_FOR_STANDSTILL = 5
DOWNLOADS_FOR_STANDSTILL = 20.0
#: So many control repos must be measured on a day to speak of the whole Hub, and so far must their middle one move.
REPOS_FOR_MOVEMENT = 8
HUB_WIDE_UP = 2.0
HUB_WIDE_DOWN = 0.5
#: Days looked back on for what is usual.
LOOK_BACK = 28
#: Fewer measured days of the same half of the week than this tell nothing.
DAYS_ALIKE = 4

_DAY = timedelta(days=1)
_SATURDAY = 5


def standstills(closing: Mapping[str, Mapping[date, int]]) -> tuple[tuple[date, date], ...]:
    """First and last day of every span in which no counter of the basket moved although many should have.

    Args:
        closing: per control repo, the all-time count that closed each day.
    """
    days = sorted({day for counts in closing.values() for day in counts})
    return _spans(day for day in days if _stands_still(closing, day))


def hub_movement(basket: Iterable[DailySeries]) -> dict[date, float]:
    """By day, the median over the basket of a repo's day count over its own usual one; only days enough repos speak of.

    A repo's usual day is the mean of its measured days among the 28 before that were weekdays as this one, or weekend
    days as this one. Half a download is added on both sides, so that repos of one or two a day can be divided by.
    """
    ratios: dict[date, list[float]] = {}
    for series in basket:
        counts = {day.day: day.count for day in series.days if day.count is not None}
        for day, count in counts.items():
            past = [counts[each] for each in _alike(day) if each in counts]
            if len(past) >= DAYS_ALIKE:
                ratios.setdefault(day, []).append((count + 0.5) / (fmean(past) + 0.5))
    return {day: median(each) for day, each in sorted(ratios.items()) if len(each) >= REPOS_FOR_MOVEMENT}


def is_hub_wide(movement: float | None) -> bool:
    """Whether a day's movement is the whole Hub's. A day the basket says nothing of is not."""
    return movement is not None and (movement >= HUB_WIDE_UP or movement <= HUB_WIDE_DOWN)


def _alike(day: date) -> list[date]:
    """The days looked back on that are of the same half of the week."""
    past = (day - _DAY * n for n in range(1, LOOK_BACK + 1))
    return [each for each in past if (each.weekday() < _SATURDAY) == (day.weekday() < _SATURDAY)]


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
