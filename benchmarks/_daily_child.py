"""One day of a watch of so many repos, after some years of days before it: prints one JSON line."""

import datetime as dt
import json
import sys
import tempfile
import time
import tomllib
from decimal import Decimal
from pathlib import Path

from alia_watch.config.loader import build, example_text
from alia_watch.pipeline import compose
from alia_watch.pipeline.detect import detect
from alia_watch.pipeline.import_readings import import_file
from alia_watch.pipeline.study import study
from alia_watch.store.database import open_store
from benchmarks._memory import peak
from benchmarks.digest import LAST, readings


def day(repos: str, years: str, then: str = "") -> None:
    """Time the last day, and tell the most memory that was held; `then` "study", time that."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = build(tomllib.loads(example_text(), parse_float=Decimal), folder)
        readings(folder / "all.csv", int(repos), int(years))
        with (
            (folder / "all.csv").open(encoding="utf-8") as every,
            (folder / "past.csv").open("w", encoding="utf-8") as past,
            (folder / "new.csv").open("w", encoding="utf-8") as new,
        ):
            head = every.readline()
            past.write(head)
            new.write(head)
            for line in every:
                (new if line.startswith(LAST.isoformat()) else past).write(line)
        (folder / "all.csv").unlink()
        at = dt.datetime.combine(LAST, dt.time(10), dt.UTC)
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
            most = peak()
            began = time.perf_counter()
            if then == "study":
                study(store, config, now=now)
            studied = time.perf_counter() - began
    sys.stdout.write(json.dumps({"seconds": seconds, "mib": most, "study": studied}) + "\n")
