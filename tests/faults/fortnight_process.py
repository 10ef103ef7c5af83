"""A daemon that lives through a stretch of simulated time, for tests that kill it and start it again.

`python -m tests.faults.fortnight_process FOLDER UNTIL RELAY_PORT TELEGRAM`: the folder holds `config.toml`, the bot's
`token`, and the `clock`, which is read at the start and written before each look at what is due: the stand-ins tell the
time by it.
"""

import importlib
import sys
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from alia_bot import logs
from alia_bot.channels import open_channels
from alia_bot.daemon import Daemon
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.audience.subscriber import ChannelKind, Topic
from alia_watch.config.channels import ChannelsSection, EmailSection, SubscriberSection, TelegramSection
from alia_watch.config.loader import load_config
from alia_watch.config.secret import Secret
from alia_watch.config.sections import Config
from alia_watch.sources.hub import Hub
from tests.conversations import Drawn

CHAT, ADDRESS = "4711", "ana@example.net"
_STEP = timedelta(minutes=1)
_LOADED_LATE = (
    "huggingface_hub",
    "scipy.special",
    "alia_bot.upkeep",
    "alia_watch.pipeline.collect",
    "alia_watch.pipeline.detect",
    "alia_watch.pipeline.fetch_announcements",
)
_TOPICS = (Topic.ALERTS, Topic.DIGEST, Topic.COST_UPDATES)


class FileClock:
    """The instant that stands in a file; a file is replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        return datetime.fromisoformat(self._path.read_text(encoding="ascii"))

    def set(self, at: datetime) -> None:
        """For whoever reads it next."""
        fresh = self._path.with_suffix(".fresh")
        fresh.write_text(at.isoformat(), encoding="ascii")
        fresh.replace(self._path)


def watch_of(folder: Path, port: int, telegram: str) -> Config:
    """The folder's configuration, with one subscriber by mail and one by Telegram."""
    config = load_config(folder / "config.toml")
    channels = ChannelsSection(
        telegram=TelegramSection(token=Secret(file=folder / "token"), api=telegram),
        email=EmailSection(host="127.0.0.1", port=port, security="none", sender="watch@example.org", pace_per_s=1000),
    )
    people = (
        SubscriberSection(channel=ChannelKind.TELEGRAM, address=CHAT, topics=_TOPICS),
        SubscriberSection(channel=ChannelKind.EMAIL, address=ADDRESS, topics=_TOPICS),
    )
    return config.model_copy(update={"channels": channels, "subscriber": people})


class Life:
    """From where the clock stands to the end."""

    def __init__(self, folder: Path, until: datetime, port: int, telegram: str) -> None:
        self._config = watch_of(folder, port, telegram)
        self._shared = FileClock(folder / "clock")
        self._until = until

    @cached_property
    def _daemon(self) -> Daemon:
        hub, self._clock = self._config.hub, SimulatedClock(self._shared())
        reader = Hub(
            hub.endpoint,
            token=None,
            contact=self._config.watch.contact,
            request_timeout_s=hub.request_timeout_s,
            deadline_s=hub.deadline_s,
            threads=hub.threads,
            clock=self._clock,
            sleep=self._clock.sleep,
        )
        channels = open_channels(self._config)
        return Daemon(
            self._config, hub=reader, channels=channels, charts=Drawn(), at=self._clock, sleep=self._clock.sleep
        )

    def live(self) -> None:
        """Do what is due at each instant; says `up` once it can begin."""
        for name in _LOADED_LATE:  # so that a short life is one of work
            importlib.import_module(name)
        daemon, now = self._daemon, self._shared()
        sys.stdout.write("up\n")
        sys.stdout.flush()
        while now <= self._until:
            self._clock.set(max(self._clock(), now))
            self._shared.set(now)
            daemon.tick(now)
            now = max(daemon.next_due(now), self._clock(), now + _STEP)
        self._shared.set(self._until)
        daemon.tick(self._until + timedelta(hours=1))  # what is still under way is sent


if __name__ == "__main__":
    logs.configure("json")
    place, end, relay_port, api = sys.argv[1:]
    Life(Path(place), datetime.fromisoformat(end), int(relay_port), api).live()
