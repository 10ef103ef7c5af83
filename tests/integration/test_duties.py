"""The watch's own duties, day by day, over a stand-in Hub and a real database, into the folder channel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.daemon import Daemon
from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_faults import Status
from alia_bot.demo.hub_world import StillWorld
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.config.sections import Config
from alia_watch.errors import ConfigError
from alia_watch.sources.hub import Hub
from alia_watch.store.database import open_store
from alia_watch.store.runs import Run, RunOutcome
from tests.made import FLAGSHIP, made_config

CONTROL = "control/model-03"
MINUTE = timedelta(minutes=1)


@dataclass
class Watched:
    """A watch at work in simulated time."""

    config: Config
    world: StillWorld
    hub: HubStandIn
    clock: SimulatedClock
    daemon: Daemon

    def at(self, instant: str) -> dict[str, Run]:
        """A tick at an instant (UTC); what was run, by slot."""
        now = datetime.fromisoformat(instant).replace(tzinfo=UTC)
        self.clock.set(now)
        return {run.slot: run for run in self.daemon.tick(now)}

    def sent(self) -> list[str]:
        """Receiver and report of every letter in the folder, sorted."""
        letters = self.config.watch.database.parent.glob("outbox/*/*.eml")
        return sorted(f"{path.parent.name} {path.stem.partition('-')[2]}" for path in letters)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    world = StillWorld()
    world.add(FLAGSHIP, downloads=174, downloadsAllTime=1000, createdAt="2025-12-16T10:00:00.000Z")
    for number in range(10):
        world.add(f"control/model-{number:02d}", downloads=30, downloadsAllTime=500)
    for repo in ("BSC-LT/salamandra-7b-instruct", "swiss-ai/Apertus-8B-Instruct-2509"):
        world.add(repo, downloads=900, downloadsAllTime=9000)
    clock = SimulatedClock(datetime(2026, 1, 25, tzinfo=UTC))
    with HubStandIn(world, clock) as hub:
        config = made_config(tmp_path, hub={"endpoint": hub.url}, costs={"update_on_move": "0.10"})
        for comparator in config.comparator:
            for repo in comparator.repos:
                world.add(repo, downloads=900, downloadsAllTime=9000)
        open_store(config.watch.database, create=True).close()
        reader = Hub(hub.url, token=None, contact="test@example.org", clock=clock, sleep=clock.sleep)
        yield Watched(config, world, hub, clock, Daemon(config, hub=reader))
        reader.close()


def test_the_cost_update_is_told_weekly_and_when_the_headline_moved(watched: Watched) -> None:
    """Told on Monday; nothing on Tuesday, since the figure stands; told on Wednesday, when it moved by a tenth."""
    watched.at("2026-01-25T12:00")
    watched.at("2026-01-26T02:16")
    monday = watched.at("2026-01-26T08:16")["cost_update:2026-W05"]
    assert (monday.outcome, monday.detail["headline"], monday.detail["queued"]) == (RunOutcome.DONE, "58620.69", 2)
    tuesday = watched.at("2026-01-27T08:16")["cost_update:2026-01-27"]
    assert (tuesday.outcome, "report" in tuesday.detail) == (RunOutcome.DONE, False)
    watched.world.models[FLAGSHIP]["downloads"] = 200
    wednesday = watched.at("2026-01-28T08:16")["cost_update:2026-01-28"]
    assert wednesday.detail["report"] == "cost_update:2026-01-28"
    thursday = watched.at("2026-01-29T08:16")["cost_update:2026-01-29"]
    assert "report" not in thursday.detail
    assert watched.sent() == [
        "en cost_update-2026-01-28",
        "en cost_update-2026-W05",
        "es cost_update-2026-01-28",
        "es cost_update-2026-W05",
    ]


def test_the_digest_of_a_month_is_sent_once(watched: Watched) -> None:
    """Once a reading closed the month, its digest is written for each receiver, and never again."""
    watched.at("2026-01-31T20:16")
    closing = watched.at("2026-02-01T02:16")
    assert "digest:2026-01" not in closing
    assert closing["snapshot:2026-02-01T02:15Z"].detail["closes"] == "2026-01-31"
    run = watched.at("2026-02-01T08:31")["digest:2026-01"]
    assert (run.outcome, run.detail["queued"]) == (RunOutcome.DONE, 2)
    assert "digest:2026-01" not in watched.at("2026-02-02T09:00")
    assert [letter for letter in watched.sent() if "digest" in letter] == ["en digest-2026-01", "es digest-2026-01"]


def test_an_incomplete_snapshot_asks_again_only_for_what_is_lacking(watched: Watched) -> None:
    """The repo that did not answer is named, and five minutes later it alone is read, which makes the day complete."""
    watched.hub.script(CONTROL, *[Status(500)] * 5)
    first = watched.at("2026-01-25T12:00")["snapshot:2026-01-25T08:15Z"]
    assert (first.outcome, first.detail["not_read"]) == (RunOutcome.INCOMPLETE, [CONTROL])
    asked = len(watched.hub.requests)
    again = watched.at("2026-01-25T12:10")["snapshot:2026-01-25T08:15Z"]
    assert (again.outcome, again.detail["repos"]) == (RunOutcome.DONE, 1)
    later = [request for request in watched.hub.requests[asked:] if "base_model" not in request.target]
    assert [request.path for request in later if "discussions" not in request.path] == [f"/api/models/{CONTROL}"]
    assert watched.hub.violations == []


def test_a_hub_that_is_away_is_an_ordinary_day(watched: Watched) -> None:
    """With every answer a 503 the snapshot is incomplete, the other duties run, and the next try finds the Hub back."""
    watched.world.closed = True
    away = watched.at("2026-01-25T12:00")
    assert away["snapshot:2026-01-25T08:15Z"].outcome is RunOutcome.INCOMPLETE
    assert away["backup:2026-01-25"].outcome is RunOutcome.DONE
    watched.world.closed = False
    back = watched.at("2026-01-25T13:30")
    assert back["snapshot:2026-01-25T08:15Z"].outcome is RunOutcome.DONE
    assert back["detect:2026-01-25"].outcome is RunOutcome.DONE


def test_an_alert_is_not_lost_when_queueing_it_fails(watched: Watched) -> None:
    """What was decided to be told is told by the next try, once, though that try decides nothing anew."""
    watched.at("2026-01-25T12:00")
    new = "BSC-LT/ALIA-40b-instruct-2601"
    watched.world.add(new, downloads=1, downloadsAllTime=1, createdAt="2026-01-26T01:00:00.000Z")
    with open_store(watched.config.watch.database) as store:
        store.db.execute("CREATE TRIGGER full BEFORE INSERT ON reports BEGIN SELECT RAISE(ABORT, 'no room'); END")
    failed = watched.at("2026-01-26T08:01")["detect:2026-01-26"]
    assert failed.outcome is RunOutcome.FAILED
    assert "no room" in failed.detail["error"]
    assert watched.sent() == []
    with open_store(watched.config.watch.database) as store:
        store.db.execute("DROP TRIGGER full")
    again = watched.at("2026-01-26T08:07")["detect:2026-01-26"]
    assert (again.outcome, again.detail["queued"], again.detail["findings"]) == (RunOutcome.DONE, 2, 0)
    told = watched.sent()
    assert [letter.split("-")[0] for letter in told] == ["en alert", "es alert"]
    watched.at("2026-01-27T08:01")
    assert [letter for letter in watched.sent() if "alert" in letter] == told


def test_the_daily_backup_lies_where_it_was_asked_for(watched: Watched) -> None:
    """The backup duty leaves a dated file and says which."""
    run = watched.at("2026-01-25T12:00")["backup:2026-01-25"]
    assert run.detail["file"] == "alia-watch-20260125T120000Z.db.gz"
    assert (watched.config.watch.backups / run.detail["file"]).stat().st_size == run.detail["bytes"]


def test_the_first_run_tells_nothing(watched: Watched) -> None:
    """A fresh watch floods nobody: on its first tick no message is written."""
    done = watched.at("2026-01-25T12:00")
    assert {run.outcome for run in done.values()} == {RunOutcome.DONE}
    assert watched.sent() == []


def test_a_daemon_without_its_secret_does_not_start(tmp_path: Path) -> None:
    """A token that is not set is told at the start, not hours later."""
    config = made_config(tmp_path, hub={"token": {"env": "NOT_SET_ANYWHERE"}})
    open_store(config.watch.database, create=True).close()
    with pytest.raises(ConfigError, match="NOT_SET_ANYWHERE"):
        Daemon(config).run_forever()
