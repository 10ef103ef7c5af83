"""What downloads a repo has away from announcements: their share of all, and whether they grow."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alia_watch.findings.event_test import EventTest, Pair
from alia_watch.findings.expectation import Floats
from alia_watch.findings.local_level import FADES_OVER
from alia_watch.findings.special import stdtrit
from alia_watch.findings.window_sum import NORMAL_95

#: Measured days outside windows from which a trend can be told, and blocks of days that may go up and down together.
DAYS_FOR_TREND, _BLOCK = 84, 14
_DOWNLOADS_FOR_TREND = 30
_DAYS_A_MONTH = 365.25 / 12
_ROUNDS = 25
#: Half an interval wider than a factor of ten a month tells nothing.
_WIDEST = math.log(10) / _DAYS_A_MONTH


class Interval(NamedTuple):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OrganicShare:
    """The share of downloads on days outside event windows.

    Attributes:
        share: of the downloads of the measured days, from 0 to 1; None where there was none outside or none inside.
        outside, inside: downloads on measured days outside and inside windows.
        expected: what `share` would be had every window brought what the days around it let expect, no more and no
            less.
        days_share: the share of measured days that lie outside windows.
        days, missing: measured days of both sums, and those in between that are not known and so are in neither.
        excess: downloads inside windows above what was to be expected of them; None where no window could be judged.
        not_judged: windows without an expectation, such as a launch: their days are in neither sum.
    """

    share: Interval | None
    outside: int
    inside: int
    expected: float | None
    days_share: float | None
    days: int
    missing: int
    excess: Interval | None
    not_judged: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Growth outside event windows.

    Attributes:
        percent: per month, compounded; None where too few days or downloads are known, or nothing follows from them.
        series: how many series it rests on.
        days_needed: how many more measured days before it can be told; 0 where days are not what it lacks.
    """

    percent: Interval | None
    series: int
    days_needed: int


def organic_share(looked: Iterable[tuple[EventTest, Sequence[Pair]]]) -> OrganicShare:
    """The share of some series together. Each pairs its test with the answers of its windows."""
    looked = list(looked)
    parts = [_Sums.of(test, mine) for test, mine in looked]
    outside, inside = sum(each.outside for each in parts), sum(each.inside for each in parts)
    days, outside_days = sum(each.days for each in parts), sum(each.outside_days for each in parts)
    variances = sum(each.outside_variance for each in parts), sum(each.inside_variance for each in parts)
    pairs = [pair for _, mine in looked for pair in mine]
    usual = outside + sum(pair.expected for pair in pairs if pair.expected is not None)
    return OrganicShare(
        share=_share(outside, inside, *variances),
        outside=outside,
        inside=inside,
        expected=outside / usual if usual else None,
        days_share=outside_days / days if days else None,
        days=days,
        missing=sum(each.missing for each in parts),
        excess=_excess([mine for _, mine in looked]),
        not_judged=sum(pair.excess is None and pair.days > 0 for pair in pairs),
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """Downloads outside and inside the windows of one series, the variances of these sums, and the days they are of."""

    outside: int
    inside: int
    outside_variance: float
    inside_variance: float
    days: int
    outside_days: int
    missing: int

    @classmethod
    def of(cls, test: EventTest, pairs: Sequence[Pair]) -> "_Sums":
        judged = np.ones(test.days, dtype=bool)
        for window in (pair.window for pair in pairs if pair.excess is None):
            judged[max(test.row(window.first), 0) : max(test.row(window.last) + 1, 0)] = False
        missing = int(np.isnan(test.counts).sum())
        known = np.isfinite(test.counts) & judged
        away, within = known & ~test.inside, known & test.inside
        means = test.level.means
        variance = test.wider * (means + test.level.dispersion * means**2)
        return cls(
            outside=int(test.counts[away].sum()),
            inside=int(test.counts[within].sum()),
            outside_variance=float(variance[away].sum()),
            inside_variance=float(variance[within].sum()),
            days=int(known.sum()),
            outside_days=int(away.sum()),
            missing=missing,
        )


def _excess(by_series: Sequence[Sequence[Pair]]) -> Interval | None:
    """Of all windows together. Those of one series near each other rest on the same days, and err together."""
    total, variance, told = 0.0, 0.0, 0
    for pairs in by_series:
        judged = [(pair.window.first.toordinal(), pair.excess) for pair in pairs if pair.excess is not None]
        if not judged:
            continue
        told += len(judged)
        days = np.array([day for day, _ in judged])
        shared = np.array([excess.shared for _, excess in judged])
        together = np.exp(-np.abs(days[:, None] - days) / (2 * FADES_OVER))
        total += sum(excess.value for _, excess in judged)
        variance += sum(excess.own for _, excess in judged) + float(shared @ together @ shared)
    if not told:
        return None
    error = NORMAL_95 * math.sqrt(variance)
    return Interval(total, total - error, total + error)


def _share(outside: int, inside: int, outside_variance: float, inside_variance: float) -> Interval | None:
    """With the interval of a ratio of two sums whose days scatter by themselves (delta method, on the log-odds).

    None where one of the sums is nothing: of that no interval follows.
    """
    if not outside or not inside:
        return None
    share = outside / (outside + inside)
    odds = math.log(outside / inside)
    error = NORMAL_95 * math.sqrt(outside_variance / outside**2 + inside_variance / inside**2)
    low, high = (1 / (1 + math.exp(-(odds + by))) for by in (-error, error))
    return Interval(share, low, high)


def trend(tests: Sequence[EventTest]) -> Trend:
    """The mean growth of some series outside their windows, each weighted by how sure its own is.

    Where the series differ by more than their errors explain, that widens the interval (DerSimonian and Laird 1986).
    """
    slopes = [found for test in tests if (found := _slope(test)) is not None]
    if not slopes:
        most = max((int(_usable(test).sum()) for test in tests), default=0)
        return Trend(None, 0, max(DAYS_FOR_TREND - most, 0))
    values, errors = np.array([slope for slope, _ in slopes]), np.array([error for _, error in slopes])
    between = _between(values, errors)
    weights = 1 / (errors**2 + between)
    mean = float((weights * values).sum() / weights.sum())
    error = NORMAL_95 / math.sqrt(float(weights.sum()))
    if error > _WIDEST:
        return Trend(None, len(slopes), 0)
    percent = (100 * math.expm1(slope * _DAYS_A_MONTH) for slope in (mean, mean - error, mean + error))
    return Trend(Interval(*percent), len(slopes), 0)


def _between(values: Floats, errors: Floats) -> float:
    weights = 1 / errors**2
    mean = (weights * values).sum() / weights.sum()
    spread = float((weights * (values - mean) ** 2).sum()) - (len(values) - 1)
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    return max(spread / scale, 0.0) if scale > 0 else 0.0


def _usable(test: EventTest) -> Floats:
    usable: Floats = np.isfinite(test.counts) & ~test.inside
    return usable


def _slope(test: EventTest) -> tuple[float, float] | None:
    """Growth of the logarithm a day, and its standard error, widened so that 1.96 of them are 95 %.

    A log-linear model of negative-binomial days. Its error is the greater of the model's own and of one that lets the
    days of a fortnight stray together (a sandwich over blocks): levels shift, and a line drawn through them is unsure.
    """
    rows = np.flatnonzero(_usable(test))
    if len(rows) < DAYS_FOR_TREND or test.counts[rows].sum() < _DOWNLOADS_FOR_TREND:
        return None
    counts, offset = test.counts[rows], np.log(test.level.factor[rows])
    days = rows - rows.mean()
    design = np.stack([np.ones(len(rows)), days])
    dispersion = test.level.dispersion
    at = np.array([math.log(max(counts.mean(), 0.02)), 0.0])
    for _ in range(_ROUNDS):
        mean = np.exp(np.clip(at @ design + offset, -10.0, 40.0))
        weight = mean / (1 + dispersion * mean)
        error = (counts - mean) / mean
        bread = np.linalg.inv((design * weight) @ design.T)
        step = bread @ (design @ (weight * error))
        at = at + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    scores = design * (weight * error)
    blocks = (rows - rows[0]) // _BLOCK
    sums = np.stack([np.bincount(blocks, weights=each) for each in scores])
    used = len(np.unique(blocks))
    sandwich = bread @ (sums @ sums.T) @ bread * used / (used - 1)
    own = float(bread[1, 1]) * test.wider
    fewer = float(stdtrit(max(used - 2, 1), 0.975)) / NORMAL_95
    return float(at[1]), math.sqrt(max(own, float(sandwich[1, 1]))) * fewer
