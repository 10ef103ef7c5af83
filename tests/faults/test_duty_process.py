"""A duty in a process of its own: whatever becomes of it, the daemon knows how it ended, and nothing is left behind."""

import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from alia_bot.duty_process import DutyProcess
from alia_bot.reckoner import Apart, NotReckonedError
from alia_bot.timetable import Due, Duty
from alia_watch.config.sections import Config
from alia_watch.store.database import Store, open_store
from alia_watch.store.runs import RunOutcome
from tests.faults.duty_rooms import begun, room
from tests.faults.watch_process import is_gone
from tests.made import made_config

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
PATIENCE_S = 60.0


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = made_config(tmp_path)
    open_store(made.watch.database, create=True).close()
    return made


def due(duty: Duty) -> Due:
    return Due(duty, f"{duty}:2026-01-23", NOW, NOW)


def wait_for(folder: Path) -> int:
    """The process of a duty, once it has begun."""
    until = time.monotonic() + PATIENCE_S
    while (process := begun(folder)) is None:
        assert time.monotonic() < until
        time.sleep(0.01)
    return process


def test_how_a_duty_ends_comes_back_from_its_process(config: Config) -> None:
    """Done, with what it says; failed, with the hint; broken, with the traceback and without secrets; or killed."""
    process = DutyProcess(config, form="json", workshop=room)
    done = process.perform(due(Duty.BACKUP), NOW)
    assert (done.outcome, done.detail["slot"], done.detail["at"]) == (
        RunOutcome.DONE,
        "backup:2026-01-23",
        NOW.isoformat(),
    )
    assert done.detail["process"] != os.getpid()
    failed = process.perform(due(Duty.COST_UPDATE), NOW)
    assert (failed.outcome, failed.detail["hint"], failed.crash) == (RunOutcome.FAILED, "Wait.", "")
    broken = process.perform(due(Duty.DIGEST), NOW)
    assert broken.detail["error"] == "ZeroDivisionError: with a secret in it: [redacted]"
    assert "Traceback" in broken.crash
    assert "hf_" not in broken.crash
    killed = process.perform(due(Duty.DETECT), NOW)
    assert killed.outcome is RunOutcome.FAILED
    assert "killed (SIGKILL)" in killed.detail["error"]


def test_a_duty_that_hangs_is_ended_and_tried_again(config: Config) -> None:
    """It counts as a failure, which says so; its process is gone."""
    ended = DutyProcess(config, workshop=room, within_s=3).perform(due(Duty.SNAPSHOT), NOW)
    assert (ended.outcome, ended.detail["error"]) == (
        RunOutcome.FAILED,
        "It did not end within 0.000833 hours, and was ended.",
    )
    assert is_gone(wait_for(config.watch.database.parent))


def test_a_reading_in_hand_ends_when_asked_to(config: Config) -> None:
    """With what it has; to be asked before anything is in hand does no harm."""
    process = DutyProcess(config, workshop=room)
    process.stop()
    ended: list[object] = []
    thread = threading.Thread(target=lambda: ended.append(process.perform(due(Duty.SNAPSHOT), NOW)))
    thread.start()
    child = wait_for(config.watch.database.parent)
    while thread.is_alive():
        process.stop()
        thread.join(0.05)
    [snapshot] = ended
    assert snapshot.outcome is RunOutcome.INCOMPLETE  # type: ignore[attr-defined]
    assert is_gone(child)


def test_a_duty_does_not_outlive_a_daemon_that_was_killed(config: Config) -> None:
    """Or two daemons would work on one database."""
    script = (
        "import sys; from pathlib import Path; from tests.made import made_config;"
        "from tests.faults.test_duty_process import *;"
        "DutyProcess(made_config(Path(sys.argv[1])), workshop=room).perform(due(Duty.SNAPSHOT), NOW)"
    )
    folder = config.watch.database.parent
    with subprocess.Popen([sys.executable, "-c", script, str(folder)], cwd=ROOT) as daemon:
        child = wait_for(folder)
        daemon.kill()
    assert is_gone(child)


def counted(store: Store, _config: Config, more: int, *, now: datetime) -> tuple[int, int]:
    """Something to work out: how many tables there are, and the process that counted them."""
    assert now == NOW
    return len(store.db.table_names()) + more, os.getpid()


def broken(_store: Store, _config: Config, *, now: datetime) -> None:
    """Something that cannot be worked out."""
    raise ZeroDivisionError(str(now))


def deadly(_store: Store, _config: Config, *, now: datetime) -> None:
    """Something that takes the process along."""
    os._exit(3)


def endless(_store: Store, _config: Config, *, now: datetime) -> None:
    """Something that takes too long."""
    threading.Event().wait()


def test_answers_are_worked_out_in_one_process_that_ends_when_nobody_asks(config: Config) -> None:
    """The next question gets another; it is closed with its owner."""
    reckoner = Apart(config, idle_s=1.0)
    tables, first = reckoner(counted, 1, now=NOW)
    assert tables > 10
    assert first != os.getpid()
    assert reckoner(counted, 1, now=NOW) == (tables, first)
    assert is_gone(first)
    _, second = reckoner(counted, 1, now=NOW)
    assert second != first
    reckoner.close()
    assert is_gone(second)


def test_an_answer_that_fails_takes_no_other_along(config: Config, capfd: pytest.CaptureFixture[str]) -> None:
    """It is said why, the traceback is in the log alone; a process that died or hangs is replaced."""
    reckoner = Apart(config, within_s=20.0)
    with pytest.raises(NotReckonedError, match="ZeroDivisionError") as told:
        reckoner(broken, now=NOW)
    assert "Traceback" not in str(told.value)
    written = capfd.readouterr().err
    assert "answers: failed" in written
    assert "Traceback" in written
    with pytest.raises(NotReckonedError, match="died"):
        reckoner(deadly, now=NOW)
    assert reckoner(counted, 0, now=NOW)[0] > 10
    reckoner.close()
    slow = Apart(config, within_s=0.5)
    with pytest.raises(NotReckonedError, match=r"within 0\.5 s"):
        slow(endless, now=NOW)
    slow.close()


def test_what_the_process_logs_says_for_which_run(config: Config, capfd: pytest.CaptureFixture[str]) -> None:
    """The id of the run goes with the duty into its process, so that one search finds all of its lines."""
    process = DutyProcess(config, form="json", workshop=room)
    with structlog.contextvars.bound_contextvars(run=4711):
        assert process.perform(due(Duty.BACKUP), NOW).outcome is RunOutcome.DONE
    [line] = [json.loads(text) for text in capfd.readouterr().err.splitlines() if "a line of the other" in text]
    assert line["run"] == 4711
