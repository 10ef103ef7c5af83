"""What a report was made of: how far each table of evidence reached, and a copy that reaches no further.

Evidence is only ever added to, so the number of the last row of each table says exactly which rows there were.
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from alia_watch.errors import StoreError
from alia_watch.store.database import Store, open_store

#: The tables that figures are made from; rows of one that comes first may name rows of those after it.
TABLES = (
    "notices",
    "findings",
    "repo_community",
    "repo_snapshots",
    "snapshots",
    "imported_readings",
    "exact_counts",
    "imports",
)
#: What their rows refer to, which says nothing by itself: copied whole, and before them.
_BESIDE = ("repos", "repo_descriptions")


def marks(store: Store) -> dict[str, int]:
    """By table, the number of its last row; 0 where it is empty."""
    return {
        table: int(store.rows(f"SELECT coalesce(max(rowid), 0) AS last FROM {table}")[0]["last"])  # noqa: S608
        for table in TABLES
    }


@contextlib.contextmanager
def as_of(store: Store, reached: Mapping[str, int], folder: Path) -> Iterator[Store]:
    """A database in a folder that holds the evidence, as far as it reached then, and nothing of any person.

    Args:
        reached: what `marks` said then; of a table that was not there yet it says nothing.

    Raises:
        StoreError: the folder's disk is full, or cannot be written.
    """
    path = folder / "as-of.db"
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written ({error.strerror}).", hint="Check TMPDIR.") from None
    with open_store(path, create=True) as copy:
        copy.db.execute("PRAGMA foreign_keys = OFF")  # raw answers stay where they are
        # Read-only, or the write step of the copy would take the lock of the whole database.
        copy.db.execute("ATTACH ? AS kept", [f"{store.path.absolute().as_uri()}?mode=ro"])
        with copy.writing() as db:
            for table in _BESIDE:
                db.execute(f"INSERT INTO main.{table} SELECT * FROM kept.{table}")  # noqa: S608
            for table in reversed(TABLES):
                last = reached.get(table, 0)
                db.execute(f"INSERT INTO main.{table} SELECT * FROM kept.{table} WHERE rowid <= ?", [last])  # noqa: S608
        copy.db.execute("DETACH kept")
        yield copy
