"""What announcements coincided with, as documents: the figures that words and tables are made from (docs/data.md)."""

from typing import Any

from alia_watch.findings.coincidence import Coincidence
from alia_watch.findings.event_study import Summary
from alia_watch.findings.event_test import Pair
from alia_watch.findings.organic import Interval


def pair_document(pair: Pair) -> dict[str, Any]:
    """One event window and one series, with every announcement of the window."""
    return {
        "announcements": [each.id for each in pair.window.announcements],
        "dates": sorted({each.date.isoformat() for each in pair.window.announcements}),
        "series": pair.series,
        "window": f"{pair.window.first.isoformat()}/{pair.window.last.isoformat()}",
        "days": pair.days,
        "observed": pair.observed,
        "expected": _rounded(pair.expected, 2),
        "ratio": _rounded(pair.ratio, 3),
        "low": _rounded(pair.low, 3),
        "high": _rounded(pair.high, 3),
        "p": _rounded(pair.p, 5),
        "p_placebo": _rounded(pair.p_placebo, 5),
        "placebos": pair.placebos,
        "q": _rounded(pair.q, 5),
        "pre_trend_p": _rounded(pair.pre_trend_p, 5),
        "half_life": _rounded(pair.half_life, 2),
        "detectable": _rounded(pair.detectable, 2),
        "too_little": str(pair.too_little) if pair.too_little else None,
        "days_needed": pair.days_needed,
    }


def announcement_rows(pair: Pair) -> list[dict[str, Any]]:
    """The same as a row for each announcement: those of one window share its figures (docs/data.md)."""
    document = pair_document(pair)
    ids, _ = document.pop("announcements"), document.pop("dates")
    return [
        {"announcement": each, **document, "merged_with": [other for other in ids if other != each]} for each in ids
    ]


def summary_document(found: Summary) -> dict[str, Any]:
    """The windows of some series together (docs/data.md)."""
    share, trend = found.share, found.trend
    return {
        "coincidence": {**_coincidence(found.coincidence), "official": _coincidence(found.official)},
        "organic_share": {
            **_interval("share", share.share, 4),
            "outside": share.outside,
            "inside": share.inside,
            "expected": _rounded(share.expected, 4),
            "days_share": _rounded(share.days_share, 4),
            "days": share.days,
            "missing": share.missing,
            **_interval("excess", share.excess, 1, prefix="excess_"),
            "not_judged": share.not_judged,
        },
        "trend": {
            **_interval("percent_per_month", trend.percent, 2),
            "series": trend.series,
            "days_needed": trend.days_needed,
        },
    }


def _coincidence(found: Coincidence) -> dict[str, Any]:
    return {
        "spikes": found.spikes,
        "in_windows": found.in_windows,
        "expected": round(found.expected, 2),
        "p": _rounded(found.p, 5),
        "days": found.days,
        "window_days": found.window_days,
    }


def _interval(name: str, found: Interval | None, digits: int, *, prefix: str = "") -> dict[str, float | None]:
    value, low, high = found or (None, None, None)
    return {
        name: _rounded(value, digits),
        f"{prefix}low": _rounded(low, digits),
        f"{prefix}high": _rounded(high, digits),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
