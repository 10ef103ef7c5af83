"""Whether the database can be written, and how much room there is for it: found out before a duty does."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from alia_watch.findings.watch_trouble import little_space
from alia_watch.store.whole import files_of


def storage_faults(database: Path) -> list[str]:
    """Each thing that keeps this process from writing, as one sentence; none means nothing does."""
    faults = [
        f"{file} cannot be written: check the file's owner and permissions."
        for file in files_of(database)
        if file.exists() and not os.access(file, os.W_OK)
    ]
    if not os.access(database.absolute().parent, os.W_OK | os.X_OK):
        faults.append(f"The folder of {database} cannot be written: SQLite keeps its log there.")
    return faults


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk that a database is on, in bytes."""

    free: int
    total: int

    @property
    def nearly_full(self) -> bool:
        """Whether it has less room than the watch wants."""
        return little_space(self.free, self.total)


def disk_of(database: Path) -> Disk:
    """Raises OSError: the database's folder is not there."""
    usage = shutil.disk_usage(database.absolute().parent)
    return Disk(usage.free, usage.total)
