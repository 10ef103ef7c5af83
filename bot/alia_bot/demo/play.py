"""Play the simulated winter through the whole watch: the real client, the real database, the real daemon."""

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from alia_bot import logs
from alia_bot.channels import open_channels
from alia_bot.daemon import Daemon
from alia_bot.demo.conversation import Page, converse
from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.maintainer import look_over
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.setting import demo_config
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.demo.winter import FIRST_DAY, LAST_DAY, Winter
from alia_bot.demo.winter_press import WinterPress
from alia_bot.timetable import Duty
from alia_watch.clock import UtcDay, day_end, day_start
from alia_watch.config.loader import example_text, load_config
from alia_watch.config.sections import Config
from alia_watch.errors import UsageError
from alia_watch.pipeline.collect import open_hub
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.store.database import open_store
from alia_watch.store.runs import RunOutcome

#: Says that a folder is a demo's, so that no other folder is ever cleared.
MARK = "SIMULATED.txt"
_SAID = "Everything in this folder was made by `alia-watch demo` over a simulated Hub. No figure in it is a reading.\n"
_STEP = timedelta(minutes=1)

Progress = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Played:
    """What a play left: its configuration and folder, how often Hub and sources were asked, its last instant, and the
    conversations with the bot that were held then."""

    folder: Path
    config: Config
    requests: int
    source_requests: int
    runs: int
    failed: int
    ended_at: datetime
    conversations: tuple[Page, ...]


def play(folder: Path, *, until: date = LAST_DAY, progress: Progress = lambda _: None) -> Played:
    """Make `folder` anew and play the winter into it, up to the end of a UTC day.

    Raises:
        UsageError: the folder is not empty, and no demo's.
    """
    _clear(folder)
    start, end = day_start(UtcDay(FIRST_DAY)), day_end(UtcDay(until))
    clock = SimulatedClock(start)
    with contextlib.ExitStack() as opened:
        stand_in = opened.enter_context(HubStandIn(Winter(), clock))
        press = opened.enter_context(PressStandIn(WinterPress(), clock))
        path = folder / "config.toml"
        path.write_text(demo_config(example_text(), stand_in.url, press.url), encoding="utf-8")
        config = load_config(path)
        logs.configure("json", stream=opened.enter_context((folder / "log.jsonl").open("w", encoding="utf-8")))
        opened.callback(logs.reset)
        open_store(config.watch.database, create=True).close()
        hub = open_hub(config, at=clock, sleep=clock.sleep)
        opened.callback(hub.close)
        channels = open_channels(config)
        for channel in channels.values():
            opened.callback(channel.close)
        charts = opened.enter_context(ChartWorker())
        daemon = Daemon(config, hub=hub, channels=channels, charts=charts, at=clock, sleep=clock.sleep)
        runs, failed = _tick_through(daemon, config.watch.database, clock, (start, end), progress)
        pages = tuple(converse(config, folder, at=end, charts=charts))
        return Played(folder, config, len(stand_in.requests), len(press.requests), runs, failed, end, pages)


def _tick_through(
    daemon: Daemon, database: Path, clock: SimulatedClock, span: tuple[datetime, datetime], progress: Progress
) -> tuple[int, int]:
    """Let the daemon do what is due at each instant of a span; how many runs there were, and how many went wrong."""
    runs = failed = 0
    now, end = span
    while now <= end:
        clock.set(max(clock(), now))
        done = daemon.tick(now)
        if any(run.duty == Duty.ANNOUNCEMENTS for run in done):
            with open_store(database) as store:
                look_over(store, now=now)
        runs += len(done)
        failed += sum(run.outcome is not RunOutcome.DONE for run in done)
        progress(now)
        # The Hub's patience may have taken simulated time; an instant is never played twice.
        now = max(daemon.next_due(now), clock(), now + _STEP).astimezone(UTC)
    return runs, failed


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise UsageError(f"{folder} is not empty, and no demo made it.", hint="Name another with --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text(_SAID, encoding="utf-8")
