"""Updates of any shape: read, or put aside by the errors that are expected of Telegram's library, and no others."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from structlog.testing import capture_logs

from alia_bot.channels.telegram_request import UNREADABLE
from alia_bot.chat.incoming import incoming
from alia_bot.demo.telegram import TelegramStandIn
from alia_watch.reports.speech import Speech
from tests.conversations import talk
from tests.fuzz import MEGABYTE, disturbed, effort, fuzz, peak

from telegram import Update  # isort: skip  # after the bot, which turns the library to durations

ANA = {"id": 1, "is_bot": False, "first_name": "Ana", "language_code": "es"}
CHAT = {"id": -1001, "type": "supergroup", "title": "x", "is_forum": True}
SAID = {
    "message_id": 9, "date": 1_770_000_000, "chat": CHAT, "from": ANA, "text": "/mute@alia_watch_bot 7d",
    "entities": [{"type": "bot_command", "offset": 0, "length": 20}], "message_thread_id": 4, "is_topic_message": True,
    "reply_to_message": {"message_id": 8, "date": 1_770_000_000, "chat": CHAT, "text": "x"}, "caption": "c",
    "new_chat_members": [ANA], "migrate_to_chat_id": -1002, "sender_chat": CHAT,
}  # fmt: skip
BOT = {"user": {"id": 77, "is_bot": True, "first_name": "x"}, "status": "member"}
UPDATES: list[dict[str, Any]] = [
    {"update_id": 1, "message": SAID},
    {"update_id": 1, "callback_query": {"id": "1", "from": ANA, "chat_instance": "1", "data": "abc", "message": SAID}},
    {"update_id": 1, "my_chat_member": {"chat": CHAT, "from": ANA, "date": 1, "old_chat_member": BOT,
                                        "new_chat_member": BOT | {"status": "left"}}},
]  # fmt: skip
#: Each is a message that the library or a careless reader stumbles over.
ODD: list[dict[str, Any]] = [
    SAID | {"date": 10**18},
    SAID | {"date": -(10**18)},
    SAID | {"date": 10**400},
    SAID | {"date": "soon"},
    SAID | {"date": float("nan")},
    SAID | {"date": None},
    SAID | {"chat": {"id": 10**30, "type": "private"}},
    SAID | {"chat": []},
    SAID | {"text": "\ud800/help"},
    SAID | {"text": "/" + "a" * 10_000},
    SAID | {"text": ["/help"]},
    SAID | {"entities": [{"type": "bot_command", "offset": 10**9, "length": -5}]},
    SAID | {"entities": {}},
    SAID | {"from": {"id": "1"}},
    SAID | {"new_chat_members": "x"},
]


@pytest.mark.parametrize("kind", range(len(UPDATES)), ids=lambda kind: list(UPDATES[kind])[1])
@given(data=disturbed(UPDATES[0]) | disturbed(UPDATES[1]) | disturbed(UPDATES[2]))
@fuzz(25)
@example(data=UPDATES[0])
def test_any_update_is_read_or_put_aside(kind: int, data: Any) -> None:
    """Any value at any place of an update of each kind."""
    update = data if isinstance(data, dict) else UPDATES[kind] | {"message": data}
    with contextlib.suppress(*UNREADABLE):
        incoming(Update.de_json(json.loads(json.dumps(update)), None), "alia_watch_bot")


def test_no_odd_update_holds_the_next_one_back(tmp_path: Path) -> None:
    """Over the wire: after all of them, who asks is answered, and only those that cannot be read are errors."""
    with TelegramStandIn() as api:
        ana = api.person(1, "Ana")
        with talk(tmp_path, api) as spoken, capture_logs() as logs:
            with api.world.lock:
                for each in ODD:
                    api.world.updates.add("message", each)
            spoken.says(ana, "/privacy")
            assert Speech("es").get("What is kept of this chat") in api.transcript(1)
    errors = {line["event"] for line in logs if line["log_level"] == "error"}
    assert errors <= {"chat: an update that cannot be read"}


def within(depth: int) -> dict[str, Any]:
    """A message that answers one that answers one."""
    message = SAID
    for _ in range(depth):
        message = SAID | {"reply_to_message": message}
    return message


#: Larger than anything the Bot API sends.
LARGE: dict[str, Callable[[], dict[str, Any]]] = {
    "words": lambda: SAID | {"text": "a" * 2_000_000},
    "commands": lambda: SAID | {"text": "/a " * 20_000, "entities": SAID["entities"] * 20_000},
    "members": lambda: SAID | {"new_chat_members": [ANA] * 20_000},
    "parts": lambda: SAID | {f"part{n}": n for n in range(100_000)},
    "depth": lambda: within(60),
    "a number": lambda: SAID | {"date": 10**4_000},
}


@pytest.mark.parametrize("name", LARGE)
def test_no_update_takes_more_memory_or_time_than_it_may(name: str) -> None:
    """It is read or put aside, within 100 MB and some seconds."""
    update = {"update_id": 1, "message": LARGE[name]()}

    def read() -> None:
        with contextlib.suppress(*UNREADABLE):
            incoming(Update.de_json(update, None), "alia_watch_bot")

    with peak() as held:
        read()
    assert held.bytes < 100 * MEGABYTE
    assert effort(read) < 20
