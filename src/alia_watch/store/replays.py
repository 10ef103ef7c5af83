"""What the detector knew and told up to some day, kept so that the days before need not be judged again.

Derived, and nothing else: all of it can be deleted, and comes back with the next detection.
"""

from collections.abc import Mapping

from alia_watch.store.database import Store


def replay_of(store: Store, series: str, method: str) -> bytes | None:
    """What one method kept of a series; None where it kept nothing."""
    rows = store.tuples("SELECT body FROM replays WHERE series = ? AND method = ?", [series, method])
    return bytes(rows[0][0]) if rows else None


def save_replays(store: Store, bodies: Mapping[str, bytes], method: str) -> None:
    """Keep what a method knew, by series, in the place of what was kept of them; and nothing of other methods."""
    with store.writing() as db:
        db.execute("DELETE FROM replays WHERE method <> ?", [method])
        for series, body in bodies.items():
            db.execute("INSERT OR REPLACE INTO replays (series, method, body) VALUES (?, ?, ?)", [series, method, body])
