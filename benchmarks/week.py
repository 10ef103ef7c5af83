"""What the daemon keeps in memory over weeks with a bot and public pages that are both asked, and how that grows."""

import contextlib
import http.client
import os
import subprocess
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.setting import demo_config
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.demo.telegram_people import Person
from alia_bot.demo.winter import Winter
from alia_bot.demo.winter_press import WinterPress
from alia_watch.clock import UtcDay, day_start
from alia_watch.config.loader import example_text
from benchmarks._installed import installed
from benchmarks._memory import resident

#: From the week of the press figure and of the burst on.
FIRST, DAYS = date(2026, 1, 23), 28
#: What is asked every day, of the pages and of the bot.
_PAGES = ("/es/", "/eu/", "/es/feed.atom", "/data/")
_COMMANDS = ("/status", "/cost", "/spikes", "/chart 90d")
_LIVE = installed(
    "from alia_bot import logs; logs.configure(); from benchmarks._week_child import live; live(*sys.argv[1:])"
)
_PATIENCE_S = 120.0


def run() -> list[dict[str, object]]:
    """The rows.

    Raises:
        RuntimeError: the bot did not answer: the memory would be one of something else.
    """
    days = resident_by_day()
    how = "resident; every duty, four pages and four commands a day over stand-ins on a simulated clock"
    return [
        {
            "figure": "idle memory with bot and pages, after a day",
            "value": f"{days[0]:.0f}",
            "unit": "MiB",
            "note": how,
        },
        {
            "figure": "the same after 7 days",
            "value": f"{days[6]:.0f}",
            "unit": "MiB",
            "note": f"by day: {', '.join(f'{each:.0f}' for each in days[:7])}; less than 120 is aimed at",
        },
        {
            "figure": f"growth from then to the day {DAYS}",
            "value": f"{days[-1] - days[6]:.1f}",
            "unit": "MiB",
            "note": f"by week: {', '.join(f'{each:.1f}' for each in days[6::7])}; none would be flat",
        },
    ]


def resident_by_day() -> list[float]:
    """The resident memory of the daemon's process at each midnight, in MiB."""
    clock = SimulatedClock(day_start(UtcDay(FIRST)))
    with (
        tempfile.TemporaryDirectory() as name,
        HubStandIn(Winter(), clock) as hub,
        PressStandIn(WinterPress(), clock) as press,
        TelegramStandIn() as api,
    ):
        folder = Path(name)
        (folder / "token").write_text(api.token, encoding="utf-8")
        (folder / "config.toml").write_text(demo_config(example_text(), hub.url, press.url), encoding="utf-8")
        given = (folder / "config.toml", folder / "token", api.url, FIRST, DAYS)
        command = [*_LIVE, *map(str, given)]
        environment = {**os.environ, "MALLOC_ARENA_MAX": "2"}  # as deploy/ has it
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            person = api.person(1, "Ana")
            found: list[float] = []
            for line in child.stdout:
                word, _, value = line.strip().partition(" ")
                if word == "at":
                    clock.set(datetime.fromisoformat(value))
                else:
                    for page in _PAGES:
                        _visit(int(value), page)
                    for asked in _COMMANDS:
                        _ask(api, person, asked)
                    found.append(resident(child.pid))
                child.stdin.write("\n")
                child.stdin.flush()
    if len(found) != DAYS:
        raise RuntimeError(f"the daemon lived {len(found)} days of {DAYS}")
    return found


def _visit(port: int, path: str) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
    if answer.status >= 400:
        raise RuntimeError(f"{path} was answered by {answer.status}")


def _ask(api: TelegramStandIn, person: Person, command: str) -> None:
    before, deadline = len(api.posted), time.monotonic() + _PATIENCE_S
    person.types(command)
    while api.waiting or len(api.posted) == before:
        if time.monotonic() > deadline:
            raise RuntimeError(f"the bot did not answer {command}")
        time.sleep(0.05)
