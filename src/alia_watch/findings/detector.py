"""From day counts to alarms and spikes, of many repos at once."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alia_watch.announcements.announcement import coinciding, window_days
from alia_watch.findings.decay import DAYS_OF_DECAY, LIFT_OF_DECAY, half_life
from alia_watch.findings.detectable import Smallest, smallest_detectable
from alia_watch.findings.expectation import Floats
from alia_watch.findings.memory import Memory, replay
from alia_watch.findings.prediction import Prediction
from alia_watch.findings.replay import Days, Replay
from alia_watch.findings.spike import Alarm, Detection, Series, Spike
from alia_watch.findings.threshold import DAYS_NEEDED, probability
from alia_watch.series.basket import CommonMovement

#: A run goes on over so many days that are not high.
_PAUSE = 3
_NORMAL_95 = 1.96
_DAY = timedelta(days=1)


def detect(
    series: Sequence[Series],
    *,
    zone: str = "Europe/Madrid",
    false_alarms_per_year: float = 1.0,
    memory: Memory | None = None,
) -> tuple[Detection, ...]:
    """What is unusual in each series, in their order. Many at once take little longer than one.

    Args:
        series: one that is given more than once is judged once.
        zone: the civil days of the announcements.
        false_alarms_per_year: how many false alarms a year may be expected of each series.
        memory: what earlier detections kept, which changes nothing but the time it takes.
    """
    distinct, places = _distinct([one.sound() for one in series])
    told = [one for one in distinct if one.counts]
    names = [one.repo_id for one in told]
    seen = replay(_days(told, zone), false_alarms_per_year, names, memory) if told else None
    if seen is None:
        return tuple(_nothing(one) for one in series)
    readers = [_Reader(one, seen, place, zone) for place, one in enumerate(told)]
    smallest = _smallest([each.next_day for each in readers], seen.lone, false_alarms_per_year)
    said = (each.detection(least) for each, least in zip(readers, smallest, strict=True))
    found = [next(said) if one.counts else _nothing(one) for one in distinct]
    return tuple(found[place] for place in places)


def _distinct(series: Sequence[Series]) -> tuple[list[Series], list[int]]:
    """The series without repetitions, and where among these each of them stands."""
    distinct: list[Series] = []
    by_repo: dict[str, list[int]] = {}
    places = []
    for one in series:
        alike = by_repo.setdefault(one.repo_id, [])
        place = next((place for place in alike if distinct[place] == one), len(distinct))
        if place == len(distinct):
            distinct.append(one)
            alike.append(place)
        places.append(place)
    return distinct, places


def _nothing(series: Series) -> Detection:
    return Detection(series.repo_id, (), (), None, None, DAYS_NEEDED, None, None, None, None)


def _smallest(next_days: Sequence[Prediction | None], lone: Floats, budget: float) -> Iterator[Smallest | None]:
    """The smallest spike of each series that can be judged; None of the others."""
    places = [place for place, each in enumerate(next_days) if each]
    found = iter(smallest_detectable([each for each in next_days if each], lone[places], budget))
    return (next(found) if each else None for each in next_days)


def _days(series: Sequence[Series], zone: str) -> Days:
    """The arrays of the series, with one row more than the longest has: the day after the last is foretold too."""
    firsts = [min(one.counts) for one in series]
    rows = 1 + max((max(one.counts) - first).days + 1 for one, first in zip(series, firsts, strict=True))
    shape = (rows, len(series))
    counts = np.full(shape, np.nan)
    left_out, offset, rebase = np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape)
    hubs = {id(one.hub): _hub_days(one.hub) for one in series}
    windows = {known: window_days(known, zone) for known in {one.announcements for one in series}}
    alike: dict[tuple[Any, ...], int] = {}  # series that begin on one day and have the same around them
    for place, (one, first) in enumerate(zip(series, firsts, strict=True)):
        _put(one.counts, counts, first, place)
        before = alike.setdefault((id(one.hub), first, one.announcements), place)
        if before != place:
            for array in (left_out, offset, rebase):
                array[:, place] = array[:, before]
            continue
        moved, rebased, hub_wide = hubs[id(one.hub)]
        apart = windows[one.announcements] | hub_wide
        _put(dict.fromkeys(apart, True), left_out, first, place)
        _put(moved, offset, first, place)
        _put(rebased, rebase, first, place)
    weekdays = np.array([first.weekday() for first in firsts])
    return Days(counts, left_out, offset, rebase, weekdays)


def _hub_days(hub: CommonMovement | None) -> tuple[dict[date, float], dict[date, float], frozenset[date]]:
    """The Hub's movement and new levels, as logarithms by day, and the days on which the whole Hub moved."""
    if hub is None:
        return {}, {}, frozenset()
    moved = {day: math.log(hub.expectation(day)) for day in hub.by_day}
    return moved, {day: math.log(factor) for day, factor in hub.rebased}, hub.hub_wide


def _put(by_day: Mapping[date, float], into: NDArray[Any], first: date, place: int) -> None:
    """Put a value of each day into the rows of one series, the first of which is `first`."""
    if not by_day:
        return
    began = first.toordinal()
    rows = np.fromiter((day.toordinal() - began for day in by_day), dtype=np.intp, count=len(by_day))
    values = np.fromiter(by_day.values(), dtype=into.dtype, count=len(by_day))
    inside = (rows >= 0) & (rows < len(into))
    into[rows[inside], place] = values[inside]


class _Reader:
    """Reads one series' alarms and spikes off a replay."""

    def __init__(self, series: Series, seen: Replay, place: int, zone: str) -> None:
        self._series = series
        self._zone = zone
        self._first = min(series.counts)
        self._rows = (max(series.counts) - self._first).days + 1
        self._seen = seen
        self._place = place
        self._log_mean, self._variance = seen.log_mean[:, place], seen.variance[:, place]
        self._dispersion, self._evidence = seen.dispersion[:, place], seen.evidence[:, place]

        self.days = int(seen.days[self._rows, place])
        #: What the day after the last measured one should bring, where that can be said.
        self.next_day = self._prediction(self._rows) if self.days >= DAYS_NEEDED else None

    def detection(self, smallest: Smallest | None) -> Detection:
        """Everything of this series."""
        alarms = [int(row) for row in np.flatnonzero(self._seen.alarm[:, self._place])]
        return Detection(
            repo_id=self._series.repo_id,
            alarms=tuple(self._alarm(row) for row in alarms),
            spikes=self._spikes(alarms),
            next_day=self.next_day,
            smallest=smallest,
            days_needed=max(DAYS_NEEDED - self.days, 0),
            scatter=math.sqrt(float(self._dispersion[self._rows])),
            scatter_low=math.sqrt(float(self._seen.dispersion_low[self._place])),
            scatter_high=math.sqrt(float(self._seen.dispersion_high[self._place])),
            wander=math.sqrt(float(self._seen.wander[self._place])),
        )

    def _day(self, row: int) -> date:
        return self._first + _DAY * row

    def _count(self, row: int) -> int | None:
        return self._series.counts.get(self._day(row))

    def _prediction(self, row: int) -> Prediction:
        return self._foretold(row, float(self._log_mean[row]), float(self._variance[row]))

    def _foretold(self, row: int, log_mean: float, variance: float) -> Prediction:
        mean = math.exp(log_mean + variance / 2)
        size = 1 / (float(self._dispersion[row]) + math.expm1(variance))
        return Prediction(mean, size, int(self._seen.days[row, self._place]))

    def _alarm(self, row: int) -> Alarm:
        at = row, self._place
        expected = self._foretold(row, float(self._seen.seen_log_mean[at]), float(self._seen.seen_variance[at]))
        observed = self._series.counts[self._day(row)]
        return Alarm(
            day=self._day(row),
            observed=observed,
            expected=expected.mean,
            low=expected.quantile(0.025),
            high=expected.quantile(0.975),
            lift=observed / expected.mean,
            probability=probability(float(self._evidence[row]), expected.mean),
        )

    def _spikes(self, alarms: Sequence[int]) -> tuple[Spike, ...]:
        spikes: list[Spike] = []
        after = 0
        while alarms:
            last = self._last_of_run(alarms[0])
            spike, after = self._spike(alarms[0], last, after)
            spikes.append(spike)
            alarms = [row for row in alarms if row > last]
        return tuple(spikes)

    def _last_of_run(self, alarm: int) -> int:
        """The last row on which the evidence was still there, counting on over short pauses."""
        last = alarm
        for row in range(alarm + 1, self._rows):
            if row - last > _PAUSE or self._seen.shifted[row - 1, self._place]:
                break
            if self._evidence[row] >= self._seen.needed[row, self._place]:
                last = row
        return last

    def _spike(self, alarm: int, last: int, after: int) -> tuple[Spike, int]:
        """The spike of a run, and the row after its end. `after`: the row after the last spike's end."""
        start = max(alarm - int(self._seen.age[alarm, self._place]), after)
        end = max((row for row in range(start, last + 1) if self._is_high(row)), default=alarm)
        rows = [row for row in range(start, end + 1) if self._count(row) is not None]
        counts = np.array([float(self._series.counts[self._day(row)]) for row in rows])
        means = np.exp(self._log_mean[rows] + self._variance[rows] / 2)
        at = int(np.argmax(counts - means))
        peak, expected = rows[at], self._prediction(rows[at])
        observed, lift = int(counts[at]), float(counts[at]) / expected.mean
        dispersion, variance = float(self._dispersion[alarm]), float(self._variance[alarm])
        error = math.sqrt(1 / max(observed, 1) + dispersion + variance)
        # Without the spike its days would have scattered, each by itself, around a level that is unsure for all alike.
        spread = math.sqrt(float(np.sum(means + dispersion * means**2)) + variance * float(means.sum()) ** 2)
        excess = float((counts - means).sum())
        shifts = np.flatnonzero(self._seen.shifted[start : last + 1, self._place])
        spike = Spike(
            repo_id=self._series.repo_id,
            start=self._day(start),
            peak=self._day(peak),
            end=self._day(end),
            alarm=self._day(alarm),
            observed=observed,
            expected=expected.mean,
            low=expected.quantile(0.025),
            high=expected.quantile(0.975),
            lift=lift,
            lift_low=lift * math.exp(-_NORMAL_95 * error),
            lift_high=lift * math.exp(_NORMAL_95 * error),
            excess=excess,
            excess_low=excess - _NORMAL_95 * spread,
            excess_high=excess + _NORMAL_95 * spread,
            probability=probability(float(self._evidence[alarm : last + 1].max()), expected.mean),
            baseline_days=expected.days,
            half_life=None if len(shifts) or lift < LIFT_OF_DECAY else self._half_life(peak),
            level_shift=self._day(start + int(shifts[0])) if len(shifts) else None,
            announcements=coinciding(self._series.announcements, self._day(start), self._day(end), self._zone),
        )
        return spike, end + 1

    def _is_high(self, row: int) -> bool:
        """Whether a day lies more than one standard deviation above what was expected of it."""
        count = self._count(row)
        mean = math.exp(float(self._log_mean[row]))
        spread = math.sqrt(1 / mean + float(self._dispersion[row] + self._variance[row]))
        return count is not None and count > mean * (1 + spread)

    def _half_life(self, peak: int) -> float | None:
        rows = range(peak, min(peak + DAYS_OF_DECAY, self._rows))
        counts = np.array([math.nan if (count := self._count(row)) is None else float(count) for row in rows])
        means = np.exp(self._log_mean[rows.start : rows.stop])
        return half_life(counts, means, 1 / float(self._dispersion[peak]))
