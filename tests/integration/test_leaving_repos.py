"""Repos that are renamed or go: nothing is counted twice, and the past stays as it was."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from alia_watch.config.sections import Config
from alia_watch.costs.ledger import Refusal
from alia_watch.pipeline.detect import detect, detections
from alia_watch.pipeline.downloads import downloads, month_ratios
from alia_watch.pipeline.reconstruct import daily_series
from alia_watch.series.reconstruct import DayKind
from alia_watch.series.snapshot import HubReading, RepoSnapshot, State
from alia_watch.series.totals import total
from alia_watch.store.database import Store, open_store
from alia_watch.store.snapshots import save_hub_reading
from tests.made import FLAGSHIP
from tests.stored import BASE

NEW = "BSC-LT/ALIA-40b-base"
OUTSIDE = "someone-else/a-40b"
FIRST = date(2026, 1, 1)
DAY = timedelta(days=1)
PER_DAY = 5


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database."""
    with open_store(tmp_path / "alia-watch.db", create=True) as opened:
        yield opened


def at(day: int) -> datetime:
    """The reading that closes a day, counted from the first of January."""
    return datetime.combine(FIRST + DAY * (day + 1), time(8), UTC)


def snapshot(repo_id: str, day: int, state: State = State.PRESENT, answered_id: str | None = None) -> RepoSnapshot:
    """A repo that has five downloads a day, and thirty on day 50."""
    count = 1000 + PER_DAY * (day + 1) + (25 if day >= 50 else 0)
    if state is State.GONE:
        return RepoSnapshot(repo_id, at(day), state, detail="gone")
    return RepoSnapshot(
        repo_id, at(day), state, answered_id=answered_id or repo_id, downloads_30d=150, downloads_all_time=count
    )


def read(store: Store, day: int, *repos: RepoSnapshot) -> None:
    """Keep one snapshot of the Hub."""
    save_hub_reading(store, HubReading(at(day), at(day), 1, True, repos, ()))


def renamed_on_day_20(store: Store, *, named: bool, days: int = 60) -> None:
    """The base model takes a new name; the old one is asked for ever after where it is `named`, else only once."""
    for day in range(days):
        repos = [snapshot(FLAGSHIP, day)]
        if day < 20:
            repos.append(snapshot(BASE, day))
        else:
            repos.append(snapshot(NEW, day))
            if day == 20 or named:
                repos.append(snapshot(BASE, day, State.RENAMED, NEW))
        read(store, day, *repos)


@pytest.mark.parametrize("named", [True, False])
def test_a_renamed_repo_goes_on_under_its_new_name(store: Store, config: Config, named: bool) -> None:
    """Its days have no hole at the change of name, and no reading stands there twice."""
    renamed_on_day_20(store, named=named)
    series = daily_series(store, config, [NEW], now=at(59))[NEW]
    known = {day.day: day.count for day in series.days if day.kind is DayKind.MEASURED}
    assert len(known) == len(series.days) - 1  # the very first day
    assert total(series, FIRST + DAY * 15, FIRST + DAY * 25).count == 11 * PER_DAY
    moments = [level.observed_at for level in series.level]
    assert len(moments) == len(set(moments)) == 60


@pytest.mark.parametrize("named", [True, False])
def test_a_renamed_repo_is_counted_and_told_once(store: Store, config: Config, named: bool) -> None:
    """Under the new name, in present and past sums, and its spike is one finding."""
    renamed_on_day_20(store, named=named)
    found = {(each.id, each.window): each for each in downloads(store, config, now=at(59))}
    assert found["family_without_gguf", "all_time"].repos == (NEW, FLAGSHIP)
    month = found["family_without_gguf", "month:2026-02"]
    assert (month.repos, month.count) == ((NEW, FLAGSHIP), 2 * (28 * PER_DAY + 25))
    spikes = [finding for finding in detect(store, config, now=at(59)).findings if finding.kind == "spike"]
    assert sorted((finding.repo_id, finding.day) for finding in spikes) == [
        (NEW, FIRST + DAY * 50),
        (FLAGSHIP, FIRST + DAY * 50),
    ]


def test_a_repo_renamed_out_of_the_family_is_in_no_present_sum(store: Store, config: Config) -> None:
    """It would stay there for ever with its last reading; as of the day before it is still there."""
    for day in range(3):
        read(store, day, snapshot(FLAGSHIP, day), snapshot(BASE, day))
    read(store, 3, snapshot(FLAGSHIP, 3), snapshot(BASE, 3, State.RENAMED, OUTSIDE))
    after, before = (
        next(each for each in downloads(store, config, now=at(day)) if each.window == "all_time" and "gguf" in each.id)
        for day in (3, 2)
    )
    assert (after.repos, before.repos) == ((FLAGSHIP,), (BASE, FLAGSHIP))


def test_one_answer_that_a_repo_is_gone_may_be_a_slip(store: Store, config: Config) -> None:
    """It leaves the sums with the second, as it is told with the second."""
    for day in range(3):
        read(store, day, snapshot(FLAGSHIP, day), snapshot(BASE, day))
    for day, repos in ((3, (BASE, FLAGSHIP)), (4, (FLAGSHIP,))):
        read(store, day, snapshot(FLAGSHIP, day), snapshot(BASE, day, State.GONE))
        found = {(each.id, each.window): each for each in downloads(store, config, now=at(day))}
        assert found["family_without_gguf", "all_time"].repos == repos


def test_a_month_keeps_the_repos_that_were_there(store: Store, config: Config) -> None:
    """A model deleted in February leaves January's figure as it was; February's is without it."""
    for day in range(60):
        gone = day >= 40
        read(store, day, snapshot(FLAGSHIP, day), snapshot(BASE, day, State.GONE if gone else State.PRESENT))
    january, february = (
        next(each for each in month_ratios(store, config, month, now=at(59)) if each.downloads.id == "family")
        for month in ("2026-01", "2026-02")
    )
    assert january.downloads.repos == (BASE, FLAGSHIP)
    assert february.downloads.repos == (FLAGSHIP,)
    assert february.downloads.count == 28 * PER_DAY + 25


def test_an_unread_watch_has_a_row_for_every_window(store: Store, config: Config) -> None:
    """The month before is named and refused, as every other window is."""
    found = downloads(store, config, now=datetime(2026, 1, 23, tzinfo=UTC))
    windows = {each.window for each in found if each.id == "flagship"}
    assert {"rolling_30d", "all_time", "month:2025-12"} < windows
    reasons = {each.refused.reason for each in found if each.refused}
    assert reasons <= {Refusal.NOTHING_WATCHED, Refusal.NO_READING, Refusal.NOT_YET}
    assert all(each.refused and each.count is None for each in found)
    assert detections(store, config, [FLAGSHIP], now=at(0))[FLAGSHIP].next_day is None
