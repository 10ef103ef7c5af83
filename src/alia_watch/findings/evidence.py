"""How much likelier the last days are if a spike began in one of them: a log Bayes factor.

A spike of multiple M and half-life h lifts the k-th day after its start by the factor 1 + (M - 1) 2^(-k/h). Its
likelihood is averaged over the multiples and over the days it may have begun on, as what is not known should be, and
compared with that of nothing unusual: negative-binomial days, of which a learnt share are odd ones that stand alone.
Both are averaged over how unsure the expectation itself is (Gauss-Hermite quadrature, three points).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alia_watch.findings.expectation import STARTS, Flags, Floats, Forecasts, Places

#: The family of spikes. Averaged, not maximised: the best of many fits by chance. One half-life serves for all those
#: between one day and four.
MULTIPLES = np.array([1.5, 2.0, 3.0, 5.0, 10.0])
HALF_LIFE = 2.0
#: A lone odd day is one of these multiples, likely alike.
LONE_MULTIPLES = np.array([2.0, 3.5, 6.0])
_NODES = np.array([-np.sqrt(3.0), 0.0, np.sqrt(3.0)])
_LOG_WEIGHTS = np.log(np.array([1 / 6, 2 / 3, 1 / 6]))
_CENTRE = 1
#: Of a day that cannot be one: nothing was measured, or no spike could begin.
NO_EVIDENCE = -30.0
#: What is left of a spike's excess, by age; and what its days are multiplied by, age by multiple.
DECAY = 2.0 ** (-np.arange(STARTS) / HALF_LIFE)
FACTORS = 1 + (MULTIPLES - 1) * DECAY[:, None]
_LARGEST = 200.0  # so that no exponential overflows


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one day says, by series.

    Attributes:
        evidence: natural logarithm of the Bayes factor of a spike against none.
        age: how many days ago the likeliest spike began; 0 is today.
        oddness: logarithm of how much likelier today alone is as a lone odd day.
        went_on: logarithm of how much likelier today is if what was odd yesterday were a spike's first day.
    """

    evidence: Floats
    age: Places
    oddness: Floats
    went_on: Floats


class Evidence:
    """The running likelihoods, by day of the start (a ring of `STARTS`), multiple, quadrature node and series."""

    def __init__(self, series: int, *, begins: int = 0) -> None:
        """
        Args:
            begins: the first row that is judged; what was known then is put into `state`.
        """
        self._day = begins - 1
        self._spike = np.zeros((STARTS, len(MULTIPLES), len(_NODES), series))  # relative to a usual day's
        self._usual = np.zeros((STARTS, len(_NODES), series))
        self._lone = np.zeros((STARTS, len(_NODES), series))  # relative to a usual day's
        self._open = np.zeros((STARTS, series), dtype=bool)

    @property
    def state(self) -> list[NDArray[Any]]:
        """Everything that is carried from day to day, series last."""
        return [self._spike, self._usual, self._lone, self._open]

    def judge(self, counts: Floats, known: Flags, forecasts: Forecasts, dispersion: Floats, lone: Floats) -> Judgement:
        """Add a day.

        Args:
            counts: today's, anything where not `known`.
            forecasts: of today, by age of the start.
            dispersion: 1/r of each series; `lone`: its share of lone odd days.
        """
        self._day += 1
        slots = (self._day - np.arange(STARTS)) % STARTS
        today = slots[0]
        self._spike[today] = self._usual[today] = self._lone[today] = 0.0
        self._open[today] = known
        size = 1 / dispersion
        spread = np.sqrt(forecasts.variance)
        mean = np.exp(forecasts.log_mean[:, None] + _NODES[:, None] * spread[:, None])
        share = mean / (size + mean)
        trials = counts + size
        of_spike = log_ratio(counts, trials, share[:, None], FACTORS[:, :, None, None])
        of_lone = log_mean_exp(log_ratio(counts, trials, share[None], LONE_MULTIPLES[:, None, None, None]))
        usual = counts * np.log(mean) - trials * np.log(mean + size)
        odd = log_odd(of_lone, lone)
        self._spike[slots] += np.where(known, of_spike, 0.0)
        self._usual[slots] += np.where(known, usual, 0.0)
        self._lone[slots] += np.where(known, odd, 0.0)
        node = self._usual + _LOG_WEIGHTS[:, None]
        of_any = _log_sum_exp((self._spike + node[:, None]).reshape(STARTS, -1, len(counts)).swapaxes(0, 1))
        ratio = of_any - np.log(len(MULTIPLES)) - _log_sum_exp((node + self._lone).swapaxes(0, 1))
        by_age = np.where(self._open, ratio, NO_EVIDENCE)[slots]
        before = self._spike[slots[1], :, _CENTRE]
        went_on = _log_sum_exp(before) - _log_sum_exp(before - of_spike[1, :, _CENTRE])
        return Judgement(log_mean_exp(by_age), by_age.argmax(axis=0), of_lone[0, _CENTRE], went_on)

    def close(self, which: Places) -> None:
        """No spike began so far in these series: their level turned out to be another."""
        self._open[:, which] = False


def log_ratio(counts: Floats, trials: Floats, share: Floats | float, factor: Floats) -> Floats:
    """Log-likelihood of negative-binomial counts whose mean is raised by a factor, less that where it is not.

    Args:
        trials: count + r; `share`: mean / (mean + r).
    """
    ratio: Floats = counts * np.log(factor) - trials * np.log1p((factor - 1) * share)
    return ratio


def log_odd(of_lone: Floats, lone: Floats | float) -> Floats:
    """Log-likelihood of a day that may be a lone odd one, less that of a usual day.

    Args:
        of_lone: the same of a day that is one; `lone`: the share of such days.
    """
    odd: Floats = np.log1p(lone * np.expm1(np.minimum(of_lone, _LARGEST)))
    return odd


def _log_sum_exp(logs: Floats) -> Floats:
    most = logs.max(axis=0)
    total: Floats = most + np.log(np.exp(logs - most).sum(axis=0))
    return total


def log_mean_exp(logs: Floats) -> Floats:
    """The logarithm of the mean over the first axis."""
    mean: Floats = _log_sum_exp(logs) - np.log(len(logs))
    return mean
