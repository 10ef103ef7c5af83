"""Months in which most small repos rose together, from rolling counts that were read about once a month.

A history of rolling counts has no days to judge. But each reading can be set beside the one before: repos that have
nothing to do with one another rise and fall as coins do, so that a month in which nearly all rise is the Hub's.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

from scipy.stats import binom, binomtest, false_discovery_control

#: A repo's first readings grow with its rolling window: those of its first days are left out.
DAYS_OF_GROWTH = 35
#: A reading is set beside the last one at least so many days older, or the two windows are nearly the same days; and
#: at most so many, or the change is not the month's.
FEWEST_DAYS_BETWEEN = 20
MOST_DAYS_BETWEEN = 70
#: A repo is small where the geometric mean of both rolling counts is below this: 30 downloads a day. The mean of both,
#: because by the first alone a repo would be let in the easier the lower it happened to stand.
SMALL = 900.0
#: Fewer repos than this cannot speak for the Hub (nor, below six, give an interval).
REPOS_FOR_LEVELS = 8
#: Share of false names among the months named (Benjamini and Hochberg 1995).
FALSE_NAMES = 0.05
_OUTSIDE_INTERVAL = 0.05


class Together(StrEnum):
    """Which way most small repos went, in a month in which they went together."""

    ROSE = "rose"
    FELL = "fell"


@dataclass(frozen=True, slots=True)
class LevelMonth:
    """The rolling counts of one calendar month's readings, each beside the reading before of the same repo.

    Attributes:
        month: its first day.
        repos: small repos compared; `rose` and `fell` of them did, the others stood.
        ratio: the middle one of the repos' ratios, half a download added on both sides; `low` and `high` are a sign
            test's interval of it, 95 % or better.
        p: the exact two-sided sign test that as many rise as fall. It takes the repos for unrelated: those of one
            publisher, read by the same program, are not.
        q: the same over all months asked (Benjamini-Hochberg). A later month may change it.
        together: the way most of them went, where q is at most `FALSE_NAMES`.
    """

    month: date
    repos: int
    rose: int
    fell: int
    ratio: float
    low: float
    high: float
    p: float
    q: float
    together: Together | None

    @property
    def share(self) -> float:
        """The share of the repos whose level rose."""
        return self.rose / self.repos


def level_months(rolling: Mapping[str, Mapping[date, int]]) -> tuple[LevelMonth, ...]:
    """The months with enough repos to compare, oldest first.

    Args:
        rolling: by repo, the rolling count by the day it was read on, as irregular as it comes. Of a repo read more
            than once in a month the last reading counts.
    """
    pairs: dict[date, list[tuple[int, int]]] = {}
    for counts in rolling.values():
        for month, before, now in _compared(counts):
            if math.sqrt(before * now) < SMALL:
                pairs.setdefault(month, []).append((before, now))
    months = [_month(month, each) for month, each in sorted(pairs.items()) if len(each) >= REPOS_FOR_LEVELS]
    if not months:
        return ()
    corrected = false_discovery_control([each.p for each in months])
    return tuple(_named(each, float(q)) for each, q in zip(months, corrected, strict=True))


def _compared(counts: Mapping[date, int]) -> Iterable[tuple[date, int, int]]:
    """By month of one repo: its last reading's rolling count, and the one it is set beside before it."""
    if not counts:
        return
    grown = min(counts) + timedelta(days=DAYS_OF_GROWTH)
    read = sorted(day for day in counts if day >= grown)
    for month, day in {day.replace(day=1): day for day in read}.items():
        before = [each for each in read if FEWEST_DAYS_BETWEEN <= (day - each).days <= MOST_DAYS_BETWEEN]
        if before:
            yield month, counts[before[-1]], counts[day]


def _month(month: date, pairs: list[tuple[int, int]]) -> LevelMonth:
    rose = sum(now > before for before, now in pairs)
    fell = sum(now < before for before, now in pairs)
    ratios = sorted((now + 0.5) / (before + 0.5) for before, now in pairs)
    p = float(binomtest(rose, rose + fell).pvalue) if rose + fell else 1.0
    # The middle lies between the order statistics whose outer ones a fair coin leaves out on less than 2.5 % a side.
    outer = int(binom.ppf(_OUTSIDE_INTERVAL / 2, len(ratios), 0.5))
    return LevelMonth(month, len(pairs), rose, fell, median(ratios), ratios[outer - 1], ratios[-outer], p, 1.0, None)


def _named(month: LevelMonth, q: float) -> LevelMonth:
    together = None
    if q <= FALSE_NAMES and 2 * max(month.rose, month.fell) > month.repos:
        together = Together.ROSE if month.rose > month.fell else Together.FELL
    return replace(month, q=q, together=together)
