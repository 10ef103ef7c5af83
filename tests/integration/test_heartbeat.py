"""A watcher outside hears of each whole good day, once, and of no other; its address stays a secret."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alia_bot.attempt import Ended
from alia_bot.safety import safety_rows
from alia_bot.timetable import Due
from alia_watch.config.sections import Config
from alia_watch.series.snapshot import HubReading
from alia_watch.store import runs
from alia_watch.store.database import Store, open_store
from alia_watch.store.runs import RunOutcome
from alia_watch.store.snapshots import save_hub_reading
from tests.days import Days
from tests.made import made_config

START = datetime(2026, 1, 23, 0, 0, tzinfo=UTC)
SECRET = "/ping/4f1e7a52-secret"


class Watcher:
    """The strict other side: it knows one address, and answers as it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status, self.location = 200, ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(f"{self.command} {self.path}")
                known = self.path == SECRET
                self.send_response(outer.status if known else 404)
                if outer.location:
                    self.send_header("Location", outer.location)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"OK")

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}{SECRET}"


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    made = Watcher()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def config(tmp_path: Path, watcher: Watcher) -> Config:
    (tmp_path / "url").write_text(watcher.url, encoding="utf-8")
    made = made_config(tmp_path, heartbeat={"url": {"file": str(tmp_path / "url")}})
    open_store(made.watch.database, create=True).close()
    return made


class Reading(Days):
    """Days whose readings can be made to fail."""

    def __init__(self, config: Config) -> None:
        super().__init__(config, START, every=timedelta(hours=1), snapshot=self._read)

    def _read(self, store: Store, _due: Due, now: datetime) -> Ended:
        if self.broken:
            return Ended(RunOutcome.INCOMPLETE)
        whole = HubReading(started_at=now, finished_at=now, requests=1, complete=True, repos=(), answers=())
        save_hub_reading(store, whole)
        return Ended(RunOutcome.DONE)

    def beats(self) -> list[tuple[str, str, bool | None]]:
        """What is remembered: slot, outcome, whether the watcher was told."""
        with open_store(self.config.watch.database) as store:
            found = runs.runs(store, since=START, until=self.now, duty="heartbeat")
        return [(run.slot, run.outcome.value, run.detail.get("told")) for run in found]


def test_a_whole_good_day_is_told_once(config: Config, watcher: Watcher) -> None:
    """After it is over; of the time before the beginning nothing is told, and a restart repeats nothing."""
    days = Reading(config)
    days.live(30)
    days.restart()
    days.live(48)
    assert watcher.asked == [f"GET {SECRET}"] * 3
    assert days.beats() == [
        ("heartbeat:2026-01-22", "done", False),
        ("heartbeat:2026-01-23", "done", True),
        ("heartbeat:2026-01-24", "done", True),
        ("heartbeat:2026-01-25", "done", True),
    ]


def test_a_day_with_a_reading_that_lacks_is_not_told(config: Config, watcher: Watcher) -> None:
    """Nor is a day good while something is amiss; the run says what."""
    days = Reading(config)
    days.live(30)
    watcher.asked.clear()
    days.broken = True
    days.live(20)
    days.broken = False
    days.live(3)
    assert watcher.asked == []
    with open_store(config.watch.database) as store:
        last = runs.runs(store, since=START, until=days.now, duty="heartbeat")[-1]
        told = safety_rows(store, config, now=days.now)["heartbeat"]["told_of"]
    assert last.slot == "heartbeat:2026-01-24"
    assert "snapshot:2026-01-24T08:15Z" in last.detail["why"]
    assert told == "2026-01-23"


@pytest.mark.parametrize("fault", ["503", "404", "away", "a private network"])
def test_a_watcher_that_does_not_answer_is_asked_again(config: Config, watcher: Watcher, fault: str) -> None:
    """By each look, until it answers; the address is in no log and in no table."""
    days = Reading(config)
    days.live(47)
    if fault == "away":
        (config.watch.database.parent / "url").write_text(f"http://127.0.0.1:9{SECRET}", encoding="utf-8")
    elif fault == "a private network":
        watcher.status, watcher.location = 302, f"http://10.0.0.1{SECRET}"
    else:
        watcher.status = int(fault)
    with capture_logs() as logs:
        days.live(1)
    failed = [line for line in logs if line["event"] == "heartbeat"]
    assert failed
    assert {line["outcome"] for line in failed} == {"failed"}
    assert "secret" not in str(logs)
    assert ("heartbeat:2026-01-24", "failed", None) in days.beats()
    watcher.status, watcher.location = 200, ""
    (config.watch.database.parent / "url").write_text(watcher.url, encoding="utf-8")
    watcher.asked.clear()
    days.live(2)
    assert watcher.asked == [f"GET {SECRET}"]
    assert days.beats()[-1] == ("heartbeat:2026-01-24", "done", True)
