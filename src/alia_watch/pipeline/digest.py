"""Gather the figures of a month's digest, from one look at the evidence. Nothing is written in words here."""

import datetime as dt
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from alia_watch import clock
from alia_watch.announcements.announcement import Announcement
from alia_watch.config.sections import Config
from alia_watch.costs.per_download import CostRatio, Downloads, per_download
from alia_watch.findings.event_study import Study
from alia_watch.findings.notice import Finding, FindingKind
from alia_watch.pipeline.beside import comparators, flagship_beside
from alia_watch.pipeline.community import community, derived
from alia_watch.pipeline.detect import judged, spike_finding, to_judge
from alia_watch.pipeline.downloads import ALL_TIME, cost_ratios, headline, month_downloads, month_ratios
from alia_watch.pipeline.over_time import (
    chart_of,
    cost_course,
    intervals_of,
    months,
    total_document,
    windows_of_year,
)
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.pipeline.study import studied, to_study
from alia_watch.pipeline.uncollected import uncollected
from alia_watch.reports.alert import announcement_document, finding_document
from alia_watch.reports.correction import correction_document
from alia_watch.reports.cost_ratio import downloads_document, ratio_document
from alia_watch.reports.study_document import pair_document, summary_document
from alia_watch.series.reconstruct import DailySeries, DayKind, latest
from alia_watch.series.snapshot import Evidence, Reading
from alia_watch.series.totals import total
from alia_watch.store.database import Store
from alia_watch.store.findings import findings

#: How many days the chart shows before the month, to tell what is usual.
_CHART_BEFORE = timedelta(days=28)


@uncollected()
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
    said = judged(config, [*asked, *studies, *to_judge(at_end, [flagship.repo_id], known)], look.memory)
    spikes = [spike for one in said[: len(asked)] for spike in one.spikes]
    found = [spike_finding(spike) for spike in spikes if first <= spike.start <= last]
    study = studied(config, studies, said[len(asked) : -1], closely=[flagship.repo_id])
    at_month_end = said[-1]
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
        "flagship_total": total_document(total(mine, first, last)),
        "flagship_before": total_document(total(mine, *before)),
        "flagship_year_before": total_document(total(mine, *a_year_before)),
        "headline": ratio_document(headline(store, config, now=month_end, look=at_end)),
        "headline_before": ratio_document(_headline_before(store, config, at_end, before[1])),
        "quoted": _quoted(config, at_end, first, last),
        "ratios": [ratio_document(ratio) for ratio in ratios],
        "month_ratios": [ratio_document(ratio) for ratio in month_ratios(store, config, month, now=now, look=look)],
        "groups": groups(config),
        "scopes": _scopes(config, look, ratios, [month, f"{before[0]:%Y-%m}", f"{a_year_before[0]:%Y-%m}"]),
        "chart": chart_of(mine, first - _CHART_BEFORE, last, look.hub_wide),
        "months": months(mine, last),
        "cost_course": cost_course(at_end, ratios, flagship.repo_id, last),
        "intervals": intervals_of(mine, first, last),
        "missing": _missing(mine, first, last),
        "spikes": [finding_document(each, by_id) | {"hub_wide": each.day in look.hub_wide} for each in found],
        "usual": round(at_month_end.next_day.mean, 1) if at_month_end.next_day else None,
        "smallest_detectable": at_month_end.smallest.count if at_month_end.smallest else None,
        "announcements": [announcement_document(each) for each in known if first <= each.date <= last],
        "study": _study(study, mine, first, last),
        "changes": [finding_document(each, by_id) for each in _changes(store, first, last, now)],
        "family": [_repo(series[repo], at_end, config, first, last) for repo in repos],
        "beside": flagship_beside(at_end, flagship.repo_id),
        "comparators": comparators(config, at_end),
        "community": community(store, repos, at_end, since=clock.day_start(first), until=month_end),
        "derived": derived(store, flagship.repo_id, since=clock.day_start(first), until=month_end),
        "corrections": [correction_document(each) for each in _corrections(store, first, now)],
        "replies": _replies(config, first, now),
    }


def _study(found: Study, flagship: DailySeries, first: dt.date, last: dt.date) -> dict[str, Any]:
    """What the announcements coincided with: the flagship's windows of a month, and all windows up to its end."""
    name = flagship.repo_id
    mine = [pair for pair in found.pairs if pair.series == name and pair.window.meets(first, last)]
    return {
        "until": min(flagship.days[-1].day if flagship.days else last, last).isoformat(),
        "windows": [pair_document(pair) for pair in mine],
        "year": windows_of_year(found.pairs, name, last),
        "flagship": summary_document(found.by_series[name]),
        "family": summary_document(found.summary),
    }


def _headline_before(store: Store, config: Config, later: Reconstruction, month_end: dt.date) -> CostRatio:
    """The headline as it stood at the end of the month before, with the cost as it is configured now."""
    now = clock.day_end(clock.UtcDay(month_end))
    look = Reconstruction(store, config, now=now, later=later)
    return headline(store, config, now=now, look=look)


def _scopes(
    config: Config, look: Reconstruction, ratios: Sequence[CostRatio], months_asked: Sequence[str]
) -> list[dict[str, Any]]:
    """The flagship, the groups and the family: downloads of a month, of the one before, of a year before, all time.

    A month is `whole` where all the repos that it counts were there from its first day on.
    """
    counted = [month_downloads(config, each, look=look) for each in months_asked]
    all_time = {each.downloads.id: each.downloads for each in ratios if each.downloads.window == ALL_TIME}
    return [
        {
            **dict(zip(("month", "before", "year_before"), (_of_month(one, look) for one in each), strict=True)),
            "id": each[0].id,
            "refused": str(each[0].refused.reason) if each[0].refused else None,
            "all_time": all_time[each[0].id].count if each[0].id in all_time else None,
        }
        for each in zip(*counted, strict=True)
    ]


def _of_month(counted: Downloads, look: Reconstruction) -> dict[str, Any]:
    born = [look.born(repo) or dt.date.min for repo in counted.repos]
    whole = bool(born) and counted.start is not None and max(born) <= counted.start
    there = not born or counted.end is None or min(born) <= counted.end
    return {**downloads_document(counted), "whole": whole, "there": there}


def _quoted(config: Config, look: Reconstruction, first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """What others printed up to a month's end, made again from what they say they divided, and what we had read.

    A ratio is for a year in a digest: after that it is history.
    """
    rows = []
    for each in sorted(config.quoted, key=lambda quoted: quoted.date):
        if each.date > last or each.date < first - timedelta(days=365):
            continue
        read = _read_by(look, each.repo, each.counted_on or each.date)
        rows.append(
            {
                "by": each.by,
                "date": each.date.isoformat(),
                "url": each.url,
                "says": str(each.says),
                "amount": str(each.amount),
                "currency": each.currency,
                "downloads": each.downloads,
                "repo_id": each.repo,
                "counted_on": each.counted_on.isoformat() if each.counted_on else None,
                "ratio": str(per_download(each.amount, each.downloads)),
                "read_at": clock.moment_text(read.observed_at) if read else None,
                "read": read.downloads_30d if read else None,
            }
        )
    return rows


def _read_by(look: Reconstruction, repo_id: str, day: dt.date) -> Reading | None:
    """Our last reading of a repo's rolling count up to a UTC day, of that day or one of the two before it."""
    end = clock.day_end(clock.UtcDay(day))
    own = (each for each in look.readings(repo_id) if each.evidence is Evidence.OWN)
    readings = [each for each in own if clock.end_of(each.observed_at) <= end]
    last = latest(readings, lambda reading: reading.downloads_30d)
    return last if last and end - clock.end_of(last.observed_at) < timedelta(days=3) else None


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
    return [each for each in found if each.day <= last and each.kind not in (FindingKind.SPIKE, FindingKind.CORRECTION)]


def _corrections(store: Store, first: dt.date, now: datetime) -> list[Finding]:
    """What was found wrong from a month's first day until its digest was made, so that none is left out between two."""
    return [each for each in findings(store, until=now, since=first) if each.kind is FindingKind.CORRECTION]


def _repo(series: DailySeries, at_end: Reconstruction, config: Config, first: dt.date, last: dt.date) -> dict[str, Any]:
    return {
        "repo_id": series.repo_id,
        "unit": str(config.family.record().unit(series.repo_id)),
        "month": total_document(total(series, first, last)),
        "rolling": _last_count(at_end, series.repo_id, lambda reading: reading.downloads_30d),
        "all_time": _last_count(at_end, series.repo_id, lambda reading: reading.downloads_all_time),
    }


def _last_count(look: Reconstruction, repo_id: str, counter: Callable[[Reading], int | None]) -> int | None:
    """A counter as last read."""
    reading = latest(look.readings(repo_id), counter)
    return counter(reading) if reading else None
