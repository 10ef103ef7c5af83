"""The detector's memory, in the database: what it is, whose code it is of, and how it is kept."""

import hashlib
from functools import cache
from importlib import metadata, resources

from alia_watch.findings.memory import Kept, Memory
from alia_watch.store.database import Store
from alia_watch.store.replays import replay_of, save_replays


@cache
def method() -> str:
    """A hash of the code that judges: other code, or another numpy, remembers nothing of this one's."""
    found = hashlib.sha256(metadata.version("numpy").encode())
    sources = resources.files("alia_watch.findings").iterdir()
    for source in sorted((each for each in sources if each.name.endswith(".py")), key=lambda each: each.name):
        found.update(source.read_bytes())
    return found.hexdigest()


def memory_of(store: Store) -> Memory:
    """What earlier detections kept, read as it is asked for."""

    def recall(series: str) -> Kept | None:
        body = replay_of(store, series, method())
        return Kept.unpack(body) if body is not None else None

    return Memory(method(), recall)


def keep(store: Store, memory: Memory) -> None:
    """Keep what a detection learnt; what is kept is let go of here."""
    if memory.learnt:
        save_replays(store, {series: kept.pack() for series, kept in memory.learnt.items()}, memory.method)
        memory.learnt.clear()
