"""Months in which most small repos rose together, from rolling counts read about once a month."""

from datetime import date, timedelta

import numpy as np
import pytest

from alia_watch.series.levels import LevelMonth, Together, level_months

#: About monthly, as irregular as real readings are.
READ = [
    date(2025, 1, 20),
    date(2025, 2, 18),
    date(2025, 3, 21),
    date(2025, 4, 17),
    date(2025, 5, 22),
    date(2025, 6, 19),
]
OLD = date(2024, 11, 1)


def history(levels: list[int], repos: int = 20, *, first: date = OLD) -> dict[str, dict[date, int]]:
    """Repos read first on `first` and then on every date with these levels, each a multiple of its own."""
    return {
        f"c/{n}": {first: levels[0], **{day: level * (n + 1) for day, level in zip(READ, levels, strict=True)}}
        for n in range(repos)
    }


def coins(
    seed: int, repos: int = 30, months: int = 24, lift: dict[int, float] | None = None
) -> dict[str, dict[date, int]]:
    """Small repos of one to three hundred a month that wander each for itself; `lift` multiplies a month's counts."""
    random = np.random.default_rng(seed)
    made: dict[str, dict[date, int]] = {}
    for n in range(repos):
        usual, wandering = np.exp(random.uniform(0, 5.7)), 0.0
        made[f"c/{n}"] = {}
        for month in range(months):
            wandering = 0.7 * wandering + random.normal() * 0.3
            day = date(2022, 1, 15) + timedelta(days=int(30.4 * month) + int(random.integers(-3, 4)))
            made[f"c/{n}"][day] = int(random.poisson(usual * np.exp(wandering) * (lift or {}).get(month, 1.0)))
    return made


def named(found: tuple[LevelMonth, ...]) -> dict[date, Together]:
    """The months that are named."""
    return {each.month: each.together for each in found if each.together}


def test_a_month_in_which_all_rose_is_named_and_so_is_their_fall() -> None:
    """With the repos' share and their middle ratio; months in which nothing moved are not."""
    found = level_months(history([10, 10, 30, 10, 10, 10]))
    assert named(found) == {date(2025, 3, 1): Together.ROSE, date(2025, 4, 1): Together.FELL}
    march = next(each for each in found if each.month == date(2025, 3, 1))
    assert (march.repos, march.rose, march.fell, march.share) == (20, 20, 0, 1.0)
    assert march.low <= march.ratio <= march.high
    assert march.ratio == pytest.approx(3.0, rel=0.03)
    assert march.p == pytest.approx(2 * 0.5**20)
    assert march.p < march.q


def test_many_months_are_asked_so_that_one_must_be_clear() -> None:
    """Eleven up and one down of twelve is clear; ten and two, clear of one month, is not clear of five."""
    clear = history([10, 10, 30, 30, 30, 30], 12)
    clear["c/0"][READ[2]] = 1
    assert named(level_months(clear)) == {date(2025, 3, 1): Together.ROSE}
    for n in range(2):
        clear[f"c/{n}"][READ[2]] = 1
    assert named(level_months(clear)) == {}


def test_a_young_repo_grows_and_does_not_rise() -> None:
    """Repos first read on 20 January fill their windows until 24 February: none of it is set beside anything."""
    found = level_months(history([1, 40, 80, 80, 80, 80], first=READ[0]))
    assert [each.month for each in found] == [date(2025, 4, 1), date(2025, 5, 1), date(2025, 6, 1)]
    assert named(found) == {}


def test_large_repos_and_far_readings_do_not_speak() -> None:
    """A repo of tens of thousands; a reading ten weeks and more after the last; two readings of the same days."""
    large = {repo: {day: n * 10_000 for day, n in each.items()} for repo, each in history([1, 1, 3, 1, 1, 1]).items()}
    assert level_months(large) == ()
    far = {f"c/{n}": {OLD: 5, date(2025, 1, 1): 5, date(2025, 3, 15): 50} for n in range(20)}
    assert level_months(far) == ()
    near = {f"c/{n}": {OLD: 5, date(2025, 1, 30): 5, date(2025, 2, 2): 50} for n in range(20)}
    assert level_months(near) == ()


def test_of_a_month_read_twice_the_last_counts_and_the_nearer_is_passed_over() -> None:
    """Read daily, a month is still one comparison, with a reading of other days."""
    daily = {f"c/{n}": {OLD + timedelta(days=d): 10 + d // 100 for d in range(120)} for n in range(9)}
    found = level_months(daily)
    assert [each.month for each in found] == [date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)]
    assert {each.repos for each in found} == {9}
    assert found[2].rose == 9


def test_few_repos_and_none_say_nothing() -> None:
    """Seven do not speak for the Hub; months in which every repo stood are no month of rising."""
    assert level_months(history([10, 10, 30, 10, 10, 10], 7)) == ()
    assert level_months({}) == ()
    assert level_months({"c/0": {}}) == ()
    assert {(each.p, each.together) for each in level_months(history([10] * 6))} == {(1.0, None)}


def test_independent_repos_are_hardly_ever_named() -> None:
    """In a hundred histories of repos that wander for themselves, few name any month; every lifted one is named."""
    assert sum(bool(named(level_months(coins(seed)))) for seed in range(100)) <= 10
    for seed in range(10):
        found = named(level_months(coins(seed, lift={12: 4.0})))
        assert found.get(date(2023, 1, 1)) is Together.ROSE
