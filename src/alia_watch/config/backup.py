"""How many backups are kept, and where a second copy of each goes."""

from pathlib import Path

from pydantic import Field

from alia_watch.config.section import Section


class BackupSection(Section):
    """Backups of the database, made once a day into `watch.backups`.

    Attributes:
        daily, weekly, monthly: of how many days, weeks and months the newest is kept.
        copy_to: another folder, best on another machine's disk, where each backup is copied to and kept as long.
    """

    daily: int = Field(default=7, ge=1, le=400)
    weekly: int = Field(default=5, ge=0, le=400)
    monthly: int = Field(default=12, ge=0, le=400)
    copy_to: Path | None = None
