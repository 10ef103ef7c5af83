"""What `alia-watch check` finds wrong with the machine, each with what to do about it."""

import os
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alia_bot.cli import check_machine
from alia_watch import clock
from tests.made import made_config

NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
WEB: dict[str, Any] = {
    "public_url": "https://alia.example.org",
    "controller": "Somebody, somewhere",
    "metrics_listen": "127.0.0.1:9464",
}


@pytest.mark.parametrize(
    ("apart", "right", "words"),
    [
        (timedelta(seconds=90), True, "within 2 minutes"),
        (timedelta(seconds=-90), True, "within 2 minutes"),
        (timedelta(hours=3), False, "10800 s ahead of the Hub's: set it"),
        (timedelta(days=-1), False, "86400 s behind the Hub's: set it"),
    ],
)
def test_a_clock_that_is_not_the_hubs_is_a_fault(apart: timedelta, right: bool, words: str) -> None:
    """By minutes, either way; the Hub's answer is what it is measured by."""
    found, said = check_machine.machine_clock(format_datetime(NOW, usegmt=True), NOW + apart)
    assert (found, words in said) == (right, True)


@pytest.mark.parametrize("date", [None, "", "yesterday"])
def test_a_hub_that_does_not_say_the_time_proves_nothing(date: str | None) -> None:
    """Then the clock is neither right nor wrong."""
    assert check_machine.machine_clock(date, NOW)[0] is None


def test_the_time_is_read_from_the_hubs_answer(tmp_path: Path, httpserver: HTTPServer) -> None:
    """From a refusal as from a good answer; and from nobody where there is none."""
    flagship = "/api/models/BSC-LT/ALIA-40b-instruct-2512"
    config = made_config(tmp_path, hub={"endpoint": httpserver.url_for("").rstrip("/")})
    for status in (401, 200):
        httpserver.expect_oneshot_request(flagship).respond_with_data("no", status=status)
        assert check_machine.machine_clock(check_machine.hub_date(config), clock.now())[0] is True
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = made_config(tmp_path, hub={"endpoint": f"http://127.0.0.1:{closed.getsockname()[1]}"})
        assert check_machine.hub_date(nobody) is None


def test_a_place_that_is_taken_is_a_fault_unless_our_daemon_has_it() -> None:
    """The port is named, with what to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = taken.getsockname()
        right, said = check_machine.listens("web.listen", place, daemon=False)
        assert right is False
        assert f"127.0.0.1:{place[1]} cannot be listened on" in said
        assert "web.listen" in said
        assert check_machine.listens("web.listen", place, daemon=True)[0] is None
    assert check_machine.listens("web.listen", place, daemon=False)[0] is True
    assert check_machine.listens("web.metrics_listen", None, daemon=False)[0] is None
    right, said = check_machine.listens("web.listen", ("192.0.2.1", 8080), daemon=False)
    assert right is False


def test_a_folder_that_cannot_take_backups_is_a_fault(tmp_path: Path) -> None:
    """A file in its place, and where nobody may write; one that is not there yet will be made."""
    assert check_machine.backups(made_config(tmp_path))[0] is True
    assert not (tmp_path / "backups").exists()
    (tmp_path / "backups").write_text("", encoding="utf-8")
    right, said = check_machine.backups(made_config(tmp_path))
    assert right is False
    assert "watch.backups" in said
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    right, _ = check_machine.backups(made_config(tmp_path, watch={"backups": str(closed / "deep")}))
    assert right is (os.geteuid() == 0)  # root may write anywhere


def test_the_outside_watcher_is_asked_without_being_told(
    tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its front door alone: a check never calls a day good. No line has the address."""
    config = made_config(tmp_path, heartbeat={"url": {"env": "HEARTBEAT_URL"}})
    right, said = check_machine.heartbeat(config)
    assert (right, "HEARTBEAT_URL" in said) == (False, True)
    monkeypatch.setenv("HEARTBEAT_URL", httpserver.url_for("/5f3a1111-secret"))
    right, said = check_machine.heartbeat(config)  # the door of this server is a refusal, which is an answer
    assert (right, [request.path for request, _ in httpserver.log]) == (True, ["/"])
    assert "5f3a1111" not in said
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HEARTBEAT_URL", f"http://127.0.0.1:{closed.getsockname()[1]}/5f3a1111-secret")
        right, said = check_machine.heartbeat(config)
    assert (right, "5f3a1111" in said) == (False, False)
    monkeypatch.setenv("HEARTBEAT_URL", "not an address")
    assert check_machine.heartbeat(config)[0] is False
    assert check_machine.heartbeat(made_config(tmp_path))[0] is None


def test_disk_zones_texts_and_pictures_are_tried(tmp_path: Path) -> None:
    """In earnest: a real picture by the real renderer, a civil day by the real zone database."""
    config = made_config(tmp_path)
    assert check_machine.disk(config)[0] is True
    assert check_machine.zones(config, NOW) == (True, "Europe/Madrid: 2026-01-23 began there at 2026-01-22T23:00:00Z")
    assert check_machine.texts() == (True, "es, ca, gl, eu, en")
    right, said = check_machine.charts()
    assert (right, said.startswith("a picture was drawn")) == (True, True)
    away = made_config(tmp_path, watch={"database": str(tmp_path / "nowhere" / "x.db")})
    assert check_machine.disk(away)[0] is None
