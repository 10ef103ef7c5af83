"""What the charts draw: a repo day by day and month by month, its cost day by day, and a year of event windows."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from alia_watch import clock
from alia_watch.costs.per_download import CostRatio
from alia_watch.findings.event_test import Pair
from alia_watch.pipeline.downloads import ROLLING
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.reports.study_document import pair_document
from alia_watch.series.reconstruct import DailySeries, closing
from alia_watch.series.totals import Total, total

#: How many months a digest looks back on, its own among them: the same month of the year before is the first.
MONTHS = 13


def months(series: DailySeries, last: date) -> list[dict[str, Any]]:
    """The downloads of each month up to that of `last`, oldest first, from the one that the first known day lies in.

    A month before the repo's birth is left out: there was nothing to download.
    """
    if not series.days:
        return []
    since = max(series.born or date.min, series.days[0].day).replace(day=1)
    found = []
    for back in range(MONTHS - 1, -1, -1):
        number = last.year * 12 + last.month - 1 - back
        month = f"{number // 12:04}-{number % 12 + 1:02}"
        first, end = clock.month_days(month)
        if first >= since:
            found.append({"month": month, **total_document(total(series, first, end))})
    return found


def chart_of(series: DailySeries, first: date, last: date, hub_wide: Collection[date]) -> dict[str, Any]:
    """What the chart of days draws: a repo's days from `first` to `last`, and those on which the whole Hub moved."""
    return {
        "repo_id": series.repo_id,
        "days": [
            {"day": day.day.isoformat(), "count": day.count, "kind": str(day.kind)}
            for day in series.days
            if first <= day.day <= last
        ],
        "intervals": intervals_of(series, first, last),
        "hub_wide": [day.isoformat() for day in sorted(hub_wide) if first <= day <= last],
    }


def intervals_of(series: DailySeries, first: date, last: date) -> list[dict[str, Any]]:
    """The intervals that touch a span."""
    return [
        {"start": each.start.isoformat(), "end": each.end.isoformat(), "total": each.total}
        for each in series.intervals
        if first <= each.end and each.start <= last
    ]


def total_document(found: Total) -> dict[str, Any]:
    """A number of downloads with its bounds, and how many of its days are known."""
    return {
        "count": found.count,
        "low": found.low,
        "high": found.high,
        "known_days": found.known_days,
        "days": found.days,
    }


def cost_course(
    look: Reconstruction, ratios: Iterable[CostRatio], repo_id: str, last: date, days: int = 365
) -> dict[str, Any]:
    """What the cost per download is made of, day by day: the rolling counts of a repo, and the amounts.

    Args:
        ratios: of which the scenarios with an amount are taken, those of a month's part left out, and those in
            another currency than the first: they have no place on one axis.
    """
    first = last - timedelta(days=days)
    read = closing(look.readings(repo_id), look.learnt.hub_day, lambda reading: reading.downloads_30d)
    scenarios: dict[str, dict[str, Any]] = {}
    for each in ratios:
        if each.amount is not None and each.numerator and not each.amortised and each.downloads.window == ROLLING:
            currency = next(iter(scenarios.values()))["currency"] if scenarios else each.numerator.currency
            if each.numerator.currency != currency:
                continue
            scenarios[each.scenario.id] = {
                "scenario": each.scenario.id,
                "name": each.scenario.name,
                "amount": str(each.amount),
                "currency": each.numerator.currency,
                "bound": str(each.numerator.bound),
            }
    return {
        "repo_id": repo_id,
        "days": [
            {"day": day.isoformat(), "rolling": count} for day, count in sorted(read.items()) if first < day <= last
        ],
        "scenarios": list(scenarios.values()),
    }


def windows_of_year(pairs: Sequence[Pair], repo_id: str, last: date) -> list[dict[str, Any]]:
    """The flagship's event windows of a year, oldest first, each with the kinds of its announcements."""
    since = last - timedelta(days=365)
    return [
        {**pair_document(pair), "kinds": sorted({str(each.kind) for each in pair.window.announcements})}
        for pair in pairs
        if pair.series == repo_id and pair.window.last > since
    ]
