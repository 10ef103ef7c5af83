"""Gather the figures of a month's digest, from one look at the evidence. Nothing is written in words here."""

import datetime as dt
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from alia_watch import clock
from alia_watch.announcements.announcement import Announcement
from alia_watch.config.sections import Config
from alia_watch.findings.event_study import Study
from alia_watch.findings.notice import Finding, FindingKind
from alia_watch.pipeline.community import community
from alia_watch.pipeline.detect import judged, spike_finding, to_judge
from alia_watch.pipeline.downloads import cost_ratios, headline, month_ratios
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.pipeline.study import studied, to_study
from alia_watch.reports.alert import announcement_document, finding_document
from alia_watch.reports.cost_ratio import ratio_document
from alia_watch.reports.study_document import pair_document, summary_document
from alia_watch.series.reconstruct import DailySeries, DayKind, latest
from alia_watch.series.snapshot import Reading
from alia_watch.series.totals import Total, total
from alia_watch.store.database import Store
from alia_watch.store.findings import findings

#: How many days the chart shows before the month, to tell what is usual.
_CHART_BEFORE = timedelta(days=28)


def digest_document(
    store: Store, config: Config, month: str, known: Sequence[Announcement], *, now: datetime
) -> dict[str, Any]:
    """The figures of the digest of a month, from one look at the evidence.

    Raises:
        ValueError: this is no month.
    """
    first, last = clock.month_days(month)
    month_end = min(now, clock.day_end(last))
    family = config.family.record()
    flagship = family.flagship_on(last) or family.flagships[0]
    look = Reconstruction(store, config, now=now)
    at_end = look if month_end == now else Reconstruction(store, config, now=month_end, later=look)
    repos = at_end.family()
    series = look.series({*repos, flagship.repo_id})
    mine = series[flagship.repo_id]
    by_id = {each.id: each for each in known}
    ratios = cost_ratios(store, config, now=month_end, announcements=known, look=at_end)
    asked = to_judge(look, repos, known)
    studies = to_study(look, config, series, known, until=last)
    # All in one pass: as of now, up to the month's end, and as the month's end saw its flagship.
    said = judged(config, [*asked, *studies, *to_judge(at_end, [flagship.repo_id], known)])
    spikes = [spike for one in said[: len(asked)] for spike in one.spikes]
    found = [spike_finding(spike) for spike in spikes if first <= spike.start <= last]
    study, at_month_end = studied(config, studies, said[len(asked) : -1]), said[-1]
    before = clock.month_days(f"{first - timedelta(days=1):%Y-%m}")
    a_year_before = clock.month_days(f"{first - timedelta(days=365):%Y-%m}")  # its 1st or 2nd
    return {
        "month": month,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "closed_until": mine.days[-1].day.isoformat() if mine.days else None,
        "family_name": family.name,
        "flagship": flagship.repo_id,
        "flagship_born": mine.born.isoformat() if mine.born else None,
        "flagship_total": _total(total(mine, first, last)),
        "flagship_before": _total(total(mine, *before)),
        "flagship_year_before": _total(total(mine, *a_year_before)),
        "headline": ratio_document(headline(store, config, now=month_end, look=at_end)),
        "ratios": [ratio_document(ratio) for ratio in ratios],
        "month_ratios": [ratio_document(ratio) for ratio in month_ratios(store, config, month, now=now, look=look)],
        "groups": groups(config),
        "chart": _chart(mine, first - _CHART_BEFORE, last),
        "intervals": _intervals(mine, first, last),
        "missing": _missing(mine, first, last),
        "spikes": [finding_document(each, by_id) | {"hub_wide": each.day in look.hub_wide} for each in found],
        "usual": round(at_month_end.next_day.mean, 1) if at_month_end.next_day else None,
        "smallest_detectable": at_month_end.smallest.count if at_month_end.smallest else None,
        "announcements": [announcement_document(each) for each in known if first <= each.date <= last],
        "study": _study(study, mine, first, last),
        "changes": [finding_document(each, by_id) for each in _changes(store, first, last, now)],
        "family": [_repo(series[repo], at_end, config, first, last) for repo in repos],
        "comparators": _comparators(config, at_end),
        "community": community(store, repos, at_end, since=clock.day_start(first), until=month_end),
        "replies": _replies(config, first, now),
    }


def _study(found: Study, flagship: DailySeries, first: dt.date, last: dt.date) -> dict[str, Any]:
    """What the announcements coincided with: the flagship's windows of a month, and all windows up to its end."""
    name = flagship.repo_id
    mine = [pair for pair in found.pairs if pair.series == name and pair.window.meets(first, last)]
    return {
        "until": min(flagship.days[-1].day if flagship.days else last, last).isoformat(),
        "windows": [pair_document(pair) for pair in mine],
        "flagship": summary_document(found.by_series[name]),
        "family": summary_document(found.summary),
    }


def _replies(config: Config, first: dt.date, now: datetime) -> list[dict[str, Any]]:
    """What was answered from a month's first day until its digest was made, so that none is left out between two."""
    return [
        {"by": each.by, "date": each.date.isoformat(), "text": each.text, "url": each.url}
        for each in sorted(config.reply, key=lambda reply: reply.date)
        if first <= each.date <= now.date()
    ]


def groups(config: Config) -> dict[str, str]:
    """The names of the family's groups, by id."""
    return {group.id: group.name for group in config.family.group}


def _total(found: Total) -> dict[str, Any]:
    return {
        "count": found.count,
        "low": found.low,
        "high": found.high,
        "known_days": found.known_days,
        "days": found.days,
    }


def _chart(series: DailySeries, first: dt.date, last: dt.date) -> dict[str, Any]:
    """What the chart draws."""
    return {
        "repo_id": series.repo_id,
        "days": [
            {"day": day.day.isoformat(), "count": day.count, "kind": str(day.kind)}
            for day in series.days
            if first <= day.day <= last
        ],
        "intervals": _intervals(series, first, last),
    }


def _intervals(series: DailySeries, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """The intervals that touch a span."""
    return [
        {"start": each.start.isoformat(), "end": each.end.isoformat(), "total": each.total}
        for each in series.intervals
        if first <= each.end and each.start <= last
    ]


def _missing(series: DailySeries, first: dt.date, last: dt.date) -> list[str]:
    """The days of a span that are closed and nothing is known of; before its birth a repo had no download."""
    found = {day.day: day.kind for day in series.days}
    closed = min(last, max(found)) if found else first - timedelta(days=1)
    days = (first + timedelta(days=n) for n in range((closed - first).days + 1))
    unknown = (DayKind.MISSING, DayKind.REVISED)
    born = series.born or dt.date.min
    return [day.isoformat() for day in days if day >= born and found.get(day, DayKind.MISSING) in unknown]


def _changes(store: Store, first: dt.date, last: dt.date, now: datetime) -> list[Finding]:
    found = findings(store, until=now, since=first)
    return [each for each in found if each.day <= last and each.kind is not FindingKind.SPIKE]


def _repo(series: DailySeries, at_end: Reconstruction, config: Config, first: dt.date, last: dt.date) -> dict[str, Any]:
    return {
        "repo_id": series.repo_id,
        "unit": str(config.family.record().unit(series.repo_id)),
        "month": _total(total(series, first, last)),
        "rolling": _last(at_end, series.repo_id, lambda reading: reading.downloads_30d),
        "all_time": _last(at_end, series.repo_id, lambda reading: reading.downloads_all_time),
    }


def _comparators(config: Config, look: Reconstruction) -> list[dict[str, Any]]:
    rows = []
    for section in config.comparator:
        counts = [_last(look, repo, lambda reading: reading.downloads_30d) for repo in section.repos]
        read = [count for count in counts if count is not None]
        rows.append(
            {
                "name": section.name,
                "funder": section.funder,
                "repos": list(section.repos),
                "rolling": sum(read) if len(read) == len(counts) else None,
                "public_cost": str(section.public_cost) if section.public_cost else None,
                "currency": section.currency,
                "cost_scope": section.cost_scope,
            }
        )
    return rows


def _last(look: Reconstruction, repo_id: str, counter: Callable[[Reading], int | None]) -> int | None:
    """A counter as last read."""
    reading = latest(look.readings(repo_id), counter)
    return counter(reading) if reading else None
