"""A safe copy of the database, taken while it is in use, and the way back."""

import contextlib
import gzip
import hashlib
import re
import shutil
import sqlite3
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from alia_watch.errors import DatabaseDamaged, StoreError
from alia_watch.store.database import Store, open_store
from alia_watch.store.lock import daemon_lock
from alia_watch.store.rotation import Rotation, kept
from alia_watch.store.whole import copy_whole, files_of, prove, put_in_place, to_disk

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy that was made.

    Attributes:
        path: where it is; `size`: packed, in bytes.
        sha256: of what it unpacks to.
        removed: the older ones that made room for it.
    """

    path: Path
    size: int
    sha256: str
    removed: tuple[Path, ...]


def backup(store: Store, folder: Path, *, now: datetime, rotation: Rotation | None = None) -> Backup:
    """Copy the database into a dated file, prove that it is whole, and let go of what the rotation no longer keeps.

    The copy is checked by SQLite, packed, and unpacked again to compare. The file gets its name only then, so whatever
    carries a backup's name is a good one. Writers go on meanwhile; memory stays flat.

    Raises:
        StoreError: the folder cannot be written or its disk is full; nothing is removed then.
        DatabaseDamaged: the copy failed its integrity check.
    """
    path = folder / f"{store.path.stem}-{now:%Y%m%dT%H%M%SZ}.db.gz"
    plain, partial = path.with_suffix(".partial"), path.with_suffix(".gz.partial")
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            copy_whole(store.db.conn, plain, of=store.path)
            digest = _packed(plain, partial)
            put_in_place(partial, path)
        finally:
            plain.unlink(missing_ok=True)
            partial.unlink(missing_ok=True)
        size = path.stat().st_size
        removed = _let_go(folder, store.path.stem, rotation or Rotation())
    return Backup(path, size, digest, removed)


def copy_to(made: Path, folder: Path, stem: str, *, rotation: Rotation) -> Path:
    """Copy a backup into another folder, read it back to compare, and let go there of what the rotation does not keep.

    Raises:
        StoreError: the folder is away or full; what it held is still there.
    """
    path = folder / made.name
    partial = path.with_name(f"{path.name}.partial")
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(made, partial)
            with made.open("rb") as ours, partial.open("rb") as theirs:
                if _sha256(ours) != _sha256(theirs):
                    raise StoreError(f"{path} cannot be read back as it was written.", hint="Check the disk.")
            put_in_place(partial, path)
        finally:
            partial.unlink(missing_ok=True)
        _let_go(folder, stem, rotation)
    return path


def backups(folder: Path, stem: str) -> tuple[Path, ...]:
    """The backups of a database (by the stem of its file's name), newest first; packed or, of old, plain."""
    found = [path for path in folder.glob("*.db*") if _made_at(path.name, stem)] if folder.is_dir() else []
    return tuple(sorted(found, key=lambda path: path.name, reverse=True))


def older_than_kept(names: Collection[str], stem: str, rotation: Rotation) -> tuple[str, ...]:
    """Of the names of files, those of backups of this database that the rotation does not keep."""
    made = {name: at for name in names if (at := _made_at(name, stem))}
    keep = kept(made.values(), rotation)
    return tuple(name for name, at in made.items() if at not in keep)


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
                _unpacked(source, fresh)
                # It refuses what is not ours, or newer, and migrates what is older.
                with open_store(fresh, keep=False) as store:
                    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    prove(store.db.conn, of=source)
                    store.db.execute("PRAGMA journal_mode = WAL")
                to_disk(fresh)  # before anything is touched
                aside = _put_aside(database, now)
                fresh.replace(database)
                to_disk(database.parent)
            finally:
                _remove(fresh)
    return aside


def _put_aside(database: Path, now: datetime) -> Path | None:
    """Rename the database, with what SQLite keeps beside it, so that no page of it is lost or meets the new one."""
    aside = database.with_name(f"{database.stem}.replaced-{now:%Y%m%dT%H%M%SZ}{database.suffix}")
    for part, there in reversed(list(zip(files_of(database), files_of(aside), strict=True))):
        if part.exists():
            part.rename(there)
    return aside if aside.exists() else None


def _remove(path: Path) -> None:
    for file in files_of(path):
        file.unlink(missing_ok=True)


def _let_go(folder: Path, stem: str, rotation: Rotation) -> tuple[Path, ...]:
    """Remove the backups that the rotation does not keep; which those were."""
    older = tuple(
        folder / name for name in older_than_kept([path.name for path in backups(folder, stem)], stem, rotation)
    )
    for path in older:
        path.unlink()
    return older


def _made_at(name: str, stem: str) -> datetime | None:
    """When a backup of this database was made, by its file's name; None where it is none."""
    named = re.fullmatch(re.escape(stem) + r"-(\d{8}T\d{6})Z\.db(?:\.gz)?", name)
    if named is None:
        return None
    try:
        return datetime.strptime(named[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _packed(plain: Path, packed: Path) -> str:
    """Pack a file, unpack it again, and give the hash that both have."""
    with plain.open("rb") as source, packed.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as into:
        shutil.copyfileobj(source, into, _CHUNK)
    with plain.open("rb") as source, gzip.open(packed, "rb") as again:
        before, after = _sha256(source), _sha256(again)
    if before != after:
        raise StoreError(f"{packed} cannot be read back as it was written.", hint="Check the disk.")
    return before


def _sha256(file: IO[bytes] | gzip.GzipFile) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _unpacked(source: Path, target: Path) -> None:
    """Copy a backup, unpacked where it is packed."""
    if source.suffix != ".gz":
        shutil.copyfile(source, target)
        return
    try:
        with gzip.open(source, "rb") as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, _CHUNK)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DatabaseDamaged(f"The backup {source} is damaged ({error}).", hint="Restore an older backup.") from error


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
