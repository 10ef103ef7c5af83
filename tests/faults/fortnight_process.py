"""A daemon that lives through a stretch of simulated time, for tests that kill it and start it again.

`python -m tests.faults.fortnight_process FOLDER UNTIL RELAY_PORT TELEGRAM PATIENCE_S`: the folder holds `config.toml`,
the bot's `token`, and the `clock`, which is read at the start and written before each look at what is due: the
stand-ins tell the time by it.
"""

import importlib
import sys
from datetime import datetime, timedelta
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
from tests.conversations import Drawn

CHAT, ADDRESS = "4711", "ana@example.net"
#: How long a service is waited for, in seconds: longer than any is slow on a busy machine.
PATIENCE_S = 20.0
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


def watch_of(folder: Path, port: int, telegram: str, patience_s: float = PATIENCE_S) -> Config:
    """The folder's configuration, with one subscriber by mail and one by Telegram.

    Nobody is waited for longer than so many seconds of real time.
    """
    config = load_config(folder / "config.toml")
    channels = ChannelsSection(
        telegram=TelegramSection(token=Secret(file=folder / "token"), api=telegram, timeout_s=patience_s),
        email=EmailSection(
            host="127.0.0.1",
            port=port,
            security="none",
            sender="watch@example.org",
            pace_per_s=1000,
            timeout_s=patience_s,
        ),
    )
    people = (
        SubscriberSection(channel=ChannelKind.TELEGRAM, address=CHAT, topics=_TOPICS),
        SubscriberSection(channel=ChannelKind.EMAIL, address=ADDRESS, topics=_TOPICS),
    )
    patient = {
        name: getattr(config, name).model_copy(update={"request_timeout_s": patience_s}) for name in ("hub", "sources")
    }
    return config.model_copy(update={"channels": channels, "subscriber": people, **patient})


def live(folder: Path, until: datetime, port: int, telegram: str, patience_s: float) -> None:
    """From where the clock stands to the end; says `up` once it can begin."""
    for name in _LOADED_LATE:  # so that a short life is one of work
        importlib.import_module(name)
    config, shared = watch_of(folder, port, telegram, patience_s), FileClock(folder / "clock")
    now = shared()
    clock = SimulatedClock(now)
    daemon = Daemon(config, channels=open_channels(config), charts=Drawn(), at=clock, sleep=clock.sleep)
    sys.stdout.write("up\n")
    sys.stdout.flush()
    while now <= until:
        clock.set(max(clock(), now))
        shared.set(now)
        daemon.tick(now)
        now = max(daemon.next_due(now), clock(), now + _STEP)
    shared.set(until)
    daemon.tick(until + timedelta(hours=1))  # what is still under way is sent


if __name__ == "__main__":
    logs.configure("json")
    place, end, relay_port, api, patience = sys.argv[1:]
    live(Path(place), datetime.fromisoformat(end), int(relay_port), api, float(patience))
