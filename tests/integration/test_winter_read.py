"""The simulated winter, read day by day through the real client into the database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.demo.winter import CHRONICLE, FIRST_DAY, LAST_DAY, Winter
from alia_bot.demo.winter_repos import ALL, CONTROLS, FLAGSHIP
from alia_watch.pipeline.collect import collect
from alia_watch.series.snapshot import State
from alia_watch.sources.hub import Hub
from alia_watch.store.database import open_store
from alia_watch.store.findings import findings
from alia_watch.store.snapshots import repo_snapshots
from tests.made import made_config

SINGLES = [repo.id for repo in ALL if repo.id.split("/")[0] not in ("BSC-LT", "vismatch", "KBLab")]


def test_a_whole_winter_is_read_as_it_truly_was(tmp_path: Path) -> None:
    """Every day's counters are the truth's, the two days away are unreadable, and the new repos are discovered."""
    winter = Winter()
    clock = SimulatedClock(datetime(2025, 12, 1, 12, tzinfo=UTC))
    with HubStandIn(winter, clock) as stand_in:
        config = made_config(
            tmp_path,
            hub={"endpoint": stand_in.url, "list_organisations": ["vismatch", "KBLab"]},
            basket={"repos": [repo.id for repo in CONTROLS]},
            comparator=[{"name": "Others", "repos": SINGLES, "funder": "several"}],
        )
        hub = Hub(stand_in.url, token=None, contact="t@example.org", clock=clock, sleep=clock.sleep)
        with hub, open_store(config.watch.database, create=True) as store:
            requests, failed_on = [], []
            while clock().date() <= LAST_DAY:
                start = clock()
                got = collect(store, config, hub, now=start)
                requests.append(got.requests)
                if got.failed:
                    failed_on.append(start.date())
                clock.set(start + timedelta(days=1))
            read = {repo.id: repo_snapshots(store, repo.id, until=clock()) for repo in ALL}
            found = [finding.key for finding in findings(store, until=clock())]
        assert stand_in.violations == []
    for repo_id, snapshots in read.items():
        for snapshot in snapshots:
            if snapshot.state is State.PRESENT:
                said = winter.answers(repo_id, snapshot.observed_at)
                assert said is not None
                assert (snapshot.downloads_30d, snapshot.downloads_all_time) == (
                    said["downloads"],
                    said["downloadsAllTime"],
                )
    assert [s.downloads_30d for s in read[FLAGSHIP] if s.observed_at.date().isoformat() == "2026-01-23"] == [174]
    away = next(happening for happening in CHRONICLE if happening.kind == "away")
    assert failed_on == [away.first, away.last]
    days = (LAST_DAY - FIRST_DAY).days + 1
    assert len(requests) == days
    # Three listings and the single repos; before its launch the flagship, which is named, is asked for as well.
    assert sorted(set(requests[:80])) == [3 + len(SINGLES), 4 + len(SINGLES)]
    new = [repo for happening in CHRONICLE if happening.kind == "new_repo" for repo in happening.repo_ids]
    assert {f"new_repo:{repo}" for repo in (*new, FLAGSHIP)} | {f"successor:{new[0]}"} == set(found)
