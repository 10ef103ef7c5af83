"""A database with a made-up history: the flagship, its family and ten controls, from an imported file."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from alia_watch.pipeline.announce import take_in
from alia_watch.pipeline.import_readings import import_file
from alia_watch.series.snapshot import HubReading, RepoSnapshot, State
from alia_watch.store.database import Store, open_store
from alia_watch.store.snapshots import save_hub_reading
from tests.made import FLAGSHIP, made_config

FIRST = date(2025, 12, 1)
BASE = "BSC-LT/ALIA-40b"
GGUF = "BSC-LT/ALIA-40b-instruct-2512-GGUF"
CONTROLS = tuple(f"control/model-{n:02d}" for n in range(10))
DAY = timedelta(days=1)


def counts(spike_on: date | None = None, *, mean: int = 6, days: int = 62) -> list[int]:
    """A quiet history of day counts, with one burst."""
    made = [mean + (n * 7) % 5 - 2 for n in range(days)]
    if spike_on is not None:
        made[(spike_on - FIRST).days] = mean * 9
    return made


def history(folder: Path, per_repo: dict[str, list[int]], *, watching_since: date | None = FIRST) -> Store:
    """A database with these day counts, as all-time and rolling readings of bare dates from 30 November on.

    With `watching_since`, a first snapshot of that day says that the watch was at work since; it read nothing.
    """
    store = open_store(folder / "alia-watch.db", create=True)
    lines = ["date,repo_id,downloads_30d,downloads_all_time"]
    for repo, days in per_repo.items():
        for n in range(len(days) + 1):
            rolling = sum(days[max(0, n - 30) : n])
            lines.append(f"{FIRST + DAY * (n - 1)},{repo},{rolling},{1000 + sum(days[:n])}")
    path = folder / "history.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    import_file(store, path, now=datetime(2026, 6, 1, tzinfo=UTC))
    if watching_since is not None:
        at = datetime.combine(watching_since, datetime.min.time(), UTC)
        unread = RepoSnapshot(FLAGSHIP, at, State.UNREADABLE, detail="made up")
        save_hub_reading(store, HubReading(at, at, 1, False, (unread,), ()))
    take_in(store, made_config(folder), now=datetime(2025, 12, 1, tzinfo=UTC))
    return store
