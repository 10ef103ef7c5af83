"""A real `alia-watch` process on a small configuration, for tests to stop, kill and starve."""

import contextlib
import json
import os
import queue
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from alia_bot import timetable
from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_world import StillWorld
from alia_watch import clock
from alia_watch.config.loader import load_config
from alia_watch.store import runs
from alia_watch.store.database import open_store

PATIENCE_S = 60

CONFIG = """
[watch]
contact = "test@example.org"
method_url = "https://example.org/method"
database = "alia-watch.db"

[hub]
endpoint = "{endpoint}"
request_timeout_s = 120
list_organisations = ["BSC-LT"]

[family]
id = "alia"
name = "ALIA"
patterns = ["BSC-LT/ALIA-*"]
[[family.flagship]]
repo = "BSC-LT/ALIA-40b-instruct-2512"
from = "2025-12-17"
source = "https://example.org/launch"

[basket]
repos = ["KBLab/sentence-bert-swedish-cased"]

[[cost]]
id = "model"
amount = 10200000
reported_on = "2026-01"
covers = "the model"
scope = "direct"
status = "reported"
source = "https://example.org/cost"

[[scenario]]
id = "model"
name = "The model"
items = ["model"]

[costs]
headline_scenario = "model"
denominators = ["flagship", "family"]

[channels.folder]
path = "outbox"

[[subscriber]]
channel = "folder"
address = "es"
"""


def written_config(folder: Path, endpoint: str) -> Path:
    """A configuration file that reads the Hub at an address."""
    path = folder / "config.toml"
    path.write_text(CONFIG.format(endpoint=endpoint), encoding="utf-8")
    return path


def at_rest(config: Path) -> None:
    """Write down that everything due now was done, for a daemon that has nothing to do but to look."""
    loaded, now = load_config(config), clock.now().replace(microsecond=0)
    with open_store(loaded.watch.database, create=True) as store:
        while True:
            last = runs.last_runs(store, now=now, memory=timetable.MEMORY, always=timetable.ALWAYS)
            waiting = timetable.due(loaded.timetable, loaded.hub.read_at, last, now)
            if not waiting:
                return
            for one in waiting:
                run = runs.start(store, one.duty, one.slot, now=now)
                runs.finish(store, run, runs.RunOutcome.DONE, {}, now=now)


#: Runs a command that may not pass over permissions: they (CAP_DAC_*) leave the set that it can ever have.
_PLAINLY = """
import ctypes, os, sys
for capability in (1, 2):
    ctypes.CDLL(None, use_errno=True).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.argv[1], sys.argv[1:])
"""


def plainly(command: list[str]) -> list[str]:
    """The same command, for which permissions count although it is the superuser's."""
    return [sys.executable, "-c", _PLAINLY, *command]


_HURRY = (
    "import datetime, alia_bot.daemon as d, alia_bot.timetable as t; d.DUTIES_EVERY_S, d.SENDING_EVERY_S = 2, 1; "
    "t.BACK_OFF = datetime.timedelta(seconds=1); "
)


class Watch:
    """One `alia-watch --log-format json VERB` process; its log lines can be waited for.

    Args:
        file_limit: the size in bytes beyond which the system lets none of its files grow, until `unlimit`.
        hurried: what is due is looked up every two seconds and the outbox every second, and what failed is tried again
            after one, so that what mends by itself does so soon.
        plain: for a process of the superuser, permissions count as for anybody else.
    """

    def __init__(
        self,
        config: Path,
        *verb: str,
        file_limit: int | None = None,
        hurried: bool = False,
        plain: bool = False,
    ) -> None:
        limits = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({file_limit}, -1)); " if file_limit else ""
        hurry = _HURRY if hurried else ""
        command = [sys.executable, "-c", f"import resource; {limits}{hurry}from alia_bot.start import main; main()"]
        if plain:
            command = plainly(command)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TELEGRAM_"))}
        if file_limit:  # or the interpreter leaves half a file of compiled code, over which all later ones stumble
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
        self.process = subprocess.Popen(
            [*command, "--config", str(config), "--log-format", "json", *(verb or ("run",))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.seen: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        if self.process.stderr:
            self.process.stderr.close()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._lines.put(line)
        self._lines.put(None)

    def line(self, **expected: object) -> dict[str, Any]:
        """Wait for a log line that has these values (or of which a function is true); fails where none comes."""
        while True:
            text = self._lines.get(timeout=PATIENCE_S)
            assert text is not None, f"ended without {expected}:\n{''.join(self.seen)}"
            self.seen.append(text)
            with contextlib.suppress(json.JSONDecodeError):
                line: dict[str, Any] = json.loads(text)
                if all(
                    test(line.get(key)) if callable(test) else line.get(key) == test for key, test in expected.items()
                ):
                    return line

    def told(self) -> str:
        """Everything the process wrote, once it has ended."""
        self._reader.join(PATIENCE_S)
        while not self._lines.empty():
            self.seen.append(self._lines.get() or "")
        return "".join(self.seen)

    def unlimit(self) -> None:
        """Let its files grow again, as when a disk has room once more."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (-1, -1))

    def terminate(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code. Fails where the process is not gone within the 10 seconds that are promised."""
        self.process.send_signal(number)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"alive after 10 s:\n{self.told()}") from None


def is_gone(process: int) -> bool:
    """Whether a process ends, now or soon: whoever asks waits for it."""
    until = time.monotonic() + PATIENCE_S
    while _state(process) != "Z" and time.monotonic() < until:
        time.sleep(0.01)
    return _state(process) == "Z"


def _state(process: int) -> str:
    """What a process does, as one letter of the system's; Z (over) where there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


FLAGSHIP = "BSC-LT/ALIA-40b-instruct-2512"
CONTROL = "KBLab/sentence-bert-swedish-cased"


@contextlib.contextmanager
def stand_in_hub() -> Iterator[HubStandIn]:
    """A Hub in the present with the two repos that the configuration names."""
    world = StillWorld()
    world.add(FLAGSHIP, downloads=174, downloadsAllTime=1000)
    world.add(CONTROL, downloads=12, downloadsAllTime=300)
    with HubStandIn(world, clock.now) as hub:
        yield hub


def was_asked(hub: HubStandIn) -> bool:
    """Whether the Hub gets a request, now or soon."""
    until = time.monotonic() + PATIENCE_S
    while not hub.requests and time.monotonic() < until:
        time.sleep(0.01)
    return bool(hub.requests)
