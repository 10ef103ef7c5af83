"""Copies of a database that are whole: made while it is in use, checked, and on the disk before they get a name."""

import contextlib
import os
import sqlite3
from pathlib import Path

from alia_watch.errors import DatabaseDamaged


def files_of(database: Path) -> tuple[Path, Path, Path]:
    """The files of a database, there or not: its own, and what SQLite keeps beside it, the log and the log's index."""
    log, index = (database.with_name(database.name + beside) for beside in ("-wal", "-shm"))
    return database, log, index


def copy_whole(connection: sqlite3.Connection, path: Path, *, of: Path) -> None:
    """Copy a database into one file, complete in itself (no `-wal` beside it), and check it. Writers go on meanwhile.

    Args:
        of: what is copied, for errors.

    Raises:
        DatabaseDamaged: the copy failed its check.
        sqlite3.Error, OSError: it cannot be written.
    """
    with contextlib.closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        prove(copy, of=of)


def prove(connection: sqlite3.Connection, *, of: Path) -> None:
    """Have SQLite check a whole database, and that nothing in it refers to what is not there.

    Raises:
        DatabaseDamaged: it is not whole.
    """
    answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    astray = connection.execute("PRAGMA foreign_key_check").fetchall() if answer == "ok" else []
    if answer != "ok" or astray:
        what = answer if answer != "ok" else f"{len(astray)} rows refer to what is not there"
        raise DatabaseDamaged(f"The copy of {of} is damaged ({what}).", hint="Restore an older backup.")


def row_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has, by name; SQLite's own and those of the migrations left out."""
    names = [
        str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
    ]
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  a table's own name
        for name in names
        if not name.startswith(("sqlite_", "_"))
    }


def put_in_place(partial: Path, path: Path) -> None:
    """Give a finished file its name, once it is on the disk; what had the name is replaced."""
    to_disk(partial)
    partial.replace(path)
    to_disk(path.parent)


def to_disk(path: Path) -> None:
    """Wait until a file (or a folder's names) is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
