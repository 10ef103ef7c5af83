"""However one talks to the bot: nothing is done twice, nothing is trusted, and nobody is left without a word."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alia_bot.channels.telegram_buttons import keyboard
from alia_bot.chat.crowd import AT_ONCE
from alia_bot.demo.telegram import TelegramStandIn
from alia_watch.audience.message import Button
from alia_watch.reports.speech import Speech
from alia_watch.store.database import open_store
from alia_watch.store.runs import Run, RunOutcome
from alia_watch.store.subscribers import subscribers
from tests.conversations import MAINTAINER, Talk, talk, watch_with_bot
from tests.small_watch import NOW


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    """The Bot API."""
    with TelegramStandIn() as stand_in:
        yield stand_in


def subscribed(spoken: Talk) -> list[tuple[str, list[str]]]:
    """Who is in the table and asks for what."""
    with open_store(spoken.config.watch.database) as store:
        return [(each.address, sorted(each.topics)) for each in subscribers(store) if each.source == "chat"]


def rows(spoken: Talk, table: str) -> int:
    """How many rows a table has."""
    with closing(sqlite3.connect(spoken.config.watch.database)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def signed(spoken: Talk, chat: int, action: str) -> str:
    """What a button of this bot in a chat sends back."""
    made = keyboard(((Button("x", action),),), spoken.channel.line.token, chat)
    assert made is not None
    return str(made.inline_keyboard[0][0].callback_data)


def test_the_same_update_twice_is_answered_once(tmp_path: Path, api: TelegramStandIn) -> None:
    """Telegram repeats what it is not sure was taken; across a restart, too."""
    ana = api.person(1, "Ana")
    config = watch_with_bot(tmp_path, api)
    with talk(tmp_path, api, config=config) as spoken:
        spoken.says(ana, "/help")
        assert api.redeliver() == 1
        spoken.settle()
        assert len(api.posted) == 1
        spoken.says(ana, "/mute 7d")
    with talk(tmp_path, api, config=config) as spoken:
        assert api.redeliver() == 1
        spoken.settle()
        spoken.says(ana, "/help")
    assert len(api.posted) == 3


def test_what_was_taken_in_before_a_crash_is_answered_after_it(tmp_path: Path, api: TelegramStandIn) -> None:
    """A question is kept until it is answered, and then erased."""
    ana = api.person(1, "Ana")
    config = watch_with_bot(tmp_path, api)
    with talk(tmp_path, api, config=config) as spoken:
        spoken.says(ana, "/help")
        with closing(sqlite3.connect(config.watch.database)) as db, db:
            assert db.execute("SELECT body FROM chat_updates").fetchall() == [(None,)]
    body = '{"update_id": 900, "message": {"message_id": 9, "date": 1770000000, "text": "/privacy", "chat": {"id": 1,\
 "type": "private"}, "from": {"id": 1, "is_bot": false, "first_name": "Ana"}, "entities": [{"type": "bot_command",\
 "offset": 0, "length": 8}]}}'
    with closing(sqlite3.connect(config.watch.database)) as db, db:
        at = NOW.isoformat().replace("+00:00", "Z")
        db.execute("INSERT INTO chat_updates (update_id, received_at, body) VALUES (900, ?, ?)", [at, body])
    with talk(tmp_path, api, config=config) as spoken:
        spoken.says(ana, "/help")
    assert Speech("es").get("What is kept of this chat") in api.transcript(1)


def test_an_update_that_cannot_be_read_holds_no_other_back(tmp_path: Path, api: TelegramStandIn) -> None:
    """Telegram adds kinds of things; the library raises for some of them."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken, capture_logs() as logs:
        with api.world.lock:
            odd = {"chat": {"id": -5, "type": "group"}, "new_chat_member": {"status": "restricted"}}
            api.world.updates.add("my_chat_member", odd)
        spoken.says(ana, "/help")
        assert len(api.posted) == 1
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["chat: an update that cannot be read"]


def test_a_forged_press_does_nothing(tmp_path: Path, api: TelegramStandIn) -> None:
    """Neither made-up data, nor a button of another chat, nor one that was altered; each is told so politely."""
    ana, eva = api.person(1, "Ana"), api.person(2, "Eva")
    with talk(tmp_path, api) as spoken:
        spoken.says(ana, "/start")
        spoken.says(eva, "/start")
        good = signed(spoken, 2, "sub:ad")
        for data in ("sub:ad", "x" * 12 + "sub:ad", signed(spoken, 1, "sub:ad"), good[:-1] + "x", "A" * 64, "\u0000"):
            eva.forges(data)
            spoken.settle()
        assert subscribed(spoken) == []
        assert not api.unanswered
        assert api.transcript(2).count("Este botón es antiguo") == 6
        eva.forges(good)
        spoken.settle()
        assert [address for address, _ in subscribed(spoken)] == ["2"]


def test_a_button_pressed_twice_does_the_same(tmp_path: Path, api: TelegramStandIn) -> None:
    """It says what it sets, and an expired press is no fault."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken:
        spoken.says(ana, "/start")
        spoken.presses(ana, Speech("es").get("Both"))
        once = subscribed(spoken)
        again = signed(spoken, 1, "sub:ad")
        ana.forges(again)
        api.expire_queries()
        spoken.settle()
        assert subscribed(spoken) == once


def test_a_flood_is_told_so_once_and_costs_nothing_more(tmp_path: Path, api: TelegramStandIn) -> None:
    """Beyond what one chat may ask at once nothing is kept; another chat is answered meanwhile."""
    ana, eva = api.person(1, "Ana"), api.person(2, "Eva")
    with talk(tmp_path, api, ticks=lambda: 0.0) as spoken:
        for _ in range(300):
            ana.types("/help")
        eva.types("/help")
        spoken.settle(60)
        there = [posted for posted in api.posted if posted.chat_id == 1]
        assert len(there) == AT_ONCE + 1
        assert (
            sum(
                posted.text == Speech("es").get("That is a lot at once. I answer again in a minute.")
                for posted in there
            )
            == 1
        )
        assert len([posted for posted in api.posted if posted.chat_id == 2]) == 1
        assert rows(spoken, "chat_updates") == AT_ONCE + 1


def test_what_breaks_is_said_with_a_number_that_stands_in_the_log(tmp_path: Path, api: TelegramStandIn) -> None:
    """And the next question is answered."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken:
        with closing(sqlite3.connect(spoken.config.watch.database)) as db, db:
            db.execute("ALTER TABLE imported_readings RENAME TO gone")
        with capture_logs() as logs:
            spoken.says(ana, "/chart")
        [failed] = [line for line in logs if line["event"] == "chat: failed"]
        assert f"n.º {failed['update']}" in api.posted[-1].text or str(failed["update"]) in api.posted[-1].text
        assert api.token not in str(logs)
        spoken.says(ana, "/help")
        assert "/status" in api.posted[-1].text


def test_what_takes_long_says_that_it_is_being_typed(tmp_path: Path, api: TelegramStandIn) -> None:
    """A reading that a maintainer asked for ends when it ends."""
    maintainer = api.person(MAINTAINER, "Mar")
    reading: Future[Run] = Future()
    with talk(tmp_path, api, read_now=lambda: reading) as spoken:
        maintainer.types("/snapshot")
        while "sendChatAction" not in api.calls:
            assert spoken.desk.busy or api.waiting
            time.sleep(0.01)
        detail = {"repos": 3, "failed": 1, "findings": 2, "requests": 40}
        reading.set_result(Run("snapshot", "x", NOW, NOW, RunOutcome.DONE, detail))
        spoken.settle()
    [begun, read] = [posted.text for posted in api.posted if posted.chat_id == MAINTAINER]
    assert begun == Speech("es").get("The Hub is being read. What comes of it follows here.")
    assert read == Speech("es").get(
        "Repos read: {repos}; not read: {failed}; findings: {findings}; requests: {requests}.",
        repos="3",
        failed="1",
        findings="2",
        requests="40",
    )


def test_a_reading_that_goes_wrong_is_told_with_its_reason(tmp_path: Path, api: TelegramStandIn) -> None:
    """In the words of the run."""
    maintainer = api.person(MAINTAINER, "Mar")
    failed: Future[Run] = Future()
    failed.set_result(Run("snapshot", "x", NOW, NOW, RunOutcome.FAILED, {"error": "the Hub says 503"}))
    with talk(tmp_path, api, read_now=lambda: failed) as spoken:
        spoken.says(maintainer, "/snapshot")
        assert "the Hub says 503" in api.posted[-1].text


@pytest.mark.parametrize(
    "tried", ["/health", "/deliveries", "/subscribers", "/candidates", "/broadcast Hola", "/snapshot"]
)
def test_who_does_not_run_the_watch_is_told_nothing_useful(tmp_path: Path, api: TelegramStandIn, tried: str) -> None:
    """As of a command that does not exist; and it is logged, without who."""
    ana = api.person(1, "Ana Nadie")
    with talk(tmp_path, api) as spoken, capture_logs() as logs:
        spoken.says(ana, tried)
        assert api.posted[0].text.startswith(
            ("Respondo a comandos", "No conozco ese comando. ¿Quería decir /subscribe?")
        )
        [line] = [line for line in logs if line["log_level"] == "warning"]
        assert line["tried"] == tried.split(maxsplit=1)[0].removeprefix("/")
        assert "Ana" not in str(logs)


@pytest.mark.parametrize("action", ["ann:2026-01-26-x:yes", "cast:1"])
def test_a_maintainers_button_is_worth_nothing_elsewhere(tmp_path: Path, api: TelegramStandIn, action: str) -> None:
    """Even one that is signed for the chat it is pressed in."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken, capture_logs() as logs:
        spoken.says(ana, "/help")
        ana.forges(signed(spoken, 1, action))
        spoken.settle()
        assert "Este botón es antiguo" in api.transcript(1)
        assert [line["tried"] for line in logs if line["log_level"] == "warning"] == [action.partition(":")[0]]
