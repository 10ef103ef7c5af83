"""kill -9 at random moments of a simulated fortnight: no day is lost, nobody misses a report, repeats stay below kills.

The seed is printed; `ALIA_WATCH_SEED` gives another.
"""

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.setting import demo_config
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.demo.winter import Winter
from alia_bot.demo.winter_press import WinterPress
from alia_watch.config.loader import example_text
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.store import deliveries, runs
from alia_watch.store.database import open_store
from alia_watch.store.deliveries import State
from alia_watch.store.reports import report_keys
from alia_watch.store.runs import RunOutcome
from alia_watch.store.snapshots import complete_snapshots
from tests.faults.fortnight_process import ADDRESS, CHAT, FileClock, watch_of
from tests.relay import Relay

ROOT = Path(__file__).parents[2]
LAST = datetime(2026, 2, 2, 12, tzinfo=UTC)
FLAGSHIP = "BSC-LT/ALIA-40b-instruct-2512"
PATIENCE_S = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fortnight left.

    Attributes:
        days: by UTC day, what is known of the flagship's downloads.
        reports: their keys, but for those on the watch itself.
        letters: how often each came, by Message-ID; `messages`: how many came in the chat.
    """

    days: dict[date, int | None]
    reports: list[str]
    letters: Counter[str]
    messages: int


class Fortnight:
    """The world around a daemon that is killed."""

    def __init__(self, folder: Path, days: int, relay: Relay, api: TelegramStandIn) -> None:
        self.folder, self.relay, self.api = folder, relay, api
        self.first = LAST - timedelta(days=days)
        self.clock = FileClock(folder / "clock")

    def live(self, kills: int, dice: random.Random) -> Outcome:
        """Through all of it, with so many kills on the way."""
        self.api.person(int(CHAT), "Ana")
        config = watch_of(self.folder, self.relay.port, self.api.url)
        open_store(config.watch.database, create=True).close()
        for _ in range(kills):
            with self._born() as process:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(dice.uniform(0, 0.35))
                assert process.poll() in (None, 0), "it ends by no hand but ours"
                process.kill()
            self._whole(config.watch.database)
        with self._born() as process:
            assert process.wait(PATIENCE_S) == 0
        return self._outcome()

    @contextlib.contextmanager
    def _born(self) -> Iterator["subprocess.Popen[str]"]:
        given = map(str, (self.folder, LAST.isoformat(), self.relay.port, self.api.url))
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
            waiting = {state: n for state, n in deliveries.counts(store).items() if n and state is not State.SENT}
            assert not waiting, "nobody misses a report"
            read = {at.date() for at in complete_snapshots(store, since=self.first, until=LAST)}
            days = range((LAST - self.first).days)
            assert read >= {(self.first + timedelta(days=n)).date() for n in days}, "no day is lost"
            gone = runs.runs(store, since=self.first - timedelta(days=2), until=LAST)
            assert not [run.slot for run in gone if run.outcome is RunOutcome.FAILED]
            [series] = Reconstruction(store, config, now=LAST).series([FLAGSHIP]).values()
            keys = [key for key in report_keys(store) if not key.startswith("maintenance:")]
        return Outcome(
            {day.day: day.count for day in series.days},
            keys,
            Counter(str(letter["Message-ID"]) for letter in self.relay.letters if letter["To"] == ADDRESS),
            len(self.api.posted),
        )


def lived(folder: Path, days: int, kills: int, seed: int) -> Outcome:
    """So many days in a folder."""
    folder.mkdir()
    FileClock(folder / "clock").set(LAST - timedelta(days=days))
    clock = FileClock(folder / "clock")
    with (
        HubStandIn(Winter(), clock) as hub,
        PressStandIn(WinterPress(), clock) as press,
        Relay() as relay,
        TelegramStandIn() as api,
    ):
        text = demo_config(example_text(), hub.url, press.url)
        (folder / "config.toml").write_text(text, encoding="utf-8")
        (folder / "token").write_text(api.token, encoding="utf-8")
        return Fortnight(folder, days, relay, api).live(kills, random.Random(seed))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("days", "kills"), [(3, 3), pytest.param(14, 200, marks=pytest.mark.nightly)])
def test_a_stretch_of_kills_leaves_what_a_quiet_one_does(tmp_path: Path, days: int, kills: int) -> None:
    """The same days, the same reports, each for each subscriber; no more repeats than kills."""
    seed = int(os.environ.get("ALIA_WATCH_SEED") or 20_260_120)
    sys.stderr.write(f"seed {seed}\n")
    quiet, found = lived(tmp_path / "quiet", days, 0, seed), lived(tmp_path / "killed", days, kills, seed)
    assert found.days == quiet.days
    assert found.reports == quiet.reports
    assert "digest:2026-01" in found.reports
    assert days < 14 or any(key.startswith("alert:") for key in found.reports)
    assert set(found.letters) == set(quiet.letters)
    repeated = (found.letters - quiet.letters).total(), found.messages - quiet.messages
    assert min(repeated) >= 0, "nothing is lost"
    assert sum(repeated) <= kills
