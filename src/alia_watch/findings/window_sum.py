"""What the sum of a window's days says beside its expectation: how likely, how many times as much, how much above.

Shapes are those of `Spans` (`local_level.py`): a place to each window. `wider` is the factor by which such sums scatter
more than foretold.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from alia_watch.findings.expectation import Floats
from alia_watch.findings.local_level import Spans
from alia_watch.findings.prediction import Prediction, reaches
from alia_watch.findings.special import gammaincinv

#: The scatter of placebo sums over what was foretold of them: cut at so many standard deviations (Huber's proposal 2,
#: 1964), and pulled to 1 as by so many windows. Never below 1: no repo is taken to be tamer than foretold.
_CUT, _PULL_WINDOWS = 2.0, 8.0
_DENSITY = math.exp(-(_CUT**2) / 2) / math.sqrt(2 * math.pi)
_BEYOND = NormalDist().cdf(-_CUT)
_CUT_MEAN = 1 - 2 * _BEYOND - 2 * _CUT * _DENSITY + 2 * _CUT**2 * _BEYOND
#: The level of the test, what it could have seen in four cases of five, and half a 95 % interval.
LEVEL, _POWER, NORMAL_95 = 0.05, 0.8, 1.96
_NORMAL_80 = NormalDist().inv_cdf(_POWER)
#: Where sums scatter by more than this share of their mean, squared, no ratio is sure to be seen.
_MOST_SCATTER = 0.5


@dataclass(frozen=True, slots=True)
class Excess:
    """Downloads of a window above what was to be expected of it.

    Attributes:
        value: observed - expected.
        own: the variance of the window's own sum, at the greater of the two.
        shared: the standard deviation of the expectation, of which windows of one series near each other share much.
    """

    value: float
    own: float
    shared: float


def chance(spans: Spans, wider: float) -> Floats:
    """The probability of so many downloads or more where nothing is unusual; one-sided."""
    return reaches(spans.observed, spans.expected, _size(spans, wider))


def scatter_of(spans: Spans, length: int) -> float:
    """The variance of some overlapping spans' sums over what was foretold of it, 1 or more."""
    windows = len(spans.observed) / length  # they overlap: so many tell something of their own
    if not windows:
        return 1.0
    far = (spans.observed - spans.expected) / np.sqrt(spans.variance)
    factor = 1.0
    for _ in range(12):
        factor = max(factor * float(np.minimum(far**2 / factor, _CUT**2).mean()) / _CUT_MEAN, 0.05)
    return max((factor * windows + _PULL_WINDOWS) / (windows + _PULL_WINDOWS), 1.0)


def interval(spans: Spans, wider: float) -> tuple[float, float]:
    """Of the ratio: the exact interval of a Poisson count, and around it how far days scatter and the level is unsure.

    The distances of both, on the logarithm, are added as squares (variance recovery: Zou and Donner 2008).
    """
    observed, expected = float(spans.observed[0]), float(spans.expected[0])
    beyond = wider * float(spans.scatter[0] + spans.unsure[0]) + (wider - 1) / max(observed, 1.0)
    most = gammaincinv(observed + 1, 0.975)
    if not observed:
        return 0.0, most * math.exp(NORMAL_95 * math.sqrt(beyond)) / expected
    least = gammaincinv(observed, 0.025)
    up, down = (math.sqrt(math.log(far) ** 2 + NORMAL_95**2 * beyond) for far in (most / observed, observed / least))
    return observed / expected * math.exp(-down), observed / expected * math.exp(up)


def excess(spans: Spans, wider: float) -> Excess:
    """Observed - expected, with the greater of the two days' scatters: that of ordinary days, or of what was seen."""
    observed, expected = float(spans.observed[0]), float(spans.expected[0])
    most = max(observed, expected)
    own = wider * (most + most**2 * float(spans.scatter[0]))
    return Excess(observed - expected, own, expected * math.sqrt(wider * float(spans.unsure[0])))


def detectable(spans: Spans, wider: float) -> float | None:
    """The ratio whose windows pass the test in four cases of five; None where no rise is great enough."""
    expected = float(spans.expected[0])
    size = float(_size(spans, wider)[0])
    needed = Prediction(expected, size, int(spans.around[0])).quantile(1 - LEVEL) + 1
    relative = wider * float(spans.scatter[0])
    if _NORMAL_80**2 * relative >= _MOST_SCATTER:
        return None
    mean = float(needed)
    for _ in range(30):  # the mean that lies so many standard deviations above what is needed
        mean = needed + _NORMAL_80 * float(np.sqrt(wider * mean + relative * mean**2))
    return mean / expected


def _size(spans: Spans, wider: float) -> Floats:
    """The negative binomial's: mean²/(variance - mean)."""
    mean = spans.expected
    size: Floats = mean**2 / np.maximum(spans.variance * wider - mean, mean * 1e-6)
    return size
