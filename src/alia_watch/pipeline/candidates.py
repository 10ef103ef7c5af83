"""Announcements that wait for a maintainer's decision, and the messages that ask for it."""

from collections.abc import Iterator
from datetime import datetime

from alia_watch.announcements.announcement import Announcement, AnnouncementState
from alia_watch.config.sections import Config
from alia_watch.pipeline.compose import imprint
from alia_watch.reports.report import Report, ReportKind
from alia_watch.reports.summary import candidate_document, mark
from alia_watch.store.announcements import announcements_of
from alia_watch.store.database import Store
from alia_watch.store.reports import report_document

#: So many are asked about at a time: the first reading of a source brings many.
AT_A_TIME = 5


def waiting(store: Store) -> list[Announcement]:
    """Those that nobody has decided on, newest first."""
    found = announcements_of(store, state=AnnouncementState.CANDIDATE)
    return sorted(found, key=lambda each: (each.date, each.id), reverse=True)


def candidate_marked(store: Store, name: str) -> Announcement | None:
    """The one that waits and has this mark (`reports.summary.mark`)."""
    return next((each for each in waiting(store) if mark(each.id) == name), None)


def asking_for(config: Config, announcement: Announcement, *, now: datetime) -> Report:
    """The question about one."""
    key = f"{ReportKind.CANDIDATE}:{announcement.id}"
    return Report(key, ReportKind.CANDIDATE, candidate_document(announcement) | imprint(config, key, now))


def not_asked(store: Store, config: Config, *, now: datetime) -> Iterator[Report]:
    """The questions about those that nobody was asked about yet, the newest few; the others come another time."""
    asked = 0
    for each in waiting(store):
        report = asking_for(config, each, now=now)
        if report_document(store, report.key) is None:
            yield report
            asked += 1
        if asked == AT_A_TIME:
            return
