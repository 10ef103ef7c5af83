"""The maintainers are told of what troubles the watch, and of its end, once each, whatever restarts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.attempt import Ended
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.timetable import Due
from alia_watch.config.sections import Config
from alia_watch.errors import SourceError
from alia_watch.store.database import Store, open_store
from alia_watch.store.runs import RunOutcome
from tests.days import Days
from tests.made import made_config
from tests.relay import Relay

NOW = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPS = {"channel": "folder", "address": "ops", "language": "es", "topics": ["maintenance"]}
OTHER = {"channel": "folder", "address": "es", "language": "es"}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = made_config(tmp_path, subscriber=[OPS, OTHER])
    open_store(made.watch.database, create=True).close()
    return made


class Breaking(Days):
    """Days whose announcements can be made to fail."""

    def __init__(self, config: Config) -> None:
        super().__init__(config, NOW, every=HOUR / 3, announcements=self._do)

    def _do(self, _store: Store, _due: Due, _now: datetime) -> Ended:
        if self.broken:
            raise SourceError("moncloa", "the line is <b>dead</b>", again=True)
        return Ended(RunOutcome.DONE)

    def letters(self, receiver: str = "ops") -> list[str]:
        """The subjects of what a receiver got, in order."""
        folder = self.config.channels.folder
        assert folder is not None
        return [path.read_text("utf-8").splitlines()[0] for path in sorted((folder.path / receiver).glob("*.txt"))]


def test_a_failing_duty_is_told_once_and_its_end_once(config: Config) -> None:
    """In the maintainer's language and to nobody else; a restart in between changes nothing."""
    days = Breaking(config)
    days.live(1)
    assert days.letters() == []
    days.broken = True
    days.live(24)
    days.restart()
    days.live(6)
    [begun] = days.letters()
    assert begun.startswith("La tarea announcements no ha terminado bien ")
    days.broken = False
    days.live(12)
    days.restart()
    days.live(6)
    assert days.letters() == [begun, f"Resuelto: {begun}"]
    assert days.letters("es") == []


def test_what_comes_back_is_told_anew(config: Config) -> None:
    """After its end it is another trouble."""
    days = Breaking(config)
    days.live(1)
    for _ in range(2):
        days.broken = True
        days.live(24)
        days.broken = False
        days.live(24)
    assert [letter.startswith("Resuelto") for letter in days.letters()] == [False, True, False, True]


def test_a_trouble_and_its_end_come_in_telegram_and_by_mail(tmp_path: Path) -> None:
    """To a maintainer's chat, which need not subscribe, and to whoever asked for it by mail: once each."""
    with TelegramStandIn() as api, Relay() as relay:
        api.person(77, "Marta").types("/start")
        token = tmp_path / "token"
        token.write_text(api.token, encoding="utf-8")
        bot = {"token": {"file": str(token)}, "api": api.url, "answers": False, "maintainers": [77]}
        mail = {"host": "localhost", "port": relay.port, "security": "none", "sender": "Watch <watch@example.org>"}
        who = OPS | {"channel": "email", "address": "ops@example.org"}
        config = made_config(tmp_path, channels={"telegram": bot, "email": mail}, subscriber=[who])
        open_store(config.watch.database, create=True).close()
        days = Breaking(config)
        days.live(1)
        days.broken = True
        days.live(24)
        days.broken = False
        days.live(12)
        posted = [each.text for each in api.posted]
        letters = [str(each["Subject"]) for each in relay.letters]
    for begun, over in (posted, letters):
        assert "La tarea announcements no ha terminado bien " in begun
        assert "Resuelto: La tarea announcements no ha terminado bien " in over
    assert {each.chat_id for each in api.posted} == {77}
