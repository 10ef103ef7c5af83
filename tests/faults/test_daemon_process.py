"""The daemon as a process of its own: stopped, killed, doubled, locked out and out of disk."""

import contextlib
import signal
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alia_bot.demo.hub_faults import Hang
from alia_watch.series.snapshot import State
from alia_watch.store.database import open_store
from alia_watch.store.runs import Run, RunOutcome, runs
from alia_watch.store.snapshots import latest_snapshots
from tests.command import alia_watch
from tests.faults.watch_process import CONTROL, FLAGSHIP, PATIENCE_S, Watch, stand_in_hub, was_asked, written_config

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "alia-watch.db"
    open_store(path, create=True).close()
    return path


def remembered(database: Path, duty: str) -> list[Run]:
    with open_store(database) as store:
        return runs(store, since=ALWAYS[0], until=ALWAYS[1], duty=duty)


def test_sigterm_ends_the_daemon_while_the_hub_hangs(tmp_path: Path, database: Path) -> None:
    """With a request that nobody answers in hand, the process exits with 0 within 10 seconds and loses nothing."""
    with stand_in_hub() as hub:
        hub.always("/api/models", Hang())
        with Watch(written_config(tmp_path, hub.url)) as watch:
            assert was_asked(hub)
            assert watch.terminate() == 0
    [snapshot] = remembered(database, "snapshot")
    assert snapshot.outcome is RunOutcome.INTERRUPTED


def test_what_was_read_before_sigterm_is_kept(tmp_path: Path, database: Path) -> None:
    """A reading cut short in the middle keeps the repos it had, and is taken up again at the next start."""
    with stand_in_hub() as hub:
        hub.always("author=BSC-LT", Hang())
        config = written_config(tmp_path, hub.url)
        with Watch(config) as watch:
            while not any(CONTROL in request.path for request in hub.requests):
                assert was_asked(hub)
            assert watch.terminate() == 0
        with open_store(database) as store:
            kept = latest_snapshots(store, until=ALWAYS[1])
        assert kept[FLAGSHIP].state is State.UNREADABLE
        hub.mend()
        with Watch(config) as watch:
            assert watch.line(event="duty", duty="snapshot")["outcome"] == "done"
            assert watch.terminate() == 0
        with open_store(database) as store:
            kept = latest_snapshots(store, until=ALWAYS[1])
        assert (kept[FLAGSHIP].downloads_30d, kept[CONTROL].downloads_30d) == (174, 12)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_daemon(tmp_path: Path, database: Path, number: int) -> None:
    """On SIGTERM and on Ctrl-C the process exits with 0, and the lock is free for the next."""
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        with Watch(config) as watch:
            watch.line(event="duty", duty="announcements")
            assert watch.terminate(number) == 0
        with Watch(config) as again:
            again.line(event="daemon started")
            assert again.terminate(number) == 0


def test_a_hangup_has_the_configuration_read_anew(tmp_path: Path, database: Path) -> None:
    """What changed is in the log; a file that is faulty meanwhile changes nothing."""
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        text = config.read_text(encoding="utf-8")
        with Watch(config) as watch:
            watch.line(event="daemon started")
            config.write_text(text.replace('name = "ALIA"', 'name = "Another"'), encoding="utf-8")
            watch.process.send_signal(signal.SIGHUP)
            assert watch.line(event="configuration read")["changes"] == ["family.name: ALIA -> Another"]
            watch.line(event="configuration taken up")
            config.write_text("[watch", encoding="utf-8")
            watch.process.send_signal(signal.SIGHUP)
            watch.line(event="configuration not taken up")
            assert watch.terminate() == 0


def test_a_second_daemon_is_refused_and_the_first_goes_on(tmp_path: Path, database: Path) -> None:
    """The second process exits with 1, says who holds the database, and the first is not disturbed."""
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        with Watch(config) as first:
            first.line(event="daemon started")
            with Watch(config) as second:
                assert second.process.wait(PATIENCE_S) == 1
                assert f"process {first.process.pid}" in second.told()
            assert first.process.poll() is None
            first.line(event="duty", duty="announcements", outcome="done")
            assert first.terminate() == 0


def test_kill_in_the_middle_of_a_snapshot_loses_nothing(tmp_path: Path, database: Path) -> None:
    """After kill -9 with a reading in hand, the lock is free and the next process takes the same slot up at once."""
    with stand_in_hub() as hub:
        hub.always("/api/models", Hang())
        config = written_config(tmp_path, hub.url)
        with Watch(config) as watch:
            assert was_asked(hub)
            watch.process.kill()
            watch.process.wait()
        [cut] = remembered(database, "snapshot")
        assert cut.outcome is RunOutcome.STARTED
        told = alia_watch("--config", config, "status")
        assert (told.code, "not running" in told.out, cut.slot in told.out) == (1, True, True)
        hub.mend()
        with Watch(config) as watch:
            line = watch.line(event="duty", duty="snapshot")
            assert (line["slot"], line["outcome"], line["attempt"]) == (cut.slot, "done", 2)
            assert watch.terminate() == 0
        assert hub.violations == []


def test_a_database_locked_by_another_process_is_waited_out(tmp_path: Path, database: Path) -> None:
    """While another holds the database the daemon says so, `status` still reads it, and once it is free, what was due
    is done."""
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        with (
            contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other,
            Watch(config, hurried=True) as watch,
        ):
            other.execute("BEGIN IMMEDIATE")
            line = watch.line(event="tick failed")
            assert "locked by another process" in line["error"]
            ended = alia_watch("--config", config, "status")
            assert (ended.code, "There is no complete snapshot." in ended.out) == (1, True)
            other.execute("ROLLBACK")
            watch.line(event="duty", duty="backup", outcome="done")
            assert watch.terminate() == 0


def test_the_daemon_lives_in_the_present(tmp_path: Path, database: Path) -> None:
    """A daemon with a fixed clock is refused as a wrong usage."""
    config = written_config(tmp_path, "http://127.0.0.1:9")
    with Watch(config, "--as-of", "2026-01-23", "run") as watch:
        assert watch.process.wait(PATIENCE_S) == 2
        assert "--as-of" in watch.told()


def test_a_daemon_without_a_database_points_to_init(tmp_path: Path) -> None:
    """Where there is no database the process exits with 2 and names the command that makes one."""
    with Watch(written_config(tmp_path, "http://127.0.0.1:9")) as watch:
        assert watch.process.wait(PATIENCE_S) == 2
        assert "alia-watch init" in watch.told()
