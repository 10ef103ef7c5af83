"""What moved on the whole Hub: a basket of unrelated control repos tells such days from a repo's own (design §4, 3).

Each day, every control repo says how far its count lies from its own usual one; a weighted, robust middle of what they
say is the Hub's common movement. Of any day nothing later is used, save that a level is named once two weeks of it are
seen. So the movement as of a day is that of the series cut there.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from alia_watch.series.middle import middle
from alia_watch.series.reconstruct import DailySeries, days_between
from alia_watch.series.standstill import DOWNLOADS_FOR_STANDSTILL

#: So many control repos must speak of a day for it to be told of the whole Hub, and so far must their middle move.
REPOS_FOR_MOVEMENT = 8
HUB_WIDE_UP = 2.0
HUB_WIDE_DOWN = 0.5
#: A basket that cannot tell this factor from nothing (95 %) is too noisy to say that nothing moved.
FACTOR_TO_TELL = 1.5
#: Standard errors from 1 at which a movement counts. Every day is asked: at 1.96 one in twenty would answer by chance.
SURE = 3.0
#: Publishers are asked whether they agree where, beside any one of them, so many repos of others speak. They do not
#: where those others moved less than half as far, and by less than their noise (one-sided 95 %) explains.
REPOS_BESIDE_A_PUBLISHER = 5
#: What is usual rests on so many of the last days, searched this far back where days of the whole Hub are left out.
LOOK_BACK = 28
FARTHEST = 56
#: Fewer measured days of the same half of the week than this tell nothing.
DAYS_ALIKE = 4
#: A new level is one when so many days of it are seen, nearly all of them beyond the rule and its two weeks alike.
DAYS_OF_A_LEVEL = 14
_BEYOND_OF_A_LEVEL = 12
#: Four weeks tell little of how much a repo scatters: the squared scatter of its logarithms is pulled to that of a
#: Poisson count and this much more, by as much as so many days tell.
_USUAL_DISPERSION = 0.1
_DISPERSION_PULL_DAYS = 10
_SATURDAY = 5

_Floats = NDArray[np.float64]


class MovementKind(StrEnum):
    """What moved the whole Hub."""

    SWEEP = "sweep"  # nearly everything up, for a day or some
    STANDSTILL = "standstill"  # the counters did not move, or caught up with what they had missed
    LOST = "lost"  # nearly everything down: half a window lost, a large fall
    LEVEL = "level"  # the first day of a level that stayed: a new counting rule


class BasketQuality(StrEnum):
    """How well the basket can speak of a day."""

    GOOD = "good"
    SMALL = "small"  # too few repos speak
    NOISY = "noisy"  # `FACTOR_TO_TELL` could not be told from nothing
    DIVIDED = "divided"  # it moved, but only the repos of one publisher did


@dataclass(frozen=True, slots=True)
class Movement:
    """The Hub's common movement on one UTC day.

    Attributes:
        factor: a usual repo's count over its usual count; 1 is nothing. On the first day of a level, the level's.
        low, high: 95 % interval of the factor; 0 and infinity where nothing is known.
        error: the standard error of the factor's natural logarithm.
        repos: how many spoke.
        kind: None on a usual day, and on one that a poor basket says nothing of: see `quality`.
    """

    day: date
    factor: float
    low: float
    high: float
    error: float
    repos: int
    kind: MovementKind | None
    quality: BasketQuality

    @property
    def sure(self) -> bool:
        """Whether the factor differs from 1 by more than chance and a single publisher explain."""
        return self.quality is not BasketQuality.DIVIDED and abs(math.log(self.factor)) > SURE * self.error


@dataclass(frozen=True, slots=True)
class CommonMovement:
    """The Hub's common movement, as of the last day of the data.

    Attributes:
        by_day: every day of the basket, oldest first.
        hub_wide: days to leave out of a baseline and to hold alerts on. Once named a day stays so, though the two
            weeks in which a level was seen turn out to have been usual for it.
        rebased: first day and factor of each new level. From that day on every series stands on another footing.
    """

    by_day: Mapping[date, Movement]
    hub_wide: frozenset[date]
    rebased: tuple[tuple[date, float], ...]

    def expectation(self, day: date) -> float:
        """What to multiply a day's expectation by, and to divide its count by before anything is learnt from it.

        Exactly 1 where the movement might be chance, so that a noisy basket shakes nothing, and on the first day of a
        level: `rebased` tells of those.
        """
        movement = self.by_day.get(day)
        if movement is None or movement.kind is MovementKind.LEVEL or not movement.sure:
            return 1.0
        return movement.factor

    def quality(self, day: date) -> BasketQuality:
        """How well the basket can speak of a day; of one outside the data, as one of nobody."""
        movement = self.by_day.get(day)
        return BasketQuality.SMALL if movement is None else movement.quality


def common_movement(basket: Iterable[DailySeries], *, standstills: Iterable[tuple[date, date]] = ()) -> CommonMovement:
    """The movement of every day from the basket's first to its last; the last is the day looked from.

    Args:
        basket: the control repos' series, one each, in any order.
        standstills: first and last day of spans in which the counters stood still (`standstill.standstills`). The
            series have no count for them.
    """
    counts = {one.repo_id: {day.day: day.count for day in one.days} for one in basket}
    days = sorted({day for each in counts.values() for day in each})
    if not days:
        return CommonMovement({}, frozenset(), ())
    days = days_between(days[0], days[-1])
    still = {day for start, end in standstills for day in days_between(start, end)}
    repos = sorted(counts)
    table = np.array([[_number(counts[repo].get(day)) for day in days] for repo in repos], dtype=np.float64)
    publishers = np.array([repo.split("/")[0] for repo in repos])
    return _Look(days, table, publishers, still).movement()


class _Look:
    """One pass over the days, oldest first. `table`: repos by days, NaN where a count is not known."""

    def __init__(self, days: list[date], table: _Floats, publishers: NDArray[np.str_], still: set[date]) -> None:
        self._days = days
        self._counts = table
        self._logs = np.log(table + 0.5)
        self._weekend = np.array([day.weekday() >= _SATURDAY for day in days])
        self._publishers = publishers
        self._still = still
        self._usual = np.zeros(len(days), dtype=bool)
        self._level_from = 0
        self._told: list[Movement] = []
        self._named: set[date] = set()
        self._rebased: list[tuple[date, float]] = []

    def movement(self) -> CommonMovement:
        for at, day in enumerate(self._days):
            told = self._of(at)
            self._told.append(told)
            self._usual[at] = told.kind is None
            if told.kind is not None:
                self._named.add(day)
            if told.kind in (MovementKind.SWEEP, MovementKind.LOST):
                self._settle(at)
        by_day = {told.day: told for told in self._told}
        return CommonMovement(by_day, frozenset(self._named), tuple(self._rebased))

    def _of(self, at: int) -> Movement:
        day = self._days[at]
        past = self._past(at)
        alike = past[self._weekend[past] == self._weekend[at]]
        known = np.isfinite(self._logs[:, alike]).sum(axis=1)
        came = np.nansum(self._counts[:, alike], axis=1) > 0  # of nothing there is no multiple
        speaks = np.isfinite(self._counts[:, at]) & (known >= DAYS_ALIKE) & came
        repos = int(speaks.sum())
        if repos < REPOS_FOR_MOVEMENT:
            kind = MovementKind.STANDSTILL if day in self._still else None
            return Movement(day, 1.0, 0.0, math.inf, math.inf, repos, kind, BasketQuality.SMALL)
        counts, usual = self._counts[speaks, at], np.nanmean(self._counts[speaks][:, alike], axis=1)
        moved = self._logs[speaks, at] - np.nanmean(self._logs[speaks][:, alike], axis=1)
        noise = np.sqrt(self._scatter(speaks, past, usual) * (1 + 1 / known[speaks]))
        factor, error = middle(moved, usual, noise)
        wide = 1.96 * error
        told = Movement(
            day,
            math.exp(factor),
            math.exp(factor - wide),
            math.exp(factor + wide),
            error,
            repos,
            None,
            BasketQuality.NOISY if wide > math.log(FACTOR_TO_TELL) else BasketQuality.GOOD,
        )
        if told.sure and _divided(self._publishers[speaks], factor, moved, usual, noise):
            told = replace(told, quality=BasketQuality.DIVIDED)
        none_came = not counts.any() and usual.sum() >= DOWNLOADS_FOR_STANDSTILL
        return replace(told, kind=self._kind(told, stands_still=none_came or day in self._still))

    def _past(self, at: int) -> NDArray[np.intp]:
        """The last usual days before one, back to the present level's first."""
        first = max(at - FARTHEST, self._level_from, 0)
        return (np.flatnonzero(self._usual[first:at]) + first)[-LOOK_BACK:]

    def _scatter(self, speaks: NDArray[np.bool_], past: NDArray[np.intp], usual: _Floats) -> _Floats:
        """Squared scatter of each repo's logarithms within either half of the week; never below a Poisson count's."""
        squares, freedom = np.zeros(len(usual)), np.zeros(len(usual))
        for half in (False, True):
            logs = self._logs[speaks][:, past[self._weekend[past] == half]]
            known = np.isfinite(logs).sum(axis=1)
            middle = np.nansum(logs, axis=1) / np.maximum(known, 1)
            squares += np.nansum((logs - middle[:, None]) ** 2, axis=1)
            freedom += np.maximum(known - 1, 0)
        poisson = 1 / (usual + 0.5)
        pulled = squares + _DISPERSION_PULL_DAYS * (poisson + _USUAL_DISPERSION)
        shrunk: _Floats = np.maximum(pulled / (freedom + _DISPERSION_PULL_DAYS), poisson)
        return shrunk

    def _kind(self, told: Movement, *, stands_still: bool) -> MovementKind | None:
        if stands_still:
            return MovementKind.STANDSTILL
        if told.factor > 1 and told.sure and self._told and self._told[-1].kind is MovementKind.STANDSTILL:
            return MovementKind.STANDSTILL  # what was missed is counted on the day after: nobody swept the Hub
        if told.factor >= HUB_WIDE_UP and told.sure:
            return MovementKind.SWEEP
        return MovementKind.LOST if told.factor <= HUB_WIDE_DOWN and told.sure else None

    def _settle(self, at: int) -> None:
        """Name a level where the two weeks to this day are one; its days are usual from then on."""
        spoken = [n for n in range(self._level_from, at + 1) if self._told[n].repos >= REPOS_FOR_MOVEMENT]
        weeks = spoken[-DAYS_OF_A_LEVEL:]
        if len(weeks) < DAYS_OF_A_LEVEL or at - weeks[0] >= DAYS_OF_A_LEVEL + 7:
            return
        told = [self._told[n] for n in weeks]
        kind = told[-1].kind
        beyond = sum(each.kind is kind for each in told)
        if told[0].kind is not kind or beyond < _BEYOND_OF_A_LEVEL:
            return
        logs = np.log([each.factor for each in told])
        half = DAYS_OF_A_LEVEL // 2
        if abs(np.median(logs[:half]) - np.median(logs[half:])) > math.log(FACTOR_TO_TELL):
            return  # it is still rising or dying away
        level = float(np.median(logs))
        # A repo's share in the error is the same on all days: the days' errors do not average out.
        error = float(np.median([each.error for each in told]))
        self._rebased.append((told[0].day, math.exp(level)))
        self._level_from = weeks[0]
        self._usual[weeks] = True
        for n in weeks:
            self._told[n] = _on_level(self._told[n], level)
        low, high = math.exp(level - 1.96 * error), math.exp(level + 1.96 * error)
        self._told[weeks[0]] = replace(
            told[0], factor=math.exp(level), low=low, high=high, error=error, kind=MovementKind.LEVEL
        )


def _divided(publishers: NDArray[np.str_], factor: float, moved: _Floats, usual: _Floats, noise: _Floats) -> bool:
    """Whether without some one publisher the movement (a logarithm) is hardly there: one's own builds are no Hub."""
    for one in np.unique(publishers):
        others = publishers != one
        if others.sum() >= REPOS_BESIDE_A_PUBLISHER:
            theirs, error = middle(moved[others], usual[others], noise[others])
            along = math.copysign(theirs, theirs * factor)
            if along < abs(factor) / 2 and along + 1.645 * error < abs(factor):
                return True
    return False


def _on_level(told: Movement, level: float) -> Movement:
    """A day of a level, told against the level it turned out to be on."""
    by = math.exp(level)
    return replace(told, factor=told.factor / by, low=told.low / by, high=told.high / by, kind=None)


def _number(count: int | None) -> float:
    return math.nan if count is None else float(count)
