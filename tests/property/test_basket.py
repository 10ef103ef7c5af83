"""The Hub's common movement against simulated baskets: causal, indifferent to order, and calibrated."""

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alia_watch.series.basket import BasketQuality, CommonMovement, MovementKind, common_movement
from alia_watch.series.reconstruct import DailySeries, DayCount, DayKind

START = date(2026, 1, 5)
DAY = timedelta(days=1)
#: By day of the world, what multiplies every repo's count: quiet, two sweeps, a loss, a standstill, a level.
HAPPENINGS = {40: 4.0, 41: 3.0, 55: 0.2, 56: 0.2, 60: 0.0, **dict.fromkeys(range(70, 100), 3.5)}


def made(seed: int, *, repos: int = 12, days: int = 100, mean: float = 8.0, quiet: bool = False) -> list[DailySeries]:
    """Overdispersed counts with weekends, days not read, and bursts of single repos."""
    random = np.random.default_rng(seed)
    happens = np.array([1.0 if quiet else HAPPENINGS.get(n, 1.0) for n in range(days)])
    week = np.where(np.arange(days) % 7 < 5, 1.1, 0.7)
    basket = []
    for n in range(repos):
        usual = mean * random.uniform(0.5, 3.0) * week * happens
        counts = random.poisson(usual * random.gamma(10.0, 0.1, days))
        counts[random.random(days) < 0.02] *= 9
        read = random.random(days) > 0.05
        basket.append(
            DailySeries(
                f"c/{n}",
                tuple(
                    DayCount(START + DAY * d, int(count), int(count), int(count), DayKind.MEASURED)
                    if known
                    else DayCount(START + DAY * d, None, 0, None, DayKind.MISSING)
                    for d, (count, known) in enumerate(zip(counts, read, strict=True))
                ),
                (),
                (),
                (),
            )
        )
    return basket


def cut(basket: list[DailySeries], last: int) -> list[DailySeries]:
    """The same basket as it was seen at the end of a day."""
    return [replace(one, days=one.days[: last + 1]) for one in basket]


def in_a_level(found: CommonMovement) -> set[date]:
    """Days that are told anew once a level is named: its first and those in which it was seen."""
    return {day + DAY * n for day, _ in found.rebased for n in range(21)}


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 98))
def test_of_a_day_nothing_later_is_used(seed: int, last: int) -> None:
    """As of a day all that is said is the same, to the bit, as if the later days had not been; save a level's days."""
    whole = made(seed)
    then, now = common_movement(cut(whole, last)), common_movement(whole)
    renamed = in_a_level(now)
    for day, told in then.by_day.items():
        if day not in renamed:
            assert now.by_day[day] == told
    assert then.hub_wide == {day for day in now.hub_wide if day <= START + DAY * last}
    assert then.rebased == now.rebased[: len(then.rebased)]


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_the_basket_does_not_matter(seed: int, random: object) -> None:
    """The same repos in any order say the same."""
    basket = made(seed, days=60)
    mixed = sorted(basket, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert common_movement(mixed) == common_movement(basket)


def test_what_happened_is_named() -> None:
    """Sweeps, losses, a standstill and a level, each on its day: in nineteen of twenty small baskets, all of them."""
    named = 0
    for seed in range(60):
        found = common_movement(made(seed, repos=16))
        kind = {day: told.kind for day, told in found.by_day.items() if told.kind is not None}
        levels = [((day - START).days, factor) for day, factor in found.rebased]
        named += (
            kind.get(START + DAY * 40) is MovementKind.SWEEP
            and kind.get(START + DAY * 55) is MovementKind.LOST
            # bursts of nothing are nothing
            and kind.get(START + DAY * 60) in (MovementKind.STANDSTILL, MovementKind.LOST)
            and len(levels) == 1
            and abs(levels[0][0] - 70) <= 1
            and levels[0][1] == pytest.approx(3.5, rel=0.35)
            and kind.get(START + DAY * levels[0][0]) is MovementKind.LEVEL
        )
    assert named >= 57


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([0.1, 1.0, 8.0, 200.0]))
def test_a_movement_is_told_in_order(seed: int, repos: int, mean: float) -> None:
    """low <= factor <= high, all positive; an expectation is the factor or exactly 1; poor baskets name nothing."""
    found = common_movement(made(seed, repos=repos, mean=mean, days=70))
    for day, told in found.by_day.items():
        assert 0 <= told.low <= told.factor <= told.high
        assert told.factor > 0
        assert found.expectation(day) in (1.0, told.factor)
        assert (told.quality is BasketQuality.SMALL) == (told.repos < 8)
        if told.quality is BasketQuality.SMALL:
            assert (told.kind, found.expectation(day)) == (None, 1.0)
    assert found.hub_wide <= set(found.by_day)


@pytest.mark.parametrize("mean", [2.0, 8.0, 200.0])
def test_a_quiet_hub_is_quiet(mean: float) -> None:
    """Of 95 % intervals about one in twenty misses 1; an expectation is shaken on hardly a day in a hundred."""
    told = [
        (each.low <= 1 <= each.high, found.expectation(day) != 1.0, each.kind, math.log(each.factor))
        for seed in range(5)
        for found in [common_movement(made(seed, repos=20, days=300, mean=mean, quiet=True))]
        for day, each in found.by_day.items()
        if each.quality is not BasketQuality.SMALL
    ]
    holds, shaken, kinds, logs = zip(*told, strict=True)
    assert len(told) > 1200
    assert 0.92 <= sum(holds) / len(told) <= 0.99
    assert sum(shaken) / len(told) <= 0.01
    assert sum(kind is not None for kind in kinds) <= 2
    assert abs(sum(logs) / len(told)) < 0.05
