"""How much each series scatters, learnt from its own past days, of many series at once.

Three things are learnt: the dispersion 1/r of the negative binomial (a posterior on a grid); the variance of the wander
(from how neighbouring days resemble each other); and the share of lone odd days, which begin nothing. A threshold that
rests on them corrects itself: a rough repo needs more before anything is called unusual.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alia_watch.findings.expectation import WANDER_KEPT, Flags, Floats
from alia_watch.findings.special import gammaln

#: Dispersions a series may have: the real ones lie between a nearly Poisson count and days that vary by half.
DISPERSIONS = np.array([0.004, 0.012, 0.03, 0.07, 0.14, 0.28])
#: Each stands for those nearer to it than to its neighbours; the least for a Poisson count too.
_EDGES = np.concatenate([[0.0], np.sqrt(DISPERSIONS[1:] * DISPERSIONS[:-1]), [2 * DISPERSIONS[-1]]])
#: No single day rules a dispersion out by more than this share: a spike that was not noticed is no scatter.
_LEAST_SHARE = 0.005
#: What is taken of the wander's variance before anything is learnt, and how sure that is (standard deviations).
_WANDER, _WANDER_ERROR, _MOST_WANDER = 0.003, 0.025, 0.15
#: Products of neighbours are cut here (standard deviations): undetected spikes have large ones, and are no wander.
_WANDER_CLIP = 1.1
#: Days whose neighbours resemble them are compared so far apart.
_NEIGHBOURS = 2
#: Prior share of lone odd days, in how many days it would have been learnt, and how much each is made to weigh: lone
#: days cluster, and one false alarm for each of them is what they would cost.
_LONE, _LONE_DAYS, _LONE_WEIGHT, _MOST_LONE = 0.0005, 100.0, 25.0, 0.3
#: The odds at which a day is taken as odd before its count is seen.
_ODD = 0.003
#: Measured days before neighbours and odd days are looked at, and before the dispersion is.
_DAYS_FIRST, _DAYS_FIRST_DISPERSION = 14, 3
_TAIL = 0.025


class Scatter:
    """What is learnt of how each series scatters."""

    def __init__(self, counts: Floats, *, begins: int = 0) -> None:
        """
        Args:
            counts: days by series, NaN where not known.
            begins: the first row that is taken in; what was known then is put into `state`.
        """
        series = counts.shape[1]
        sizes = 1 / DISPERSIONS[:, None]
        known = np.where(np.isfinite(counts), counts, 0.0)
        self._log_gammas = gammaln(known[:, None] + sizes) - gammaln(sizes)
        self._sizes = sizes
        self._log_posterior = np.full((len(DISPERSIONS), series), -np.log(len(DISPERSIONS)))
        self._products = np.full(series, _WANDER / _WANDER_ERROR**2)
        self._weights = np.full(series, 1 / _WANDER_ERROR**2)
        self._errors = np.zeros((_NEIGHBOURS, series))
        self._precisions = np.zeros((_NEIGHBOURS, series))
        self._lone = np.zeros(series)
        self._odd = np.zeros((2, series))
        self.days = np.zeros(series, dtype=np.intp)  # measured so far
        self._row = begins - 1

    @property
    def state(self) -> list[NDArray[Any]]:
        """Everything that is carried from day to day, series last."""
        learnt = [self._log_posterior, self._products, self._weights, self._errors, self._precisions]
        return [*learnt, self._lone, self._odd, self.days]

    @property
    def dispersion(self) -> Floats:
        """1/r of each series: the posterior mean."""
        # Not `@`: how that rounds one series depends on how many there are.
        mean: Floats = (DISPERSIONS[:, None] * np.exp(self._log_posterior)).sum(axis=0)
        return mean

    @property
    def dispersion_range(self) -> tuple[Floats, Floats]:
        """Of each series, between which its dispersion lies with 95 % probability, in whole steps of the grid."""
        below = np.exp(self._log_posterior).cumsum(axis=0)
        low, high = ((below < tail).sum(axis=0) for tail in (_TAIL, 1 - _TAIL))
        return _EDGES[low], _EDGES[np.minimum(high, len(DISPERSIONS) - 1) + 1]

    @property
    def wander(self) -> Floats:
        """The variance of each series' wander."""
        variance: Floats = np.clip(self._products / self._weights, 0.0, _MOST_WANDER)
        return variance

    @property
    def lone(self) -> Floats:
        """What lone odd days weigh in each series, as a share of its days."""
        learnt = (self._lone + _LONE * _LONE_DAYS) / (self.days + _LONE_DAYS)
        weight: Floats = np.minimum(learnt * _LONE_WEIGHT, _MOST_LONE)
        return weight

    def learn(self, counts: Floats, log_mean: Floats, steady: Floats, *, known: Flags, usual: Flags) -> None:
        """Take a day in.

        Args:
            log_mean: the day's expectation; `steady`: the part of it that is not wander.
            known: measured; `usual`: measured, outside event windows, and not under suspicion.
        """
        self._row += 1
        self._learn_wander(counts, np.exp(steady), usual & (self.days >= _DAYS_FIRST))
        self._learn_dispersion(counts, np.exp(log_mean), usual & (self.days >= _DAYS_FIRST_DISPERSION))
        self.days += known

    def learn_odd(self, oddness: Floats, went_on: Floats, known: Flags) -> None:
        """Count yesterday as a lone odd day, as far as it was odd, the day before was not, and today did not go on.

        Args:
            oddness, went_on: today's `Judgement`.
        """
        ended = 1 / (1 + np.exp(np.clip(went_on + 1, -30, 30)))  # a lead of e for having gone on: spikes are not lone
        self._lone += np.where(known, self._odd[0] * (1 - self._odd[1]) * ended, 0.0)
        odds = _ODD * np.exp(np.minimum(oddness, 50.0))
        self._odd[1] = self._odd[0]
        self._odd[0] = np.where(known & (self.days >= _DAYS_FIRST), odds / (1 - _ODD + odds), 0.0)

    def _learn_dispersion(self, counts: Floats, mean: Floats, which: Flags) -> None:
        logs = self._log_gammas[self._row] - self._sizes * np.log1p(mean / self._sizes)
        logs += counts * np.log(mean / (mean + self._sizes))
        logs -= logs.max(axis=0)
        logs = np.where(which, np.log((1 - _LEAST_SHARE) * np.exp(logs) + _LEAST_SHARE), 0.0)
        self._log_posterior += logs
        self._log_posterior -= np.log(np.exp(self._log_posterior).sum(axis=0))

    def _learn_wander(self, counts: Floats, mean: Floats, which: Flags) -> None:
        variance = 1 / mean + self.dispersion
        spread = np.sqrt(variance)
        error = np.where(which, np.clip((counts - mean) / mean, -_WANDER_CLIP * spread, _WANDER_CLIP * spread), 0.0)
        precision = np.where(which, 1 / variance, 0.0)
        for n in range(_NEIGHBOURS):
            self._products += precision * self._precisions[n] * error * self._errors[n]
            self._weights += precision * self._precisions[n] * WANDER_KEPT ** (n + 1)
        self._errors[1:], self._precisions[1:] = self._errors[:-1].copy(), self._precisions[:-1].copy()
        self._errors[0], self._precisions[0] = error, precision
