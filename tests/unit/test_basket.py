"""Days on which the whole Hub moved, and sums over spans."""

import math
from datetime import date, timedelta

import pytest

from alia_watch.series.basket import BasketQuality, CommonMovement, MovementKind, common_movement
from alia_watch.series.reconstruct import DailySeries, DayCount, DayKind, Interval
from alia_watch.series.standstill import standstills
from alia_watch.series.totals import Total, add, total

START = date(2026, 1, 5)  # a Monday
DAY = timedelta(days=1)


def series(counts: list[int | None], repo: str = "c/0", **changes: object) -> DailySeries:
    """Measured days; None is missing."""
    made = tuple(
        DayCount(START + DAY * n, count, count or 0, count, DayKind.MISSING if count is None else DayKind.MEASURED)
        for n, count in enumerate(counts)
    )
    return DailySeries(repo, made, (), (), (), **changes)  # type: ignore[arg-type]


def at(n: int) -> date:
    """The day `n` days after the first."""
    return START + DAY * n


def controls(counts: list[int | None], repos: int = 9) -> list[DailySeries]:
    """A basket whose repos all have the same counts."""
    return [series(counts, f"c/{n}") for n in range(repos)]


WEEK: list[int | None] = [9, 8, 10, 9, 8, 4, 5]


def kinds(found: CommonMovement) -> dict[date, MovementKind]:
    """The days that are named."""
    return {day: told.kind for day, told in found.by_day.items() if told.kind is not None}


def test_a_sweep_over_most_controls_is_a_movement_of_the_hub() -> None:
    """Three times as many for most of them; a quiet weekend is none."""
    week = [4, 4, 4, 4, 4, 2, 2]
    found = common_movement([series(week * 5 + [12 if n < 6 else 4], f"c/{n}") for n in range(9)])
    assert kinds(found) == {at(35): MovementKind.SWEEP}
    assert found.hub_wide == {at(35)}
    assert found.expectation(at(35)) == found.by_day[at(35)].factor > 2
    assert found.expectation(at(33)) == 1.0  # a Saturday


def test_one_control_that_bursts_is_not_the_hub() -> None:
    """Nor are two of nine, however high: the middle does not follow them."""
    found = common_movement([series(WEEK * 5 + [9 if n > 1 else 9000], f"c/{n}") for n in range(9)])
    assert kinds(found) == {}
    assert found.expectation(at(35)) == 1.0


def test_one_publishers_own_builds_are_not_the_hub() -> None:
    """Twelve repos of one at five times their usual beside eight of another at theirs: told as divided, not named."""
    ours = [series([*WEEK * 5, 45], f"a/{n}") for n in range(12)]
    theirs = [series([*WEEK * 5, 9], f"b/{n}") for n in range(8)]
    divided = common_movement([*ours, *theirs])
    assert kinds(divided) == {}
    assert divided.quality(at(35)) is BasketQuality.DIVIDED
    assert divided.expectation(at(35)) == 1.0
    swept = common_movement([*ours, *[series([*WEEK * 5, 36], f"b/{n}") for n in range(8)]])
    assert kinds(swept) == {at(35): MovementKind.SWEEP}


def test_a_lost_half_window_is_a_movement_too() -> None:
    """Down counts as well as up."""
    found = common_movement(controls([8] * 28 + [1], 8))
    assert kinds(found) == {at(28): MovementKind.LOST}
    assert found.by_day[at(28)].high < 1


def test_a_swept_day_teaches_nothing_of_what_is_usual() -> None:
    """After ten days of a sweep the usual count is still the one before, and so is the next day's factor."""
    found = common_movement(controls([*WEEK * 5, *[40] * 10, 9]))
    assert found.hub_wide == {at(n) for n in range(35, 45)}
    assert found.by_day[at(45)].factor == pytest.approx(1.0, abs=0.1)
    assert found.rebased == ()


def test_a_small_basket_says_so() -> None:
    """Seven controls do not speak for the Hub, nor eight of which one was not read; outside the data nobody does."""
    found = common_movement(controls([4] * 29 + [400], 7))
    assert kinds(found) == {}
    assert {told.quality for told in found.by_day.values()} == {BasketQuality.SMALL}
    assert (found.expectation(at(29)), found.by_day[at(29)].high) == (1.0, math.inf)
    eight = [*controls([4] * 30, 7), series([*[4] * 29, None], "c/7")]
    assert common_movement(eight).quality(at(28)) is not BasketQuality.SMALL
    assert common_movement(eight).quality(at(29)) is BasketQuality.SMALL
    assert common_movement(eight).quality(at(99)) is BasketQuality.SMALL
    assert common_movement([]).hub_wide == frozenset()


def test_a_noisy_basket_says_so_and_shakes_nothing() -> None:
    """Eight repos of two a day cannot tell 1.5 from 1; thirty of eight a day can."""
    tiny = common_movement(controls([*[2, 1, 3, 2, 2, 1, 3] * 5, 3], 8))
    assert tiny.quality(at(35)) is BasketQuality.NOISY
    assert tiny.by_day[at(35)].factor > 1.3
    assert tiny.expectation(at(35)) == 1.0
    assert common_movement(controls([*WEEK * 5, 9], 30)).quality(at(35)) is BasketQuality.GOOD


@pytest.mark.parametrize("factor", [3.0, 0.25])
def test_a_level_is_named_after_two_weeks_of_it(factor: float) -> None:
    """Until then its days are a sweep's or a loss's; then it has its first day and factor, and the next days are usual.

    A day once named stays held.
    """
    counts = [*[8] * 35, *[round(8 * factor)] * 30]
    kind = MovementKind.SWEEP if factor > 1 else MovementKind.LOST
    before, after = common_movement(controls(counts[:48])), common_movement(controls(counts))
    assert kinds(before) == {at(n): kind for n in range(35, 48)}
    assert before.rebased == ()
    assert kinds(after) == {at(35): MovementKind.LEVEL}
    [(day, by)] = after.rebased
    assert (day, by) == (at(35), pytest.approx(factor, rel=0.1))
    assert after.expectation(at(35)) == 1.0  # told by `rebased`
    assert after.by_day[at(40)].factor == pytest.approx(1.0, abs=0.1)
    assert after.by_day[at(60)].factor == pytest.approx(1.0, abs=0.1)
    assert after.hub_wide == {at(n) for n in range(35, 49)}


def test_a_long_sweep_that_dies_away_is_no_level() -> None:
    """Two weeks of which the last are far lower than the first."""
    dying = [round(200 * 0.85**n) for n in range(14)]
    assert common_movement(controls([*[8] * 35, *dying])).rebased == ()


def test_counters_that_stand_still_are_no_fall() -> None:
    """A day without any download of any control, the day it is made up for, and spans told by the counters."""
    found = common_movement(controls([*[8] * 35, 0, 16, 8]))
    assert kinds(found) == {at(35): MovementKind.STANDSTILL, at(36): MovementKind.STANDSTILL}
    told = common_movement(controls([*[8] * 35, None, None, 8]), standstills=[(at(35), at(35))])
    assert kinds(told) == {at(35): MovementKind.STANDSTILL}
    assert told.expectation(at(35)) == 1.0


@pytest.mark.parametrize(("repos", "per_day", "found"), [(8, 4, True), (4, 40, False), (8, 2, False)])
def test_a_standstill_needs_enough_repos_and_downloads(repos: int, per_day: int, found: bool) -> None:
    """Where few downloads were to be expected, none is no sign."""
    closing = {
        f"c/{n}": {START + DAY * d: per_day * (min(d, 29) if d < 32 else d) for d in range(34)} for n in range(repos)
    }
    spans = standstills(closing)
    assert spans == (((START + DAY * 30, START + DAY * 31),) if found else ())


def test_one_repo_that_moves_is_no_standstill() -> None:
    """The counters are alive if any is."""
    closing = {f"c/{n}": {START + DAY * d: 10 * min(d, 29) for d in range(32)} for n in range(8)}
    closing["c/0"][START + DAY * 30] += 1
    closing["c/0"][START + DAY * 31] += 2
    assert standstills(closing) == ()


def test_a_total_is_as_well_known_as_its_days() -> None:
    """Measured days give a count; a missing one leaves the sum open above; an interval inside is exact."""
    assert total(series([1, 2, 3]), START, START + DAY * 2).count == 6
    open_above = total(series([1, None, 3]), START, START + DAY * 2)
    assert (open_above.count, open_above.low, open_above.high, open_above.known_days) == (None, 4, None, 2)
    gap = series([1, None, None, 4])
    gap = DailySeries("c/0", gap.days, (Interval(START + DAY, START + DAY * 2, 9),), (), ())
    assert total(gap, START, START + DAY * 3).count == 14
    cut = total(gap, START, START + DAY)
    assert (cut.count, cut.low, cut.high) == (None, 1, 10)


def test_before_its_birth_a_repo_has_none() -> None:
    """Known zeros, while days before the first reading of an older repo are not known."""
    young, old = series([1], born=START), series([1])
    assert total(young, START - DAY * 3, START).count == 1
    assert total(old, START - DAY * 3, START).count is None


def test_sums_of_repos() -> None:
    """Bounds add; one unknown part makes the sum unknown; spans must agree."""
    known, unknown = Total(START, START, 2, 2, 2, 1, 1), Total(START, START, None, 1, None, 0, 1)
    assert add([known, known]) == Total(START, START, 4, 4, 4, 1, 1)
    assert add([known, unknown]) == Total(START, START, None, 3, None, 0, 1)
    with pytest.raises(ValueError, match="one and the same span"):
        add([known, Total(START, START + DAY, 2, 2, 2, 2, 2)])
