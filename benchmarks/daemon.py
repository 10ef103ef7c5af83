"""What the daemon costs while nothing happens, and how long a person waits for `--help`."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from alia_bot import timetable
from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.setting import demo_config
from alia_bot.demo.winter import Winter
from alia_bot.demo.winter_press import WinterPress
from alia_watch import clock
from alia_watch.config.loader import example_text, load_config
from alia_watch.config.sections import Config
from alia_watch.pipeline.import_readings import import_file
from alia_watch.store import runs
from alia_watch.store.database import open_store
from benchmarks._installed import installed
from benchmarks._memory import resident
from benchmarks.digest import readings

_MAIN = installed("from alia_bot.start import main; main()")
_TIMES = 10
#: What is in a database that has been kept for long.
REPOS, YEARS = 50, 5


def run() -> list[dict[str, object]]:
    """Idle memory before and after the first reading, and the time of `--help`."""
    with (
        tempfile.TemporaryDirectory() as folder,
        HubStandIn(Winter(), clock.now) as hub,
        PressStandIn(WinterPress(), clock.now) as press,
    ):
        path = Path(folder) / "config.toml"
        path.write_text(demo_config(example_text(), hub.url, press.url), encoding="utf-8")
        config = load_config(path)
        open_store(config.watch.database, create=True).close()
        worked, _ = _resident(path, '"duty": "backup"')
        _settle(config)
        rested, started = _resident(path, "daemon started")
        _grow(config, Path(folder))
        _, started_later = _resident(path, "daemon started")
    bare, helped = _best(sys.executable, "-c", "pass"), _best(*_MAIN, "--help")
    asked = f"best of {_TIMES}"
    return [
        {"figure": "idle memory, nothing done yet", "value": rested, "unit": "MB", "note": "resident, `run` at rest"},
        {
            "figure": "idle memory after a snapshot, a detection and a backup",
            "value": worked,
            "unit": "MB",
            "note": "resident, `run` over the stand-in Hub",
        },
        {
            "figure": "start to the first tick",
            "value": f"{started:.1f}",
            "unit": "s",
            "note": "`run` from its command to its first look at what is due; less than 3 s is aimed at",
        },
        {
            "figure": "the same after years",
            "value": f"{started_later / started:.1f}",
            "unit": "times",
            "note": f"with the readings of {REPOS} repos over {YEARS} years in the database: 1 would be no growth",
        },
        {"figure": "`alia-watch --help`", "value": f"{helped:.2f}", "unit": "s", "note": asked},
        {"figure": "`--help` over `python -c pass`", "value": f"{helped / bare:.1f}", "unit": "times", "note": asked},
    ]


def _resident(config: Path, done: str) -> tuple[str, float]:
    """The memory of a daemon, two seconds after a line that holds `done`, and how long it took to start, in seconds."""
    began, started = time.perf_counter(), 0.0
    command = [*_MAIN, "--config", str(config), "--log-format", "json", "run"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if "daemon started" in line:
                started = time.perf_counter() - began
            if done in line:
                break
        time.sleep(2)
        held = resident(process.pid)
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    return f"{held:.0f}", started


def _grow(config: Config, folder: Path) -> None:
    """Bring years of daily readings in."""
    readings(folder / "readings.csv", REPOS, YEARS)
    with open_store(config.watch.database) as store:
        import_file(store, folder / "readings.csv", now=clock.now())


def _settle(config: Config) -> None:
    """Write down everything that is due as done, so that a daemon has nothing to do."""
    now = clock.now()
    with open_store(config.watch.database) as store:
        for _ in range(3):  # detection falls due once a snapshot is in
            last = runs.last_runs(store, now=now, memory=timetable.MEMORY, always=timetable.ALWAYS)
            for due in timetable.due(config.timetable, config.hub.read_at, last, now):
                run_id = runs.start(store, due.duty, due.slot, now=now)
                runs.finish(store, run_id, runs.RunOutcome.DONE, {}, now=now)


def _best(*command: str) -> float:
    """The shortest of several runs, in seconds: what the machine can do when it does nothing else."""
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "NO_COLOR": "1"})
        taken.append(time.perf_counter() - began)
    return min(taken)
