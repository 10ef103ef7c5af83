"""`announcements fetch` and `check` from the command line, over a press on the loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_world import StillWorld
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.press_faults import Page, Status
from alia_bot.demo.press_world import StillPress
from alia_watch import clock
from tests.command import Ended, alia_watch
from tests.made import made_file
from tests.press import DAY1, feed, item, reading, source, still


@pytest.fixture
def world() -> StillPress:
    return still(moncloa=feed(item("ALIA hoy", clock.now()), item("ALIA ayer", DAY1)), blog=feed())


@pytest.fixture
def press(world: StillPress) -> Iterator[PressStandIn]:
    with PressStandIn(world, clock.now) as standing:
        yield standing


@pytest.fixture
def hub() -> Iterator[HubStandIn]:
    with HubStandIn(StillWorld(), clock.now) as standing:
        yield standing


def written(folder: Path, press: PressStandIn, hub: HubStandIn, **more: object) -> Path:
    """A configuration with two sources, and its database."""
    sources = reading(source(press), source(press, "blog", on=False), **more)  # type: ignore[arg-type]
    path = made_file(folder, hub={"endpoint": hub.url, "deadline_s": 3}, **sources)
    assert alia_watch("--config", path, "init").code == 0
    return path


def fetched(path: Path, *options: str) -> Ended:
    return alia_watch("--config", path, "announcements", "fetch", *options)


def test_fetch_says_what_came_in_and_what_was_left_out(tmp_path: Path, press: PressStandIn, hub: HubStandIn) -> None:
    """As a table or JSON; the older entry is told, with the way to it."""
    path = written(tmp_path, press, hub)
    ended = fetched(path, "--format", "json")
    [row] = json.loads(ended.out)
    assert (row["source"], row["entries"], row["new"], row["confirmed"], row["older"]) == ("moncloa", 2, 1, 1, 1)
    assert "1 older entry was left out: `alia-watch announcements fetch --since DAY`" in ended.err
    again = json.loads(fetched(path, "moncloa", "--since", "2026-01-01", "--format", "json").out)
    assert (again[0]["new"], again[0]["older"]) == (1, 0)


def test_a_source_that_fails_ends_the_command_with_1(tmp_path: Path, press: PressStandIn, hub: HubStandIn) -> None:
    """And says what to look at, without a word of the server's."""
    path = written(tmp_path, press, hub)
    press.always("/moncloa.xml", Page(b"<html><body>hf_secret maintenance</body></html>"))
    ended = fetched(path)
    assert ended.code == 1
    assert "its answer has another shape: expected RSS or Atom" in " ".join(ended.out.split())
    assert "hf_secret" not in ended.out + ended.err


def test_what_cannot_be_asked_is_refused(tmp_path: Path, press: PressStandIn, hub: HubStandIn) -> None:
    """A source that is not there or off, a span that is none."""
    path = written(tmp_path, press, hub)
    for options in (
        ("nowhere",),
        ("blog",),
        ("--until", "2026-01-01"),
        ("--since", "2026-02-01", "--until", "2026-01-01"),
    ):
        assert fetched(path, *options).code == 2
    assert "There are: moncloa." in fetched(path, "blog").err


def test_check_tries_each_source_and_says_how_it_did(tmp_path: Path, press: PressStandIn, hub: HubStandIn) -> None:
    """What it has now, when it last answered and last had something; nothing is taken in by a check."""
    path = written(tmp_path, press, hub)
    lines = {line["part"]: line for line in json.loads(alia_watch("--config", path, "check", "--format", "json").out)}
    assert lines["source moncloa"]["verdict"] == "ok"
    assert lines["source moncloa"]["detail"].startswith(
        "answers: 2 entries, 2 about what is watched; never read before"
    )
    assert lines["source blog"] == {"verdict": "off", "part": "source blog", "detail": "it is switched off"}
    assert alia_watch("--config", path, "announcements", "list", "--format", "json").out == "[]\n"
    fetched(path)
    press.always("/moncloa.xml", Status(403))
    ended = alia_watch("--config", path, "check", "--format", "json")
    [line] = [line for line in json.loads(ended.out) if line["part"] == "source moncloa"]
    assert line["verdict"] == "fault"
    assert line["detail"].startswith("moncloa: HTTP 403")
    assert f"last had something {clock.now():%Y-%m-%d}" in line["detail"]
    assert ended.code == 1
