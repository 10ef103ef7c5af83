"""Days of a simulated watch in a process that is killed, or in a world whose services go away."""

import contextlib
import random
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from alia_bot import health
from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.setting import demo_config
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.demo.winter import Winter
from alia_bot.demo.winter_press import WinterPress
from alia_bot.timetable import Duty
from alia_watch.config.loader import example_text
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.series.snapshot import RepoSnapshot
from alia_watch.store import deliveries, runs
from alia_watch.store.database import open_store
from alia_watch.store.deliveries import State
from alia_watch.store.reports import report_keys
from alia_watch.store.runs import RunOutcome
from alia_watch.store.snapshots import complete_snapshots, repo_snapshots, seen_repos
from tests.faults.fortnight_process import ADDRESS, CHAT, PATIENCE_S, FileClock, watch_of
from tests.relay import Relay

ROOT = Path(__file__).parents[2]
LAST = datetime(2026, 2, 2, 12, tzinfo=UTC)
#: A summary stands in the place of what it sums up.
SETTLED = (State.SENT, State.SUMMED)
FLAGSHIP = "BSC-LT/ALIA-40b-instruct-2512"
WINTER = Winter()
#: A reading that was cut off is made again some minutes later, and says so.
_READ_AT = re.compile(r"\b\d\d:\d\d UTC\b")

Weather = Callable[[datetime], None]
Weathers = Callable[["World"], Weather]


@dataclass(frozen=True, slots=True)
class World:
    """Everything the daemon talks to, and the folder in which it keeps what it knows."""

    folder: Path
    hub: HubStandIn
    press: PressStandIn
    relay: Relay
    api: TelegramStandIn


def _fair(_now: datetime) -> None:
    """Nothing happens."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fortnight left.

    Attributes:
        days: by UTC day, what is known of the flagship's downloads.
        reports: their keys, but for those on the watch itself.
        letters: how often each came, by Message-ID; `posts`: how often which words came in the chat, but for the times
            of day of readings.
        slots: of the readings of the Hub that are complete; `lost`: days without any.
        untrue: counters that are kept and are not what the Hub had at that instant.
        failed: slots of runs that failed; `faults`: what is amiss in the end; `open`: how many deliveries have come to
            no good end, by state; `kills`: how many there were.
    """

    days: dict[date, int | None]
    reports: list[str]
    letters: Counter[str]
    posts: Counter[str]
    slots: set[str]
    lost: list[date]
    untrue: list[RepoSnapshot]
    failed: list[str]
    faults: list[str]
    open: dict[State, int]
    kills: int


class Fortnight:
    """The world around a daemon that is killed."""

    def __init__(self, world: World, days: int, patience_s: float) -> None:
        self.folder, self.relay, self.api = world.folder, world.relay, world.api
        self.patience_s = patience_s
        self.first = LAST - timedelta(days=days)
        self.kills = 0
        self.clock = FileClock(world.folder / "clock")

    def live(self, kills: int, dice: random.Random, weather: Weather) -> Outcome:
        """Through all of it, with so many kills on the way."""
        self.api.person(int(CHAT), "Ana")
        config = watch_of(self.folder, self.relay.port, self.api.url)
        open_store(config.watch.database, create=True).close()
        while self.kills < kills:
            with self._born() as process:
                # Mostly soon, so that nothing gets far; sometimes late enough for the longest step to end.
                life = dice.uniform(0, 0.3) if dice.random() < 0.7 else dice.uniform(0, 2)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(life)
                if process.poll() == 0:
                    break  # it came to the end of its days
                assert process.poll() is None, "it ends by no hand but ours"
                process.kill()
                self.kills += 1
            self._whole(config.watch.database)
        with self._born() as process:
            while process.poll() is None:
                weather(self.clock())
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.005)
            assert process.returncode == 0
        return self._outcome()

    @contextlib.contextmanager
    def _born(self) -> Iterator["subprocess.Popen[str]"]:
        given = map(str, (self.folder, LAST.isoformat(), self.relay.port, self.api.url, self.patience_s))
        command = [sys.executable, "-m", "tests.faults.fortnight_process", *given]
        log = (self.folder / "log.jsonl").open("a", encoding="utf-8")
        with log, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            yield process

    @staticmethod
    def _whole(database: Path) -> None:
        with contextlib.closing(sqlite3.connect(database)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

    def _outcome(self) -> Outcome:
        config = watch_of(self.folder, self.relay.port, self.api.url)
        with open_store(config.watch.database) as store:
            unsettled = {state: n for state, n in deliveries.counts(store).items() if n and state not in SETTLED}
            read = {at.date() for at in complete_snapshots(store, since=self.first, until=LAST)}
            days = [(self.first + timedelta(days=n)).date() for n in range((LAST - self.first).days)]
            gone = runs.runs(store, since=self.first - timedelta(days=2), until=LAST)
            failed = [run.slot for run in gone if run.outcome is RunOutcome.FAILED]
            slots = {run.slot for run in gone if run.duty == Duty.SNAPSHOT and run.outcome is RunOutcome.DONE}
            untrue = [
                kept for repo in seen_repos(store) for kept in repo_snapshots(store, repo, until=LAST) if lies(kept)
            ]
            [series] = Reconstruction(store, config, now=LAST).series([FLAGSHIP]).values()
            keys = [key for key in report_keys(store) if not key.startswith("maintenance:")]
            faults = health.brief(store, config, now=LAST)
        return Outcome(
            {day.day: day.count for day in series.days},
            keys,
            Counter(str(letter["Message-ID"]) for letter in self.relay.letters if letter["To"] == ADDRESS),
            Counter(_READ_AT.sub("UTC", post.text) for post in self.api.posted),
            slots,
            [day for day in days if day not in read],
            untrue,
            failed,
            faults,
            unsettled,
            self.kills,
        )


def lies(kept: RepoSnapshot) -> bool:
    """Whether what is kept of a repo is not what the Hub of this winter had at that instant."""
    if kept.downloads_30d is None and kept.downloads_all_time is None:
        return False
    true = WINTER.answers(kept.repo_id, kept.observed_at) or {}
    return (kept.downloads_30d, kept.downloads_all_time) != (true.get("downloads"), true.get("downloadsAllTime"))


def lived(
    folder: Path,
    days: int,
    *,
    kills: int = 0,
    seed: int = 0,
    weather: "Weathers" = lambda _: _fair,
    patience_s: float = PATIENCE_S,
) -> Outcome:
    """So many days in a folder.

    Args:
        weather: makes, for a world, what happens to it as time goes by.
        patience_s: how long a service is waited for, in seconds of real time.
    """
    folder.mkdir()
    FileClock(folder / "clock").set(LAST - timedelta(days=days))
    clock = FileClock(folder / "clock")
    with (
        HubStandIn(WINTER, clock) as hub,
        PressStandIn(WinterPress(), clock) as press,
        Relay() as relay,
        TelegramStandIn() as api,
    ):
        text = demo_config(example_text(), hub.url, press.url)
        (folder / "config.toml").write_text(text, encoding="utf-8")
        (folder / "token").write_text(api.token, encoding="utf-8")
        world = World(folder, hub, press, relay, api)
        return Fortnight(world, days, patience_s).live(kills, random.Random(seed), weather(world))
