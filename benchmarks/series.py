"""How fast readings become series, and how fast and how small an import of a million rows is."""

import datetime as dt
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOS, DAYS = 100, 400
ROWS = 1_000_000

_IMPORT = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from alia_watch.pipeline.import_readings import import_file
from alia_watch.store.database import open_store

from benchmarks._memory import peak

folder = Path(sys.argv[1])
with open_store(folder / "empty.db", create=True) as store:
    import_file(store, folder / "one.csv", now=datetime(2026, 11, 1, tzinfo=UTC))
small = peak()
with open_store(folder / "many.db", create=True) as store:
    began = time.perf_counter()
    rows = import_file(store, folder / "many.csv", now=datetime(2026, 11, 1, tzinfo=UTC)).rows
    seconds = time.perf_counter() - began
print(json.dumps([rows, seconds, small, peak()]))
"""


def run() -> list[dict[str, object]]:
    """The rows."""
    return [_reconstruct(), *_import()]


def _reconstruct() -> dict[str, object]:
    from alia_watch.series.hub_day import HubDay
    from alia_watch.series.reconstruct import reconstruct
    from alia_watch.series.snapshot import Reading

    draw = random.Random(1)
    start = dt.datetime(2025, 1, 1, 8, 15, tzinfo=dt.UTC)
    repos = []
    for number in range(REPOS):
        total, days, readings = 0, [0] * 30, []
        for day in range(DAYS):
            days.append(draw.randrange(12))
            total += days[-1]
            if draw.random() < 0.97:
                at = start + dt.timedelta(days=day)
                readings.append(Reading(f"a/{number}", at, sum(days[-30:]), total, sequence=day))
        repos.append((f"a/{number}", readings))
    began = time.perf_counter()
    made = [reconstruct(repo, readings, hub_day=HubDay()) for repo, readings in repos]
    seconds = time.perf_counter() - began
    days_made = sum(len(series.days) for series in made)
    return {
        "figure": "reconstruction",
        "value": f"{days_made / seconds:,.0f}",
        "unit": "days/s",
        "note": f"{REPOS} repos over {DAYS} days, both counters, 3 % of the readings missed",
    }


def _import() -> list[dict[str, object]]:
    import json

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "one.csv").write_text("date,repo_id,downloads_30d\n2025-01-01,a/b,1\n", encoding="utf-8")
        with (folder / "many.csv").open("w", encoding="utf-8") as file:
            file.write("date,repo_id,downloads_30d,downloads_all_time\n")
            first = dt.date(2023, 1, 1)
            for row in range(ROWS):
                day = first + dt.timedelta(days=row % 1000)
                file.write(f"{day},organisation/model-{row // 1000:04},{row % 5000},{row}\n")
        size = (folder / "many.csv").stat().st_size
        done = subprocess.run([sys.executable, "-c", _IMPORT, name], capture_output=True, text=True, check=True)
        rows, seconds, small, large = json.loads(done.stdout)
    note = f"{rows:,} rows of both counters, {size / 1e6:.0f} MB of CSV, one transaction"
    return [
        {"figure": "import", "value": f"{rows / seconds:,.0f}", "unit": "rows/s", "note": note},
        {
            "figure": "memory an import adds",
            "value": f"{large - small:.0f}",
            "unit": "MiB",
            "note": "peak of a million rows beyond the peak of one row",
        },
    ]
