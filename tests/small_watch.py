"""A small watch with a made-up history, for tests of what is answered: 120 days, a burst, a gap, kept reports."""

import atexit
import random
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from alia_watch.config.loader import build, example_text
from alia_watch.config.sections import Config
from alia_watch.pipeline import compose
from alia_watch.pipeline.announce import take_in
from alia_watch.pipeline.detect import detect
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.pipeline.import_readings import import_file
from alia_watch.series.snapshot import HubReading, RepoSnapshot, State
from alia_watch.store.database import open_store
from alia_watch.store.snapshots import save_hub_reading
from tests.made import FLAGSHIP

NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
DAYS = 120
#: The last UTC day that is closed at `NOW`, and the first that is: of the days between, all but the gap are known.
LAST = date(2026, 2, 2)
FIRST = LAST - timedelta(days=DAYS - 2)
GAP = (date(2026, 1, 13), date(2026, 1, 14))
SPIKE = {date(2026, 1, 26): 61, date(2026, 1, 27): 38}
#: The family's other repos, each with its usual downloads a day.
FAMILY = {
    "BSC-LT/ALIA-40b": 5,
    "BSC-LT/ALIA-40b-instruct-2601": 4,
    "BSC-LT/ALIA-40b-fc-2605": 3,
    "BSC-LT/ALIA-40b-instruct-2512-GGUF": 40,
}
DIGEST = "2026-01"
_DAY = timedelta(days=1)
_BORN = datetime(2025, 6, 17, 9, tzinfo=UTC)
_DATABASE = "alia-watch.db"


def small_watch(folder: Path) -> Config:
    """The watch in `folder`: its configuration, and its database beside it. Simulated, and the same every time.

    Readings are imported with their instants, 02:15 UTC of each day. `detect` has run on some days, and the digest of
    January 2026 is kept. Built once in a process, and copied.
    """
    shutil.copyfile(_built(), folder / _DATABASE)
    return _config(folder)


def day_counts(repo_id: str) -> dict[date, int]:
    """The downloads that were made up for a repo, by UTC day: what an answer is checked against."""
    return dict(_counts()[repo_id])


def _config(folder: Path) -> Config:
    document = tomllib.loads(example_text(), parse_float=Decimal)
    document["watch"] |= {"simulated": True, "database": _DATABASE}
    return build(document, folder)


@cache
def _built() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="small-watch-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    config = _config(folder)
    path = folder / "readings.csv"
    path.write_text("\n".join(_rows()) + "\n", encoding="utf-8")
    with open_store(folder / _DATABASE, create=True) as store:
        take_in(store, config, now=NOW - timedelta(days=DAYS))
        at = datetime.combine(FIRST, time(2, 15), UTC)
        made = tuple(RepoSnapshot(repo, at, State.PRESENT, repo, created_at=_BORN) for repo in sorted(_counts()))
        save_hub_reading(store, HubReading(at, at, 1, True, made, ()))
        import_file(store, path, now=NOW)
        for day in (date(2026, 1, 20), date(2026, 1, 28), date(2026, 2, 3)):
            detect(store, config, now=datetime.combine(day, time(8), UTC))
        written = datetime(2026, 2, 2, 8, 30, tzinfo=UTC)
        enqueue(store, compose.digest(store, config, DIGEST, now=written), now=written, charts=None)
    return folder / _DATABASE


def _rows() -> Iterator[str]:
    """One reading for each repo and day, but on the days of the gap: the next one closes both."""
    yield "observed_at,repo_id,downloads_30d,downloads_all_time,likes"
    for repo, days in _counts().items():
        so_far: list[int] = [100]
        for day, count in days.items():
            so_far.append(so_far[-1] + count)
            if day in GAP[:1]:
                continue
            before = so_far[-31] if len(so_far) > 30 else 0
            yield f"{day + _DAY}T02:15:00Z,{repo},{so_far[-1] - before},{so_far[-1]},{len(so_far) // 4}"


@cache
def _counts() -> dict[str, dict[date, int]]:
    draw = random.Random(26)
    config = _config(Path("/"))
    usual = {FLAGSHIP: 6, **FAMILY}
    for number, repo in enumerate(sorted(config.watched() - {FLAGSHIP})):
        usual[repo] = 20 + number * 3
    days = [FIRST - _DAY + _DAY * n for n in range(DAYS)]
    made = {repo: {day: _draw(draw, mean) for day in days} for repo, mean in usual.items()}
    made[FLAGSHIP] |= SPIKE
    return made


def _draw(draw: random.Random, mean: int) -> int:
    """A count that scatters as requests do, by the sum of even chances."""
    return sum(draw.random() < mean / 200 for _ in range(200)) if mean < 50 else mean + draw.randrange(-14, 15)
