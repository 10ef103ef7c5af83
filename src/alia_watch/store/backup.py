"""A safe copy of the database, taken while it is in use, and the way back."""

import contextlib
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alia_watch.errors import DatabaseDamaged, StoreError
from alia_watch.store.database import Store, open_store
from alia_watch.store.lock import daemon_lock

#: Backups are kept for so many days, the newest of each day.
KEEP_DAYS = 14


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made: where, how big (bytes), and which older ones made room for it."""

    path: Path
    size: int
    removed: tuple[Path, ...]


def backup(store: Store, folder: Path, *, now: datetime, keep_days: int = KEEP_DAYS) -> Backup:
    """Copy the database into a dated file, prove that the copy is whole, and let go of the oldest.

    The file gets its name only once it is proven, so whatever carries a backup's name is a good one. It is complete in
    itself (no `-wal` beside it). Writers go on meanwhile.

    Raises:
        StoreError: the folder cannot be written or its disk is full; nothing is removed then.
        DatabaseDamaged: the copy failed its integrity check.
    """
    path = folder / f"{store.path.stem}-{now:%Y%m%dT%H%M%SZ}.db"
    partial = path.with_suffix(".partial")
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with contextlib.closing(sqlite3.connect(partial)) as copy:
                store.db.conn.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
                _prove(copy, store.path)
            _to_disk(partial)
            partial.replace(path)
            _to_disk(folder)
        finally:
            partial.unlink(missing_ok=True)
        size = path.stat().st_size
        removed = _older(folder, store.path.stem, keep_days)
        for old in removed:
            old.unlink()
    return Backup(path, size, removed)


def backups(folder: Path, stem: str) -> tuple[Path, ...]:
    """The backups of a database (by the stem of its file's name), newest first."""
    named = re.compile(re.escape(stem) + r"-\d{8}T\d{6}Z\.db")
    found = [path for path in folder.glob("*.db") if named.fullmatch(path.name)] if folder.is_dir() else []
    return tuple(sorted(found, key=lambda path: path.name, reverse=True))


def restore(source: Path, database: Path, *, now: datetime) -> Path | None:
    """Put a backup in the place of the database. What was replaced is kept; its new path is returned.

    The backup is copied, proven and, where it is older than the code, migrated before anything is touched.

    Raises:
        SecondDaemon: a daemon runs on this database.
        DatabaseDamaged, DatabaseNewer: the backup is no good here; the database is as it was.
        StoreError: there is no such file, or the disk refuses.
    """
    if not source.is_file():
        raise StoreError(f"There is no backup at {source}.", hint="`alia-watch backup --list` shows those there are.")
    with _told(database.parent):
        database.parent.mkdir(parents=True, exist_ok=True)
        with daemon_lock(database):
            fresh = database.with_name(f"{database.name}.restoring")
            try:
                _remove(fresh)
                shutil.copyfile(source, fresh)
                with open_store(fresh) as store:  # refuses what is not ours, or newer; migrates what is older
                    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    _prove(store.db.conn, source)
                    store.db.execute("PRAGMA journal_mode = WAL")
                _to_disk(fresh)
                kept = _put_aside(database, now)
                fresh.replace(database)
                _to_disk(database.parent)
            finally:
                _remove(fresh)
    return kept


def _put_aside(database: Path, now: datetime) -> Path | None:
    """Rename the database, with what SQLite keeps beside it, so that no page of it is lost or meets the new one."""
    kept = database.with_name(f"{database.stem}.replaced-{now:%Y%m%dT%H%M%SZ}{database.suffix}")
    for beside in ("-wal", "-shm", ""):
        part = database.with_name(database.name + beside)
        if part.exists():
            part.rename(kept.with_name(kept.name + beside))
    return kept if kept.exists() else None


def _remove(path: Path) -> None:
    for beside in ("", "-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)


def _older(folder: Path, stem: str, keep_days: int) -> tuple[Path, ...]:
    """All but the newest backup of each of the last `keep_days` days that have one."""
    newest_of_day: dict[str, Path] = {}
    for path in backups(folder, stem):
        newest_of_day.setdefault(path.name[len(stem) + 1 :][:8], path)
    keep = set(list(newest_of_day.values())[:keep_days])
    return tuple(path for path in backups(folder, stem) if path not in keep)


def _prove(connection: sqlite3.Connection, of: Path) -> None:
    answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise DatabaseDamaged(f"The copy of {of} is damaged ({answer}).", hint="Restore an older backup.")


def _to_disk(path: Path) -> None:
    """Wait until a file (or a folder's names) is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """The system's refusals as ours."""
    hint = "Check the folder's permissions and the disk's free space."
    try:
        yield
    except OSError as error:
        raise StoreError(f"{folder} cannot be written ({error.strerror or error}).", hint=hint) from error
    except sqlite3.OperationalError as error:
        raise StoreError(f"A copy in {folder} cannot be written ({error}).", hint=hint) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseDamaged(f"The database cannot be copied ({error}).", hint="Restore an older backup.") from error
