"""The answers of GDELT's DOC 2.0 API: a list of articles, and how many there were in each step of time. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from alia_bot.demo.press_rss import NewsItem

GDELT_TYPE = "application/json; charset=utf-8"

_STEP = timedelta(minutes=15)
_DAY = timedelta(days=1)
_SPAN = re.compile(r"(?P<number>\d+)\s*(?P<unit>min|h|d|w|m)[a-z]*")
_UNITS = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": _DAY,
    "w": _DAY * 7,
    "m": _DAY * 30,
}


@dataclass(frozen=True, slots=True)
class VolumePoint:
    """One step of a timeline: how many articles matched, of how many that were seen."""

    at: datetime
    value: int
    norm: int


def gdelt_articles(items: Iterable[NewsItem], *, language: str = "Spanish", country: str = "Spain") -> bytes:
    """`mode=artlist&format=json`. An article is seen at the end of the quarter of an hour it came out in; UTC."""
    articles = [
        {
            "url": item.link,
            "url_mobile": "",
            "title": item.title,
            "seendate": _stamp(item.published + (datetime(1, 1, 1, tzinfo=UTC) - item.published) % _STEP),
            "socialimage": "",
            "domain": urlsplit(item.link).netloc.removeprefix("www."),
            "language": language,
            "sourcecountry": country,
        }
        for item in items
    ]
    # Where nothing matches, the real one says an empty object.
    return json.dumps({"articles": articles} if articles else {}, ensure_ascii=False).encode()


def gdelt_volume(points: Iterable[VolumePoint], *, query: str = "ALIA", resolution: str = "day") -> bytes:
    """`mode=timelinevolraw&format=json`: counts of articles, not shares."""
    data = [{"date": _stamp(point.at), "value": point.value, "norm": point.norm} for point in points]
    said = {
        "query_details": {"title": query, "date_resolution": resolution},
        "timeline": [{"series": "Article Count", "data": data}],
    }
    return json.dumps(said, ensure_ascii=False).encode()


def gdelt_span(query: Mapping[str, str], at: datetime) -> tuple[datetime, datetime]:
    """From when until when a query asks, names in any case: STARTDATETIME and ENDDATETIME, else `timespan` (3 months).

    Raises:
        ValueError: a date is none.
    """
    asked = {name.lower(): value for name, value in query.items()}
    end = min(_instant(asked["enddatetime"]) if "enddatetime" in asked else at, at)
    if "startdatetime" in asked:
        return _instant(asked["startdatetime"]), end
    match = _SPAN.fullmatch(asked.get("timespan", "3m").lower())
    if match is None:
        raise ValueError("the time span is none")
    return end - int(match["number"]) * _UNITS[match["unit"]], end


def gdelt_step(first: datetime, last: datetime) -> tuple[str, timedelta]:
    """How fine a timeline is: days over more than a week, hours over more than three days, else quarters of an hour."""
    if last - first > _DAY * 7:
        return "day", _DAY
    return ("hour", timedelta(hours=1)) if last - first > _DAY * 3 else ("15m", _STEP)


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
