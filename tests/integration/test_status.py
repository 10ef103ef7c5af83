"""`alia-watch status`, `backup` and `restore` as a person meets them."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alia_bot.cli import app, verbs
from alia_watch.config.sections import Config
from alia_watch.series.snapshot import HubReading
from alia_watch.store import runs
from alia_watch.store.database import Store, open_store
from alia_watch.store.lock import daemon_lock
from alia_watch.store.runs import RunOutcome
from alia_watch.store.snapshots import save_hub_reading
from tests.faults.watch_process import written_config

assert verbs
NOW = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def ask(config: Config, *arguments: str) -> tuple[int, str]:
    """The exit code and the standard output of a verb asked at noon."""
    file = written_config(config.watch.database.parent, "http://127.0.0.1:9")
    result = CliRunner().invoke(app, ["--config", str(file), "--as-of", "2026-01-23T12:00:00Z", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.stdout


def read_at(store: Store, instant: datetime, *, complete: bool = True) -> None:
    save_hub_reading(store, HubReading(instant, instant, 1, complete, (), ()))


def test_status_of_a_watch_that_reads_is_healthy(config: Config, store: Store) -> None:
    """With a complete snapshot of today the exit code is 0, and the days that were not read are named."""
    for days in (6, 5, 2, 1, 0):
        read_at(store, NOW - days * DAY - timedelta(hours=1))
    read_at(store, NOW - 3 * DAY, complete=False)
    code, text = ask(config, "status", "--format", "json")
    found = json.loads(text)
    assert (code, found["healthy"], found["faults"]) == (0, True, [])
    assert found["snapshots"]["gaps"] == [{"start": "2026-01-19", "end": "2026-01-20"}]
    assert found["snapshots"]["last_complete_at"] == "2026-01-23T11:00:00Z"
    assert found["hub"]["lag_days"] == 1
    assert found["daemon"] == {"running": False, "process": None}
    code, text = ask(config, "status")
    assert code == 0
    assert text.startswith("The watch is healthy.")
    assert "2026-01-19 to 2026-01-20" in text


def test_status_says_how_old_the_last_snapshots_are(config: Config, store: Store) -> None:
    """The last complete one, and a newer one that lacks something."""
    read_at(store, NOW - timedelta(hours=5))
    _, text = ask(config, "status")
    assert "last complete snapshot   2026-01-23T07:00:00Z, 5 h ago" in text
    assert "newest snapshot" not in text
    read_at(store, NOW - timedelta(hours=1), complete=False)
    _, text = ask(config, "status")
    assert "newest snapshot          2026-01-23T11:00:00Z, 1 h ago, incomplete" in text


def test_a_disk_that_is_nearly_full_is_a_fault(config: Config, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said before a duty fails for it."""
    read_at(store, NOW - timedelta(hours=1))
    nearly = shutil.disk_usage("/")._replace(total=10**12, used=10**12 - 10**8, free=10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: nearly)
    code, text = ask(config, "status")
    assert (code, "has 100 MB left: make room, or soon nothing is kept." in text) == (1, True)


def test_status_exits_with_1_when_something_is_wrong(config: Config, store: Store) -> None:
    """A watch whose last complete snapshot is old is not healthy, whatever form is asked for."""
    read_at(store, NOW - 3 * DAY)
    read_at(store, NOW - timedelta(hours=1), complete=False)
    code, text = ask(config, "status", "--format", "json")
    found = json.loads(text)
    assert (code, found["healthy"]) == (1, False)
    assert found["faults"] == ["The last complete snapshot is 3 days old."]
    assert found["snapshots"]["last_is_complete"] is False
    code, text = ask(config, "status")
    assert code == 1
    assert "- The last complete snapshot is 3 days old." in text
    code, text = ask(config, "status", "--format", "csv")
    assert code == 1
    assert text.splitlines()[0].startswith("duty,slot,outcome")


def test_status_knows_the_daemon_and_what_it_last_did(config: Config, store: Store) -> None:
    """The process that holds the database is named, and each duty's last run and error."""
    run_id = runs.start(store, "backup", "backup:2026-01-23", now=NOW)
    runs.finish(store, run_id, RunOutcome.FAILED, {"error": "the disk is full"}, now=NOW)
    with daemon_lock(config.watch.database):
        _, text = ask(config, "status", "--format", "json")
    found = json.loads(text)
    assert found["daemon"]["running"] is True
    [backup] = [row for row in found["duties"] if row["duty"] == "backup"]
    assert (backup["outcome"], backup["error"]) == ("failed", "the disk is full")
    assert backup["next_at"] == "2026-01-23T12:05:00Z"
    assert found["next_due"] == "2026-01-23T12:00:00Z"


def test_status_tells_what_keeps_the_watch_safe(config: Config, store: Store) -> None:
    """The last backup and its copy, sizes, versions, and who may come in."""
    detail = {"file": "alia-watch-1.db.gz", "copied_to": "/mnt/x/alia-watch-1.db.gz"}
    run_id = runs.start(store, "backup", "backup:2026-01-23", now=NOW)
    runs.finish(store, run_id, RunOutcome.DONE, detail, now=NOW)
    _, text = ask(config, "status", "--format", "json")
    found = json.loads(text)
    assert found["backup"] == {"at": "2026-01-23T12:00:00Z", "checked": True, "copy_error": None} | detail
    assert found["database_bytes"] >= config.watch.database.stat().st_size > 0
    assert found["disk_free_bytes"] > 0
    assert found["schema"].startswith("m0")
    assert (found["bot"], found["pages"], found["heartbeat"]) == (False, False, {"on": False, "told_of": None})
    assert found["sources_in_trouble"] == []
    _, text = ask(config, "status")
    assert "2026-01-23T12:00:00Z, checked, copied to /mnt/x" in text


def test_a_run_that_ended_keeps_how_it_ended(store: Store) -> None:
    """A late word on a run that was already written down changes nothing."""
    run_id = runs.start(store, "backup", "backup:2026-01-23", now=NOW)
    runs.finish(store, run_id, RunOutcome.INTERRUPTED, {}, now=NOW)
    runs.finish(store, run_id, RunOutcome.DONE, {"file": "x"}, now=NOW)
    [run] = runs.runs(store, since=NOW, until=NOW)
    assert run.outcome is RunOutcome.INTERRUPTED


@pytest.mark.usefixtures("store")
def test_backup_and_restore_from_the_command_line(config: Config) -> None:
    """A backup is made, listed, and put back; what it replaced is named."""
    code, text = ask(config, "backup", "--format", "json")
    [made] = json.loads(text)
    assert (code, Path(made["file"]).name) == (0, "alia-watch-20260123T120000Z.db.gz")
    with open_store(config.watch.database) as store:
        read_at(store, NOW)
    code, text = ask(config, "backup", "--list", "--format", "csv")
    assert text == f"file,bytes\n{made['file']},{made['bytes']}\n"
    code, text = ask(config, "restore", made["file"])
    assert code == 0
    assert "alia-watch.replaced-20260123T120000Z.db" in text
    with open_store(config.watch.database) as store:
        assert store.rows("SELECT count(*) AS n FROM snapshots") == [{"n": 0}]
