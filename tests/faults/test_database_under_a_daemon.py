"""What happens to the database's file under a daemon that runs: deleted, replaced, damaged, read-only, locked for long.

Each is told in one line, nothing is made or changed in its place, and what was due is done once the file is back.
"""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alia_watch.store.database import open_store
from tests.command import alia_watch
from tests.faults.watch_process import PATIENCE_S, Watch, at_rest, plainly, stand_in_hub, written_config


@pytest.fixture
def database(config: Path) -> Path:
    """Of that watch."""
    return config.with_name("alia-watch.db")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Of a watch that has nothing to do for now."""
    written = written_config(tmp_path, "http://127.0.0.1:9")
    at_rest(written)
    return written


@contextlib.contextmanager
def watched(config: Path, *, plain: bool = False) -> Iterator[Watch]:
    """A daemon that looks up what is due every other second; it ends with 0 when asked to."""
    with Watch(config, hurried=True, plain=plain) as watch:
        watch.line(event="daemon started")
        yield watch
        assert watch.process.poll() is None
        assert watch.terminate() == 0
        assert "Traceback" not in watch.told()


@contextlib.contextmanager
def still(watch: Watch, database: Path) -> Iterator[None]:
    """The daemon stands still between two looks: nobody has the database open, all of it is in its file."""
    until, log = time.monotonic() + PATIENCE_S, database.with_name(f"{database.name}-wal")
    while True:
        watch.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, watch.process.pid, os.WSTOPPED | os.WNOWAIT)
        if not log.exists():
            break
        watch.process.send_signal(signal.SIGCONT)
        assert time.monotonic() < until
    yield
    watch.process.send_signal(signal.SIGCONT)


def swapped(watch: Watch, database: Path, other: Path) -> None:
    """Another file in its place, which comes there whole."""
    with still(watch, database):
        database.rename(database.with_name("kept.db"))
        other.replace(database)


def test_a_database_deleted_under_the_daemon_is_said_and_none_is_made(config: Path, database: Path) -> None:
    """A copy put back in its place is taken up by the same process."""
    with watched(config) as watch:
        with still(watch, database):
            kept = database.rename(database.with_name("kept.db"))
        line = watch.line(event="tick failed", thread="duties")
        assert "no database" in line["error"]
        ended = alia_watch("--config", config, "status")
        assert ended.code != 0
        assert "There is no database" in ended.err
        assert not database.exists()
        kept.replace(database)
        assert watch.line(event="tick works again", thread="duties")["failed_for_s"] >= 0


def test_a_database_of_another_program_in_its_place_is_left_as_it_is(config: Path, database: Path) -> None:
    """Not a byte of it is changed, whatever the daemon tries."""
    other = database.with_name("other.db")
    with contextlib.closing(sqlite3.connect(other)) as opened:
        opened.execute("CREATE TABLE theirs (a)")
        opened.commit()
    theirs = other.read_bytes()
    with watched(config) as watch:
        swapped(watch, database, other)
        line = watch.line(event="tick failed", thread="duties")
        assert "is not a database of ALIA Watch" in line["error"]
        assert "watch.database" in line["hint"]
        ended = alia_watch("--config", config, "status")
        assert ended.code == 1
        assert "is not a database of ALIA Watch" in ended.err
        assert database.read_bytes() == theirs
        database.with_name("kept.db").replace(database)
        watch.line(event="tick works again", thread="duties")


def test_damage_in_the_middle_is_said_and_no_backup_is_taken_of_it(config: Path, database: Path) -> None:
    """Pages of the runs are garbage: one clear line, `status` exits with 1, and an older backup brings it all back."""
    assert alia_watch("--config", config, "backup").code == 0
    damaged = database.with_name("damaged.db")
    with contextlib.closing(sqlite3.connect(database)) as opened:
        size = opened.execute("PRAGMA page_size").fetchone()[0]
        roots = opened.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = 'runs'").fetchall()
    shutil.copyfile(database, damaged)
    with damaged.open("r+b") as file:
        for (page,) in roots:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)
    with watched(config) as watch:
        swapped(watch, database, damaged)
        line = watch.line(event="tick failed", thread="duties")
        assert "damaged" in line["error"]
        assert "alia-watch restore" in line["hint"]
        for verb in ("status", "backup"):
            ended = alia_watch("--config", config, verb)
            assert ended.code == 1
            assert "malformed" in ended.err
    [backup] = (database.parent / "backups").iterdir()
    assert alia_watch("--config", config, "restore", backup).code == 0
    with contextlib.closing(sqlite3.connect(database)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert opened.execute("SELECT count(*) FROM runs").fetchone()[0] > 0


def test_a_read_only_file_is_said_by_daemon_and_status(tmp_path: Path) -> None:
    """Once it can be written again, the daemon goes on by itself."""
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        open_store(tmp_path / "alia-watch.db", create=True).close()
        (tmp_path / "alia-watch.db").chmod(0o444)
        with watched(config, plain=True) as watch:
            line = watch.line(event="tick failed", thread="duties")
            assert "cannot be written (attempt to write a readonly database)" in line["error"]
            assert "permissions" in line["hint"]
            asking = [sys.executable, "-c", "from alia_bot.cli import main; main()", "--config", str(config), "status"]
            asked = subprocess.run(plainly(asking), capture_output=True, text=True, check=False)
            assert asked.returncode == 1
            assert "cannot be written: check the file's owner and permissions" in asked.stdout
            (tmp_path / "alia-watch.db").chmod(0o644)
            watch.line(event="duty", duty="snapshot", outcome="done")


@pytest.mark.nightly
@pytest.mark.timeout(300)
def test_a_database_locked_for_a_minute_is_waited_out(tmp_path: Path) -> None:
    """Longer than any connection waits: said once by each thread; then all that was due is done."""
    database = tmp_path / "alia-watch.db"
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        open_store(database, create=True).close()
        with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other, watched(config) as watch:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            while time.monotonic() < began + 60:
                time.sleep(1)
            other.execute("ROLLBACK")
            for duty in ("snapshot", "backup"):
                watch.line(event="duty", duty=duty, outcome="done")
            failed = [line for line in watch.seen if "tick failed" in line]
            assert failed
            assert all("locked by another process" in line for line in failed)
            assert len(failed) <= 2, "one line of each thread"
