"""A source that fails or falls silent is told to the maintainers, once, and to nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alia_bot.attempt import Ended
from alia_bot.daemon import Daemon
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.press_faults import Status
from alia_bot.demo.press_world import StillPress
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.timetable import Duty
from alia_watch.store.database import open_store
from alia_watch.store.runs import RunOutcome
from tests.made import made_config
from tests.press import DAY1, feed, item, reading, source, still

DAY = timedelta(days=1)
SUBSCRIBERS = [
    {"channel": "folder", "address": "ops", "language": "es", "topics": ["maintenance"]},
    {"channel": "folder", "address": "es", "language": "es"},
]


@pytest.fixture
def world() -> StillPress:
    return still(moncloa=feed(), blog=feed())


@pytest.fixture
def press(world: StillPress) -> Iterator[PressStandIn]:
    with PressStandIn(world, SimulatedClock(DAY1)) as standing:
        yield standing


class Week:
    """A daemon that does nothing but announcements, day by day."""

    def __init__(self, folder: Path, *sources: dict[str, object]) -> None:
        self.config = made_config(folder, subscriber=SUBSCRIBERS, **reading(*sources))
        open_store(self.config.watch.database, create=True).close()
        self.clock = SimulatedClock(DAY1)
        others = {duty: lambda *_: Ended(RunOutcome.DONE) for duty in Duty if duty is not Duty.ANNOUNCEMENTS}
        self.daemon = Daemon(self.config, duties=others, at=self.clock, sleep=self.clock.sleep)

    def live(self, days: int) -> list[dict[str, object]]:
        """So many mornings; what each announcements duty said."""
        said = []
        for _ in range(days):
            self.clock.set(max(self.clock(), DAY1))
            said += [run.detail for run in self.daemon.tick(self.clock()) if run.duty == Duty.ANNOUNCEMENTS]
            self.clock.set(self.clock() + DAY)
        return said

    def letters(self, receiver: str) -> list[str]:
        """The letters a receiver got, as text."""
        return [path.read_text("utf-8") for path in sorted((self.config.channels.folder.path / receiver).glob("*.txt"))]  # type: ignore[union-attr]


def test_a_source_that_fails_for_days_is_told_once_to_who_runs_the_watch(tmp_path: Path, press: PressStandIn) -> None:
    """On the third day, in the maintainer's language; the run itself is no failure, and the other source is read."""
    week = Week(tmp_path, source(press), source(press, "blog"))
    week.live(1)
    press.always("/moncloa.xml", Status(404))
    said = week.live(6)
    assert [day["failed"] for day in said] == [{"moncloa": "moncloa: HTTP 404"}] * 6
    [letter] = week.letters("ops")
    assert "La fuente moncloa no responde bien desde el 27 de enero de 2026" in letter
    assert "moncloa: HTTP 404" in letter
    assert week.letters("es") == []


def test_a_trouble_that_comes_back_is_told_again(tmp_path: Path, press: PressStandIn) -> None:
    """Another failure, weeks later, is another trouble."""
    week = Week(tmp_path, source(press))
    for _ in range(2):
        press.always("/moncloa.xml", Status(404))
        week.live(5)
        press.mend()
        week.live(2)
    assert len(week.letters("ops")) == 2


def test_a_source_that_has_had_nothing_is_told_once(tmp_path: Path, press: PressStandIn, world: StillPress) -> None:
    """After its own number of days; an entry about what is watched ends the silence."""
    week = Week(tmp_path, source(press, silent_after_days=4))
    week.live(4)
    assert week.letters("ops") == []
    week.live(4)
    [letter] = week.letters("ops")
    assert "La fuente moncloa no trae nada desde el 26 de enero de 2026" in letter
    world.pages["/moncloa.xml"] = feed(item("ALIA otra vez", week.clock()))
    week.live(3)
    assert len(week.letters("ops")) == 1


def test_an_old_entry_that_stays_is_no_news(tmp_path: Path, press: PressStandIn, world: StillPress) -> None:
    """A page that changes around it every day does not make a silent source speak."""
    week = Week(tmp_path, source(press, silent_after_days=4))
    week.live(1)
    old = item("ALIA de siempre", week.clock())
    for day in range(6):
        world.pages["/moncloa.xml"] = feed(item(f"Otra nota {day}", week.clock()), old)
        week.live(1)
    [letter] = week.letters("ops")
    assert "no trae nada desde el 27 de enero de 2026" in letter
