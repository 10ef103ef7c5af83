"""How small a spike a repo's own counts could show: what "no spikes" can mean."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alia_watch.findings.evidence import DECAY, FACTORS, LONE_MULTIPLES, log_mean_exp, log_odd, log_ratio
from alia_watch.findings.expectation import STARTS, Floats
from alia_watch.findings.prediction import Prediction
from alia_watch.findings.special import ndtri
from alia_watch.findings.threshold import threshold

#: The share of such spikes that would raise an alarm.
POWER = 0.8
#: Multiples of which the smallest that has this power is looked for, by halving; a power of two, and one.
_MULTIPLES = np.geomspace(1.15, 40.0, 33)
_DRAWS = 128
#: The draws are the same every time: a figure that is printed does not flicker.
_SEED = 20260124
#: So many series are asked at once: more do not fit the processor's cache.
_TOGETHER = 32


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest spike that would be seen with 80 % probability within five days.

    Attributes:
        multiple: of the usual count, on its first day; its excess halves every two days.
        count: downloads on that first day.
    """

    multiple: float
    count: int


def smallest_detectable(
    predictions: Sequence[Prediction], lone: Floats, false_alarms_per_year: float
) -> tuple[Smallest | None, ...]:
    """From each repo's own mean, scatter and share of lone odd days; None where not even a fortyfold day would be seen.

    Args:
        predictions: of a usual day, by repo.
        lone: the weight of lone odd days (`Scatter.lone`), by repo.
    """
    mean = np.array([each.mean for each in predictions])
    size = np.array([each.size for each in predictions])
    found: list[Smallest | None] = []
    for first in range(0, len(mean), _TOGETHER):
        some = slice(first, first + _TOGETHER)
        multiples = _smallest_multiples(mean[some], size[some], lone[some], false_alarms_per_year)
        found += [
            None if np.isnan(multiple) else Smallest(float(multiple), int(np.ceil(multiple * usual)))
            for multiple, usual in zip(multiples, mean[some], strict=True)
        ]
    return tuple(found)


def _smallest_multiples(mean: Floats, size: Floats, lone: Floats, false_alarms_per_year: float) -> Floats:
    """By series, the multiple from which on the power suffices; NaN where there is none."""
    draws = _Draws(mean, size, lone, false_alarms_per_year)
    low, high = np.zeros(len(mean), dtype=np.intp), np.full(len(mean), len(_MULTIPLES) - 1)
    power_low, power_high = draws.power(_MULTIPLES[low]), draws.power(_MULTIPLES[high])
    while np.any(high - low > 1):
        middle = (low + high) // 2
        power = draws.power(_MULTIPLES[middle])
        enough = power >= POWER
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        power_low, power_high = np.where(enough, power_low, power), np.where(enough, power, power_high)
    share = np.clip((POWER - power_low) / np.maximum(power_high - power_low, 1 / _DRAWS), 0.0, 1.0)
    multiple: Floats = _MULTIPLES[low] * (_MULTIPLES[high] / _MULTIPLES[low]) ** share
    return np.where(power_high >= POWER, multiple, np.nan)


class _Draws:
    """The first five days of spikes of some series, drawn from the same random numbers for each.

    A negative-binomial count is a Poisson count of a rate that follows a gamma law. Both are drawn by bending a normal
    number: a gamma law's cube root is nearly normal (Wilson and Hilferty, 1931), and a Poisson count is one corrected
    for its skewness (Cornish and Fisher, 1938). So a larger spike of the same draw never has fewer downloads.
    """

    def __init__(self, mean: Floats, size: Floats, lone: Floats, false_alarms_per_year: float) -> None:
        draw = np.random.default_rng(_SEED)
        even = np.tile((np.arange(_DRAWS) + 0.5) / _DRAWS, (2, STARTS, 1))  # in each dimension spread evenly
        of_rate, self._of_count = ndtri(draw.permuted(even, axis=-1))  # days by draws
        mean, size = mean[:, None, None], size[:, None, None]
        ninth = 1 / (9 * size)
        self._rates = mean * np.maximum(1 - ninth + of_rate * np.sqrt(ninth), 0.0) ** 3
        self._size, self._share, self._lone = size, mean / (mean + size), lone[:, None, None]
        self._needed = threshold(mean[:, 0], false_alarms_per_year) + np.log(STARTS)

    def power(self, multiples: Floats) -> Floats:
        """By series, the share of spikes of its multiple that show evidence enough within five days."""
        rates = self._rates * (1 + (multiples[:, None] - 1) * DECAY)[:, :, None]
        skewed = (self._of_count**2 - 1) / 6
        counts = np.maximum(np.rint(rates + self._of_count * np.sqrt(rates) + skewed), 0.0)  # series, days, draws
        trials = counts + self._size
        of_lone = log_mean_exp(log_ratio(counts, trials, self._share, LONE_MULTIPLES[:, None, None, None]))
        odd = log_odd(of_lone, self._lone).cumsum(axis=1)
        of_spike = log_mean_exp(log_ratio(counts, trials, self._share, FACTORS.T[:, None, :, None]).cumsum(axis=2))
        share: Floats = ((of_spike - odd).max(axis=1) >= self._needed).mean(axis=-1)
        return share
