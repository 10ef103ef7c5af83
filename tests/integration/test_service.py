"""What the service manager hears of the daemon, over a real socket."""

import select
import socket
import threading
import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alia_bot.attempt import Ended
from alia_bot.daemon import Daemon
from alia_bot.service import Service
from alia_bot.timetable import Duty
from alia_watch.store.database import open_store
from alia_watch.store.runs import RunOutcome
from tests.made import made_config


@pytest.fixture
def manager(tmp_path: Path) -> socket.socket:
    """Where it listens."""
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(str(tmp_path / "notify"))
    heard.settimeout(30)
    return heard


def test_a_daemon_says_that_it_is_up_alive_and_stopping(
    tmp_path: Path, manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this order; what comes next stands in the status."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    config = made_config(tmp_path)
    open_store(config.watch.database, create=True).close()
    daemon = Daemon(config, duties={duty: lambda *_: Ended(RunOutcome.DONE) for duty in Duty})
    thread = threading.Thread(target=daemon.run_forever)
    thread.start()
    with manager:
        assert manager.recv(1000).startswith(b"READY=1\nSTATUS=next due 20")
        assert manager.recv(1000) == b"WATCHDOG=1"
        daemon.stop()
        said = manager.recv(1000)
        while said == b"WATCHDOG=1":
            said = manager.recv(1000)
        assert said == b"STOPPING=1"
    thread.join(30)
    assert not thread.is_alive()


def test_a_daemon_whose_thread_is_stuck_says_no_more_that_it_is_alive(
    tmp_path: Path, manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says so once in the log, too; once the thread goes on, all is as before."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setattr("alia_bot.daemon.SENDING_EVERY_S", 1)
    monkeypatch.setattr("alia_bot.shift.LEEWAY_S", 1.0)
    monkeypatch.setattr("alia_bot.shift.duty_within_s", lambda _config: 0.0)
    free = threading.Event()

    def hangs(*_: object) -> Ended:
        free.wait()
        return Ended(RunOutcome.DONE)

    config = made_config(tmp_path)
    open_store(config.watch.database, create=True).close()
    daemon = Daemon(config, duties=dict.fromkeys(Duty, hangs), reload=lambda: config)
    thread = threading.Thread(target=daemon.run_forever)
    with capture_logs() as logs, manager:
        thread.start()
        while not (stuck := [line for line in logs if line["event"] == "a thread is stuck"]):
            time.sleep(0.01)
        daemon.reload()  # which waits for the duty in hand
        said = [b"READY"]
        while said[-1]:  # what was said before it hung, of the reload, and then nothing for three looks
            said.append(manager.recv(1000) if select.select([manager], [], [], 3.5)[0] else b"")
        free.set()
        while manager.recv(1000) != b"WATCHDOG=1":
            pass
        daemon.stop()
        thread.join(30)
        assert stuck == [line for line in logs if line["event"] == "a thread is stuck"]
        assert stuck[0]["thread"] == "duties"
    assert not thread.is_alive()


def test_without_a_service_manager_nothing_is_said() -> None:
    """As in a shell, or in a container."""
    with capture_logs() as logs:
        Service({}).ready("x")
    assert logs == []


def test_a_service_manager_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    """It is said in the log, and the daemon goes on."""
    with capture_logs() as logs:
        Service({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()
    assert [line["log_level"] for line in logs] == ["warning"]
