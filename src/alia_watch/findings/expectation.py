"""What each day should bring, of many series at once: a filter of the days before it.

The logarithm of a day's mean is level + weekday effect + wander. The level drifts with a slope, the seven weekday
effects share a weekend contrast, and the wander is a first-order autoregression that returns to nothing: real rates
are rougher than a straight line. All ten numbers of a series, and how sure they are, are carried from day to day by an
extended Kalman filter of negative-binomial counts (Fahrmeir, JASA 1992; West, Harrison and Migon, JASA 1985).

Arrays hold the series last: a mean is (10, series), a covariance (10, 10, series).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: A spike is sought among those that began today or in the four days before: so many forecasts are kept. Pooling these
#: days finds what no single one shows; a sixth day added nothing on simulated series.
STARTS = 5
#: Of one day to the next, the wander keeps this share; its usual size is learnt (`scatter.py`).
WANDER_KEPT = 0.85
#: Standard deviations of what is not known at first: the level (from the first week's median), the slope a day (half a
#: logarithm a year), the weekend contrast around that of most repos, and each weekday's own deviation.
_LEVEL, _SLOPE, _CONTRAST, _WEEKDAY = 1.0, 0.0015, 0.35, 0.06
_USUAL_CONTRAST = -0.35
#: How far the level and the slope may stray in a day, beyond the straight line.
_LEVEL_STEP, _SLOPE_STEP = 0.008, 1e-4
#: A count this many standard deviations off teaches no more than one so far off: Huber's weight (1964).
_CLIP = 2.5
#: No level is taken to be below one download in fifty days: of nothing there is no multiple.
_LEAST_LOG_LEVEL = float(np.log(0.02))
_SIZE = 10
_AT_LEVEL, _AT_SLOPE, _AT_WEEKDAYS, _AT_WANDER = 0, 1, 2, 9
_SATURDAY = 5

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Today's expectation as seen from the mornings of the last days: row `a` knows nothing of today and `a` days back.

    Attributes:
        log_mean: starts by series, the logarithm of the mean count.
        variance: how unsure that logarithm is, squared.
        steady: the part of `log_mean` that is not wander.
    """

    log_mean: Floats
    variance: Floats
    steady: Floats


class Expectation:
    """The filter. A day is `advance`, `forecasts`, and then `learn` or `go_back`."""

    def __init__(self, counts: Floats, first_weekdays: NDArray[np.int64], *, begins: int = 0) -> None:
        """
        Args:
            counts: days by series, NaN where not known; the first week's median of each series starts its level.
            first_weekdays: of each series' first row, Monday 0.
            begins: the first row that is judged; what was known then is put into `state`.
        """
        series = counts.shape[1]
        self._day = begins - 1
        self._mean = np.zeros((_SIZE, series))
        self._covariance = np.zeros((_SIZE, _SIZE, series))
        self._past_means = np.zeros((STARTS, _SIZE, series))
        self._past_covariances = np.zeros((STARTS, _SIZE, _SIZE, series))
        self._mean[_AT_LEVEL] = np.log(np.maximum(_first_median(counts), 0.5))
        self._covariance[_AT_LEVEL, _AT_LEVEL] = _LEVEL**2
        self._covariance[_AT_SLOPE, _AT_SLOPE] = _SLOPE**2
        # Effect k is that of rows k, k + 7, …: which weekday that is depends on the series.
        weekend = (first_weekdays + np.arange(7)[:, None]) % 7 >= _SATURDAY
        loading = np.where(weekend, 5 / 7, -2 / 7)  # a contrast leaves the week's mean alone
        self._mean[_AT_WEEKDAYS:_AT_WANDER] = loading * _USUAL_CONTRAST
        self._covariance[_AT_WEEKDAYS:_AT_WANDER, _AT_WEEKDAYS:_AT_WANDER] = (
            loading[:, None] * loading[None] * _CONTRAST**2 + (np.eye(7) * _WEEKDAY**2)[:, :, None]
        )

    @property
    def state(self) -> list[NDArray[Any]]:
        """Everything that is carried from day to day, series last."""
        return [self._mean, self._covariance, self._past_means, self._past_covariances]

    def advance(self, wander: Floats, rebase: Floats) -> None:
        """Go to the next day, and keep what was known in its morning.

        Args:
            wander: each series' variance of the wander.
            rebase: logarithm of the factor by which everything stands higher from this day on.
        """
        self._day += 1
        mean, covariance = self._mean, self._covariance
        mean[_AT_LEVEL] += rebase
        _carry(mean, covariance, 1, wander)
        covariance[_AT_SLOPE, _AT_SLOPE] += _SLOPE_STEP**2
        slot = self._day % STARTS
        self._past_means[slot], self._past_covariances[slot] = mean, covariance

    def forecasts(self, wander: Floats, offset: Floats) -> Forecasts:
        """Today, from each kept morning. `offset`: logarithm of what today is multiplied by, by series."""
        slots = (self._day - np.arange(STARTS)) % STARTS
        mean, covariance = self._past_means, self._past_covariances
        level, slope, today, wand = _AT_LEVEL, _AT_SLOPE, self._weekday, _AT_WANDER
        age = np.arange(STARTS)[:, None]
        kept = WANDER_KEPT**age
        steady = mean[slots, level] + age * mean[slots, slope] + mean[slots, today] + offset
        variance = (
            covariance[slots, level, level] + covariance[slots, today, today] + kept**2 * covariance[slots, wand, wand]
        )
        variance += age * (2 * covariance[slots, level, slope] + age * covariance[slots, slope, slope])
        variance += 2 * (covariance[slots, level, today] + age * covariance[slots, slope, today])
        cross = covariance[slots, level, wand] + age * covariance[slots, slope, wand] + covariance[slots, today, wand]
        variance += 2 * kept * cross + wander * (1 - kept**2)
        return Forecasts(steady + kept * mean[slots, wand], variance, steady)

    def learn(self, error: Floats, noise: Floats, which: Flags) -> None:
        """Take today's counts in.

        Args:
            error: (count - mean) / mean.
            noise: the variance of `error` where the mean is known exactly.
            which: the series that learn.
        """
        today = self._weekday
        gain = self._covariance[:, _AT_LEVEL] + self._covariance[:, today] + self._covariance[:, _AT_WANDER]
        variance = gain[_AT_LEVEL] + gain[today] + gain[_AT_WANDER] + noise
        far = np.abs(error) / np.sqrt(variance)
        step = np.where(which, error * np.minimum(1.0, _CLIP / np.maximum(far, _CLIP)), 0.0) / variance
        self._mean += gain * step
        self._covariance -= (gain * (which / variance))[:, None] * gain[None]
        np.maximum(self._mean[_AT_LEVEL], _LEAST_LOG_LEVEL, out=self._mean[_AT_LEVEL])

    def go_back(self, which: Places, ages: Places, wander: Floats) -> None:
        """Forget what the last days taught: today and `ages` days before it are under suspicion.

        Args:
            which: the series, by place; `ages`: how many days before today, for each of them.
            wander: every series' variance of the wander.
        """
        slots = (self._day - ages) % STARTS
        mean = self._past_means[slots, :, which].T
        covariance = self._past_covariances[slots, :, :, which].transpose(1, 2, 0)
        _carry(mean, covariance, ages, wander[which])
        self._mean[:, which], self._covariance[:, :, which] = mean, covariance

    def shift(self, which: Places, by: Floats, error: float) -> None:
        """Move the level by `by` (logarithm), known to within `error` (standard deviation)."""
        self._mean[_AT_LEVEL, which] += by
        self._covariance[_AT_LEVEL, _AT_LEVEL, which] += error**2

    @property
    def _weekday(self) -> int:
        return _AT_WEEKDAYS + self._day % 7


def _carry(mean: Floats, covariance: Floats, days: Places | int, wander: Floats) -> None:
    """Let days go by of which nothing is learnt, in place."""
    kept = WANDER_KEPT**days
    mean[_AT_LEVEL] += days * mean[_AT_SLOPE]
    mean[_AT_WANDER] *= kept
    covariance[_AT_LEVEL] += days * covariance[_AT_SLOPE]
    covariance[:, _AT_LEVEL] += days * covariance[:, _AT_SLOPE]
    covariance[_AT_WANDER] *= kept
    covariance[:, _AT_WANDER] *= kept
    covariance[_AT_LEVEL, _AT_LEVEL] += days * _LEVEL_STEP**2
    covariance[_AT_WANDER, _AT_WANDER] += wander * (1 - kept**2)


def _first_median(counts: Floats) -> Floats:
    """Each series' median of its first seven days from its first known count on; 1 where none is known."""
    known = np.isfinite(counts)
    since = np.arange(len(counts))[:, None] - np.argmax(known, axis=0)
    first = np.where((since >= 0) & (since < 7) & known, counts, np.nan)
    first[0, ~known.any(axis=0)] = 1.0
    median: Floats = np.nanmedian(first, axis=0)
    return median
