"""`alia-watch check`, against stand-ins on the loopback: each part on its own line, and no secret on any."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_world import StillWorld
from alia_watch import clock
from tests.command import Ended, alia_watch
from tests.made import made_document, made_file

SECRET = "8123456789:AAH-very-S3cret-token"


def named() -> list[str]:
    document = made_document()
    comparators = [repo for comparator in document["comparator"] for repo in comparator["repos"]]
    return [document["family"]["flagship"][0]["repo"], *document["basket"]["repos"], *comparators]


@pytest.fixture
def world() -> StillWorld:
    """A Hub that has every repo the configuration names."""
    still = StillWorld()
    for repo in named():
        still.add(repo)
    return still


@pytest.fixture
def hub(world: StillWorld) -> Iterator[HubStandIn]:
    with HubStandIn(world, clock.now) as standing:
        yield standing


def check(folder: Path, standing: HubStandIn, *options: str, init: bool = True, **changes: Any) -> Ended:
    hub_changes = {"endpoint": standing.url, "deadline_s": 3, **changes.pop("hub", {})}
    path = made_file(folder, hub=hub_changes, **changes)
    if init:
        assert alia_watch("--config", path, "init").code == 0
    return alia_watch("--config", path, "check", "--no-charts", *options)


def lines(ended: Ended) -> dict[str, tuple[str, str]]:
    """Part to verdict and detail."""
    split = [(line[:6].strip(), line[7:21].strip(), line[22:]) for line in ended.out.splitlines()]
    return {part: (verdict, detail) for verdict, part, detail in split}


def test_when_all_is_well_each_part_has_its_line_and_the_exit_is_0(tmp_path: Path, hub: HubStandIn) -> None:
    """Configuration, database, Hub, basket, comparators and the folder are ok; what is not switched on is off."""
    ended = check(tmp_path, hub)
    assert ended.code == 0, ended.out + ended.err
    found = lines(ended)
    assert {part for part, (verdict, _) in found.items() if verdict == "ok"} == {
        "configuration", "database", "Hub", "flagship", "basket", "comparators", "folder",
        "disk", "backups", "clock", "zones", "languages",
    }  # fmt: skip
    assert {part for part, (verdict, _) in found.items() if verdict == "off"} == {
        "contact", "Hub token", "telegram", "email", "sources", "mail sender", "public pages",
        "listen", "metrics", "heartbeat", "backup copy",
    }  # fmt: skip
    assert "basket.verified = true" in found["basket"][1]


def test_no_file_of_a_repo_is_asked_for(tmp_path: Path, hub: HubStandIn) -> None:
    """The check too asks only what counts as no download: one request for each repo named, and one for the time."""
    check(tmp_path, hub)
    assert hub.violations == []
    assert len(hub.requests) == len(named()) + 1


def test_control_repos_that_do_not_answer_are_named(tmp_path: Path, world: StillWorld, hub: HubStandIn) -> None:
    """A repo that is gone and one that was renamed are named with what became of them; the exit is 1."""
    del world.models["control/model-03"], world.models["control/model-05"]
    world.renamed["control/model-05"] = "elsewhere/model-05"
    world.add("elsewhere/model-05")
    ended = check(tmp_path, hub)
    assert ended.code == 1
    verdict, detail = lines(ended)["basket"]
    assert verdict == "fault"
    assert "2 of 10" in detail
    assert "control/model-03 (gone or private)" in detail
    assert "control/model-05 (renamed to elsewhere/model-05)" in detail
    assert lines(ended)["Hub"][0] == "ok"


def test_a_hub_that_is_away_is_one_fault(tmp_path: Path, world: StillWorld, hub: HubStandIn) -> None:
    """When the Hub answers nothing but 503, that is one line, not one for each repo."""
    world.closed = True
    ended = check(tmp_path, hub)
    assert ended.code == 1
    assert lines(ended)["Hub"][0] == "fault"
    assert "basket" not in lines(ended)


def test_without_a_database_the_check_says_init(tmp_path: Path, hub: HubStandIn) -> None:
    """A missing database is a fault with the next step; the other parts are tried all the same."""
    ended = check(tmp_path, hub, init=False)
    assert ended.code == 1
    assert lines(ended)["database"][0] == "fault"
    assert "alia-watch init" in lines(ended)["database"][1]
    assert lines(ended)["basket"][0] == "ok"


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path, hub: HubStandIn) -> None:
    """A file of something else in the database's place is told as such."""
    (tmp_path / "alia-watch.db").write_text("not a database at all, " * 100, encoding="utf-8")
    ended = check(tmp_path, hub, init=False)
    assert ended.code == 1
    assert lines(ended)["database"][0] == "fault"


def test_a_faulty_configuration_ends_the_check_with_2(tmp_path: Path) -> None:
    """Nothing else is tried on a faulty file: its faults are told, on its line and on stderr."""
    path = made_file(tmp_path, watch={"contact": 5})
    ended = alia_watch("--config", path, "check")
    assert ended.code == 2
    assert list(lines(ended)) == ["configuration"]
    assert "watch.contact: must be text" in ended.err


def test_a_token_that_is_not_set_is_named_by_its_place(tmp_path: Path, hub: HubStandIn) -> None:
    """The line of the Hub's token names the variable to set."""
    ended = check(tmp_path, hub, hub={"token": {"env": "ALIA_TEST_TOKEN"}})
    assert ended.code == 1
    assert "ALIA_TEST_TOKEN" in lines(ended)["Hub token"][1]


def test_no_secret_is_ever_shown(tmp_path: Path, hub: HubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token the Hub refuses is in no line, whatever the form of the output."""
    monkeypatch.setenv("ALIA_TEST_TOKEN", SECRET)
    for form in ("table", "json", "csv"):
        ended = check(tmp_path, hub, "--format", form, hub={"token": {"env": "ALIA_TEST_TOKEN"}})
        assert ended.code == 1
        assert SECRET not in ended.out + ended.err
        assert SECRET.split(":")[1] not in ended.out + ended.err


def test_the_check_can_be_read_by_a_program(tmp_path: Path, hub: HubStandIn) -> None:
    """As JSON, each part is a row of verdict, part and detail."""
    rows = json.loads(check(tmp_path, hub, "--format", "json").out)
    assert {tuple(row) for row in rows} == {("verdict", "part", "detail")}
    assert {row["verdict"] for row in rows} == {"ok", "off"}


def test_a_contact_of_ones_own_is_ok(tmp_path: Path, hub: HubStandIn) -> None:
    """Once contact and method address are one's own, their line is ok."""
    ended = check(tmp_path, hub, watch={"contact": "me@alia.test", "method_url": "https://alia.test/method"})
    assert lines(ended)["contact"] == ("ok", "me@alia.test")


ME = {"ok": True, "result": {"id": 1, "is_bot": True, "first_name": "ALIA", "username": "alia_watch_bot"}}


def test_a_token_telegram_knows_is_ok(
    tmp_path: Path, hub: HubStandIn, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of Telegram names the bot that answers, and how many will receive."""
    monkeypatch.setenv("ALIA_TEST_TOKEN", SECRET)
    httpserver.expect_request(f"/bot{SECRET}/getMe").respond_with_json(ME)
    telegram = {"token": {"env": "ALIA_TEST_TOKEN"}, "api": httpserver.url_for("").rstrip("/")}
    people = [{"channel": "telegram", "address": "-1001", "language": "es"}]
    ended = check(tmp_path, hub, channels={"telegram": telegram, "folder": {}}, subscriber=people)
    assert lines(ended)["telegram"] == ("ok", "the bot @alia_watch_bot answers; 1 subscriber")
    assert lines(ended)["folder"][1].endswith("; no subscriber yet")
    assert ended.code == 0


def test_a_token_telegram_refuses_is_a_fault_that_does_not_show_it(
    tmp_path: Path, hub: HubStandIn, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused token is told as such; neither it nor the address it is part of is on any line."""
    monkeypatch.setenv("ALIA_TEST_TOKEN", SECRET)
    refusal = {"ok": False, "error_code": 401, "description": "Unauthorized"}
    httpserver.expect_request(f"/bot{SECRET}/getMe").respond_with_json(refusal, status=401)
    telegram = {"token": {"env": "ALIA_TEST_TOKEN"}, "api": httpserver.url_for("").rstrip("/")}
    ended = check(tmp_path, hub, "--format", "csv", channels={"telegram": telegram, "folder": {}})
    assert ended.code == 1
    assert "fault,telegram," in ended.out
    assert "S3cret" not in ended.out + ended.err


def test_a_fault_of_one_channel_hides_no_other(tmp_path: Path, hub: HubStandIn) -> None:
    """A token that is not set, a relay that is not there and a folder that cannot be written are three lines."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: a connection is refused
        ended = check(
            tmp_path,
            hub,
            channels={
                "telegram": {"token": {"env": "ALIA_TEST_TOKEN"}},
                "email": {"host": "127.0.0.1", "port": closed.getsockname()[1], "sender": "a@alia.es", "timeout_s": 5},
                "folder": {"path": str(tmp_path / "taken")},
            },
        )
    assert ended.code == 1
    found = lines(ended)
    assert [found[channel][0] for channel in ("telegram", "email", "folder")] == ["fault"] * 3
    assert "ALIA_TEST_TOKEN" in found["telegram"][1]
