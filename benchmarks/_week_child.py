"""Live through days of a watch in a process of its own: every duty, the bot and the pages, on a simulated clock.

Speaks with its parent in lines: says `at INSTANT` before each look at what is due, and `day PORT` after each day, and
goes on when it is answered.
"""

import sys
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from alia_bot import doors
from alia_bot.channels import open_channels
from alia_bot.daemon import Daemon
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.duties import Workshop
from alia_bot.duty_process import DutyProcess
from alia_bot.reckoner import Apart
from alia_watch.config.channels import ChannelsSection, TelegramSection
from alia_watch.config.loader import load_config
from alia_watch.config.secret import Secret
from alia_watch.config.sections import Config
from alia_watch.config.web import WebSection
from alia_watch.store.database import open_store

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


def live(file: str, token: str, api: str, first: str, days: str) -> None:
    """So many days from midnight of the first on."""
    config = load_config(Path(file))
    telegram = TelegramSection(token=Secret(file=Path(token)), api=api)
    web = WebSection(public_url="http://127.0.0.1:1", listen="127.0.0.1:0", controller="A benchmark")
    channels = ChannelsSection(folder=config.channels.folder, telegram=telegram)
    config = config.model_copy(update={"channels": channels, "web": web})
    now = datetime.fromisoformat(first).replace(tzinfo=UTC)
    clock = SimulatedClock(now)
    open_store(config.watch.database, create=True).close()
    opened = open_channels(config)
    daemon = Daemon(config, channels=opened, at=clock, sleep=clock.sleep, apart=partial(DutyProcess, workshop=_then))
    reckoner = Apart(config)
    house = doors.pages(config, at=clock, wake=lambda: None, reckoner=reckoner)
    desk = doors.conversation(config, opened, at=clock, read_now=Future, wake=lambda: None, reckoner=reckoner)
    assert house is not None
    assert desk is not None
    for day in range(int(days)):
        end = now + _DAY * (day + 1)
        while (soonest := max(daemon.next_due(clock()), clock() + _MINUTE)) < end:
            clock.set(soonest)
            _say(f"at {soonest.isoformat()}")
            daemon.tick(soonest)
        clock.set(end)
        _say(f"day {house.pages.port}")
    desk.close()
    house.close()
    reckoner.close()


def _then(config: Config, now: datetime) -> Workshop:
    """What a duty works with when the clock stands at an instant."""
    clock = SimulatedClock(now)
    return Workshop(config, at=clock, sleep=clock.sleep)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
    sys.stdin.readline()
