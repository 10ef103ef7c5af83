"""What downloads did around one announcement, confirmed or not: the event study's own figures."""

import datetime as dt
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from alia_watch.announcements.announcement import Announcement, AnnouncementState, Precision
from alia_watch.clock import utc_day
from alia_watch.config.sections import Config
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.pipeline.study import study_of
from alia_watch.reports.study_document import announcement_rows
from alia_watch.store.database import Store


@dataclass(frozen=True, slots=True)
class Around:
    """The rows of the event study for one announcement, one for each series; or why there are none.

    `first` and `last` are the UTC days of its window, were it confirmed.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    why_none: str = ""
    first: dt.date | None = None
    last: dt.date | None = None


def around(store: Store, config: Config, announcement: Announcement, *, now: datetime) -> Around:
    """What the study says of one announcement as if it were confirmed, with the others as they stand."""
    if announcement.precision in (Precision.MONTH, Precision.UNDATED):
        return Around(why_none="its day is not known, so it has no event window.")
    counted = replace(announcement, state=AnnouncementState.CONFIRMED)
    window = counted.window(config.timetable.zone)
    if window is None:
        raise AssertionError("a known day has a window")
    others = [each for each in confirmed(store, config) if each.id != announcement.id]
    look = Reconstruction(store, config, now=now)
    family = look.family()
    if not family:
        return Around(why_none="nothing of the family was read yet.", first=window[0], last=window[1])
    found = study_of(look, config, family, [*others, counted], until=utc_day(now))
    rows = [row for pair in found.pairs for row in announcement_rows(pair) if row["announcement"] == announcement.id]
    told = [row for row in rows if row["expected"] is not None]
    if not told:
        why = "no series is measured well enough around it, or its window is not over."
        return Around(why_none=why, first=window[0], last=window[1])
    return Around(told, "", *window)
