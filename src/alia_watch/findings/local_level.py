"""What a repo usually brings in a span of days, from its other days around that span.

Unlike the detector, which knows nothing later than the day it judges, a study looks back: the weeks after a window tell
as much of what would have been as those before it. The expectation of a span is the repo's level near it, times the
usual course of its week. The level is a mean of the baseline days, which count the less the farther they lie off; a
count far above is cut, so that a burst nobody noticed is no level. Where these days lie to one side, as they do at the
end of what is known, their slope carries the level on. How unsure level and slope are, and how far days scatter around
them, all go into the variance of the span's sum.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from alia_watch.findings.expectation import Flags, Floats, Places
from alia_watch.findings.special import fast_length, irfft, rfft

#: Days by which a baseline day's weight falls to a third. Fourteen and twenty-eight did no better on simulated series.
#: Days farther off than `REACH` (a weight below a four-hundredth) are not asked at all.
FADES_OVER, REACH = 21.0, 126
#: The slope is learnt from farther away, for it asks more of the days: their weight falls to a third over so many.
_SLOPE_FADES_OVER = 63.0
#: A count this many standard deviations above the usual is taken to be no higher.
_CLIP = 2.5
#: Weekday effects start from those of most repos (quieter weekends), within this standard deviation of a logarithm.
_WEEKEND, _WEEKDAY_ERROR = -0.35, 0.3
_SATURDAY = 5
#: The dispersion 1/r starts from this, which counts for so many days, and stays between a Poisson count's and wild.
_DISPERSION, _DISPERSION_DAYS = 0.07, 10.0
_LEAST_DISPERSION, _MOST_DISPERSION = 0.001, 0.4
#: Before its days are asked, a repo grows or shrinks within this standard deviation, a logarithm a year; and a daily
#: stray of the level, which over a line's length also looks like a slope (a random walk, fitted by least squares).
_SLOPE, _STRAY, _STRAY_AS_SLOPE = 1.0 / 365, 0.008, 0.35
#: No level is below one download in fifty days: of nothing there is no multiple.
_LEAST_LEVEL = 0.02
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of equal length, by place: what was counted in them and what was to be expected.

    Attributes:
        observed: downloads of the measured days; `measured`: how many these are.
        level: what a day of factor 1 brings; `expected`: the mean of that sum.
        scatter: how far such a sum strays from its mean, squared, beyond a Poisson count, as a share of the mean.
        unsure: the variance of the logarithm of `expected`.
        before: measured baseline days before the span; `around`: in all.
    """

    observed: Floats
    measured: Places
    level: Floats
    expected: Floats
    scatter: Floats
    unsure: Floats
    before: Places
    around: Places

    @property
    def variance(self) -> Floats:
        """Of the sum as foretold: Poisson, scatter, and how unsure the expectation is."""
        spread: Floats = self.expected + self.expected**2 * (self.scatter + self.unsure)
        return spread

    def some(self, which: Flags | Places) -> "Spans":
        """Some of the spans, by place."""
        return Spans(*(getattr(self, name)[which] for name in Spans.__slots__))


@dataclass(frozen=True, slots=True)
class View:
    """How many days before and after a span its baseline may lie."""

    before: int = REACH
    after: int = REACH


#: Each sum over the days around a span: of which values (the baseline's factors, their squares, its counts, its days),
#: over how many days their weight fades, which power of the place they are multiplied by (None: the distance), and
#: which side they lie on (0: both).
_WEIGHED, _SQUARED, _CAME, _DAYS = range(4)
_KERNELS: tuple[tuple[int, float, int | None, int], ...] = (
    *((_WEIGHED, FADES_OVER, power, 0) for power in (0, 1, 2, None)),
    (_WEIGHED, FADES_OVER / 2, 0, 0),
    *((_WEIGHED, _SLOPE_FADES_OVER, power, 0) for power in (0, 1, 2)),
    *((_WEIGHED, _SLOPE_FADES_OVER / 2, power, 0) for power in (0, 1, 2)),
    (_SQUARED, FADES_OVER / 2, 0, 0),
    *((_SQUARED, _SLOPE_FADES_OVER / 2, power, 0) for power in (0, 1, 2)),
    (_CAME, FADES_OVER, 0, 0),
    *((_CAME, _SLOPE_FADES_OVER, power, 0) for power in (0, 1)),
    *((_DAYS, np.inf, 0, side) for side in (-1, 1)),
)
_OF = [kernel[0] for kernel in _KERNELS]


class LocalLevel:
    """One series, ready to be asked about spans of its days."""

    def __init__(self, counts: Floats, baseline: Flags, offset: Floats, first_weekday: int) -> None:
        """
        Args:
            counts: by day, NaN where not measured.
            baseline: the days that tell what is usual; days not measured never do.
            offset: logarithm of what the whole Hub's movement multiplies each day's expectation by.
            first_weekday: of the first day, Monday 0.
        """
        days = np.arange(len(counts))
        self._known = np.isfinite(counts)
        self._counts = np.where(self._known, counts, 0.0)
        self._baseline = (baseline & self._known).astype(float)
        self._weekday = (first_weekday + days) % 7
        self._hub = np.exp(offset)
        self.factor = self._hub.copy()  # what a day's level is multiplied by
        self.dispersion = _DISPERSION
        self._learn()

    def spans(self, length: int, view: View | None = None) -> Spans:
        """The spans of `length` days that begin on each day, none of whose own days is in their baseline.

        Args:
            length: in days. Of a span that reaches beyond the last day, that part is not measured.
            view: how far their baseline may lie before and after them; None is as far as days are known.
        """
        around = self._around(length, view or View())
        total = np.maximum(around.weight, 1e-12)
        came = np.maximum(around.came / total, _LEAST_LEVEL)
        slope, slope_variance = self._slope(around)
        lies, squares = around.place / total, around.square / total
        level = np.maximum(came / np.maximum(1 + slope * lies + slope**2 * squares / 2, 0.1), _LEAST_LEVEL)
        own = came * around.weight_twice + self.dispersion * came**2 * around.square_twice
        factor = np.where(self._known, self.factor, 0.0)
        sums = _sums(factor, length)
        before = np.rint(around.days_before).astype(np.intp)
        after = np.rint(around.days_after).astype(np.intp)
        return Spans(
            observed=_sums(self._counts, length),
            measured=_sums(self._known, length).astype(np.intp),
            level=level,
            expected=level * sums,
            scatter=self.dispersion * _sums(factor**2, length) / np.maximum(sums, 1e-12) ** 2,
            unsure=own / (total * came) ** 2 + slope_variance * lies**2 + _STRAY**2 * around.distance / total / 2,
            before=before,
            around=before + after,
        )

    def _slope(self, around: "_Around") -> tuple[Floats, Floats]:
        """By span, the growth of the logarithm a day around it, and its variance: least squares, pulled to none."""
        weight, place, square = around.far_weight
        came, came_place = around.far_came
        total = np.maximum(weight, 1e-12)
        level, lies = np.maximum(came / total, _LEAST_LEVEL), place / total
        spread = np.maximum(square / total - lies**2, 1.0)
        found = (came_place - lies * came) / (level * total * spread)
        noise = level * _around(around.far_weight_twice, lies)
        noise += self.dispersion * level**2 * _around(around.far_square_twice, lies)
        noise = noise / (level * total * spread) ** 2 + _STRAY_AS_SLOPE * _STRAY**2 / np.sqrt(spread)
        trust = _SLOPE**2 / (_SLOPE**2 + noise)
        return found * trust, noise * trust

    def _around(self, length: int, view: View) -> "_Around":
        """Every weighted sum over the days around the spans, all in one product of Fourier transforms."""
        days = len(self._known)
        size = fast_length(days + 2 * REACH + length)
        weighed = self._baseline * self.factor
        values = np.stack([weighed, self._baseline * self.factor**2, self._clipped, self._baseline])
        products = rfft(values, size)[_OF] * _kernels(length, view, size)
        return _Around(irfft(products, size)[:, :days])

    @property
    def means(self) -> Floats:
        """What each day's own neighbourhood lets expect of it, itself included."""
        means: Floats = self._level * self.factor
        return means

    def _learn(self) -> None:
        """The week, the dispersion and the cut counts, each from the others, a few times over."""
        usual = np.where(np.arange(7) >= _SATURDAY, 5 / 7, -2 / 7) * _WEEKEND
        self.factor = self._hub * np.exp(usual)[self._weekday]
        self._clipped = self._baseline * self._counts
        for _ in range(_ROUNDS):
            weight = np.maximum(_smooth(self._baseline * self.factor), 1e-12)
            self._level = np.maximum(_smooth(self._clipped) / weight, _LEAST_LEVEL)
            means = self.means
            spread = np.sqrt(means + self.dispersion * means**2)
            self._clipped = self._baseline * np.minimum(self._counts, means + _CLIP * spread)
            self.dispersion = self._dispersion(means, _smooth(self._baseline))
            self.factor = self._hub * np.exp(self._week(usual))[self._weekday]

    def _week(self, usual: Floats) -> Floats:
        """Logarithms of the seven weekday effects; their mean effect is 1."""
        plain = self._level * self._hub
        effects = np.empty(7)
        for weekday in range(7):
            days = (self._baseline > 0) & (self._weekday == weekday)
            came = self._clipped[days].sum() + 0.5 * np.exp(usual[weekday])
            effect = np.log(came / (plain[days].sum() + 0.5))
            noise = 1 / came + self.dispersion / max(days.sum(), 1)
            trust = _WEEKDAY_ERROR**2 / (_WEEKDAY_ERROR**2 + noise)
            effects[weekday] = usual[weekday] + trust * (effect - usual[weekday])
        centred: Floats = effects - np.log(np.exp(effects).mean())
        return centred

    def _dispersion(self, means: Floats, weights: Floats) -> float:
        """1/r by moments, each day weighted by how much it tells, pulled to the usual one where there are few days."""
        days = self._baseline > 0
        means, weights = means[days], weights[days]
        own = 1 / np.maximum(weights, 1.5)  # a day's own share in its level makes it look nearer than it is
        squares = (self._clipped[days] - means) ** 2 / (1 - own)
        tells = (means / (1 + self.dispersion * means)) ** 2
        if not tells.sum() > 0:
            return _DISPERSION
        found = float((tells * (squares - means) / means**2).sum() / tells.sum())
        found = min(max(found, _LEAST_DISPERSION), _MOST_DISPERSION)
        return (found * len(means) + _DISPERSION * _DISPERSION_DAYS) / (len(means) + _DISPERSION_DAYS)


class _Around:
    """Weighted sums over the days around spans, by the day they begin on. Places are counted from their middle day.

    Attributes:
        weight, place, square: of the baseline's factors, and of factor x place and x place squared.
        distance: of factor x distance from the middle.
        weight_twice, square_twice: of factors and of their squares, each day by its weight twice.
        came: of the baseline's counts.
        far_weight, far_weight_twice, far_square_twice, far_came: the moments of the same, from farther away.
        days_before, days_after: of the baseline's days, within reach.
    """

    def __init__(self, sums: Floats) -> None:
        """Args: sums: in the order of `_KERNELS`."""
        self.weight, self.place, self.square, self.distance, self.weight_twice = sums[0:5]
        self.far_weight = sums[5], sums[6], sums[7]
        self.far_weight_twice = sums[8], sums[9], sums[10]
        self.square_twice = sums[11]
        self.far_square_twice = sums[12], sums[13], sums[14]
        self.came = sums[15]
        self.far_came = sums[16], sums[17]
        self.days_before, self.days_after = sums[18], sums[19]


@lru_cache(maxsize=16)
def _kernels(length: int, view: View, size: int) -> NDArray[np.complex128]:
    """The transformed weights of the days around a span, one row for each sum of `_Around`.

    Args:
        size: of the transform, so long that its two ends do not meet.
    """
    before, after = np.arange(1, min(view.before, REACH) + 1), np.arange(1, min(view.after, REACH) + 1)
    offsets = np.concatenate([-before, length - 1 + after])
    apart, half = np.concatenate([before, after]), (length - 1) / 2
    places = offsets - half
    rows = []
    for _, fades_over, power, side in _KERNELS:
        weights = np.exp(-apart / fades_over) * (np.abs(places) if power is None else places**power)
        kernel = np.zeros(size)
        kernel[-offsets % size] = np.where(side * offsets >= 0, weights, 0.0)
        rows.append(kernel)
    return rfft(np.stack(rows))


def _around(moments: tuple[Floats, Floats, Floats], centre: Floats) -> Floats:
    """The second moment around another centre."""
    second: Floats = moments[2] - 2 * centre * moments[1] + centre**2 * moments[0]
    return second


def _sums(values: Floats | Flags, length: int) -> Floats:
    """By day, the sum of the `length` days from it on, as far as days are known."""
    sums = np.zeros(len(values))
    for later in range(min(length, len(values))):
        sums[: len(values) - later] += values[later:]
    return sums


def _smooth(values: Floats) -> Floats:
    """By day, the sum of the days around it and of itself, by their weight."""
    kernel = np.exp(-np.abs(np.arange(-REACH, REACH + 1)) / FADES_OVER)
    sums: Floats = np.convolve(values, kernel)[REACH : REACH + len(values)]
    return sums
