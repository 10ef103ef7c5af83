"""The facts of what people ask about days: the chart, unusual days, announcements. Spikes are those that were found."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from alia_watch import clock
from alia_watch.announcements.announcement import Announcement, Precision
from alia_watch.config.sections import Config
from alia_watch.findings.notice import Finding, FindingKind
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.ask import flagship
from alia_watch.pipeline.compose import imprint
from alia_watch.pipeline.detect import detections_of
from alia_watch.pipeline.kept_digest import kept_digest
from alia_watch.pipeline.over_time import chart_of, total_document
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.reports.alert import announcement_document, finding_document
from alia_watch.series.reconstruct import DailySeries, DayKind
from alia_watch.series.totals import total
from alia_watch.store.database import Store
from alia_watch.store.findings import findings, notices

#: How many spikes, and how many announcements, an answer tells of.
MOST = 8


def chart(
    store: Store,
    config: Config,
    *,
    now: datetime,
    look: Reconstruction | None = None,
    repo: str | None = None,
    days: int | None = 90,
) -> dict[str, Any]:
    """A repo's last days with all that a chart marks; without a repo the flagship's, without a number all its days.

    Announcements come newest first, and are numbered so.
    """
    look = look or Reconstruction(store, config, now=now)
    repo = repo or flagship(config, now)
    series = look.series([repo])[repo]
    document = imprint(config, "answer:chart", now) | {"repo_id": repo}
    span = _span(series, days)
    if span is None:
        return document | {"chart": None, "total": None, "spikes": [], "announcements": []}
    first, last = span
    known = confirmed(store, config)
    marked = [each for each in known if first <= each.date <= last and each.precision is not Precision.UNDATED]
    by_id = {each.id: each for each in known}
    found = [each for each in _spikes(store, now) if each.repo_id == repo and first <= each.day <= last]
    return document | {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "closed_until": last.isoformat(),
        "chart": chart_of(series, first, last, look.hub_wide),
        "total": total_document(total(series, first, last)),
        "spikes": _told(found, by_id, look),
        "announcements": [announcement_document(each) for each in reversed(marked)],
    }


def spikes(store: Store, config: Config, *, now: datetime, look: Reconstruction | None = None) -> dict[str, Any]:
    """The newest spikes of the family, told or not, and the smallest that the flagship's counts could show.

    The smallest is that of the newest digest; where none is kept, it is asked of the detector.
    """
    look = look or Reconstruction(store, config, now=now)
    known = confirmed(store, config)
    found = [each for each in _spikes(store, now) if config.family.record().has(each.repo_id)]
    told = {notice.finding.key for notice in notices(store, until=now) if notice.tell}
    newest = found[:MOST]
    rows = _told(newest, {each.id: each for each in known}, look)
    return {
        **imprint(config, "answer:spikes", now),
        "flagship": flagship(config, now),
        "spikes": [row | {"told": each.key in told} for row, each in zip(rows, newest, strict=True)],
        "more": len(found) - len(newest),
        **_smallest(store, config, look, known),
    }


def announcements(store: Store, config: Config, *, now: datetime, look: Reconstruction | None = None) -> dict[str, Any]:
    """The newest confirmed announcements, and what the newest digest says that they coincided with.

    `unknown` are those that it says nothing of.
    """
    del look  # as the other questions have it
    today = clock.civil_day(now, config.timetable.zone)
    known = [each for each in confirmed(store, config) if each.date <= today]
    newest = known[::-1][:MOST]
    digest = kept_digest(store, now=now)
    study = digest.document["study"] if digest else {"year": [], "until": None}
    asked = {each.id for each in newest}
    windows = [each for each in reversed(study["year"]) if asked & set(each["announcements"])]
    answered = {name for each in windows for name in each["announcements"]}
    return {
        **imprint(config, "answer:announcements", now),
        "announcements": [announcement_document(each) for each in newest],
        "more": len(known) - len(newest),
        "study": {"windows": windows, "until": study["until"]},
        "unknown": [each.id for each in newest if each.id not in answered],
    }


def _span(series: DailySeries, days: int | None) -> tuple[date, date] | None:
    """The last days, from the first of them that anything is known of; None where nothing is."""
    known = [each.day for each in series.days if each.kind is not DayKind.MISSING]
    if not known:
        return None
    last = series.days[-1].day
    since = last - timedelta(days=days - 1) if days else known[0]
    return max(since, known[0]), last


def _spikes(store: Store, now: datetime) -> list[Finding]:
    """Every spike that was found, the newest first."""
    return [each for each in reversed(findings(store, until=now)) if each.kind is FindingKind.SPIKE]


def _told(
    found: Iterable[Finding], announcements_by_id: dict[str, Announcement], look: Reconstruction
) -> list[dict[str, Any]]:
    """Spikes as documents. The basket, which is much to read, is looked at only where there are any."""
    return [finding_document(each, announcements_by_id) | {"hub_wide": each.day in look.hub_wide} for each in found]


def _smallest(store: Store, config: Config, look: Reconstruction, known: list[Announcement]) -> dict[str, Any]:
    digest = kept_digest(store, now=look.now)
    if digest is not None:
        return {name: digest.document[name] for name in ("usual", "smallest_detectable", "month")}
    repo = flagship(config, look.now)
    said = detections_of(look, config, [repo], known)[repo]
    return {
        "usual": round(said.next_day.mean, 1) if said.next_day else None,
        "smallest_detectable": said.smallest.count if said.smallest else None,
        "month": None,
    }
