"""One series' event windows against what its other days let expect of them.

The sum of a window's days is set beside its expectation (`local_level.py`). Its p is the probability that days without
any cause bring so many or more: negative binomial, with how the days scatter and how unsure the expectation is. Beside
it stands a p without any such model: how many windows of the same length, elsewhere in the same series, show as much.
Those windows also tell how much wider than foretold the sums truly scatter, and the first p takes that in.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from scipy.special import betainc, ndtr, ndtri

from alia_watch.announcements.announcement import WINDOW_DAYS
from alia_watch.findings.decay import DAYS_OF_DECAY, LIFT_OF_DECAY, half_life
from alia_watch.findings.event_window import EventWindow, pre_window
from alia_watch.findings.expectation import Flags, Floats, Places
from alia_watch.findings.local_level import LocalLevel, Spans
from alia_watch.findings.prediction import Prediction
from alia_watch.findings.spike import Series, Spike
from alia_watch.findings.threshold import SMALLEST_PROBABILITY

#: Measured baseline days needed before a window, and in all around it: a birth has no baseline.
DAYS_BEFORE, DAYS_AROUND = 7, 14
#: The share of a window's days that must be measured.
SHARE_MEASURED = 0.55
#: Fewer placebo windows than this give no p of their own.
PLACEBOS_NEEDED = 20
#: For so many days after a window what it brought may still be dying away: no placebo window begins there.
_TAIL_DAYS = 7
#: The scatter of placebo sums over what was foretold of them: cut at so many standard deviations (Huber's proposal 2,
#: 1964), and pulled to 1 as by so many windows. Never below 1: no repo is taken to be tamer than foretold.
_CUT, _PULL_WINDOWS = 2.0, 8.0
_DENSITY = math.exp(-(_CUT**2) / 2) / math.sqrt(2 * math.pi)
_CUT_MEAN = float(1 - 2 * ndtr(-_CUT) - 2 * _CUT * _DENSITY + 2 * _CUT**2 * ndtr(-_CUT))
#: The level of the test, for what it could have seen in four cases of five.
LEVEL, _POWER = 0.05, 0.8
_NORMAL_95, _NORMAL_80 = 1.96, float(ndtri(_POWER))
#: Of no download at all in a window, the greatest mean that 2.5 % of windows would show so: -ln 0.025.
_NONE_AT_MOST = 3.689
#: Where sums scatter by more than this share of their mean, squared, no ratio is sure to be seen.
_MOST_SCATTER = 0.5
_DAY = timedelta(days=1)


class TooLittle(StrEnum):
    """Why a window has no answer."""

    NOTHING_BEFORE = "nothing_before"  # the series begins with it or hardly before: a birth has no baseline
    FEW_DAYS = "few_days"  # too few measured days around it, so far
    NOT_OVER = "not_over"  # too few of its days are closed yet
    NOT_MEASURED = "not_measured"  # too few of its days were measured


@dataclass(frozen=True, slots=True)
class Pair:
    """One event window and one series. Figures are None where `too_little` says why.

    Attributes:
        days: measured days of the window; `observed` and `expected` speak of these.
        low, high: 95 % interval of `ratio`, observed over expected.
        excess: observed - expected, and the standard deviation of that where nothing is unusual.
        p: the probability of so many downloads or more where nothing is unusual; one-sided, and never below what the
            calibration supports.
        p_placebo: the share of placebo windows of the series that are as unusual, of `placebos` and this one.
        q: p adjusted for all pairs of the study (Benjamini and Hochberg 1995).
        pre_trend_p: the same p of the seven days before; None where they meet another window or are too little.
        half_life: days in which the excess halves, where it can be told.
        detectable: the ratio that would be told from chance (p below 5 %) in four windows of five.
        days_needed: how many more measured days before there can be an answer; None where waiting does not help.
    """

    window: EventWindow
    series: str
    days: int
    observed: int | None = None
    expected: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    excess: tuple[float, float] | None = None
    p: float | None = None
    p_placebo: float | None = None
    placebos: int = 0
    q: float | None = None
    pre_trend_p: float | None = None
    half_life: float | None = None
    detectable: float | None = None
    too_little: TooLittle | None = None
    days_needed: int | None = None


class EventTest:
    """One series, its windows, and what is usual of it outside them."""

    def __init__(
        self, series: Series, windows: Sequence[EventWindow], spikes: Iterable[Spike], offset: Floats, apart: Flags
    ) -> None:
        """
        Args:
            series: with at least one count.
            windows: those of the announcements, merged.
            spikes: of this series; their days are no baseline.
            offset: by day from the first measured one on, the logarithm of the Hub's movement.
            apart: by day, whether it is no baseline for other reasons, such as that the whole Hub moved.
        """
        self.name = series.repo_id
        self.windows = windows
        self.first = min(series.counts)
        self.days = len(offset)
        self.counts = np.full(self.days, np.nan)
        for day, count in series.counts.items():
            self.counts[(day - self.first).days] = count
        self.inside = self._of(windows, 0)
        self.official = self._of((window for window in windows if window.official), 0)
        self._near = self._of(windows, _TAIL_DAYS)
        self._spikes = np.zeros(self.days, dtype=bool)
        for spike in spikes:
            self._spikes[self.row(spike.start) : self.row(spike.end) + 1] = True
        baseline = ~(self.inside | self._spikes | apart)
        self.level = LocalLevel(self.counts, baseline, offset, self.first.weekday())
        self.wider = self._wider()
        self._placebos: dict[int, Floats] = {}

    def pairs(self) -> tuple[Pair, ...]:
        """Each window's answer, without q."""
        return tuple(self._pair(window) for window in self.windows)

    def row(self, day: date) -> int:
        """Where a day stands in the arrays; outside them where the series does not reach it."""
        return (day - self.first).days

    def _of(self, windows: Iterable[EventWindow], tail: int) -> Flags:
        inside = np.zeros(self.days, dtype=bool)
        for window in windows:
            inside[max(self.row(window.first), 0) : max(self.row(window.last) + 1 + tail, 0)] = True
        return inside

    def _placebo_starts(self, length: int, away: Flags) -> Places:
        """Where a placebo window may begin: whole, and none of its days among those to keep away from."""
        if self.days < length:
            return np.zeros(0, dtype=np.intp)
        touched = np.convolve(away, np.ones(length), "valid") > 0.5
        return np.flatnonzero(~touched)

    def _usable(self, starts: Places, length: int) -> Spans:
        spans = self.level.spans(starts, length)
        return _some(spans, _enough(spans, length))

    def _wider(self) -> float:
        """How much wider than foretold the sums of quiet weeks scatter, as a factor of their variance, 1 or more."""
        spans = self._usable(self._placebo_starts(WINDOW_DAYS, self._near | self._spikes), WINDOW_DAYS)
        windows = len(spans.observed) / WINDOW_DAYS  # they overlap: so many tell something of their own
        if not windows:
            return 1.0
        far = (spans.observed - spans.expected) / np.sqrt(spans.variance)
        factor = 1.0
        for _ in range(12):
            factor = max(factor * float(np.minimum(far**2 / factor, _CUT**2).mean()) / _CUT_MEAN, 0.05)
        return max((factor * windows + _PULL_WINDOWS) / (windows + _PULL_WINDOWS), 1.0)

    def _chance(self, spans: Spans) -> Floats:
        """The probability of so many downloads or more."""
        return reaches(spans.observed, spans.expected, spans.variance * self.wider)

    def _placebo(self, length: int) -> Floats:
        """The p of every placebo window of a length, sorted."""
        if length not in self._placebos:
            spans = self._usable(self._placebo_starts(length, self._near), length)
            self._placebos[length] = np.sort(self._chance(spans))
        return self._placebos[length]

    def _pair(self, window: EventWindow) -> Pair:
        start, length = self.row(window.first), window.days
        if start >= self.days:
            days = start - self.days + _days_needed(length)
            return Pair(window, self.name, 0, too_little=TooLittle.NOT_OVER, days_needed=days)
        if start < 0:
            meets = start + length > 0
            return Pair(window, self.name, 0, too_little=TooLittle.NOTHING_BEFORE if meets else TooLittle.NOT_MEASURED)
        spans = self.level.spans(np.array([start]), length)
        days = int(spans.measured[0])
        reason, needed = self._too_little(spans, start, length)
        if reason is not None:
            return Pair(window, self.name, days, too_little=reason, days_needed=needed)
        observed, expected = float(spans.observed[0]), float(spans.expected[0])
        p = float(self._chance(spans)[0])
        low, high = self._interval(spans)
        placebos = self._placebo(length)
        as_unusual = 1 + int(np.searchsorted(placebos, p, side="right"))
        return Pair(
            window,
            self.name,
            days,
            observed=int(observed),
            expected=expected,
            ratio=observed / expected,
            low=low,
            high=high,
            excess=(observed - expected, math.sqrt(float(spans.variance[0]) * self.wider)),
            p=max(p, SMALLEST_PROBABILITY),
            p_placebo=as_unusual / (1 + len(placebos)) if len(placebos) >= PLACEBOS_NEEDED else None,
            placebos=len(placebos),
            pre_trend_p=self._pre_trend(window),
            half_life=self._half_life(window, float(spans.level[0])) if p < LEVEL else None,
            detectable=self._detectable(spans),
        )

    def _too_little(self, spans: Spans, start: int, length: int) -> tuple[TooLittle | None, int | None]:
        days, needed = int(spans.measured[0]), _days_needed(length)
        if spans.before[0] < DAYS_BEFORE:
            return TooLittle.NOTHING_BEFORE, None
        if days < needed:
            over = start + length <= self.days
            return (TooLittle.NOT_MEASURED, None) if over else (TooLittle.NOT_OVER, needed - days)
        if spans.around[0] < DAYS_AROUND:
            return TooLittle.FEW_DAYS, DAYS_AROUND - int(spans.around[0])
        return None, None

    def _interval(self, spans: Spans) -> tuple[float, float]:
        """Of the ratio: how unsure the expectation is, and how a sum scatters around its own mean."""
        observed, expected = float(spans.observed[0]), float(spans.expected[0])
        unsure = self.wider * float(spans.scatter[0] + spans.unsure[0])
        if not observed:
            return 0.0, _NONE_AT_MOST / expected * float(np.exp(_NORMAL_95 * np.sqrt(unsure)))
        error = float(np.sqrt(self.wider / observed + unsure))
        ratio = observed / expected
        return ratio * float(np.exp(-_NORMAL_95 * error)), ratio * float(np.exp(_NORMAL_95 * error))

    def _pre_trend(self, window: EventWindow) -> float | None:
        first, last = pre_window(window)
        if self.row(first) < 0 or any(each.meets(first, last) for each in self.windows):
            return None
        spans = self._usable(np.array([self.row(first)]), WINDOW_DAYS)
        return max(float(self._chance(spans)[0]), SMALLEST_PROBABILITY) if len(spans.observed) else None

    def _half_life(self, window: EventWindow, level: float) -> float | None:
        rows = np.arange(self.row(window.first), min(self.row(window.last) + 1, self.days))
        means = level * self.level.factor
        peak = int(rows[np.argmax(np.where(np.isfinite(self.counts[rows]), self.counts[rows] / means[rows], 0.0))])
        if self.counts[peak] < LIFT_OF_DECAY * means[peak]:
            return None
        after = [self.row(each.first) for each in self.windows if each.first > window.last]
        end = min([peak + DAYS_OF_DECAY, self.days, *after])
        return half_life(self.counts[peak:end], means[peak:end], 1 / self.level.dispersion)

    def _detectable(self, spans: Spans) -> float | None:
        """The ratio whose windows pass the test in four cases of five; None where no rise is great enough."""
        expected = float(spans.expected[0])
        size = float(_size(spans.expected, spans.variance * self.wider)[0])
        needed = Prediction(expected, size, int(spans.around[0])).quantile(1 - LEVEL) + 1
        relative = self.wider * float(spans.scatter[0])
        if _NORMAL_80**2 * relative >= _MOST_SCATTER:
            return None
        mean = float(needed)
        for _ in range(30):  # the mean that lies so many standard deviations above what is needed
            mean = needed + _NORMAL_80 * float(np.sqrt(self.wider * mean + relative * mean**2))
        return mean / expected


def reaches(count: Floats, mean: Floats, variance: Floats) -> Floats:
    """The probability that a negative-binomial sum of this mean and variance is `count` or more."""
    size = _size(mean, variance)
    chance: Floats = np.where(count <= 0, 1.0, betainc(np.maximum(count, 1e-9), size, mean / (mean + size)))
    return chance


def _size(mean: Floats, variance: Floats) -> Floats:
    size: Floats = mean**2 / np.maximum(variance - mean, mean * 1e-6)
    return size


def _days_needed(length: int) -> int:
    return int(np.ceil(SHARE_MEASURED * length))


def _enough(spans: Spans, length: int) -> Flags:
    enough: Flags = (
        (spans.measured >= _days_needed(length)) & (spans.before >= DAYS_BEFORE) & (spans.around >= DAYS_AROUND)
    )
    return enough


def _some(spans: Spans, which: Flags) -> Spans:
    return Spans(*(getattr(spans, name)[which] for name in Spans.__slots__))
