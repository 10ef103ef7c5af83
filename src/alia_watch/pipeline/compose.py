"""Gather the facts of a report. Nothing is written in words here, and nothing is stored."""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from alia_watch import __version__, clock
from alia_watch.announcements.announcement import Announcement
from alia_watch.announcements.trouble import Trouble
from alia_watch.clock import format_second
from alia_watch.config.sections import Config
from alia_watch.findings.notice import Finding, FindingKind, Notice
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.digest import digest_document, groups
from alia_watch.pipeline.downloads import cost_ratios, headline
from alia_watch.pipeline.over_time import chart_of, cost_course
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.pipeline.uncollected import uncollected
from alia_watch.reports.alert import alert_document
from alia_watch.reports.correction import correction_document
from alia_watch.reports.cost_update import cost_update_document
from alia_watch.reports.maintenance import trouble_document
from alia_watch.reports.report import Report, ReportKind
from alia_watch.store.announcements import calendar_version
from alia_watch.store.database import Store
from alia_watch.store.evidence import marks
from alia_watch.store.reports import report_document

_WEEK = timedelta(days=7)
#: How many days the chart of an alert shows, and that of a cost update; which findings are drawn.
_ALERT_DAYS, _UPDATE_DAYS = timedelta(days=41), 90
_DRAWN = (FindingKind.SPIKE, FindingKind.FADED, FindingKind.REVISION)


def alert(store: Store, config: Config, notices: Sequence[Notice], *, now: datetime) -> Report | None:
    """An alert of everything among the notices that is to be told; None where nothing is."""
    told = [notice.finding for notice in notices if notice.tell]
    if not told:
        return None
    with _evidence(store, config) as evidence:
        document = alert_facts(store, config, told, confirmed(store, config), now=now)
    key = alert_key(told, now)
    return Report(key, ReportKind.ALERT, document | imprint(config, key, now), evidence)


def alert_facts(
    store: Store, config: Config, told: Sequence[Finding], announcements: Sequence[Announcement], *, now: datetime
) -> dict[str, Any]:
    """The figures of an alert, with the days of the first repo that a spike is told of."""
    look = Reconstruction(store, config, now=now)
    document = alert_document(
        told, {each.id: each for each in announcements}, headline(store, config, now=now, look=look)
    )
    repo = next((each.repo_id for each in told if each.kind in _DRAWN), None)
    if repo is None:
        return document
    series = look.series([repo])[repo]
    last = series.days[-1].day if series.days else clock.utc_day(now)
    return document | {"chart": chart_of(series, last - _ALERT_DAYS, last, look.hub_wide)}


def alert_key(findings_told: Sequence[Finding], now: datetime) -> str:
    """The key of an alert: its UTC day, and a digest of what it tells."""
    keys = hashlib.sha256("\n".join(finding.key for finding in findings_told).encode()).hexdigest()[:8]
    return f"alert:{clock.utc_day(now).isoformat()}:{keys}"


@uncollected()
def cost_update(
    store: Store, config: Config, *, now: datetime, announcements: Sequence[Announcement] | None = None
) -> Report:
    """The cost update of the ISO week of `now`; `announcements` in the place of the confirmed ones."""
    with _evidence(store, config) as evidence:
        look = Reconstruction(store, config, now=now)
        earlier = Reconstruction(store, config, now=now - _WEEK, later=look)
        before = headline(store, config, now=now - _WEEK, look=earlier)
        ratios = cost_ratios(store, config, now=now, announcements=announcements, look=look)
        now_is = headline(store, config, now=now, look=look)
        repos = now_is.downloads.repos
        course = (
            cost_course(look, [now_is], repos[0], clock.utc_day(now), days=_UPDATE_DAYS) if len(repos) == 1 else None
        )
    document = cost_update_document(now_is, ratios, before if before.ratio is not None else None, groups(config))
    document |= {"cost_course": course} if course else {}
    year, week, _ = clock.civil_day(now, config.timetable.zone).isocalendar()
    key = f"cost_update:{year}-W{week:02}"
    return Report(key, ReportKind.COST_UPDATE, document | imprint(config, key, now), evidence)


def source_troubles(store: Store, config: Config, troubles: Sequence[Trouble], *, now: datetime) -> Iterator[Report]:
    """One report for the maintainers for each trouble of a source that none was made of before."""
    for trouble in troubles:
        key = f"maintenance:{trouble.key}"
        if report_document(store, key) is None:
            yield Report(key, ReportKind.MAINTENANCE, trouble_document(trouble) | imprint(config, key, now))


def watch_trouble(config: Config, key: str, facts: dict[str, Any], *, now: datetime) -> Report:
    """A report for the maintainers on the watch itself (`reports.maintenance`)."""
    return Report(key, ReportKind.MAINTENANCE, facts | imprint(config, key, now))


def digest(
    store: Store, config: Config, month: str, *, now: datetime, announcements: Sequence[Announcement] | None = None
) -> Report:
    """The digest of a month (`2026-01`), as known at `now`. Counters are those of its last reading.

    `announcements` stand in the place of the confirmed ones, where a report is made again as it was.

    Raises:
        ValueError: this is no month.
    """
    with _evidence(store, config) as evidence:
        known = confirmed(store, config) if announcements is None else announcements
        document = digest_document(store, config, month, known, now=now)
    key = f"digest:{month}"
    return Report(key, ReportKind.DIGEST, document | imprint(config, key, now), evidence)


def correction(config: Config, corrections: Sequence[Finding], *, now: datetime) -> Report:
    """The message for those who got a report of which figures were wrong; all corrections are of one report."""
    name = hashlib.sha256("\n".join(each.key for each in corrections).encode()).hexdigest()[:8]
    key = f"correction:{corrections[0].facts['report']}:{name}"
    document = {"corrections": [correction_document(each) for each in corrections], "groups": groups(config)}
    return Report(key, ReportKind.CORRECTION, document | imprint(config, key, now))


@contextlib.contextmanager
def _evidence(store: Store, config: Config) -> Iterator[dict[str, Any]]:
    """What a report is made of: nothing that comes in meanwhile is seen, or said to have been."""
    with store.reading():
        yield {"marks": marks(store), "calendar": calendar_version(store), "configuration": config.rests_on()}


def imprint(config: Config, key: str, now: datetime) -> dict[str, Any]:
    """What every document says of the watch, and of itself."""
    return {
        "id": key,
        "watch": config.watch.name,
        "method_url": config.watch.method_url,
        "run_by": config.watch.run_by,
        "funded_by": config.watch.funded_by,
        "contact": config.watch.contact,
        "version": __version__,
        "simulated": config.watch.simulated,
        "made_at": format_second(now),
    }
