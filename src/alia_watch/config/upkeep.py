"""What keeps the watch safe: how many backups are kept and where a second copy goes, and who watches from outside."""

import datetime as dt
from pathlib import Path

from pydantic import Field

from alia_watch.config.secret import Secret
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


class HeartbeatSection(Section):
    """A watcher outside, who is told of each whole good day, and alarms by itself where that does not come.

    Attributes:
        url: what is asked, as healthchecks.io and its like give it out; whoever knows it can forge it.
        at: from when on the day before is told of, in the zone of the timetable.
    """

    url: Secret
    at: dt.time = dt.time(0, 30)
    timeout_s: float = Field(default=20, gt=0, le=120)
