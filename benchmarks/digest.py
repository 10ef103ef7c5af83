"""How long a digest takes to make and to write, without charts, and how that grows with the repos of the family.

As in the daemon the day's detection went before, and left what need not be judged again; and once without.
"""

import datetime as dt
import random
import tempfile
import time
import tomllib
from decimal import Decimal
from pathlib import Path

YEARS = 5
#: How many repos a family has; 50 is the size that is aimed at, in 2 s.
FAMILIES = (1, 50, 500)
#: The shortest of so many is told: what the machine can do when it does nothing else.
_TIMES = 3
LAST = dt.date(2026, 1, 31)
_FLAGSHIP = "BSC-LT/ALIA-40b-instruct-2512"


def run() -> list[dict[str, object]]:
    """The rows."""
    times = {repos: _digest(repos) for repos in FAMILIES}
    alone = _digest(50, detected=False)
    rows: list[dict[str, object]] = [
        {
            "figure": f"a digest over {repos} {'repo' if repos == 1 else 'repos'}",
            "value": f"{seconds:.1f}",
            "unit": "s",
            "note": f"{YEARS} years of imported daily readings, document, mail and text in Spanish, no chart;"
            f" the shortest of {_TIMES}",
        }
        for repos, seconds in times.items()
    ]
    rows.append(
        {
            "figure": "a digest over 50 repos, all days judged anew",
            "value": f"{alone:.1f}",
            "unit": "s",
            "note": "as the first, with no detection before it",
        }
    )
    rows.append(
        {
            "figure": "ten times the repos",
            "value": f"{times[500] / times[50]:.1f}",
            "unit": "times",
            "note": "a digest over 500 repos, over one over 50",
        }
    )
    rows.append(
        {
            "figure": "ten million additions",
            "value": f"{_additions():.2f}",
            "unit": "s",
            "note": "a plain loop in the same Python, to compare machines by",
        }
    )
    return rows


def _additions() -> float:
    """Seconds for a loop that any machine knows."""
    began, total = time.perf_counter(), 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - began


def _digest(repos: int, *, detected: bool = True) -> float:
    """Seconds for a family of so many repos."""
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.config.loader import build, example_text
    from alia_watch.pipeline import compose
    from alia_watch.pipeline.detect import detect
    from alia_watch.pipeline.import_readings import import_file
    from alia_watch.reports.render import render
    from alia_watch.store.database import open_store

    now = dt.datetime(2026, 2, 1, 10, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = build(tomllib.loads(example_text(), parse_float=Decimal), folder)
        readings(folder / "readings.csv", repos)
        with open_store(folder / "alia-watch.db", create=True) as store:
            import_file(store, folder / "readings.csv", now=now)
            if detected:
                detect(store, config, now=now)
            taken = []
            for _ in range(_TIMES):
                began = time.perf_counter()
                report = compose.digest(store, config, "2026-01", now=now)
                render(report, "es", ChannelKind.EMAIL)
                taken.append(time.perf_counter() - began)
    if len(report.document["family"]) != repos:
        raise RuntimeError(f"a digest over {len(report.document['family'])} repos is no measure of {repos}")
    return min(taken)


def readings(path: Path, repos: int, years: int = YEARS) -> None:
    """A file of so many repos, read daily for so many years."""
    draw = random.Random(1)
    days = 365 * years + 1
    first = LAST - dt.timedelta(days=days - 1)
    with path.open("w", encoding="utf-8") as file:
        file.write("date,repo_id,downloads_30d,downloads_all_time\n")
        for repo in (_FLAGSHIP, *(f"BSC-LT/ALIA-{number:03}" for number in range(1, repos))):
            total, counts = 0, [0] * 30
            for day in range(days):
                counts.append(draw.randrange(2, 40))
                total += counts[-1]
                file.write(f"{first + dt.timedelta(days=day)},{repo},{sum(counts[-30:])},{total}\n")
