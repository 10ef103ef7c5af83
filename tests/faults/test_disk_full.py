"""A disk that takes no more: each step says so in one line, nothing that was is lost, and what was due is done once
there is room.

The limit of a process on the size of its files stands for the disk; the nightly form takes a real one of 2 MB.
"""

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alia_watch.store.database import open_store
from tests.command import alia_watch
from tests.faults.watch_process import Watch, at_rest, stand_in_hub, written_config

ROOT = Path(__file__).parents[2]
#: Writes on in steps while a reader keeps SQLite from emptying its log; says of each step when it was committed.
WRITER = """
import resource, sys; from pathlib import Path; from datetime import datetime, UTC
from alia_watch.errors import StoreError
from alia_watch.store.database import open_store; from alia_watch.store.runs import record_missed
with open_store(Path(sys.argv[1])) as reader, open_store(Path(sys.argv[1])) as store:
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, -1))
    reader.db.execute("BEGIN"), reader.db.execute("SELECT count(*) FROM runs").fetchone()
    number, full = 0, 0
    while full < 3:
        slots = [("snapshot", f"slot {number} {n}") for n in range(40)]
        try:
            record_missed(store, slots, now=datetime(2026, 1, 1, tzinfo=UTC))
            number += 1
        except StoreError as error:
            full += 1
            print(error, error.hint, flush=True)
    print(number, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
    record_missed(store, [("snapshot", "the last")], now=datetime(2026, 1, 1, tzinfo=UTC))
"""

#: Brings a database up to date on a disk that is full once the copy is made.
MIGRATES = """
import resource, sys; from pathlib import Path
from alia_watch.errors import StoreError
from alia_watch.store import database
def put_in_place(partial, path):
    partial.rename(path)
    sys.dont_write_bytecode = True
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, -1))
database.put_in_place = put_in_place
try:
    database.open_store(Path(sys.argv[1]))
except StoreError as error:
    print(error, error.hint)
"""


def whole(database: Path) -> int:
    """How many runs there are, in a database that is whole."""
    with contextlib.closing(sqlite3.connect(database)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(opened.execute("SELECT count(*) FROM runs").fetchone()[0])


def test_a_log_that_cannot_grow_refuses_the_step_and_keeps_those_before(tmp_path: Path) -> None:
    """Every committed step is there, none by half, and the same connection writes on once there is room."""
    database = tmp_path / "alia-watch.db"
    open_store(database, create=True).close()
    ended = subprocess.run(
        [sys.executable, "-c", WRITER, str(database)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert ended.returncode == 0, ended.stderr
    *refusals, committed = ended.stdout.splitlines()
    assert len(refusals) == 3
    assert all("cannot be written" in line and "free space" in line for line in refusals)
    assert int(committed) > 0
    assert whole(database) == 40 * int(committed) + 1


def test_the_daemon_goes_on_by_itself_once_there_is_room(tmp_path: Path) -> None:
    """What cannot be written is said with what to do, no reading is kept by half, and the next duty is done."""
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        open_store(tmp_path / "alia-watch.db", create=True).close()
        with Watch(config, file_limit=40 * 1024, hurried=True) as watch:
            line = watch.line(level="error")
            assert "cannot be written" in line["error"]
            assert "free space" in line["hint"]
            watch.unlimit()
            watch.line(event="duty", duty="backup", outcome="done")
            assert watch.terminate() == 0
            assert "Traceback" not in watch.told()
    assert whole(tmp_path / "alia-watch.db") > 0


def test_a_migration_without_room_changes_nothing_and_is_made_later(tmp_path: Path) -> None:
    """The daemon does not start on a schema it cannot bring up to date: a sentence, exit 1, the database as it was."""
    database = tmp_path / "alia-watch.db"
    config = written_config(tmp_path, "http://127.0.0.1:9")
    at_rest(config)
    with contextlib.closing(sqlite3.connect(database)) as old:
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm010_bounces'")
        old.execute("DROP TABLE bounces")
        old.commit()
    before = database.read_bytes()
    with Watch(config, file_limit=8192) as watch:
        assert watch.process.wait(60) == 1
        told = watch.told()
    assert "cannot be written" in told
    assert "free space" in told
    assert "Traceback" not in told
    assert database.read_bytes() == before
    with Watch(config) as watch:
        watch.line(event="daemon started")
        assert watch.terminate() == 0
    with contextlib.closing(sqlite3.connect(database)) as new:
        assert new.execute("SELECT count(*) FROM bounces").fetchone() == (0,)


def test_a_migration_for_which_the_copy_leaves_no_room_changes_nothing(tmp_path: Path) -> None:
    """The copy before it fits, the change itself does not: every step of the schema is as it was, and made later."""
    database = tmp_path / "alia-watch.db"
    open_store(database, create=True).close()
    with contextlib.closing(sqlite3.connect(database)) as old:
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm010_bounces'")
        old.execute("DROP TABLE bounces")
        old.commit()
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        schema = old.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    ended = subprocess.run(
        [sys.executable, "-c", MIGRATES, str(database)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert ended.returncode == 0, ended.stderr
    assert "cannot be written" in ended.stdout
    assert "free space" in ended.stdout
    assert whole(tmp_path / "alia-watch.before-m010_bounces.db") == whole(database) == 0
    with contextlib.closing(sqlite3.connect(database)) as same:
        assert same.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == schema
    with open_store(database) as store:
        assert store.rows("SELECT count(*) AS n FROM bounces")[0]["n"] == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)  # needs the superuser
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.peers
def test_a_disk_that_is_really_full_is_survived(small_disk: Path) -> None:
    """The watch on a real disk without a byte left: told, and done once there is room; `status` knows meanwhile."""
    with stand_in_hub() as hub:
        config = written_config(small_disk, hub.url)
        database = small_disk / "alia-watch.db"
        open_store(database, create=True).close()
        ballast = small_disk / "ballast"
        with Watch(config, hurried=True) as watch:
            watch.line(event="duty", duty="snapshot", outcome="done")
            with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
                while file.write(bytes(4096)):
                    pass
            assert shutil.disk_usage(small_disk).free == 0
            line = watch.line(level="error")
            assert "cannot be written" in line["error"] or "full" in line["error"]
            told = alia_watch("--config", config, "status")
            assert (told.code, "has 0 MB left: make room" in told.out) == (1, True)
            ballast.unlink()
            watch.line(event="duty", duty="backup", outcome="done")
            assert watch.terminate() == 0
        assert whole(database) > 0
