"""Whether the database can be written, and goes on to be: a look that finds it out before a duty does."""

import os
import shutil
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
    disk = shutil.disk_usage(database.absolute().parent)
    if little_space(disk.free, disk.total):
        faults.append(f"The disk of {database} has {disk.free / 1e6:.0f} MB left: make room, or soon nothing is kept.")
    return faults
