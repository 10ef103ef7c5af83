"""Days on which the whole Hub moved, and sums over spans."""

from datetime import date, timedelta

import pytest

from alia_watch.series.basket import hub_movement, is_hub_wide, standstills
from alia_watch.series.reconstruct import DailySeries, DayCount, DayKind, Interval
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


def test_a_sweep_over_every_control_is_a_movement_of_the_hub() -> None:
    """Three times as many for most of them; a quiet weekend is none."""
    week = [4, 4, 4, 4, 4, 2, 2]
    basket = [series(week * 5 + [12 if n < 6 else 4], f"c/{n}") for n in range(9)]
    movements = hub_movement(basket)
    assert is_hub_wide(movements[START + DAY * 35])
    assert not any(is_hub_wide(moved) for day, moved in movements.items() if day < START + DAY * 35)


def test_a_lost_half_window_is_a_movement_too() -> None:
    """Down counts as well as up."""
    movements = hub_movement([series([8] * 28 + [1], f"c/{n}") for n in range(8)])
    assert is_hub_wide(movements[START + DAY * 28])


def test_a_small_basket_says_nothing() -> None:
    """Seven controls do not speak for the Hub, and a day nobody speaks of is not hub-wide."""
    assert hub_movement([series([4] * 30, f"c/{n}") for n in range(7)]) == {}
    assert not is_hub_wide(None)


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
