"""Who answers in the place of the Bot API says anything: nothing breaks, nothing is taken for sent that may not be."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from alia_bot.channels.outcome import Later, Never, Sent, Unclear
from alia_bot.channels.telegram import TelegramChannel
from alia_bot.demo.telegram import Chat, Fault, TelegramStandIn
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
        yield stand_in


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
    return channel.send(subscriber(TELEGRAM, "4711"), words, message_id=f"lie.{abs(hash(name))}", now=NOW)


@given(status=st.sampled_from([200, 204, 302, 400, 401, 403, 409, 429, 500, 502, 599]), form=JSON, whole=st.booleans())
def test_whatever_is_answered_is_an_outcome(
    api: TelegramStandIn, channel: TelegramChannel, status: int, form: object, whole: bool
) -> None:
    """An attempt ends in an outcome, never in an error of the library's reading."""
    answer = form if whole else {"ok": status == 200, "result": form, "description": form, "parameters": form}
    api.fail(Fault(status, body=b"" if status == 204 else json.dumps(answer).encode()))
    assert isinstance(sent(channel, message(TELEGRAM), "any"), Unclear | Later | Never)
    api.mend()


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
