"""What the field uses instead: the scores of other detectors, series by rows, from counts that are NaN where not known.

Causal, as ours is: the z-score and the median absolute deviation (MAD) of the days before. Not causal: the residual of
an STL decomposition and S-H-ESD fit the whole series at once; they *see the future* of the day they score, as no daily
watch can. The two oracles are told each series' true base and size r, and are no detectors but a mark of what could be
reached: one judges each day by itself, the other up to five days of a decaying spike together.

The higher a day's score, the more unusual it is; a day that cannot be judged is NaN.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import betainc
from scipy.stats import t as student

from benchmarks._simulation import MULTIPLES, Floats, Simulated

_WEEK = 7
#: Makes a MAD of normal values their standard deviation.
_NORMAL_MAD = 1.4826
#: No deviation is taken to be smaller, in downloads: a week of equal counts would have none at all.
_LEAST_DEVIATION = 1.0
_OUTLIERS_REJECTED = 3.5
_MOST_ANOMALIES, _SIGNIFICANCE, _MEDIAN_DAYS = 0.1, 0.05, 28
_POOLED_DAYS, _HALF_LIVES = 5, (1.0, 2.0, 4.0)
_NOT_UNUSUAL = -50.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A detector to compare with.

    Attributes:
        scores: from counts, series by rows.
        default: the threshold that custom or its authors set.
        sees_future: whether later days change a day's score.
    """

    name: str
    scores: Callable[[Floats], Floats]
    default: float
    sees_future: bool = False


def peers() -> tuple[Peer, ...]:
    """All of them."""
    return (
        Peer("z-score, 7 days", partial(z_score, days=7), 3.0),
        Peer("z-score, 28 days", partial(z_score, days=28), 3.0),
        Peer("MAD, 28 days", partial(mad_score, days=28), _OUTLIERS_REJECTED),
        Peer("STL residual", stl_score, _OUTLIERS_REJECTED, sees_future=True),
        Peer("S-H-ESD", hybrid_esd_score, 1.0, sees_future=True),
    )


def z_score(counts: Floats, *, days: int) -> Floats:
    """Standard deviations above the mean of the `days` rows before, half of which must be known."""
    before = _before(counts, days)
    known = np.isfinite(before)
    number = np.maximum(known.sum(axis=-1), 2)
    mean = np.where(known, before, 0.0).sum(axis=-1) / number
    squares = np.where(known, (before - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    score = (counts - mean) / np.maximum(np.sqrt(squares / (number - 1)), _LEAST_DEVIATION)
    return np.where(2 * known.sum(axis=-1) >= days, score, np.nan)


def mad_score(counts: Floats, *, days: int) -> Floats:
    """Scaled MADs above the median of the `days` rows before, half of which must be known.

    The modified z-score of Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993), who reject beyond 3.5.
    """
    before = _before(counts, days)
    enough = 2 * np.isfinite(before).sum(axis=-1) >= days
    some = before[enough]
    median = np.nanmedian(some, axis=-1)
    scores = np.full(counts.shape, np.nan)
    scores[enough] = (counts[enough] - median) / _deviation(np.nanmedian(np.abs(some - median[:, None]), axis=-1))
    return scores


def stl_score(counts: Floats) -> Floats:
    """Scaled MADs of the remainder of a robust STL decomposition with a weekly season, over all days.

    Cleveland, Cleveland, McRae and Terpenning, STL: A Seasonal-Trend Decomposition Procedure Based on Loess (1990).
    Days that are not known are interpolated for the fit. On raw counts: on logarithms it saw less, here.
    """

    from statsmodels.tsa.seasonal import STL  # of `make bench` alone

    def score(row: Floats) -> Floats:
        remainder = np.asarray(STL(_interpolated(row), period=_WEEK, seasonal=_WEEK, robust=True).fit().resid)
        away: Floats = remainder - np.median(remainder)
        return away / _deviation(np.median(np.abs(away)))

    return _by_series(counts, score)


def hybrid_esd_score(counts: Floats) -> Floats:
    """The S-H-ESD statistic over its critical value: at 1 and above, a day is an anomaly at the 5 % level.

    Vallis, Hochenbaum and Kejariwal, A Novel Technique for Long-Term Anomaly Detection in the Cloud (2014): a weekly
    season that never changes (STL) and a median for each four weeks are taken away, then generalised ESD with median
    and MAD, one-sided, of at most a tenth of the days. What it never takes out has a score below any threshold.
    """

    from statsmodels.tsa.seasonal import STL  # of `make bench` alone

    def score(row: Floats) -> Floats:
        whole = 10 * len(row) + 1 - 10 * len(row) % 2  # a loess so wide, of degree 0, that it is the season's mean
        season = {"period": _WEEK, "seasonal": whole, "seasonal_deg": 0, "seasonal_jump": len(row)}
        fit = STL(_interpolated(row), **season, robust=True).fit()
        rest = row - np.asarray(fit.seasonal)
        parts = np.array_split(rest, max(len(rest) // _MEDIAN_DAYS, 1))
        return _extreme_studentised(np.concatenate([part - np.nanmedian(part) for part in parts]))

    return _by_series(counts, score)


def _extreme_studentised(rest: Floats) -> Floats:
    """Generalised ESD (Rosner 1983) of one series, as the largest ratio at which each day is still taken out."""
    known = np.flatnonzero(np.isfinite(rest))
    days = len(known)
    scores = np.where(np.isfinite(rest), _NOT_UNUSUAL, np.nan)
    step = np.arange(1, max(int(_MOST_ANOMALIES * days), 1) + 1)
    quantile = student.ppf(1 - _SIGNIFICANCE / (days - step + 1), days - step - 1)
    critical = quantile * (days - step) / np.sqrt((days - step - 1 + quantile**2) * (days - step + 1))
    left, taken, ratios = known, [], []
    for limit in critical:
        away = rest[left] - np.median(rest[left])
        at = int(away.argmax())
        ratios.append(float(away[at] / _deviation(np.median(np.abs(away))) / limit))
        taken.append(int(left[at]))
        left = np.delete(left, at)
    scores[taken] = np.maximum.accumulate(ratios[::-1])[::-1]  # the last one beyond its limit brings in all before it
    return scores


def oracles(series: Sequence[Simulated]) -> dict[str, Callable[[Floats], Floats]]:
    """The two oracles of these series, by name. They know base and r, and neither wander, odd days nor gaps."""
    rows = max(len(one.base) for one in series)
    base = np.ones((len(series), rows))
    for place, one in enumerate(series):
        base[place, : len(one.base)] = one.base
    size = np.array([one.size for one in series])[:, None]
    return {
        "oracle, single days": lambda counts: oracle_of_days(counts, base, size),
        "oracle, up to 5 days": lambda counts: oracle_of_spikes(counts, base, size),
    }


def oracle_of_days(counts: Floats, base: Floats, size: Floats) -> Floats:
    """How rare a count so high is, as -log10 of its probability. `base` is series by rows, `size` series by 1."""
    reached = np.maximum(np.nan_to_num(counts), 1.0)
    rare = betainc(reached, size, base / (base + size))
    score = np.where(counts >= 1, -np.log10(np.maximum(rare, 1e-300)), 0.0)
    return np.where(np.isfinite(counts), score, np.nan)


def oracle_of_spikes(counts: Floats, base: Floats, size: Floats) -> Floats:
    """The log Bayes factor of a spike that began today or in the four days before, against none.

    Averaged over the multiples of the simulation, half-lives of 1, 2 and 4 days, and the day it began. What is left
    of an old spike is no new alarm: a day counts only where it lies above its base and its evidence above that of
    each of the seven days before. Without that this oracle would be beaten by its own long alarms.
    """
    known = np.isfinite(counts)
    high = np.where(known, np.maximum(counts, 0.0), 0.0)
    evidence = np.full(counts.shape, -np.inf)  # the logarithm of a sum
    for multiple, half_life in product(MULTIPLES, _HALF_LIVES):
        ratios = [
            np.where(known, high * np.log(f) - (high + size) * np.log((size + f * base) / (size + base)), 0.0)
            for f in 1 + (multiple - 1) * 2.0 ** (-np.arange(_POOLED_DAYS) / half_life)
        ]
        for age in range(_POOLED_DAYS):
            # Today is the spike's day `age`; the day of its start lies as many rows back.
            pooled = sum((_later(ratios[day], age - day) for day in range(age + 1)), np.zeros(counts.shape))
            pooled[:, :age] = _NOT_UNUSUAL  # it would have begun before the first row
            evidence = np.logaddexp(evidence, pooled)
    score = evidence - np.log(len(MULTIPLES) * len(_HALF_LIVES) * _POOLED_DAYS)
    score = np.where(known & (high > base), score, _NOT_UNUSUAL)
    before = sliding_window_view(np.pad(score, ((0, 0), (_WEEK, 0)), constant_values=_NOT_UNUSUAL), _WEEK, axis=1)
    fresh = score > before[:, :-1].max(axis=-1)
    return np.where(known, np.where(fresh, score, _NOT_UNUSUAL), np.nan)


def _later(values: Floats, days: int) -> Floats:
    """Each value so many rows later; zeros before the first."""
    return np.pad(values, ((0, 0), (days, 0)))[:, : values.shape[1]]


def _before(counts: Floats, days: int) -> Floats:
    """Of each day the `days` rows before it, NaN before the first: series by rows by days."""
    padded = np.pad(counts, ((0, 0), (days, 0)), constant_values=np.nan)
    return sliding_window_view(padded, days, axis=1)[:, :-1]


def _deviation(mad: Floats | np.float64) -> Floats:
    return np.maximum(_NORMAL_MAD * mad, _LEAST_DEVIATION)


def _interpolated(row: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(row))
    return np.interp(np.arange(len(row)), known, row[known])


def _by_series(counts: Floats, score: Callable[[Floats], Floats]) -> Floats:
    """Score each series by itself, up to its last known day."""
    scores = np.full(counts.shape, np.nan)
    for place, row in enumerate(counts):
        days = int(np.flatnonzero(np.isfinite(row))[-1]) + 1
        scores[place, :days] = score(row[:days].copy())
    return np.where(np.isfinite(counts), scores, np.nan)
