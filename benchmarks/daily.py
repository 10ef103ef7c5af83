"""What a day costs a watch of many repos over five years: their series, the detection, the cost, and what is told.

The days before were judged when they came; the day that is timed brings one reading more of each repo. In a process of
its own, as the daemon does it, whose peak memory is told.
"""

import json
import subprocess
import sys

#: How many repos; the first is the size that is aimed at, in 5 s.
SIZES = (10, 100, 500)

_CHILD = """
import dataclasses, datetime as dt, json, sys, tempfile, time, tomllib
sys.modules["pandas"] = None
from decimal import Decimal
from pathlib import Path
from benchmarks.digest import _LAST, _readings
from alia_watch.config.loader import build, example_text
from alia_watch.pipeline import compose
from alia_watch.pipeline.detect import detect
from alia_watch.pipeline.import_readings import import_file
from alia_watch.store.database import open_store


def peak():  # kB
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


repos = int(sys.argv[1])
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    config = build(tomllib.loads(example_text(), parse_float=Decimal), folder)
    _readings(folder / "all.csv", repos)
    day = _LAST.isoformat()
    head, *lines = (folder / "all.csv").read_text().splitlines(keepends=True)
    for file, today in (("past.csv", False), ("new.csv", True)):
        (folder / file).write_text(head + "".join(line for line in lines if line.startswith(day) == today))
    del lines
    at = dt.datetime.combine(_LAST, dt.time(10), dt.UTC)
    with open_store(folder / "alia-watch.db", create=True) as store:
        import_file(store, folder / "past.csv", now=at)
        detect(store, config, now=at)
        import_file(store, folder / "new.csv", now=at)
        now = at + dt.timedelta(days=1)
        began = time.perf_counter()
        detected = detect(store, config, now=now)
        told = [notice for notice in detected.notices if notice.tell]
        if told:
            compose.alert(store, config, told, now=now)
        compose.cost_update(store, config, now=now)
        seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "mib": peak() / 1024}))
"""


def run() -> list[dict[str, object]]:
    """The rows."""
    found = {repos: measured(repos) for repos in SIZES}
    rows: list[dict[str, object]] = []
    for repos, (seconds, peak) in found.items():
        note = f"{repos} repos over 5 years: series, detection, alert and cost update; peak {peak:.0f} MiB"
        rows.append({"figure": f"a day of {repos} repos", "value": f"{seconds:.1f}", "unit": "s", "note": note})
    growth = found[SIZES[-1]][0] / found[SIZES[-2]][0]
    note = f"{SIZES[-1]} repos over {SIZES[-2]}: {SIZES[-1] // SIZES[-2]} would be linear"
    return [*rows, {"figure": "growth with the repos", "value": f"{growth:.1f}", "unit": "times", "note": note}]


def measured(repos: int) -> tuple[float, float]:
    """Seconds and peak MiB of the day."""
    done = subprocess.run([sys.executable, "-c", _CHILD, str(repos)], capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    return float(answer["seconds"]), float(answer["mib"])
