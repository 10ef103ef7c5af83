"""Copies that are whole, and a way back that loses nothing."""

import contextlib
import gzip
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alia_watch.config.loader import example_text
from alia_watch.errors import DatabaseDamaged, DatabaseNewer, SecondDaemon, StoreError
from alia_watch.store.backup import backup, backups, copy_to, restore
from alia_watch.store.database import open_store
from alia_watch.store.lock import daemon_lock
from alia_watch.store.reports import save_report
from alia_watch.store.rotation import Rotation
from alia_watch.store.runs import RunOutcome, last_runs, record_missed
from tests.command import alia_watch
from tests.made import made_file
from tests.small_watch import small_watch

NOW = datetime(2026, 1, 23, 4, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def slots(path: Path) -> set[str]:
    """The slots that a database remembers, to tell one database from another."""
    with open_store(path) as store:
        return set(last_runs(store, now=NOW, memory=100 * DAY).slots)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "alia-watch.db"
    with open_store(path, create=True) as store:
        record_missed(store, [("snapshot", "first")], now=NOW)
    return path


def test_a_backup_is_one_whole_file(database: Path, tmp_path: Path) -> None:
    """A backup holds everything that was committed, in one file that carries its instant."""
    with open_store(database) as store:
        made = backup(store, tmp_path / "backups", now=NOW)
    assert made.path.name == "alia-watch-20260123T043000Z.db.gz"
    assert list((tmp_path / "backups").iterdir()) == [made.path]
    assert made.size == made.path.stat().st_size > 0
    plain = gzip.decompress(made.path.read_bytes())
    assert hashlib.sha256(plain).hexdigest() == made.sha256
    assert len(plain) > 3 * made.size
    with contextlib.closing(sqlite3.connect(":memory:")) as copy:
        copy.deserialize(plain)
        assert copy.execute("SELECT slot FROM runs").fetchall() == [("first",)]


def test_a_backup_leaves_out_what_is_not_committed(database: Path, tmp_path: Path) -> None:
    """A write step in hand neither stops the backup nor shows in it."""
    with open_store(database) as writer, open_store(database) as store, writer.writing() as db:
        db.execute("DELETE FROM runs")
        made = backup(store, tmp_path / "backups", now=NOW)
        db.execute("ROLLBACK")
        db.execute("BEGIN")
    restore(made.path, database, now=NOW)
    assert slots(database) == {"first"}


def test_the_newest_of_each_of_the_last_days_is_kept(database: Path, tmp_path: Path) -> None:
    """Backups made by hand during a day displace those of the same day, never those of other days."""
    folder = tmp_path / "backups"
    strange = [folder / "alia-watch-notes.db", folder / "alia-watch-20269999T999999Z.db.gz"]
    folder.mkdir()
    for each in strange:
        each.touch()
    (folder / "alia-watch-20260122T043000Z.db").touch()  # of an older version, not packed
    with open_store(database) as store:
        for day in range(5):
            for hour in range(3):
                made = backup(store, folder, now=NOW + day * DAY + timedelta(hours=hour), rotation=Rotation(3, 0, 0))
    assert [path.name for path in backups(folder, "alia-watch")] == [
        "alia-watch-20260127T063000Z.db.gz",
        "alia-watch-20260126T063000Z.db.gz",
        "alia-watch-20260125T063000Z.db.gz",
    ]
    assert len(made.removed) == 1
    assert all(each.exists() for each in strange)


def test_a_plain_backup_of_an_older_version_is_listed_and_comes_back(database: Path, tmp_path: Path) -> None:
    """As it was, without being unpacked."""
    with open_store(database) as store:
        made = backup(store, tmp_path / "backups", now=NOW)
    plain = made.path.with_suffix("")
    plain.write_bytes(gzip.decompress(made.path.read_bytes()))
    made.path.unlink()
    assert backups(tmp_path / "backups", "alia-watch") == (plain,)
    database.unlink()
    restore(plain, database, now=NOW)
    assert slots(database) == {"first"}


def test_a_second_copy_is_proven_and_kept_as_long(database: Path, tmp_path: Path) -> None:
    """In another folder; where that is away or full, it is said, and the backup stands."""
    elsewhere, rotation = tmp_path / "elsewhere", Rotation(1, 0, 0)
    with open_store(database) as store:
        for days in range(2):
            made = backup(store, tmp_path / "backups", now=NOW + days * DAY, rotation=rotation)
            copied = copy_to(made.path, elsewhere, "alia-watch", rotation=rotation)
    assert list(elsewhere.iterdir()) == [copied]
    assert copied.read_bytes() == made.path.read_bytes()
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        copy_to(made.path, tmp_path / "file", "alia-watch", rotation=rotation)


def test_the_command_says_where_the_second_copy_failed(tmp_path: Path) -> None:
    """Exit 1, the backup made all the same, and listed."""
    (tmp_path / "file").touch()
    config = made_file(tmp_path, backup={"copy_to": "file"})
    open_store(tmp_path / "alia-watch.db", create=True).close()
    ended = alia_watch("--config", config, "backup", "--format", "json")
    [row] = json.loads(ended.out)
    assert (ended.code, "cannot be written" in row["copy_error"]) == (1, True)
    listed = json.loads(alia_watch("--config", config, "backup", "--list", "--format", "json").out)
    assert [each["file"] for each in listed] == [row["file"]]


def test_a_full_disk_leaves_the_older_backups_and_no_half_one(database: Path, tmp_path: Path) -> None:
    """Where the system lets no file grow, the error says so, nothing is removed and no partial file stays."""
    folder = tmp_path / "backups"
    with open_store(database) as store:
        backup(store, folder, now=NOW, rotation=Rotation(1, 0, 0))
    code = (
        "import resource, sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from alia_watch.store.backup import backup; from alia_watch.store.database import open_store\n"
        "from alia_watch.errors import StoreError\n"
        "with open_store(Path(sys.argv[1])) as store:\n"
        "    sys.dont_write_bytecode = True\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "    try: backup(store, Path(sys.argv[2]), now=datetime(2026, 1, 24, tzinfo=UTC))\n"
        "    except StoreError as error: print(error); print(error.hint)\n"
    )
    full = subprocess.run(
        [sys.executable, "-c", code, str(database), str(folder)], capture_output=True, text=True, check=False
    )
    assert "cannot be written" in full.stdout, full.stderr
    assert "free space" in full.stdout
    assert [path.name for path in folder.iterdir()] == ["alia-watch-20260123T043000Z.db.gz"]


def test_a_folder_that_is_a_file_is_a_clear_error(database: Path, tmp_path: Path) -> None:
    """A backup folder that cannot be made is told as such."""
    (tmp_path / "backups").touch()
    with open_store(database) as store, pytest.raises(StoreError, match="cannot be written"):
        backup(store, tmp_path / "backups", now=NOW)


def test_restore_brings_back_what_was_and_keeps_what_is_replaced(database: Path, tmp_path: Path) -> None:
    """After a restore the database is the backup's, and the replaced file holds what came since."""
    with open_store(database) as store:
        made = backup(store, tmp_path / "backups", now=NOW)
        record_missed(store, [("snapshot", "second")], now=NOW)
    kept = restore(made.path, database, now=NOW)
    assert kept is not None
    assert slots(database) == {"first"}
    assert slots(kept) == {"first", "second"}
    with open_store(database) as store:
        assert store.rows("PRAGMA journal_mode") == [{"journal_mode": "wal"}]


def test_what_only_the_log_of_a_killed_process_holds_is_kept_too(database: Path, tmp_path: Path) -> None:
    """The replaced database keeps its write-ahead log, so that a commit that was only there survives the restore."""
    with open_store(database) as store:
        made = backup(store, tmp_path / "backups", now=NOW)
    code = (
        "import os, sys; from pathlib import Path; from datetime import datetime, UTC\n"
        "from alia_watch.store.database import open_store; from alia_watch.store.runs import record_missed\n"
        "store = open_store(Path(sys.argv[1]))\n"
        "record_missed(store, [('snapshot', 'in the log')], now=datetime(2026, 1, 23, tzinfo=UTC)); os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(database)], check=False)
    assert database.with_name("alia-watch.db-wal").stat().st_size > 0
    kept = restore(made.path, database, now=NOW)
    assert slots(database) == {"first"}
    assert kept is not None
    assert slots(kept) == {"first", "in the log"}


def test_restore_works_where_the_database_is_gone_or_broken(database: Path, tmp_path: Path) -> None:
    """A lost database and a damaged one are both replaced; the damaged one is kept."""
    with open_store(database) as store:
        made = backup(store, tmp_path / "backups", now=NOW)
    database.write_bytes(b"not a database at all" * 400)
    kept = restore(made.path, database, now=NOW)
    assert slots(database) == {"first"}
    assert kept is not None
    assert kept.read_bytes().startswith(b"not a database")
    database.unlink()
    assert restore(made.path, database, now=NOW + DAY) is None
    assert slots(database) == {"first"}


def test_restore_refuses_while_a_daemon_runs(database: Path, tmp_path: Path) -> None:
    """A database that a daemon holds is not replaced under it."""
    with open_store(database) as store:
        made = backup(store, tmp_path / "backups", now=NOW)
        record_missed(store, [("snapshot", "second")], now=NOW)
    with daemon_lock(database), pytest.raises(SecondDaemon, match=str(os.getpid())):
        restore(made.path, database, now=NOW)
    assert slots(database) == {"first", "second"}


@pytest.mark.parametrize("fault", ["cut short", "another program's", "newer", "absent"])
def test_restore_refuses_a_bad_backup_and_leaves_the_database(database: Path, tmp_path: Path, fault: str) -> None:
    """A backup that is broken, foreign, newer or absent is refused, and the database stays as it was."""
    with open_store(database) as store:
        for number in range(500):
            record_missed(store, [("snapshot", f"slot {number}")], now=NOW)
        made = backup(store, tmp_path / "backups", now=NOW)
    expected: type[StoreError] = DatabaseDamaged
    if fault == "cut short":
        made.path.write_bytes(made.path.read_bytes()[: made.size // 2])
    elif fault == "absent":
        made.path.unlink()
        expected = StoreError
    else:
        plain = made.path.with_suffix("")
        plain.write_bytes(gzip.decompress(made.path.read_bytes()))
        with contextlib.closing(sqlite3.connect(plain)) as copy:
            if fault == "newer":
                later = "VALUES ('alia_watch', 'm999_later', '')"
                copy.execute(f"INSERT INTO _sqlite_migrations (migration_set, name, applied_at) {later}")
                expected = DatabaseNewer
            else:
                copy.execute("PRAGMA application_id = 7")
            copy.commit()
        made.path.write_bytes(gzip.compress(plain.read_bytes()))
    before = slots(database)
    with pytest.raises(expected):
        restore(made.path, database, now=NOW)
    assert slots(database) == before
    assert not list(tmp_path.glob("*.restoring*"))
    assert not list(tmp_path.glob("*.replaced*"))


def test_a_restored_database_proves_itself(tmp_path: Path) -> None:
    """On an empty machine: the file, the newest reading, and the newest reports made again from their evidence."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    config = small_watch(here)
    with open_store(config.watch.database) as store:
        made = backup(store, here / "backups", now=NOW)
        save_report(store, "digest:1999-01", "digest", {"made_at": "x"}, now=NOW + 1000 * DAY)
        later = backup(store, here / "backups", now=NOW + DAY)
    example = there / "config.toml"
    simulated = example_text().replace('backups = "backups"', 'backups = "backups"\nsimulated = true')
    example.write_text(simulated, encoding="utf-8")
    lines = []
    for each in (made, later):
        ended = alia_watch("--config", example, "restore", "--verify", each.path)
        lines.append(ended.out.splitlines())
    assert any(line.startswith("ok     the file: whole") for line in lines[0])
    assert any(line.startswith("ok     the newest reading: 20") for line in lines[0])
    assert "ok     digest:2026-01: every figure is what its evidence says" in lines[0]
    assert ended.code == 1, "a report without evidence is no proof"
    assert any(line.startswith("FAULT  digest:1999-01: ") and "kept no evidence" in line for line in lines[1])


def test_a_copy_is_kept_before_the_schema_changes(database: Path) -> None:
    """Checked, and named after the change; without room for it nothing is changed."""
    with contextlib.closing(sqlite3.connect(database)) as old:
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm010_bounces'")
        old.execute("DROP TABLE bounces")
        old.commit()
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from alia_watch.store.database import open_store; from alia_watch.errors import StoreError\n"
        "sys.dont_write_bytecode = True\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "try: open_store(Path(sys.argv[1]))\n"
        "except StoreError as error: print(error)\n"
    )
    full = subprocess.run([sys.executable, "-c", code, str(database)], capture_output=True, text=True, check=False)
    assert "cannot be written" in full.stdout, full.stderr
    with contextlib.closing(sqlite3.connect(database)) as old:
        assert not old.execute("SELECT 1 FROM sqlite_master WHERE name = 'bounces'").fetchall()
    assert not list(database.parent.glob("*.before-*"))
    assert slots(database) == {"first"}
    [kept] = database.parent.glob("*.before-*")
    assert kept.name == "alia-watch.before-m010_bounces.db"
    assert slots(kept) == {"first"}


def test_a_gap_is_written_down_once(database: Path) -> None:
    """A slot already known, whatever became of it, is not written down as missed again."""
    with open_store(database) as store:
        assert record_missed(store, [("snapshot", "first"), ("snapshot", "other")], now=NOW) == 1
        known = last_runs(store, now=NOW, memory=DAY)
    assert {slot: runs.last.outcome for slot, runs in known.slots.items()} == {
        "first": RunOutcome.MISSED,
        "other": RunOutcome.MISSED,
    }
