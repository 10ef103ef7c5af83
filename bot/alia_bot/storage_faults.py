"""Whether the system lets the database be written: a look that finds it out before a duty does."""

import os
from pathlib import Path


def storage_faults(database: Path) -> list[str]:
    """Each thing that keeps this process from writing, as one sentence; none means nothing does."""
    files = (database, *(database.with_name(f"{database.name}-{beside}") for beside in ("wal", "shm")))
    faults = [
        f"{file} cannot be written: check the file's owner and permissions."
        for file in files
        if file.exists() and not os.access(file, os.W_OK)
    ]
    if not os.access(database.absolute().parent, os.W_OK | os.X_OK):
        faults.append(f"The folder of {database} cannot be written: SQLite keeps its log there.")
    return faults
