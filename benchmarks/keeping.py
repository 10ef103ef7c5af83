"""What a year of readings takes on the disk, raw answers included, and how long a backup of it takes."""

import tempfile
import time
import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.setting import demo_config
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.demo.winter import Winter
from alia_watch.config.loader import build, example_text
from alia_watch.pipeline.back_up import back_up
from alia_watch.pipeline.collect import collect, open_hub
from alia_watch.pipeline.retain import retain
from alia_watch.store.database import Store, open_store

DAYS, A_DAY = 30, 4
_RAW = "SELECT sum(length(body)) AS n, sum(size) AS plain FROM answers JOIN answer_bodies ON answer = id"
A_YEAR = timedelta(days=365)
_FIRST = datetime(2026, 1, 1, 2, 15, tzinfo=UTC)


def run() -> list[dict[str, object]]:
    """The rows."""
    clock = SimulatedClock(_FIRST)
    with tempfile.TemporaryDirectory() as name, HubStandIn(Winter(), clock) as stand_in:
        folder = Path(name)
        document = tomllib.loads(demo_config(example_text(), stand_in.url, "http://127.0.0.1:9"), parse_float=Decimal)
        config = build(document, folder)
        hub = open_hub(config, at=clock, sleep=clock.sleep)
        with open_store(config.watch.database, create=True) as store:
            empty = _size(config.watch.database, store)
            for number in range(DAYS * A_DAY):
                clock.set(_FIRST + timedelta(days=number / A_DAY))
                repos = collect(store, config, hub, now=clock()).read
            full = _size(config.watch.database, store)
            raw = store.rows(
                "SELECT sum(length(body)) AS n, sum(size) AS plain FROM answers JOIN answer_bodies ON answer = id"
            )[0]
            began = time.perf_counter()
            made = back_up(store, config, now=clock())
            took = time.perf_counter() - began
            packed = retain(store, config, now=clock() + A_YEAR)
            compacted = _in_use(store)
        hub.close()
    years = repos * DAYS / 365
    how = f"{repos} repos, {A_DAY} readings a day over {DAYS} days of the stand-in Hub; grows with both"
    return [
        _row("database per repo-year", (full - empty) / years / 1024, "KiB", f"{how}; less than 1,024 is aimed at"),
        _row(
            "of this, raw answers",
            raw["n"] / years / 1024,
            "KiB",
            f"{raw['plain'] / raw['n']:.0f} times as much unpacked",
        ),
        _row(
            "the same once raw answers are packed",
            (compacted - empty) / years / 1024,
            "KiB",
            f"{packed.answers} answers in {packed.after / packed.before:.0%} of their place; pages in use, for SQLite "
            "fills those that are free first; less than 300 is aimed at",
        ),
        _row(
            "a backup", took, "s", f"of {full / 1_000_000:.1f} MB, proven; {made.made.size / 1_000_000:.1f} MB packed"
        ),
    ]


def _size(path: Path, store: Store) -> int:
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def _in_use(store: Store) -> int:
    pages, free, size = (
        store.db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int(pages - free) * int(size)


def _row(figure: str, value: float, unit: str, note: str) -> dict[str, object]:
    return {"figure": figure, "value": f"{value:.1f}", "unit": unit, "note": note}
