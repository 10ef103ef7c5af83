"""When the watch does what, and what keeps it safe: backups, how old answers are kept, who watches from outside."""

import datetime as dt
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from alia_watch.config.secret import Secret
from alia_watch.config.section import RepoId, Section


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
        copy_to_repo: a private dataset repo on the Hub, for the same; it is made by hand.
        copy_token: a token that may write there, and is not the one that reads.
        copy_deadline_s: the most that a copy to the repo may take.
    """

    daily: int = Field(default=7, ge=1, le=400)
    weekly: int = Field(default=5, ge=0, le=400)
    monthly: int = Field(default=12, ge=0, le=400)
    copy_to: Path | None = None
    copy_to_repo: RepoId | None = None
    copy_token: Secret | None = None
    copy_deadline_s: float = Field(default=900, gt=0, le=7200)

    @model_validator(mode="after")
    def _has_its_token(self) -> Self:
        if (self.copy_to_repo is None) != (self.copy_token is None):
            raise ValueError("copy_to_repo and copy_token go together: give both or none")
        return self


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
