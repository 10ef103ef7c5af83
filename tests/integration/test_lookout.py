"""The maintainers are told of what troubles the watch, and of its end, once each, whatever restarts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.attempt import Ended
from alia_bot.daemon import Daemon
from alia_bot.timetable import Due, Duty
from alia_watch.config.sections import Config
from alia_watch.errors import SourceError
from alia_watch.store.database import Store, open_store
from alia_watch.store.runs import RunOutcome
from tests.made import made_config

NOW = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPS = {"channel": "folder", "address": "ops", "language": "es", "topics": ["maintenance"]}
OTHER = {"channel": "folder", "address": "es", "language": "es"}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = made_config(tmp_path, subscriber=[OPS, OTHER])
    open_store(made.watch.database, create=True).close()
    return made


class Days:
    """A daemon whose announcements can be made to fail, hour by hour, restarted whenever it is asked to."""

    def __init__(self, config: Config) -> None:
        self.config, self.now, self.broken = config, NOW, False
        self.restart()

    def restart(self) -> None:
        """Another process, as far as memory goes."""
        duties = dict.fromkeys(Duty, self._do)
        self.daemon = Daemon(self.config, duties=duties)

    def _do(self, _store: Store, due: Due, _now: datetime) -> Ended:
        if self.broken and due.duty is Duty.ANNOUNCEMENTS:
            raise SourceError("moncloa", "the line is <b>dead</b>", again=True)
        return Ended(RunOutcome.DONE)

    def live(self, hours: float) -> None:
        """A look every twenty minutes."""
        for _ in range(round(hours * 3)):
            self.now += HOUR / 3
            self.daemon.tick(self.now)

    def letters(self, receiver: str = "ops") -> list[str]:
        """The subjects of what a receiver got, in order."""
        folder = self.config.channels.folder
        assert folder is not None
        return [path.read_text("utf-8").splitlines()[0] for path in sorted((folder.path / receiver).glob("*.txt"))]


def test_a_failing_duty_is_told_once_and_its_end_once(config: Config) -> None:
    """In the maintainer's language and to nobody else; a restart in between changes nothing."""
    days = Days(config)
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
    days = Days(config)
    days.live(1)
    for _ in range(2):
        days.broken = True
        days.live(24)
        days.broken = False
        days.live(24)
    assert [letter.startswith("Resuelto") for letter in days.letters()] == [False, True, False, True]
