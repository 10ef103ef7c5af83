"""The simulated winter: anchored, deterministic, and true to its chronicle."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alia_bot.demo.winter import CHRONICLE, FIRST_DAY, LAST_DAY, Winter
from alia_bot.demo.winter_repos import ALL, CONTROLS, DERIVED, FAMILY, FLAGSHIP, SUCCESSOR

DAYS = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]


def _at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _said(winter: Winter, repo_id: str, at: datetime, field: str) -> int:
    answer = winter.answers(repo_id, at)
    assert answer is not None
    return int(answer[field])


@pytest.mark.parametrize("seed", [174, 0, 1, 2])
def test_the_flagship_reads_174_on_23_january_at_every_hour(seed: int) -> None:
    """The anchor holds before and after the day's update, whatever the seed."""
    winter = Winter(seed)
    for hour in range(24):
        assert _said(winter, FLAGSHIP, _at(date(2026, 1, 23), hour), "downloads") == 174


def test_the_counters_are_the_sums_of_the_true_days() -> None:
    """From one update to the next the all-time count grows by the day that was closed, a revision apart."""
    winter = Winter()
    for repo in ALL:
        for day in DAYS[1:]:
            if winter.answers(repo.id, _at(day - timedelta(days=1))) is None:
                continue
            now, before = (_said(winter, repo.id, _at(d), "downloadsAllTime") for d in (day, day - timedelta(days=1)))
            true = winter.counts[repo.id].get(day - timedelta(days=1), 0)
            revised = -140 if (repo.id, day) == ("BSC-LT/ALIA-40b", date(2026, 3, 11)) else 0
            assert now - before == true + revised


def test_counters_stand_still_between_two_updates() -> None:
    """The update comes at 03:00 UTC; a minute before it, the answer is yesterday's."""
    winter = Winter()
    before, after = datetime(2026, 1, 28, 2, 59, tzinfo=UTC), datetime(2026, 1, 28, 3, 0, tzinfo=UTC)
    assert winter.repos(before)[FLAGSHIP] == winter.repos(_at(date(2026, 1, 27)))[FLAGSHIP]
    assert winter.closes(before) == date(2026, 1, 26)
    assert winter.closes(after) == date(2026, 1, 27)
    assert _said(winter, FLAGSHIP, after, "downloads") > _said(winter, FLAGSHIP, before, "downloads")


def test_a_repo_is_there_from_its_creation_on_with_counters_at_zero() -> None:
    """Before its first instant there is none; then it counts 0, not null."""
    winter = Winter()
    born = datetime(2026, 1, 28, 10, tzinfo=UTC)
    assert winter.answers(SUCCESSOR, born - timedelta(seconds=1)) is None
    assert _said(winter, SUCCESSOR, born, "downloads") == 0
    assert _said(winter, SUCCESSOR, born, "downloadsAllTime") == 0


def test_one_seed_is_one_winter() -> None:
    """The same seed gives the same counts, another seed others."""
    assert Winter(5).counts == Winter(5).counts
    assert Winter(5).counts != Winter(6).counts


def test_the_chronicle_is_what_happened() -> None:
    """The lift, the sweep, the births and the days away are in the counts and answers as they are told."""
    winter = Winter()
    told = {happening.kind: happening for happening in CHRONICLE}
    flagship = winter.counts[FLAGSHIP]
    lifted = [flagship[date(2026, 1, day)] for day in range(26, 30)]
    assert min(lifted) > 3 * sum(flagship[date(2026, 1, day)] for day in range(12, 26)) / 14
    small = [repo.id for repo in CONTROLS]
    usual = sum(winter.counts[r][date(2026, 2, day)] for r in small for day in (10, 11, 12))
    swept = sum(winter.counts[r][date(2026, 2, day)] for r in small for day in (17, 18, 19))
    assert swept > 2.5 * usual
    assert set(small) | {FLAGSHIP} <= set(told["sweep"].repo_ids)
    away = told["away"]
    assert [winter.away(_at(away.first - timedelta(days=1))), winter.away(_at(away.first, 0))] == [False, True]
    assert [winter.away(_at(away.last, 23)), winter.away(_at(away.last + timedelta(days=1), 0))] == [True, False]
    for happening in CHRONICLE:
        assert FIRST_DAY <= happening.first <= happening.last <= LAST_DAY
        assert set(happening.repo_ids) <= {repo.id for repo in ALL}


def test_the_world_is_small() -> None:
    """Few enough repos for a quick play, and enough controls for a basket."""
    assert len(ALL) <= 40
    assert len(CONTROLS) >= 10
    assert {repo.id.split("/")[0] for repo in FAMILY} == {"BSC-LT"}
    read = [repo for repo in ALL if repo not in DERIVED]
    singles = {repo.id for repo in read if repo.id.split("/")[0] not in ("BSC-LT", "vismatch", "KBLab")}
    assert len(singles) <= 4
