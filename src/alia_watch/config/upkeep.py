"""When the watch does what, and what keeps it safe: backups, how old answers are kept, who watches from outside."""

import datetime as dt
from pathlib import Path

from pydantic import Field, field_validator

from alia_watch.config.secret import Secret
from alia_watch.config.section import Section


class TimetableSection(Section):
    """When duties fall due, in the civil time of `zone`. Weekday 1 is Monday."""

    zone: str = "Europe/Madrid"
    detect_at: dt.time = dt.time(9, 0)
    digest_at: dt.time = dt.time(9, 30)
    digest_latest_day: int = Field(default=4, ge=1, le=28)
    cost_update_weekday: int = Field(default=1, ge=1, le=7)
    cost_update_at: dt.time = dt.time(9, 15)
    announcements_at: dt.time = dt.time(7, 45)
    backup_at: dt.time = dt.time(4, 30)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        import zoneinfo  # noqa: PLC0415  the zone database is read only when a zone is checked

        try:
            zoneinfo.ZoneInfo(zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{zone!r} is not a zone of the IANA database: write one such as Europe/Madrid") from error
        return zone


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


class RetentionSection(Section):
    """How long what was read is kept as it came; nothing is ever let go of.

    Attributes:
        pack_answers_after_days: raw answers of months that ended so many days ago are packed together.
    """

    pack_answers_after_days: int = Field(default=60, ge=1, le=36_500)


class HeartbeatSection(Section):
    """A watcher outside, who is told of each whole good day, and alarms by itself where that does not come.

    Attributes:
        url: what is asked, as healthchecks.io and its like give it out; whoever knows it can forge it.
        at: from when on the day before is told of, in the zone of the timetable.
    """

    url: Secret
    at: dt.time = dt.time(0, 30)
    timeout_s: float = Field(default=20, gt=0, le=120)
