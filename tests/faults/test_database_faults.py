"""What may happen to the database's file: power cuts, damage, another's file, a folder that is gone."""

import contextlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from alia_watch.store.database import open_store
from tests.command import alia_watch
from tests.faults.test_database_under_a_daemon import still
from tests.faults.watch_process import PATIENCE_S, Watch, at_rest, is_gone, stand_in_hub, written_config

ROOT = Path(__file__).parents[2]
#: Writes rows for ever, and says of each when it was committed.
WRITER = """
import sys; from pathlib import Path; from datetime import datetime, UTC
from alia_watch.store.database import open_store; from alia_watch.store.runs import record_missed
with open_store(Path(sys.argv[1])) as store:
    number = 0
    while True:
        slots = [("snapshot", f"slot {number} {n}") for n in range(40)]
        record_missed(store, slots, now=datetime(2026, 1, 1, tzinfo=UTC))
        print(number, flush=True)
        number += 1
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "alia-watch.db"
    open_store(path, create=True).close()
    return path


def copied(database: Path, folder: Path) -> Path:
    """The files as a power cut leaves them: what the system had of them at one instant."""
    folder.mkdir()
    for beside in ("", "-wal"):
        source = database.with_name(database.name + beside)
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    return folder / database.name


def rows(database: Path) -> int:
    """How many there are, of a whole database."""
    with contextlib.closing(sqlite3.connect(database)) as opened:
        assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return int(opened.execute("SELECT count(*) FROM runs").fetchone()[0])


def test_after_a_power_cut_everything_committed_is_there(database: Path, tmp_path: Path) -> None:
    """At whatever instant, and whatever the disk made of a step in hand."""
    dice = random.Random(20_260_120)
    before, lied = database.read_bytes(), 0
    command = [sys.executable, "-c", WRITER, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        for cut in range(12):
            for _ in range(dice.randrange(1, 60)):
                committed = int(writer.stdout.readline())
            writer.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, writer.pid, os.WSTOPPED | os.WNOWAIT)
            copy, torn, short = (copied(database, tmp_path / f"{how}{cut}") for how in ("cut", "torn", "short"))
            writer.send_signal(signal.SIGCONT)
            # What was committed was waited for until it was on the disk; only what comes after it may be torn.
            with torn.with_name(f"{torn.name}-wal").open("ab") as log:
                log.write(dice.randbytes(dice.randrange(10_000)))
            for each in (copy, torn):
                found = rows(each)
                assert found >= 40 * (committed + 1)
                assert found % 40 == 0, "no step is there by half"
            # A disk that lied about what it kept: steps may be lacking from the end, none is there by half. Once steps
            # were moved from the log into the database, for which the log is waited for, no program can promise that.
            if short.read_bytes() == before:
                log = short.with_name(f"{short.name}-wal")
                os.truncate(log, dice.randrange(log.stat().st_size + 1))
                assert rows(short) % 40 == 0
                lied += 1
        writer.kill()
    assert lied


@pytest.mark.parametrize("fault", ["another's", "garbage", "cut", "a page", "newer"])
def test_a_database_that_cannot_be_used_is_said_and_left_alone(database: Path, tmp_path: Path, fault: str) -> None:
    """Every verb ends with one clear sentence and what to do; not a byte of the file is changed."""
    with open_store(database) as store:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = database.stat().st_size
    if fault == "garbage":
        database.write_bytes(b"no database" * 1000)
    elif fault == "cut":
        os.truncate(database, size // 2)
    elif fault == "a page":
        with database.open("r+b") as file:
            file.seek(100)
            file.write(os.urandom(4000))
    else:
        with contextlib.closing(sqlite3.connect(database)) as other:
            if fault == "newer":
                other.execute(
                    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('alia_watch', 'm999', '')"
                )
            other.execute("PRAGMA application_id = 7" if fault == "another's" else "PRAGMA user_version = 0")
            other.commit()
    before = database.read_bytes()
    config = written_config(tmp_path, "http://127.0.0.1:9")
    for verb in ("run", "status") if fault == "a page" else ("status",):
        with Watch(config, verb) as watch:
            assert watch.process.wait(PATIENCE_S) == 1
            told = watch.told()
        assert "Traceback" not in told
        sentence = {"another's": "is not a database of ALIA Watch", "newer": "newer version"}.get(fault, "damaged")
        assert sentence in told
    assert database.read_bytes() == before


def test_a_folder_that_vanishes_is_said_and_nothing_is_made_in_its_place(tmp_path: Path) -> None:
    """The daemon lives on and says what is lacking, as `status` does; what was due is done once the folder is back."""
    folder, gone = tmp_path / "disk", tmp_path / "gone"
    folder.mkdir()
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        text = config.read_text(encoding="utf-8").replace('"alia-watch.db"', '"disk/alia-watch.db"')
        config.write_text(text, encoding="utf-8")
        open_store(folder / "alia-watch.db", create=True).close()
        with Watch(config, hurried=True) as watch:
            watch.line(event="duty", duty="snapshot", outcome="done")
            folder.rename(gone)
            watch.line(event="tick failed", error=lambda error: "no database" in str(error).lower())
            ended = alia_watch("--config", config, "status")
            assert (ended.code, "There is no database" in ended.err) == (2, True)
            assert not folder.exists()
            gone.rename(folder)
            watch.line(event="duty", duty="backup", outcome="done")
            assert watch.terminate() == 0
            assert "Traceback" not in watch.told()


def test_a_daemon_without_file_descriptors_says_so_and_recovers(tmp_path: Path, database: Path) -> None:
    """What cannot begin stands in one line, with what to do, and in `status`; once there are some, what was due is
    done."""
    config = written_config(tmp_path, "http://127.0.0.1:9")
    at_rest(config)
    with Watch(config, hurried=True) as watch:
        watch.line(event="daemon started")
        with still(watch, database):
            used = max(int(each.name) for each in Path(f"/proc/{watch.process.pid}/fd").iterdir())
            # Room for the database, which is three files to each of two threads, and for no process beside it.
            resource.prlimit(watch.process.pid, resource.RLIMIT_NOFILE, (used + 1 + 6, 4096))
        with contextlib.closing(sqlite3.connect(database, timeout=PATIENCE_S)) as opened:
            opened.execute("DELETE FROM runs WHERE duty = 'backup'")
            opened.commit()
        line = watch.line(event="duty", attempt=3, outcome="failed")
        assert "cannot begin: Too many open files" in line["error"]
        assert "LimitNOFILE" in line["hint"]
        ended = alia_watch("--config", config, "status")
        assert (ended.code, f"{line['slot']} did not end well" in ended.out) == (1, True)
        resource.prlimit(watch.process.pid, resource.RLIMIT_NOFILE, (1024, 4096))
        watch.line(event="duty", duty="backup", outcome="done")
        assert watch.terminate() == 0
        assert "Traceback" not in watch.told()


@pytest.mark.parametrize("moments", [1, pytest.param(60, marks=[pytest.mark.nightly, pytest.mark.timeout(1800)])])
def test_a_signal_at_any_moment_ends_everything(tmp_path: Path, database: Path, moments: int) -> None:
    """With 0 and within 10 seconds, once the daemon is up; no process of its own is left behind."""
    dice = random.Random(20_260_121)
    with stand_in_hub() as hub:
        config = written_config(tmp_path, hub.url)
        for _ in range(moments):
            with Watch(config, hurried=True) as watch:
                watch.line(event="daemon started")
                with contextlib.suppress(subprocess.TimeoutExpired):
                    watch.process.wait(dice.uniform(0, dice.choice([3, 3, 12])))  # in its first duties; or at rest
                family = children(watch.process.pid)
                assert watch.terminate(dice.choice([signal.SIGTERM, signal.SIGINT])) == 0
                assert "Traceback" not in watch.told()
            for child in family:
                assert is_gone(child)
    with contextlib.closing(sqlite3.connect(database)) as whole:
        assert whole.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def children(process: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        found += [int(each) for each in (task / "children").read_text(encoding="ascii").split()]
    return found
