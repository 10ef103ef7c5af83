"""A daily series as a JSON-ready document: the form that `series --format json` promises (docs/data.md)."""

from typing import Any

from alia_watch import clock
from alia_watch.series.reconstruct import DailySeries


def series_json(series: DailySeries) -> dict[str, Any]:
    """The series' document; the same series gives the same document."""
    return {
        "repo_id": series.repo_id,
        "days": [
            {"day": day.day.isoformat(), "count": day.count, "low": day.low, "high": day.high, "kind": str(day.kind)}
            for day in series.days
        ],
        "intervals": [
            {"start": each.start.isoformat(), "end": each.end.isoformat(), "total": each.total}
            for each in series.intervals
        ],
        "revisions": [{"day": each.day.isoformat(), "size": each.size} for each in series.revisions],
        "level": [
            {
                "observed_at": clock.moment_text(each.observed_at),
                "downloads_30d": each.downloads_30d,
                "downloads_all_time": each.downloads_all_time,
            }
            for each in series.level
        ],
        "disagreements": [
            {"day": each.day.isoformat(), "all_time": each.all_time, "rolling": each.rolling}
            for each in series.disagreements
        ],
    }
