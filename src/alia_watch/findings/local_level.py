"""What a repo usually brings in a span of days, from its other days around that span.

Unlike the detector, which knows nothing later than the day it judges, a study looks back: the weeks after a window tell
as much of what would have been as those before it. The expectation of a span is the repo's level near it, times the
usual course of its week. The level is a mean of the baseline days, which count the less the farther they lie off; a
count far above is cut, so that a burst nobody noticed is no level. How unsure the level is, and how far days scatter
around it, both go into the variance of the span's sum.
"""

from dataclasses import dataclass

import numpy as np

from alia_watch.findings.expectation import Flags, Floats, Places

#: Days by which a baseline day's weight falls to a third. Fourteen and twenty-eight did no better on simulated series.
FADES_OVER = 21.0
#: A count this many standard deviations above the usual is taken to be no higher.
_CLIP = 2.5
#: Weekday effects start from those of most repos (quieter weekends), within this standard deviation of a logarithm.
_WEEKEND, _WEEKDAY_ERROR = -0.35, 0.3
_SATURDAY = 5
#: The dispersion 1/r starts from this, which counts for so many days, and stays between a Poisson count's and wild.
_DISPERSION, _DISPERSION_DAYS = 0.07, 10.0
_LEAST_DISPERSION, _MOST_DISPERSION = 0.001, 0.4
#: What is not known of the course between the baseline and the span: the slope (standard deviation half a logarithm a
#: year, counted where the baseline lies to one side), and a daily stray of the level.
_SLOPE, _STRAY = 0.5 / 365, 0.008
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
        self._days = days
        self._known = np.isfinite(counts)
        self._counts = np.where(self._known, counts, 0.0)
        self._baseline = baseline & self._known
        self._weekday = (first_weekday + days) % 7
        self._hub = np.exp(offset)
        self.factor = self._hub.copy()  # what a day's level is multiplied by
        self.dispersion = _DISPERSION
        self._near = _weight(np.abs(days[:, None] - days)) * self._baseline
        self._learn()

    def spans(self, starts: Places, length: int) -> Spans:
        """The spans of `length` days that begin at these places, none of whose own days is in their baseline."""
        apart = np.maximum(starts[:, None] - self._days, self._days - (starts[:, None] + length - 1))
        weight = np.where(apart > 0, _weight(apart), 0.0) * self._baseline
        total = np.maximum(weight @ self.factor, 1e-12)
        level = np.maximum(weight @ self._clipped / total, _LEAST_LEVEL)
        share = weight * self.factor / total[:, None]
        middle = starts + (length - 1) / 2
        own = (self._near_variance(level) * (weight / total[:, None]) ** 2).sum(axis=1) / level**2
        lies = share @ self._days - middle
        distance = (share * np.abs(self._days - middle[:, None])).sum(axis=1)
        inside = starts[:, None] + np.arange(length)
        measured = (inside < len(self._days)) & self._known[np.minimum(inside, len(self._days) - 1)]
        inside = np.minimum(inside, len(self._days) - 1)
        factor = np.where(measured, self.factor[inside], 0.0)
        sums = factor.sum(axis=1)
        before = np.concatenate([[0], np.cumsum(self._baseline)])
        ends = np.minimum(starts + length, len(self._days))
        return Spans(
            observed=np.where(measured, self._counts[inside], 0.0).sum(axis=1),
            measured=measured.sum(axis=1),
            level=level,
            expected=level * sums,
            scatter=self.dispersion * (factor**2).sum(axis=1) / np.maximum(sums, 1e-12) ** 2,
            unsure=own + (_SLOPE * lies) ** 2 + _STRAY**2 * distance / 2,
            before=before[starts],
            around=before[-1] - (before[ends] - before[starts]),
        )

    @property
    def means(self) -> Floats:
        """What each day's own neighbourhood lets expect of it, itself included."""
        means: Floats = self._level * self.factor
        return means

    def _near_variance(self, level: Floats) -> Floats:
        """By span and day, the variance of a count around the span's level."""
        mean = level[:, None] * self.factor
        variance: Floats = mean + self.dispersion * mean**2
        return variance

    def _learn(self) -> None:
        """The week, the dispersion and the cut counts, each from the others, a few times over."""
        usual = np.where(np.arange(7) >= _SATURDAY, 5 / 7, -2 / 7) * _WEEKEND
        self.factor = self._hub * np.exp(usual)[self._weekday]
        self._clipped = np.where(self._baseline, self._counts, 0.0)
        for _ in range(_ROUNDS):
            weight = np.maximum(self._near @ self.factor, 1e-12)
            self._level = np.maximum(self._near @ self._clipped / weight, _LEAST_LEVEL)
            means = self.means
            spread = np.sqrt(means + self.dispersion * means**2)
            self._clipped = np.where(self._baseline, np.minimum(self._counts, means + _CLIP * spread), 0.0)
            self.dispersion = self._dispersion(means, self._near.sum(axis=1))
            self.factor = self._hub * np.exp(self._week(usual))[self._weekday]

    def _week(self, usual: Floats) -> Floats:
        """Logarithms of the seven weekday effects; their mean effect is 1."""
        plain = self._level * self._hub
        effects = np.empty(7)
        for weekday in range(7):
            days = self._baseline & (self._weekday == weekday)
            came = self._clipped[days].sum() + 0.5 * np.exp(usual[weekday])
            effect = np.log(came / (plain[days].sum() + 0.5))
            noise = 1 / came + self.dispersion / max(days.sum(), 1)
            trust = _WEEKDAY_ERROR**2 / (_WEEKDAY_ERROR**2 + noise)
            effects[weekday] = usual[weekday] + trust * (effect - usual[weekday])
        centred: Floats = effects - np.log(np.exp(effects).mean())
        return centred

    def _dispersion(self, means: Floats, weights: Floats) -> float:
        """1/r by moments, each day weighted by how much it tells, pulled to the usual one where there are few days."""
        days = self._baseline
        means, weights = means[days], weights[days]
        own = 1 / np.maximum(weights, 1.5)  # a day's own share in its level makes it look nearer than it is
        squares = (self._clipped[days] - means) ** 2 / (1 - own)
        tells = (means / (1 + self.dispersion * means)) ** 2
        if not tells.sum() > 0:
            return _DISPERSION
        found = float((tells * (squares - means) / means**2).sum() / tells.sum())
        found = min(max(found, _LEAST_DISPERSION), _MOST_DISPERSION)
        return (found * len(means) + _DISPERSION * _DISPERSION_DAYS) / (len(means) + _DISPERSION_DAYS)


def _weight(apart: Places | Floats) -> Floats:
    weight: Floats = np.exp(-np.maximum(apart, 0) / FADES_OVER)
    return weight
