"""One daemon per database: a lock on a file beside it, which the system frees when its holder ends, however it ends."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from alia_watch.errors import SecondDaemon, StoreError


def lock_path(database: Path) -> Path:
    """The lock's file: `<database>.lock`. It is left in place: removing it would let two daemons lock two files."""
    return database.with_name(f"{database.name}.lock")


@contextlib.contextmanager
def daemon_lock(database: Path) -> Iterator[None]:
    """Hold the database as its only daemon.

    Raises:
        SecondDaemon: another process holds it.
        StoreError: the file cannot be made.
    """
    path = lock_path(database)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(
            f"The lock {path} cannot be made ({error.strerror}).", hint="Check the folder and its permissions."
        ) from error
    try:
        if not _taken(descriptor):
            raise SecondDaemon(
                f"A daemon already runs on {database} (process {holder(database) or 'unknown'}).",
                hint="Stop it first; `alia-watch status` shows what it does.",
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    """Whether the lock is ours now. Tried for half a second: `holder` takes it for an instant, to look."""
    for _ in range(10):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def holder(database: Path) -> str | None:
    """The process id of the daemon that holds the database (empty where it is not known); None where none does."""
    path = lock_path(database)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    else:
        return None
    finally:
        os.close(descriptor)
