"""The detector, day by day: what each day looked like with nothing later than itself, of many series at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alia_watch.findings.evidence import NO_EVIDENCE, Evidence
from alia_watch.findings.expectation import STARTS, Expectation, Flags, Floats, Forecasts, Places
from alia_watch.findings.level_shift import ERROR, LevelShifts
from alia_watch.findings.scatter import Scatter
from alia_watch.findings.threshold import DAYS_NEEDED, AlarmRule

#: Days with so much evidence (about 12 to 1) teach nothing of what is usual, nor do those since the spike began.
_SUSPICION = 2.5
_DAYS_BEFORE_SUSPICION = 7
#: After so many days everything that goes round by days, weekdays or fortnights is where it was.
ROUND = 70


@dataclass(frozen=True, slots=True)
class Days:
    """What is to be judged. Every array is days by series; row 0 is each series' own first day.

    Attributes:
        counts: NaN where not measured.
        left_out: days inside event windows and on which the whole Hub moved: judged, but nothing is learnt from them.
        offset: logarithm of what the expectation is multiplied by on that day.
        rebase: logarithm of the factor by which everything stands higher from that day on.
        first_weekdays: of row 0, by series, Monday 0.
    """

    counts: Floats
    left_out: Flags
    offset: Floats
    rebase: Floats
    first_weekdays: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Replay:
    """What the detector thought of each day. Days by series, save the last four, which are as of the last day.

    Attributes:
        evidence: log Bayes factor of a spike that began in the last five days; `needed`: that of a first alarm.
        alarm: whether the day raised one; `age`: how many days before it the likeliest spike began.
        shifted: the day on which a new level was let in.
        seen_log_mean, seen_variance: the expectation's logarithm and how unsure it is, as they looked on that day.
        log_mean, variance: the same as told in the end, from the morning on which a spike is likely to have begun.
        dispersion: 1/r as known on that day.
        days: measured days before it.
        dispersion_low, dispersion_high: between which 1/r lies with 95 % probability.
    """

    evidence: Floats
    needed: Floats
    alarm: Flags
    age: Places
    shifted: Flags
    seen_log_mean: Floats
    seen_variance: Floats
    log_mean: Floats
    variance: Floats
    dispersion: Floats
    days: Places
    wander: Floats
    lone: Floats
    dispersion_low: Floats
    dispersion_high: Floats


def nothing_told(rows: int, series: int) -> Replay:
    """A record to be filled in, day by day."""
    shape = (rows, series)
    return Replay(
        evidence=np.full(shape, NO_EVIDENCE),
        needed=np.zeros(shape),
        alarm=np.zeros(shape, dtype=bool),
        age=np.zeros(shape, dtype=np.intp),
        shifted=np.zeros(shape, dtype=bool),
        seen_log_mean=np.zeros(shape),
        seen_variance=np.zeros(shape),
        log_mean=np.zeros(shape),
        variance=np.zeros(shape),
        dispersion=np.zeros(shape),
        days=np.zeros(shape, dtype=np.intp),
        wander=np.zeros(series),
        lone=np.zeros(series),
        dispersion_low=np.zeros(series),
        dispersion_high=np.zeros(series),
    )


class Pass:
    """One pass over the days of some series.

    Args:
        begins: the first row that is judged, a multiple of `ROUND`; `restore` what was known and told before it.
    """

    def __init__(self, days: Days, false_alarms_per_year: float, *, begins: int = 0) -> None:
        rows, series = days.counts.shape
        self._days = days
        self._begins = begins
        self._expectation = Expectation(days.counts, days.first_weekdays, begins=begins)
        self._scatter = Scatter(days.counts, begins=begins)
        self._evidence = Evidence(series, begins=begins)
        self._levels = LevelShifts(series, begins=begins)
        self._rule = AlarmRule(series, false_alarms_per_year)
        # What each kept morning expected of the days since: by day of the start (a ring), age, and series.
        self._means = np.zeros((STARTS, STARTS, series))
        self._variances = np.zeros((STARTS, STARTS, series))
        self.told = nothing_told(rows, series)

    def rows(self) -> Iterator[int]:
        """Judge one day after the other; each row is given before it is judged."""
        for row in range(self._begins, len(self._days.counts)):
            yield row
            self._judge(row)

    def outcome(self) -> Replay:
        """What was told of each day, and what was known in the end."""
        low, high = self._scatter.dispersion_range
        return replace(
            self.told,
            wander=self._scatter.wander,
            lone=self._scatter.lone,
            dispersion_low=low,
            dispersion_high=high,
        )

    def state(self, place: int) -> Floats:
        """All that is known of a series, as one row of numbers."""
        column: Floats = np.concatenate([np.ravel(array[..., place]).astype(np.float64) for array in self._state])
        return column

    def restore(self, states: Floats) -> None:
        """Know what was known: numbers by series, as `state` gave them."""
        at = 0
        for array in self._state:
            size = array[..., 0].size
            array[...] = states[at : at + size].reshape(array.shape)
            at += size

    @property
    def _state(self) -> list[NDArray[Any]]:
        parts = (self._expectation, self._scatter, self._evidence, self._levels, self._rule)
        return [*(array for part in parts for array in part.state), self._means, self._variances]

    def _judge(self, row: int) -> None:
        days, scatter, told = self._days, self._scatter, self.told
        measured = scatter.days.copy()
        known = np.isfinite(days.counts[row])
        counts = np.where(known, days.counts[row], 0.0)
        wander, dispersion = scatter.wander, scatter.dispersion
        self._expectation.advance(wander, days.rebase[row])
        forecasts = self._expectation.forecasts(wander, days.offset[row])
        log_mean, variance = forecasts.log_mean[0], forecasts.variance[0]
        judgement = self._evidence.judge(counts, known, forecasts, dispersion, scatter.lone)
        mean = np.exp(log_mean)
        judged = known & (measured >= DAYS_NEEDED)
        told.evidence[row] = np.where(judged, judgement.evidence, NO_EVIDENCE)
        told.alarm[row], told.needed[row] = self._rule.decide(judgement.evidence, mean, counts / mean, judged)
        told.age[row], told.days[row] = judgement.age, measured
        told.log_mean[row], told.variance[row], told.dispersion[row] = log_mean, variance, dispersion
        suspected = known & (judgement.evidence > _SUSPICION) & (measured >= _DAYS_BEFORE_SUSPICION)
        self._tell_again(row, forecasts, suspected | told.alarm[row])
        told.seen_log_mean[row], told.seen_variance[row] = told.log_mean[row], told.variance[row]
        which = np.flatnonzero(suspected)
        if len(which):
            self._expectation.go_back(which, judgement.age[which], wander)
        usual = known & ~suspected & ~days.left_out[row]
        error, noise = (counts - mean) / mean, 1 / mean + dispersion
        self._expectation.learn(error, noise, usual)
        scatter.learn_odd(judgement.oddness, judgement.went_on, known)
        scatter.learn(counts, log_mean, forecasts.steady[0], known=known, usual=usual)
        shifted, by = self._levels.find(
            counts, mean, np.sqrt(noise + variance), 1 / dispersion, known=known, days=scatter.days
        )
        if len(shifted):
            self._expectation.shift(shifted, by, ERROR)
            self._evidence.close(shifted)
            told.shifted[row, shifted] = True

    def _tell_again(self, row: int, forecasts: Forecasts, which: Flags) -> None:
        """Where a spike is likely to have begun, its days are expected what the morning of its start expected."""
        ages = np.arange(STARTS)
        slots = (row - ages) % STARTS
        self._means[slots, ages], self._variances[slots, ages] = forecasts.log_mean, forecasts.variance
        places = np.flatnonzero(which)
        if not len(places):
            return
        started = self.told.age[row, places]
        for day in range(STARTS):
            some = places[started >= day]
            age = self.told.age[row, some]
            then = row - age + day
            self.told.log_mean[then, some] = self._means[(row - age) % STARTS, day, some]
            self.told.variance[then, some] = self._variances[(row - age) % STARTS, day, some]
