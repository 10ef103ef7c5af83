"""How small a spike a repo's own counts could show: what "no spikes" can mean."""

from dataclasses import dataclass

import numpy as np

from alia_watch.findings.evidence import DECAY, FACTORS, LONE_MULTIPLES, log_mean_exp, log_odd, log_ratio
from alia_watch.findings.expectation import STARTS, Floats
from alia_watch.findings.prediction import Prediction
from alia_watch.findings.threshold import threshold

#: The share of such spikes that would raise an alarm.
POWER = 0.8
_MULTIPLES = np.geomspace(1.15, 40.0, 12)
_DRAWS = 150
#: The draws are the same every time: a figure that is printed does not flicker.
_SEED = 20260124


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest spike that would be seen with 80 % probability within five days.

    Attributes:
        multiple: of the usual count, on its first day; its excess halves every two days.
        count: downloads on that first day.
    """

    multiple: float
    count: int


def smallest_detectable(prediction: Prediction, lone: float, false_alarms_per_year: float) -> Smallest | None:
    """From a repo's own mean, scatter and share of lone odd days; None where not even a fortyfold day would be seen.

    Args:
        prediction: of a usual day.
        lone: the weight of lone odd days (`Scatter.lone`).
    """
    power = _power(prediction, lone, false_alarms_per_year)
    seen = np.flatnonzero(power >= POWER)
    if not len(seen):
        return None
    at = int(seen[0])
    multiple = float(_MULTIPLES[at])
    if at:
        share = (POWER - power[at - 1]) / (power[at] - power[at - 1])
        multiple = float(_MULTIPLES[at - 1] * (_MULTIPLES[at] / _MULTIPLES[at - 1]) ** share)
    return Smallest(multiple, int(np.ceil(multiple * prediction.mean)))


def _power(prediction: Prediction, lone: float, false_alarms_per_year: float) -> Floats:
    """By multiple, the share of drawn spikes whose evidence reaches the threshold in their first five days."""
    draw = np.random.default_rng(_SEED)
    shape = 1 + (_MULTIPLES[:, None] - 1) * DECAY
    rates = draw.gamma(prediction.size, 1 / prediction.size, (_DRAWS, 1, STARTS)) * prediction.mean
    counts = draw.poisson(rates * shape).astype(np.float64)  # draws, multiples, days
    share, trials = prediction.mean / (prediction.mean + prediction.size), counts + prediction.size
    of_lone = log_mean_exp(log_ratio(counts, trials, share, LONE_MULTIPLES[:, None, None, None]))
    odd = log_odd(of_lone, lone).cumsum(axis=-1)
    of_spike = log_mean_exp(log_ratio(counts, trials, share, FACTORS.T[:, None, None]).cumsum(axis=-1))
    evidence = of_spike - odd - np.log(STARTS)
    seen = evidence.max(axis=-1) >= threshold(prediction.mean, false_alarms_per_year)
    power: Floats = np.maximum.accumulate(seen.mean(axis=0))
    return power
