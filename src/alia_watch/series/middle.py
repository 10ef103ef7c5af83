"""The robust middle of what many repos say of one day: by what factor a usual repo's count moved."""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

#: Huber's constant (1964). Far below the customary 1.345, so near the median: a sweep may pass a third of them by.
_HUBER = 0.7
_DENSITY = math.exp(-(_HUBER**2) / 2) / math.sqrt(2 * math.pi)
_BELOW = NormalDist().cdf(_HUBER)
_SPREAD = (_BELOW - 0.5 - _HUBER * _DENSITY + _HUBER**2 * (1 - _BELOW)) / (2 * (_BELOW - 0.5) ** 2)
_NORMAL_QUARTILE = NormalDist().inv_cdf(0.75)
#: Logarithms of the factor between which the root is sought: coarse first, then between two of these.
_COARSE = np.linspace(-8.0, 8.0, 65)
_FINE_STEPS = 33

_Floats = NDArray[np.float64]


def middle(moved: _Floats, usual: _Floats, noise: _Floats) -> tuple[float, float]:
    """Huber's location of the repos' movements, as the logarithm of a factor, and its standard error.

    A count of `usual * factor` moves log(count + 1/2) by less than log(factor), the less the smaller the repo: what a
    repo says is compared with that. Repos that disagree by more than their noise widen it, as Birge's ratio does, here
    by the median.

    Args:
        moved: by repo, log(count + 1/2) less what is usual of it.
        usual: by repo, its usual count; above 0.
        noise: by repo, the standard deviation of `moved` on a usual day.
    """
    weight = (usual / (usual + 0.5)) / noise
    found = _root(moved, usual, noise, weight)
    apart = np.abs(moved - _shift(np.array([found]), usual)[0]) / noise
    wider = max(1.0, float(np.median(apart)) / _NORMAL_QUARTILE)
    if wider > 1:
        noise = noise * wider
        found = _root(moved, usual, noise, weight)
    raised = math.exp(found) * usual
    slope = float(np.sum(weight * raised / (raised + 0.5) / noise))
    return found, math.sqrt(_SPREAD * float(np.sum(weight**2))) / slope


def _root(moved: _Floats, usual: _Floats, noise: _Floats, weight: _Floats) -> float:
    """Where the weighted score, which falls as the factor grows, is 0."""
    at = int(np.searchsorted(_rising(_COARSE, moved, usual, noise, weight), 0.0))
    low, high = _COARSE[max(at - 1, 0)], _COARSE[min(at, len(_COARSE) - 1)]
    fine = np.linspace(low, high, _FINE_STEPS)
    return float(np.interp(0.0, _rising(fine, moved, usual, noise, weight), fine))


def _rising(grid: _Floats, moved: _Floats, usual: _Floats, noise: _Floats, weight: _Floats) -> _Floats:
    score: _Floats = np.clip((_shift(grid, usual) - moved) / noise, -_HUBER, _HUBER) @ weight
    return score


def _shift(factors: _Floats, usual: _Floats) -> _Floats:
    """By factor (logarithms) and repo, how far log(count + 1/2) moves."""
    shift: _Floats = np.log((np.exp(factors)[:, None] * usual + 0.5) / (usual + 0.5))
    return shift
