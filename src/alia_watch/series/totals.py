"""Downloads over a span of days, with bounds: a sum is only as well known as its days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from alia_watch.series.reconstruct import DailySeries

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Total:
    """Downloads of the days `start` to `end`, both included: `low <= count <= high`.

    Attributes:
        count: None where it is not exactly known.
        high: None where it has no bound.
        known_days: days inside that are measured, or lie in an interval that lies wholly inside.
        days: how many days were asked for.
    """

    start: date
    end: date
    count: int | None
    low: int
    high: int | None
    known_days: int
    days: int


def total(series: DailySeries, start: date, end: date) -> Total:
    """One repo's downloads from `start` to `end`; before its birth there were none.

    An interval that lies wholly inside counts with its exact total; one cut by the span gives between nothing and its
    total. A missing or revised day leaves the sum without an upper bound.
    """
    days_of = series.days
    place = (start - days_of[0].day).days if days_of else 0  # the days have no holes
    low, high, known = 0, 0, 0
    bounded, exact = True, True
    for interval in series.intervals:
        inside = (min(end, interval.end) - max(start, interval.start)).days + 1
        if inside <= 0:
            continue
        high += interval.total
        if start <= interval.start and interval.end <= end:
            low += interval.total
            known += inside
        elif interval.total:
            exact = False
    covered = {i.start + _DAY * n for i in series.intervals for n in range((i.end - i.start).days + 1)}
    for n in range((end - start).days + 1):
        day = start + _DAY * n
        if day in covered:
            continue
        if series.born is not None and day < series.born:
            known += 1
            continue
        found = days_of[place + n] if 0 <= place + n < len(days_of) else None
        if found is not None and found.count is not None:
            low += found.count
            high += found.count
            known += 1
            continue
        exact = False
        if found is None or found.high is None:
            bounded = False
        else:
            high += found.high
    days = (end - start).days + 1
    return Total(start, end, low if exact else None, low, high if bounded else None, known, days)


def from_day(series: DailySeries, first: date) -> DailySeries:
    """As much of a series as `total` needs for spans that begin on a day or later."""
    place = max((first - series.days[0].day).days, 0) if series.days else 0
    intervals = tuple(interval for interval in series.intervals if interval.end >= first)
    return DailySeries(series.repo_id, series.days[place:], intervals, (), (), born=series.born)


def add(totals: Iterable[Total]) -> Total:
    """The sum of several repos' totals over one span. Raises ValueError where the spans differ or none is given."""
    parts = list(totals)
    spans = {(part.start, part.end) for part in parts}
    if len(spans) != 1:
        raise ValueError(f"totals of one and the same span can be added, not of {len(spans)}")
    counts = [part.count for part in parts if part.count is not None]
    highs = [part.high for part in parts if part.high is not None]
    return Total(
        start=parts[0].start,
        end=parts[0].end,
        count=sum(counts) if len(counts) == len(parts) else None,
        low=sum(part.low for part in parts),
        high=sum(highs) if len(highs) == len(parts) else None,
        known_days=min(part.known_days for part in parts),
        days=parts[0].days,
    )


def day_sums(series: Iterable[DailySeries]) -> dict[date, int]:
    """By day, the downloads of several repos together, from the birth of the youngest, where each is measured.

    Before that the sum is of fewer: set beside later days, a new repo would look like a rise of the others.
    """
    parts = list(series)
    births = [one.born for one in parts if one.born is not None]
    known = [{day.day: day.count for day in one.days if day.count is not None} for one in parts]
    common = set(known[0]).intersection(*known[1:]) if known else set()
    return {day: sum(mine[day] for mine in known) for day in sorted(common) if not births or day >= max(births)}
