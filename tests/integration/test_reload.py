"""The configuration is read anew while the daemon works: all of it is taken up, or nothing, and the log says which."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from alia_bot.attempt import DutyFunction, Ended
from alia_bot.daemon import Daemon
from alia_bot.timetable import Due
from alia_watch.config.sections import Config
from alia_watch.config.web import WebSection
from alia_watch.errors import ConfigError
from alia_watch.store.database import Store, open_store
from alia_watch.store.runs import RunOutcome
from tests.days import all_well
from tests.made import made_config

PATIENCE_S = 30


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = made_config(tmp_path)
    open_store(made.watch.database, create=True).close()
    return made


@contextmanager
def at_work(
    config: Config, reload: Callable[[], Config], **others: DutyFunction
) -> Iterator[tuple[Daemon, list[EventDict]]]:
    """A daemon in a thread, and what it logs; asked to stop in the end."""
    daemon = Daemon(config, channels={}, duties=all_well(**others), reload=reload)
    thread = threading.Thread(target=daemon.run_forever)
    with capture_logs() as logs:
        thread.start()
        try:
            wait(lambda: said(logs, "daemon started"))
            yield daemon, logs
        finally:
            daemon.stop()
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def said(logs: list[EventDict], event: str) -> list[EventDict]:
    return [line for line in logs if line["event"] == event]


def wait(come: Callable[[], object]) -> None:
    """Until something is so."""
    waiting = threading.Event()
    for _ in range(PATIENCE_S * 100):
        if come():
            return
        waiting.wait(0.01)
    raise AssertionError("it did not come about")


def pages(config: Config, listen: str) -> Config:
    web = WebSection(public_url="https://alia.example.org", listen=listen, controller="Somebody")
    return config.model_copy(update={"web": web})


def test_what_changed_is_taken_up_and_said(tmp_path: Path, config: Config) -> None:
    """The next duties are those of the new timetable."""
    fresh = made_config(tmp_path, timetable={"cost_update_weekday": 3})
    with at_work(config, lambda: fresh) as (daemon, logs):
        daemon.reload()
        wait(lambda: said(logs, "configuration taken up"))
        [read] = said(logs, "configuration read")
        assert read["changes"] == ("timetable.cost_update_weekday: 1 -> 3",)
    assert said(logs, "daemon stopped")[0]["unfinished"] == []


def test_a_faulty_configuration_changes_nothing(config: Config) -> None:
    """Every fault is in the log, and the daemon goes on under the old one."""

    def faulty() -> Config:
        raise ConfigError("config.toml has 2 faults.", faults=["hub: x", "cost: y"])

    with at_work(config, faulty) as (daemon, logs):
        daemon.reload()
        wait(lambda: said(logs, "configuration not taken up"))
        [line] = said(logs, "configuration not taken up")
        assert (line["log_level"], line["faults"]) == ("error", ["hub: x", "cost: y"])
        assert not said(logs, "configuration read")


def test_another_database_is_refused(tmp_path: Path, config: Config) -> None:
    """The daemon holds the lock of the one it was started on."""
    other = made_config(tmp_path, watch={"database": "other.db"})
    with at_work(config, lambda: other) as (daemon, logs):
        daemon.reload()
        wait(lambda: said(logs, "configuration not taken up"))
        assert "database" in said(logs, "configuration not taken up")[0]["error"]


def test_a_secret_that_is_not_set_is_refused(tmp_path: Path, config: Config) -> None:
    """It would be lacking when it is needed."""
    other = made_config(tmp_path, hub={"token": {"env": "NOT_SET_ANYWHERE"}})
    with at_work(config, lambda: other) as (daemon, logs):
        daemon.reload()
        wait(lambda: said(logs, "configuration not taken up"))
        assert "NOT_SET_ANYWHERE" in said(logs, "configuration not taken up")[0]["error"]


def test_pages_that_cannot_listen_leave_those_that_did(config: Config) -> None:
    """The old configuration is taken up again, with its pages."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        occupied = pages(config, f"127.0.0.1:{taken.getsockname()[1]}")
        with at_work(pages(config, "127.0.0.1:0"), lambda: occupied) as (daemon, logs):
            daemon.reload()
            wait(lambda: said(logs, "configuration not taken up"))
            wait(lambda: len(said(logs, "listening")) == 2)
            assert not said(logs, "configuration taken up")


def test_the_duty_in_hand_ends_under_the_old_configuration(tmp_path: Path, config: Config) -> None:
    """Nothing is cut short by a reload, and nothing is begun under the old configuration after it."""
    begun, go_on, names = threading.Event(), threading.Event(), list[str]()

    def slow(_store: Store, due: Due, _now: datetime) -> Ended:
        names.append(due.slot)
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return Ended(RunOutcome.DONE)

    with at_work(config, lambda: made_config(tmp_path, watch={"name": "Another"}), snapshot=slow) as (daemon, logs):
        assert begun.wait(PATIENCE_S)
        daemon.reload()
        wait(lambda: said(logs, "configuration read"))
        assert not said(logs, "configuration taken up")
        go_on.set()
        wait(lambda: said(logs, "configuration taken up"))
        taken = logs.index(said(logs, "configuration taken up")[0])
        ended = [line for line in logs[:taken] if line["event"] == "duty"]
        assert [line["duty"] for line in ended][-1] == "snapshot"
        wait(lambda: [line for line in logs[taken:] if line["event"] == "duty"])
    assert len(names) == 1


def test_a_stop_while_a_reload_waits_is_heard(config: Config) -> None:
    """The daemon ends with the duty in hand."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(_store: Store, _due: Due, _now: datetime) -> Ended:
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return Ended(RunOutcome.DONE)

    with at_work(config, lambda: config, snapshot=slow) as (daemon, logs):
        assert begun.wait(PATIENCE_S)
        daemon.reload()
        wait(lambda: said(logs, "configuration read"))
        daemon.stop()
        go_on.set()
        wait(lambda: said(logs, "daemon stopped"))
    assert not said(logs, "configuration taken up")
