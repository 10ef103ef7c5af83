"""Telegram fails for the moment of one answer: who asked gets it all the same, and else a sentence, never silence."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alia_bot.chat.patience import AGAIN_S, LONGEST_REST_S
from alia_bot.demo.telegram import RESET, SERVER_ERROR, Fault, TelegramStandIn, flood
from alia_watch.reports.speech import Speech
from alia_watch.store.database import open_store
from alia_watch.store.subscribers import subscribers
from tests.conversations import Talk, talk


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    """The Bot API."""
    with TelegramStandIn() as stand_in:
        yield stand_in


def left(spoken: Talk) -> int:
    """How many updates still wait for an answer, words and all."""
    with closing(sqlite3.connect(spoken.config.watch.database)) as db:
        return int(db.execute("SELECT count(*) FROM chat_updates WHERE body IS NOT NULL").fetchone()[0])


@pytest.mark.parametrize(
    "fault",
    [
        SERVER_ERROR,
        Fault(),
        Fault(502, "Bad Gateway"),
        flood(3),
        flood(300),
    ],
    ids=["500", "reset", "502", "a short wait", "five minutes"],
)
def test_one_failure_costs_nobody_an_answer(tmp_path: Path, api: TelegramStandIn, fault: Fault) -> None:
    """It comes once, a little later; and what was asked is kept no longer than until then."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken:
        api.fail(fault)
        spoken.says(ana, "/help")
        assert len(api.posted) == 1
        assert left(spoken) == 0


def test_what_may_have_arrived_is_repeated_once_at_most(tmp_path: Path, api: TelegramStandIn) -> None:
    """The connection is lost after each of the two attempts: there is no third, and the next question is answered."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken, capture_logs() as logs:
        api.fail(RESET, RESET)
        spoken.says(ana, "/help")
        assert len(api.posted) == 2
        assert "chat: an answer may have arrived, and is not repeated again" in [line["event"] for line in logs]
        spoken.says(ana, "/privacy")
        assert len(api.posted) == 3
        assert left(spoken) == 0


def test_what_does_not_go_for_long_goes_with_the_next_updates(tmp_path: Path, api: TelegramStandIn) -> None:
    """Though updates come in all the while: a line that is down for sending alone loses no answer either."""
    ana, eva = api.person(1, "Ana"), api.person(2, "Eva")
    with talk(tmp_path, api) as spoken:
        api.fail(*[SERVER_ERROR] * (len(AGAIN_S) + 1))
        spoken.says(ana, "/help")
        assert (len(api.posted), left(spoken)) == (0, 1)
        spoken.says(eva, "/help")
        assert sorted(posted.chat_id for posted in api.posted) == [1, 2]
        assert left(spoken) == 0


def test_a_chat_that_must_rest_for_long_is_not_waited_for(tmp_path: Path, api: TelegramStandIn) -> None:
    """Its answer is dropped, and the log says so."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken, capture_logs() as logs:
        api.fail(flood(int(LONGEST_REST_S) + 60))
        spoken.says(ana, "/help")
        assert not api.posted
        assert "dropped: the chat must be left in peace" in [line.get("outcome") for line in logs]
        assert left(spoken) == 0


def test_an_answer_that_telegram_refuses_is_confessed(tmp_path: Path, api: TelegramStandIn) -> None:
    """With the number under which the log has the reason."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken, capture_logs() as logs:
        api.fail(Fault(400, "Bad Request: BUTTON_DATA_INVALID"))
        spoken.says(ana, "/help")
        [line] = [line for line in logs if line["log_level"] == "error"]
        assert (line["event"], line["error"]) == ("chat: not sent", "Button_data_invalid")
        [told] = api.posted
        assert str(line["update"]) in told.text


def test_an_edit_that_telegram_refuses_is_confessed(tmp_path: Path, api: TelegramStandIn) -> None:
    """What was pressed is done all the same, and the person is not left before an old screen without a word."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken:
        spoken.says(ana, "/settings")
        api.fail_method("editMessageText", Fault(400, "Bad Request: message is too long"))
        spoken.presses(ana, Speech("es").get("Alerts"))
        assert len(api.posted) == 2
        with open_store(spoken.config.watch.database) as store:
            assert [sorted(each.topics) for each in subscribers(store) if each.source == "chat"] == [["alerts"]]


def test_a_press_is_ended_and_its_words_shown_after_a_failure(tmp_path: Path, api: TelegramStandIn) -> None:
    """No button shows a clock for ever."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken:
        spoken.says(ana, "/settings")
        api.fail_method("answerCallbackQuery", SERVER_ERROR)
        api.fail_method("editMessageText", SERVER_ERROR, SERVER_ERROR)
        spoken.presses(ana, Speech("es").get("Alerts"))
        assert not api.unanswered
        assert len(api.edits) == 1


def test_who_administers_a_group_is_asked_again_after_a_failure(tmp_path: Path, api: TelegramStandIn) -> None:
    """An administrator is not turned away because Telegram stumbled."""
    ana = api.person(1, "Ana")
    group = api.group(-200, "Redacción", administrators=[ana])
    with talk(tmp_path, api) as spoken:
        api.fail_method("getChatMember", SERVER_ERROR)
        spoken.says(ana, "/subscribe", chat=group)
        assert api.posted[0].text.startswith(Speech("es").get("Settings of {chat}", chat="Redacción"))


def test_a_group_without_administrators_is_nobodys_to_settle(tmp_path: Path, api: TelegramStandIn) -> None:
    """Its members may ask, and change nothing."""
    ana = api.person(1, "Ana")
    group = api.group(-200, "Redacción", members=[ana], supergroup=False)
    with talk(tmp_path, api) as spoken:
        spoken.says(ana, "/subscribe", chat=group)
        spoken.says(ana, "/help", chat=group)
        assert api.posted[0].text == Speech("es").get("In a group, only its administrators can change this.")
        assert "/status" in api.posted[1].text


def test_a_channel_is_taken_on_by_its_administrators_alone(tmp_path: Path, api: TelegramStandIn) -> None:
    """An update that names somebody else subscribes nothing, and tells them nothing of the channel."""
    ana, eva = api.person(1, "Ana"), api.person(2, "Eva")
    channel = api.channel(-300, "Cifras", administrators=[ana])
    with talk(tmp_path, api) as spoken:
        channel.adds_bot(eva)
        spoken.settle()
        assert not api.posted
        channel.kicks_bot(ana)
        channel.adds_bot(ana)
        spoken.settle()
        assert [posted.chat_id for posted in api.posted] == [ana.id]
        with open_store(spoken.config.watch.database) as store:
            assert [each.address for each in subscribers(store) if each.source == "chat"] == ["-300"]


def test_a_group_that_asks_more_than_it_may_be_answered_gets_every_answer(tmp_path: Path, api: TelegramStandIn) -> None:
    """Twenty a minute are all that Telegram takes: the rest comes when it may, and nobody is dropped for it."""
    ana = api.person(1, "Ana")
    group = api.group(-200, "Redacción", members=[ana])
    with talk(tmp_path, api) as spoken, capture_logs() as logs:
        for _ in range(45):
            ana.types("/help", group)
        spoken.settle()
        assert len(api.posted) == 45
        assert {line["outcome"] for line in logs if line["event"] == "chat"} == {"answered"}
