"""The clock of the machine is set back or ahead, changes with the season, or stands still while the machine sleeps.

A daemon plays through it over a real Hub stand-in, which keeps the true time, and a folder that keeps every letter.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot import health
from alia_bot.daemon import Daemon
from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_world import StillWorld
from alia_watch.config.sections import Config
from alia_watch.sources.hub import Hub
from alia_watch.store.database import open_store
from alia_watch.store.runs import RunOutcome, runs
from alia_watch.store.snapshots import complete_snapshots
from tests.conversations import Drawn
from tests.made import FLAGSHIP, made_config

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Life:
    """A daemon, the true time, and by how much the machine's clock is off."""

    def __init__(self, folder: Path, begin: datetime) -> None:
        self.true, self.off = begin, timedelta()
        world = StillWorld()
        self._config = made_config(folder, basket={"repos": ["control/model-1", "control/model-2"]})
        for repo in (FLAGSHIP, *self._config.basket.repos):
            world.add(repo, downloads=174, downloadsAllTime=1000)
        self.hub = HubStandIn(world, lambda: self.true)
        self.config: Config = self._config

    def __enter__(self) -> "Life":
        self.hub.__enter__()
        hub = self._config.hub.model_copy(
            update={"endpoint": self.hub.url, "discover_authors": (), "list_organisations": ()}
        )
        self.config = self._config.model_copy(update={"hub": hub})
        open_store(self.config.watch.database, create=True).close()
        reader = Hub(self.hub.url, token=None, contact="test@example.org", clock=self.now, sleep=lambda _: None)
        self.daemon = Daemon(self.config, hub=reader, charts=Drawn(), at=self.now, sleep=lambda _: None)
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.__exit__(None, None, None)

    def now(self) -> datetime:
        """What the machine takes the time for."""
        return self.true + self.off

    def until(self, true: datetime) -> None:
        """Live on; the daemon looks when something is due, and every six hours."""
        while self.true < true:
            self.daemon.tick(self.now())
            rest = max(self.daemon.next_due(self.now()) - self.now(), timedelta(minutes=1))
            self.true += min(rest, 6 * HOUR)

    def asleep(self, length: timedelta) -> None:
        """Nothing looks at anything."""
        self.true += length

    def days_read(self) -> set[date]:
        """The UTC days that a complete reading is dated on, and none by a wrong clock."""
        with open_store(self.config.watch.database) as store:
            return {at.date() for at in complete_snapshots(store, since=ALWAYS[0], until=ALWAYS[1])}

    def read_days(self) -> set[date]:
        """The UTC days on which the Hub was truly asked."""
        return {request.at.date() for request in self.hub.requests}

    def faults(self) -> list[str]:
        """What `status` says."""
        with open_store(self.config.watch.database) as store:
            return health.brief(store, self.config, now=self.now())

    def done(self, duty: str) -> list[str]:
        """The slots of a duty that were done."""
        with open_store(self.config.watch.database) as store:
            found = runs(store, since=ALWAYS[0], until=ALWAYS[1])
        return [run.slot for run in found if run.duty == duty and run.outcome is RunOutcome.DONE]

    def twice(self) -> dict[str, int]:
        """The slots of a duty but reading that were done more than once, and the letters that came twice."""
        with open_store(self.config.watch.database) as store:
            done = Counter(
                run.slot
                for run in runs(store, since=ALWAYS[0], until=ALWAYS[1])
                if run.outcome is RunOutcome.DONE and run.duty != "snapshot"
            )
        letters = Counter(
            path.name.split("-", 1)[1] + path.parent.name
            for path in (self.config.watch.database.parent / "outbox").glob("*/*.eml")
        )
        return {name: times for name, times in (done + letters).items() if times > 1}


def span(first: datetime, days: int) -> set[date]:
    return {(first + n * DAY).date() for n in range(days)}


@pytest.mark.parametrize(
    "off",
    [
        pytest.param(-3 * HOUR, id="back"),
        pytest.param(3 * DAY, id="ahead"),
        pytest.param(40 * DAY, id="far ahead", marks=[pytest.mark.nightly, pytest.mark.timeout(300)]),
    ],
)
def test_a_wrong_clock_loses_no_day_and_tells_nothing(tmp_path: Path, off: timedelta) -> None:
    """For seven hours the clock is wrong: the Hub is read all the same, and by its time; `status` says by how
    much; nothing is told on days that are not; and once the clock is right all goes on as if nothing had been."""
    begin = datetime(2026, 1, 27, 12, tzinfo=UTC)
    with Life(tmp_path, begin) as life:
        life.until(begin + DAY)
        assert life.faults() == []
        life.off = off
        life.until(begin + DAY + 7 * HOUR)
        assert any("this machine's clock is" in fault.lower() and "the Hub's" in fault for fault in life.faults())
        with open_store(life.config.watch.database) as store:
            told = [run.slot for run in runs(store, since=ALWAYS[0], until=ALWAYS[1]) if run.duty == "digest"]
        assert told == [], "the month is not over"
        life.off = timedelta()
        life.until(begin + 5 * DAY)
        assert life.days_read() == span(begin, 6)
        assert life.twice() == {}
        assert life.faults() == []


@pytest.mark.parametrize("begin", [datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 10, 23, 12, tzinfo=UTC)])
def test_a_change_of_the_season_loses_nothing_and_repeats_nothing(tmp_path: Path, begin: datetime) -> None:
    """Every day is read, and every daily duty done once on a civil day of 23 or 25 hours."""
    with Life(tmp_path, begin) as life:
        life.until(begin + 4 * DAY)
        assert life.days_read() == span(begin, 5)
        assert life.twice() == {}
        assert life.faults() == []


def test_a_week_asleep_is_a_gap_that_is_named_and_nothing_more(tmp_path: Path) -> None:
    """The days of the sleep are lost and named as gaps; one reading is made at once, and no flood follows."""
    begin = datetime(2026, 1, 27, 12, tzinfo=UTC)
    with Life(tmp_path, begin) as life:
        life.until(begin + DAY)
        asked = len(life.hub.requests)
        life.asleep(7 * DAY)
        assert any("old" in fault for fault in life.faults())
        woke = life.true
        life.until(woke + HOUR)
        assert len(life.hub.requests) - asked <= 2 * (len(life.config.basket.repos) + 7), "one reading"
        life.until(woke + DAY)
        assert life.days_read() == span(begin, 2) | span(woke, 2)
        assert life.done("digest") == ["digest:2026-01"], "due while it slept"
        assert life.twice() == {}
        assert life.faults() == []
        with open_store(life.config.watch.database) as store:
            gaps = health.look(store, life.config, now=life.now())["snapshots"]["gaps"]
        assert {"start": str((begin + 2 * DAY).date()), "end": str((woke - DAY).date())} in gaps
