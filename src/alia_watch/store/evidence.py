"""What a report was made of: how far each table of evidence reached, and a copy that reaches no further.

Evidence is only ever added to, so the number of the last row of each table says exactly which rows there were.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from alia_watch.store.database import Store, open_store

#: The tables that figures are made from; rows of one that comes first may name rows of those after it.
TABLES = ("notices", "findings", "repo_snapshots", "snapshots", "imported_readings", "exact_counts", "imports")


def marks(store: Store) -> dict[str, int]:
    """By table, the number of its last row; 0 where it is empty."""
    return {
        table: int(store.rows(f"SELECT coalesce(max(rowid), 0) AS last FROM {table}")[0]["last"])  # noqa: S608
        for table in TABLES
    }


@contextlib.contextmanager
def as_of(store: Store, reached: Mapping[str, int], folder: Path) -> Iterator[Store]:
    """A copy of the database in a folder, whose evidence reaches as far as it did then.

    Args:
        reached: what `marks` said then; a table it does not name stays whole.

    Raises:
        StoreError: the folder's disk is full, or cannot be written.
    """
    path = folder / "as-of.db"
    with contextlib.closing(sqlite3.connect(path)) as copy:
        store.db.conn.backup(copy)
    with open_store(path) as trimmed:
        with trimmed.writing() as db:
            for table in TABLES:
                if table in reached:
                    db.execute(f"DELETE FROM {table} WHERE rowid > ?", [reached[table]])  # noqa: S608
        yield trimmed
