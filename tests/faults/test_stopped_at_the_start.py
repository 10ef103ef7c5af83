"""SIGTERM and SIGINT while the daemon is only just starting: it ends, and nothing is half done."""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.faults.watch_process import PATIENCE_S, Watch, at_rest, written_config


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moments", [1, pytest.param(30, marks=[pytest.mark.nightly, pytest.mark.timeout(600)])])
def test_a_signal_while_it_starts_ends_it(tmp_path: Path, number: int, moments: int) -> None:
    """A migration is whole or was not begun; from when it listens, it ends with 0."""
    dice = random.Random(20_260_122)
    config = written_config(tmp_path, "http://127.0.0.1:9")
    at_rest(config)
    database = tmp_path / "alia-watch.db"
    for _ in range(moments):
        with contextlib.closing(sqlite3.connect(database)) as old:
            old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm010_bounces'")
            old.execute("DROP TABLE IF EXISTS bounces")
            old.commit()
        with Watch(config) as watch:
            with contextlib.suppress(subprocess.TimeoutExpired):
                watch.process.wait(dice.uniform(0, 2))
            code, told = watch.terminate(number), watch.told()
        assert code in (0, -number, 130)
        assert code == 0 or "daemon started" not in told
        with contextlib.closing(sqlite3.connect(database)) as found:
            assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            made = found.execute("SELECT count(*) FROM _sqlite_migrations WHERE name = 'm010_bounces'").fetchone()[0]
            tables = found.execute("SELECT count(*) FROM sqlite_master WHERE name = 'bounces'").fetchone()[0]
        assert made == tables, "the change and its record go together"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_before_there_is_a_daemon_is_not_lost(tmp_path: Path, number: int) -> None:
    """What comes while the configuration is read is heard once there is a daemon: exit 0."""
    config = written_config(tmp_path, "http://127.0.0.1:9")
    at_rest(config)
    text = config.read_text(encoding="utf-8")
    config.unlink()
    os.mkfifo(config)
    with Watch(config) as watch:
        with config.open("w", encoding="utf-8") as reader:  # opens as soon as it is read
            watch.process.send_signal(number)
            reader.write(text)
        assert watch.process.wait(PATIENCE_S) == 0
        assert "daemon stopped" in watch.told()
