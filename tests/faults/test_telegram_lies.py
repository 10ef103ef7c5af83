"""Who answers in the place of the Bot API says anything: nothing breaks, nothing is taken for sent that may not be."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from alia_bot.channels.outcome import Later, Never, Sent, Unclear
from alia_bot.channels.telegram import TelegramChannel
from alia_bot.demo.telegram import Chat, Fault, TelegramStandIn, flood
from alia_bot.demo.telegram_faults import PORTAL
from alia_bot.dispatch import settle
from alia_watch.audience.message import Image, Message
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.errors import ChannelError
from tests.conversations import talk
from tests.outbox import NOW, message, subscriber
from tests.pictures import png
from tests.telegram import channel as telegram_channel
from tests.telegram import unhurried

TELEGRAM = ChannelKind.TELEGRAM
SENT = {"message_id": 7, "date": 1_769_000_000, "chat": {"id": 4711, "type": "private", "first_name": "Ana"}}
#: What says that all went well, and is no message.
LIES = {
    "a page": PORTAL.body,
    "nothing": b"",
    "half an object": b'{"ok": true, "result": {"message_id": 7, "da',
    "another encoding": '{"ok": true, "result": 7}'.encode("utf-16"),
    "a mark before it": b"\xef\xbb\xbf" + b'{"ok": true, "result": {}}',
    "a list": b"[]",
    "a number": b"174",
    "no result": b'{"ok": true}',
    "a refusal": b'{"ok": false, "error_code": 400, "description": "Bad Request: chat not found"}',
    "too deep": b'{"ok": true, "result": ' + b"[" * 100_000,
    **{
        f"a result of {result!r}": json.dumps({"ok": True, "result": result}).encode()
        for result in (
            True,
            None,
            [],
            {},
            "sent",
            {**SENT, "date": "today"},
            {**SENT, "date": 10**30},
            {**SENT, "chat": 7},
            {**SENT, "photo": 7},
        )
    },
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def api() -> Iterator[TelegramStandIn]:
    with TelegramStandIn() as stand_in:
        stand_in.chats[4711] = Chat()
        stand_in.chats[-100] = stand_in.chats[-200] = Chat(threads=(45,))
        yield stand_in


@pytest.fixture(autouse=True)
def _mended(api: TelegramStandIn) -> Iterator[None]:
    """Nothing is left for the next test."""
    yield
    api.mend()


@pytest.fixture(scope="module")
def channel(api: TelegramStandIn) -> Iterator[TelegramChannel]:
    opened = telegram_channel(api.token, api.url, 10, unhurried())
    yield opened
    opened.close()


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("picture", [False, True])
def test_a_message_is_not_taken_for_sent_and_is_tried_once_more(
    api: TelegramStandIn, channel: TelegramChannel, caplog: pytest.LogCaptureFixture, lie: str, picture: bool
) -> None:
    """In one line, without what was answered; the next attempt goes through."""
    words = message(TELEGRAM, images=(Image("chart.png", "174", png()),)) if picture else message(TELEGRAM)
    api.fail(Fault(200, body=LIES[lie]))
    outcome = sent(channel, words, lie)
    assert isinstance(outcome, Unclear)
    assert not outcome.away
    assert "\n" not in outcome.why
    assert len(outcome.why) < 200
    assert settle(outcome, 1, NOW).state.value == "due"
    assert isinstance(sent(channel, words, lie), Sent)
    assert not caplog.records, "the library says nothing of its own"


def sent(channel: TelegramChannel, words: Message, name: str) -> object:
    """One attempt."""
    return channel.send(subscriber(TELEGRAM, "4711"), words, message_id=name, now=NOW)


@given(status=st.sampled_from([200, 204, 302, 400, 401, 403, 409, 429, 500, 502, 599]), form=JSON, whole=st.booleans())
def test_whatever_is_answered_is_an_outcome(
    api: TelegramStandIn, channel: TelegramChannel, status: int, form: object, whole: bool
) -> None:
    """An attempt ends in an outcome, never in an error of the library's reading."""
    answer = form if whole else {"ok": status == 200, "result": form, "description": form, "parameters": form}
    api.fail(Fault(status, body=b"" if status == 204 else json.dumps(answer).encode()))
    assert isinstance(sent(channel, message(TELEGRAM), "any"), Unclear | Later | Never)
    api.mend()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500])
@pytest.mark.parametrize("body", [PORTAL.body, b'{"error": "blocked"}', b"{}", b""])
def test_a_refusal_that_is_none_of_the_bot_apis_stops_nobody(
    api: TelegramStandIn, channel: TelegramChannel, status: int, body: bytes
) -> None:
    """A filter's page that says 403 is no word of Telegram on anybody."""
    api.fail(Fault(status, body=body))
    outcome = sent(channel, message(TELEGRAM), "refused")
    assert isinstance(outcome, Later)
    assert not outcome.channel
    assert isinstance(sent(channel, message(TELEGRAM), "refused"), Sent)


def test_halves_of_letters_in_a_refusal_can_be_written_down(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """What is said goes into the database and the log."""
    api.fail(Fault(500, body=b'{"ok": false, "description": "x \\ud800 y"}'))
    outcome = sent(channel, message(TELEGRAM), "halves")
    assert isinstance(outcome, Later)
    assert outcome.why.encode().endswith(b"x ? y")


@pytest.mark.parametrize("result", [True, 7, [7], [{}], "x", None, {"a": 1}])
def test_lies_about_the_administrators_of_a_group_are_borne(
    api: TelegramStandIn, channel: TelegramChannel, result: object
) -> None:
    """Who cannot be told that their topic is closed is not told; the subscriber stops all the same."""
    closed = Fault(400, "Bad Request: TOPIC_CLOSED")
    api.fail(closed, closed)
    api.fail_method("getChatAdministrators", Fault(200, body=json.dumps({"ok": True, "result": result}).encode()))
    group = subscriber(TELEGRAM, "-100/45")
    outcome = channel.send(group, message(TELEGRAM), message_id="closed", now=NOW)
    assert isinstance(outcome, Never)
    assert outcome.stop


@pytest.mark.parametrize("busy", [Fault(502, body=b"<html>"), Fault(500, "Internal Server Error"), flood(120)])
def test_a_group_is_not_stopped_because_telegram_is_busy(
    api: TelegramStandIn, channel: TelegramChannel, busy: Fault
) -> None:
    """Its topic is closed; whether the general one takes anything is asked again."""
    api.fail(Fault(400, "Bad Request: TOPIC_CLOSED"), busy, busy)
    outcome = channel.send(subscriber(TELEGRAM, "-200/45"), message(TELEGRAM), message_id="busy", now=NOW)
    assert isinstance(outcome, Later)


def test_an_answer_byte_by_byte_ends() -> None:
    """Each byte comes in time, and the whole never does."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:
        over = threading.Event()

        def drip() -> None:
            with contextlib.suppress(OSError):
                while not over.is_set():
                    pool.submit(one, server.accept()[0])

        def one(line: socket.socket) -> None:
            with line, contextlib.suppress(OSError):
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not over.wait(0.1):
                    line.sendall(b" ")

        pool.submit(drip)
        opened = telegram_channel("1:A", f"http://127.0.0.1:{server.getsockname()[1]}", 0.3, unhurried())
        outcome = sent(opened, message(TELEGRAM), "drip")
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        opened.close()
    assert isinstance(outcome, Unclear)
    assert outcome.away


def test_what_cannot_be_kept_just_now_is_taken_in_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is gone for a moment, or an update is like no other: the conversation goes on after it."""
    monkeypatch.setattr("alia_bot.chat.reception.BACK_OFF_MOST_S", 0.05)
    with TelegramStandIn() as api, capture_logs() as logs:
        ana = api.person(1, "Ana")
        with talk(tmp_path, api) as spoken:
            spoken.says(ana, "/help")
            database = spoken.config.watch.database
            database.rename(tmp_path / "gone")
            ana.types("/help")
            while not any(str(line["event"]).startswith("chat: what was said cannot be taken in") for line in logs):
                time.sleep(0.01)
            (tmp_path / "gone").rename(database)
            spoken.settle()
            with api.world.lock:
                api.world.updates.add("message", {**SENT, "chat": {"id": [1], "type": "private"}, "text": "/help"})
            spoken.says(ana, "/help")
            assert len(api.posted) == 3


def test_a_portal_that_answers_everything_makes_the_channel_rest(
    api: TelegramStandIn, channel: TelegramChannel
) -> None:
    """One message is unclear; the next is not handed over, and the probe says what was found."""
    api.away(PORTAL)
    first = sent(channel, message(TELEGRAM), "portal")
    assert isinstance(first, Unclear)
    assert first.away
    second = sent(channel, message(TELEGRAM), "portal")
    assert isinstance(second, Later)
    assert second.channel
    with pytest.raises(ChannelError, match="none of the Bot API's"):
        channel.probe()
    api.back()
    assert isinstance(sent(channel, message(TELEGRAM), "portal"), Sent)


@pytest.mark.parametrize("lie", ["a page", "no result", "a result of True", "a result of {}", "too deep"])
def test_a_conversation_outlasts_it(tmp_path: Path, lie: str) -> None:
    """What was written meanwhile is answered once the Bot API is back; one line says what was wrong, one that it is
    over."""
    with TelegramStandIn() as api:
        ana = api.person(1, "Ana")
        with capture_logs() as logs, talk(tmp_path, api) as spoken:
            spoken.says(ana, "/help")
            api.away(Fault(200, body=LIES[lie]))
            while not any(line["log_level"] == "warning" for line in logs):
                time.sleep(0.01)
            ana.types("/help")
            api.back()
            spoken.settle()
            assert len(api.posted) == 2
    assert [line["event"] for line in logs if line["log_level"] in ("warning", "error")] == [
        "chat: Telegram does not answer as it should; it is asked again"
    ]
