"""docs/logs.md has every line that the program may log, with its level and fields; and ids tie lines together."""

import contextlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from alia_bot import logs
from alia_bot.daemon import Daemon
from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_faults import Status
from alia_bot.demo.hub_world import StillWorld
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.demo.telegram import Chat, TelegramStandIn
from alia_bot.dispatch import drain
from alia_bot.web.guard import Guarded
from alia_bot.web.server import WebServer
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.store import outbox, runs
from alia_watch.store.database import open_store
from alia_watch.store.runs import RunOutcome
from tests.log_events import log_events
from tests.made import made_config
from tests.outbox import NOW, fill, message, subscriber
from tests.telegram import channel
from tests.website import visit

LOGS = Path(__file__).parents[2] / "docs" / "logs.md"
ROW = re.compile(r"^\| `([^`]+)` \| (debug|info|warning|error) \|([^|]*)\|", re.MULTILINE)


def documented() -> dict[tuple[str, str], set[str]]:
    """Event and level to the fields that the page names."""
    text = LOGS.read_text(encoding="utf-8")
    return {(event, level): set(re.findall(r"`(\w+)`", fields)) for event, level, fields in ROW.findall(text)}


def test_every_line_that_may_be_logged_is_documented() -> None:
    """Each event at each of its levels has a row, each row is of an event that exists, and each field is named."""
    fields: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for each in log_events():
        fields[each.event, each.level] |= each.fields
    assert set(documented()) == set(fields)
    assert {key: named - documented()[key] for key, named in fields.items() if named - documented()[key]} == {}


def test_a_line_whose_event_is_not_written_out_is_found(tmp_path: Path) -> None:
    """The collector fails on what it cannot read, and sees into dictionaries and inner functions."""
    (tmp_path / "src").mkdir()
    source = tmp_path / "src" / "a.py"
    source.write_text(
        "def f():\n line = {'b': 1}\n def g():\n  _log.info('inner', c=1)\n _log.warning('outer', a=1, **line)\n",
        encoding="utf-8",
    )
    found = {(each.event, each.level, *sorted(each.fields)) for each in log_events(tmp_path)}
    assert found == {("inner", "info", "c"), ("outer", "warning", "a", "b")}
    source.write_text("def f(x):\n _log.info(x)\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="not written out"):
        list(log_events(tmp_path))


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged, as JSON, with everything that `-v` shows."""
    written = io.StringIO()
    logs.configure("json", verbose=True, stream=written)
    yield written
    logs.reset()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_all_lines_of_a_run_have_its_id(tmp_path: Path, stream: io.StringIO) -> None:
    """The duty's own line and every request to the Hub, made in threads; another run has another; sending has none."""
    world, clock = StillWorld(), SimulatedClock(datetime(2026, 1, 23, 8, 20, tzinfo=UTC))
    with HubStandIn(world, clock) as hub:
        config = made_config(tmp_path, hub={"endpoint": hub.url}, source=[])
        open_store(config.watch.database, create=True).close()
        hub.script("/control/model-03", Status(503), None)
        daemon = Daemon(config, at=clock, sleep=clock.sleep)
        done = {run.duty: run for run in daemon.tick(clock())}
    with open_store(config.watch.database) as store:
        ids = {row["duty"]: row["id"] for row in store.rows("SELECT id, duty FROM runs WHERE outcome != 'missed'")}
    assert done["snapshot"].outcome is RunOutcome.DONE
    asked = [line for line in lines(stream) if line["event"].startswith("hub: GET")]
    assert len(asked) >= len(hub.requests) > 10
    assert {line["run"] for line in asked} <= set(ids.values())
    assert ids["snapshot"] in {line["run"] for line in asked}
    assert all(re.search(r"Root=1-[0-9a-f]+$", line["event"]) for line in asked)
    for line in lines(stream):
        if line["event"] == "duty":
            assert line["run"] == ids[line["duty"]]
    outside = [line for line in lines(stream) if line["event"] in ("sending", "missed")]
    assert not [line for line in outside if "run" in line]


def test_all_lines_of_an_attempt_to_send_have_its_delivery(tmp_path: Path, stream: io.StringIO) -> None:
    """Every request to Telegram, made in the thread of its line, and the attempt's own line; another has another."""
    with TelegramStandIn() as api, open_store(tmp_path / "alia-watch.db", create=True) as store:
        people = [subscriber(ChannelKind.TELEGRAM, str(chat)) for chat in (7, 8)]
        for person in people:
            api.chats[int(person.address)] = Chat()
        fill(store, people, [message(ChannelKind.TELEGRAM)])
        ids = {each.subscriber_id: str(each.id) for each in outbox.deliveries(store)}
        with contextlib.closing(channel(api.token, api.url)) as telegram:
            drain(store, {ChannelKind.TELEGRAM: telegram}, now=NOW)
        assert len(api.posted) == len(people)
    asked = [line for line in lines(stream) if "sendMessage" in line["event"]]
    ended = [line for line in lines(stream) if line["event"] == "delivery"]
    assert {str(line["delivery"]) for line in asked} == {str(line["delivery"]) for line in ended} == {*ids.values()}
    assert all("delivery" in line for line in asked)
    assert api.token not in stream.getvalue()


def test_a_failing_duty_is_a_warning_until_a_person_must_look(tmp_path: Path, stream: io.StringIO) -> None:
    """Twice it is tried again by itself; the third time is an error."""
    clock = SimulatedClock(datetime(2026, 1, 23, 8, 20, tzinfo=UTC))
    config = made_config(tmp_path, hub={"endpoint": "http://127.0.0.1:9", "deadline_s": 1})
    (tmp_path / "backups").write_text("in the way", encoding="utf-8")
    open_store(config.watch.database, create=True).close()
    daemon = Daemon(config, at=clock, sleep=clock.sleep)
    for _ in range(4):
        daemon.tick(clock())
        clock.set(daemon.next_due(clock()))
    with open_store(config.watch.database) as store:
        failed = runs.runs(store, since=datetime(2026, 1, 1, tzinfo=UTC), until=clock(), duty="backup")
    levels = [line["level"] for line in lines(stream) if line["event"] == "duty" and line["duty"] == "backup"]
    assert len(failed) == len(levels) >= 3
    assert levels[:2] == ["warning", "warning"]
    assert set(levels[2:]) == {"error"}


def test_what_breaks_on_a_page_is_found_by_the_id_that_is_shown(tmp_path: Path, stream: io.StringIO) -> None:
    """The page, its header and the line in the log have one id; another request has another."""
    with visit(tmp_path) as opened:
        form, other = opened.form(), opened.client.get("/es/nothing")
        opened.config.watch.database.rename(tmp_path / "gone")
        broken = opened.client.post("/es/", data=form)
    number = broken.headers["x-request-id"]
    assert other.headers["x-request-id"] != number
    assert broken.status_code == 500
    assert f"Ha quedado anotado como {number}." in broken.text
    [line] = [line for line in lines(stream) if line["event"] == "web: failed"]
    assert line["request"] == number


def test_every_answer_has_an_id_of_its_own(stream: io.StringIO) -> None:
    """Two requests at once do not share one, and a line that is logged for one has it, in the thread it runs in too."""
    import structlog

    def said(request: Request) -> PlainTextResponse:
        structlog.get_logger().info("said", path=request.url.path)
        return PlainTextResponse("yes")

    app = Guarded(Starlette(routes=[Route("/{name}", said)]), https=False)
    server = WebServer(app, ("127.0.0.1", 0), name="pages")
    server.start()
    try:
        url = f"http://127.0.0.1:{server.port}"
        ids = {name: httpx.get(f"{url}/{name}").headers["x-request-id"] for name in ("a", "b")}
    finally:
        server.close()
    assert {line["path"]: line["request"] for line in lines(stream) if line["event"] == "said"} == {
        f"/{name}": number for name, number in ids.items()
    }
    assert len(set(ids.values())) == 2
