"""Telegram away, and two daemons with one token: said in one line each, and the bot comes back by itself."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.demo.telegram_faults import Fault
from tests.conversations import talk, watch_with_bot


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    """The Bot API."""
    with TelegramStandIn() as stand_in:
        yield stand_in


def said(logs: list[dict[str, object]], level: str) -> list[object]:
    """What was logged of the conversation at a level."""
    return [line["event"] for line in logs if line["log_level"] == level and str(line["event"]).startswith("chat:")]


def test_a_bot_that_starts_while_telegram_is_away_answers_once_it_is_back(tmp_path: Path, api: TelegramStandIn) -> None:
    """It says so once, and tells when it is over; what was written meanwhile is answered."""
    ana = api.person(1, "Ana")
    ana.types("/help")
    api.away()
    with capture_logs() as logs, talk(tmp_path, api) as spoken:
        while not said(logs, "warning"):
            assert spoken.desk.asking
            time.sleep(0.01)
        api.back()
        spoken.settle()
        assert len(api.posted) == 1
    assert said(logs, "warning") == ["chat: Telegram does not answer as it should; it is asked again"]
    assert said(logs, "info") == ["chat: Telegram answers again"]
    assert api.token not in str(logs)


def test_of_two_daemons_with_one_token_the_second_stops_asking(tmp_path: Path, api: TelegramStandIn) -> None:
    """With a line that says why; the first holds on and answers, and the second can still send."""
    ana = api.person(1, "Ana")
    here, there = tmp_path / "one", tmp_path / "two"
    for folder in (here, there):
        folder.mkdir()
    with capture_logs() as logs, talk(here, api) as first:
        first.says(ana, "/help")
        first.says(ana, "/help")
        first.says(ana, "/help")
        with talk(there, api, config=watch_with_bot(there, api), ticks=lambda: 0.0) as second:
            while second.desk.asking:
                assert first.desk.asking
                time.sleep(0.01)
            first.says(ana, "/help")
            assert second.channel.probe()
        assert first.desk.asking
    assert len(api.posted) == 4
    assert said(logs, "error") == ["chat: another daemon answers for this bot; this one only sends from now on"]


def test_the_second_takes_over_once_the_first_is_gone(
    tmp_path: Path, api: TelegramStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a service is updated and the old process ends late."""
    monkeypatch.setattr("alia_bot.chat.reception.LOOK_AGAIN_S", 0.5)
    ana = api.person(1, "Ana")
    here, there = tmp_path / "one", tmp_path / "two"
    for folder in (here, there):
        folder.mkdir()
    with capture_logs() as logs, talk(there, api, config=watch_with_bot(there, api), ticks=lambda: 0.0) as second:
        with talk(here, api) as first:
            for _ in range(3):
                first.says(ana, "/help")
            while second.desk.asking:
                time.sleep(0.01)
        while not second.desk.asking:
            time.sleep(0.01)
        second.settle()
        before = len(api.posted)
        second.says(ana, "/help")
    assert len(api.posted) == before + 1
    assert said(logs, "info") == ["chat: no other daemon answers for this bot any more; this one does again"]


def test_a_refused_token_is_said_once_and_shown_nowhere(tmp_path: Path, api: TelegramStandIn) -> None:
    """A daemon with a withdrawn token goes on with everything else."""
    api.fail_method("getMe", *[Fault(401, "Unauthorized")] * 50)
    with capture_logs() as logs, talk(tmp_path, api) as spoken:
        while not said(logs, "warning"):
            assert spoken.desk.asking
            time.sleep(0.01)
    assert len(said(logs, "warning")) == 1
    assert api.token not in str(logs)
