"""One SQLite database: opened safely, migrated forward only, written in immediate transactions."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlite_utils import Database

from alia_watch.errors import DatabaseBusy, DatabaseDamaged, DatabaseNewer, NoDatabase, StoreError
from alia_watch.store.migrations_compact import migrations
from alia_watch.store.whole import copy_whole, put_in_place

#: "ALIA" in the file's header, so that another program's database is not taken for ours.
APPLICATION_ID = 0x414C4941
#: How long a connection waits for another writer, in seconds.
BUSY_TIMEOUT_S = 10.0

Row = Mapping[str, Any]


class Store:
    """One thread's connection to the database. Readers use `rows`, write steps open `writing()`.

    Use `open_store`; the object is a context manager that closes the connection.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.db = Database(connection)
        self._only_reading = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self.db.close()

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
        """The answer to a SELECT, as mappings."""
        with _told():
            return [dict(row) for row in self.db.query(sql, parameters)]

    def tuples(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The answer to a SELECT of very many rows, for whom mappings would cost more than the reading."""
        with _told():
            return list(self.db.execute(sql, parameters).fetchall())

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """A read step: everything in it sees the database as it stood at its first look. Inside an open step, that."""
        if self.db.conn.in_transaction:
            yield
            return
        with _told():
            self.db.execute("BEGIN")
        self._only_reading = True
        try:
            yield
        finally:
            self._only_reading = False
            self.db.rollback()

    @contextlib.contextmanager
    def writing(self) -> Iterator[Database]:
        """A write step: BEGIN IMMEDIATE, so that a read-then-write never fails half-way; COMMIT, or all rolled back.

        Inside an open step it nests as part of that step.

        Raises:
            DatabaseBusy: another process kept the database locked.
            StoreError: the disk is full, the file read-only or damaged.
        """
        if self._only_reading:
            raise RuntimeError("a read step is open: what is written in it would be lost")
        if self.db.conn.in_transaction:
            yield self.db
            return
        with _told():
            self.db.execute("BEGIN IMMEDIATE")
        try:
            with _told():
                yield self.db
                self.db.execute("COMMIT")
        except BaseException:
            self.db.rollback()  # does nothing where the error already ended the transaction
            raise


def open_store(path: Path, *, create: bool = False, keep: bool = True) -> Store:
    """Open the database for this thread, migrating it when it is older than the code.

    Args:
        keep: a checked copy of what is migrated, beside it; without one it is not migrated.

    Raises:
        NoDatabase: there is none and `create` is false.
        DatabaseNewer: it was written by a newer version.
        DatabaseDamaged: the file is no database of ours, or a broken one.
        DatabaseBusy: another process kept it locked.
    """
    with _told():
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        _as_writable(path)
        connection = _connected(path, create=create)
        connection.row_factory = sqlite3.Row
        store = Store(path, connection)
        try:
            _prepare(store, fresh=create and path.stat().st_size == 0, keep=keep)
        except BaseException:
            store.close()
            raise
        return store


def schema(store: Store) -> str:
    """The name of the newest change of the schema that the database has."""
    return str(max(applied.name for applied in migrations.applied(store.db)))


def _connected(path: Path, *, create: bool) -> sqlite3.Connection:
    """A connection that makes no database where there is none, not even one that was there a moment ago."""
    try:
        where = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        return sqlite3.connect(where, timeout=BUSY_TIMEOUT_S, uri=True)
    except sqlite3.OperationalError:
        if create or path.exists():
            raise
        raise NoDatabase(path) from None


def _as_writable(path: Path) -> None:
    """Give the files beside a database its permissions: SQLite makes them read-only beside a read-only file, and once
    that can be written again they would keep everybody from it for ever."""
    for beside in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if beside.exists() and not os.access(beside, os.W_OK) and os.access(path, os.W_OK):
            with contextlib.suppress(OSError):  # another's file: `status` names it
                beside.chmod(stat.S_IMODE(path.stat().st_mode))


def _prepare(store: Store, *, fresh: bool, keep: bool) -> None:
    db = store.db
    db.execute("PRAGMA foreign_keys = ON")
    owner = db.execute("PRAGMA application_id").fetchone()[0]
    if owner != APPLICATION_ID and not fresh:
        raise DatabaseDamaged(
            f"{store.path} is not a database of ALIA Watch.", hint="Check `watch.database` in the configuration."
        )
    if fresh:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    known = {migration.name for migration in migrations._migrations}
    unknown = sorted(applied.name for applied in migrations.applied(db) if applied.name not in known)
    if unknown:
        raise DatabaseNewer(
            f"{store.path} was written by a newer version (it has {unknown[-1]}).",
            hint="Update ALIA Watch, or restore a backup made by this version.",
        )
    pending = migrations.pending(db)
    if pending:
        if keep and not fresh:
            _keep_copy(store, pending[0].name)
        migrations.apply(db)


def _keep_copy(store: Store, coming: str) -> None:
    """A copy beside the database before its schema changes, named after the change."""
    path = store.path.with_name(f"{store.path.stem}.before-{coming}.db")
    partial = path.with_suffix(".partial")
    try:
        copy_whole(store.db.conn, partial, of=store.path)
        put_in_place(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """SQLite's errors that a person can mend, as ours; anything else stays loud."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise DatabaseBusy(
                "The database is locked by another process.", hint="Try again, or stop the other one."
            ) from error
        if "malformed" in text or "not a database" in text:
            raise DatabaseDamaged(
                f"The database is damaged ({text}).", hint="Restore the newest backup with `alia-watch restore`."
            ) from error
        if "full" in text or "readonly" in text or "unable to open" in text or "disk I/O" in text:
            raise StoreError(
                f"The database cannot be written ({text}).", hint="Check the disk's free space and permissions."
            ) from error
        raise
