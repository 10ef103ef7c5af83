"""Dates as sources write them: RFC 822, ISO 8601, dd/mm/yyyy, words, epoch milliseconds, and days in addresses.

A date without a zone is meant in the zone of its source. An instant at midnight sharp, in its own zone, names a day and
no time. What cannot be read is None, never a guess.
"""

import datetime as dt
import re
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit

from alia_watch.announcements.entry import StatedDate, Where
from alia_watch.clock import YEARS, CivilDay, civil_day, civil_instant

#: What is kept of the words a date was read from.
_KEPT = 80
_NUMBERS = re.compile(
    r"\b(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})\b(?:\D{1,4}(?P<h>\d{1,2}):(?P<m>\d{2}))?"
)
_WORDS = re.compile(
    r"\b(?P<day>\d{1,2})\s+(?:de\s+|d['’]\s*)?(?P<month>[^\W\d]{3,12})\.?\s+(?:de\s+|del\s+)?(?P<year>\d{4})\b"
)
_BARE = re.compile(r"\d{4}-\d{2}-\d{2}(?:Z|[+-]\d{2}:\d{2})?")
_COMPACT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})Z?)?")
_NAMED_ZONE = re.compile(r"\s+(?P<name>CET|CEST|MET|MEST)$")
_NAMED = {"CET": "+0100", "CEST": "+0200", "MET": "+0100", "MEST": "+0200"}
#: How a day is written into an address: `20260126`, `/2026/01/26/`, `2026-01-26`.
_IN_ADDRESS = (
    # Eight digits by themselves, or with the time of day after them.
    re.compile(r"(?<!\d)(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:\d{6})?(?!\d)"),
    re.compile(r"/(?P<y>20\d{2})/(?P<m>\d{2})/(?P<d>\d{2})(?=[/_-]|$)"),
    re.compile(r"(?<!\d)(?P<y>20\d{2})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)"),
)
_MONTHS = (
    ("ene", "gen", "xan", "jan", "urt"),
    ("feb", "ots"),
    ("mar", "març"),
    ("abr", "apr", "api"),
    ("may", "mai", "maig"),
    ("jun", "xuñ", "eka"),
    ("jul", "xul", "uzt"),
    ("ago", "aug", "abu"),
    ("sep", "set", "ira"),
    ("oct", "out", "okt", "urr"),
    ("nov", "aza"),
    ("dic", "des", "dec", "abe"),
)


def stated(where: Where, text: str, zone: str) -> StatedDate | None:
    """A date in any of the forms that sources use; None where the words hold none.

    Args:
        where: where the source states it.
        text: the words, such as `Mon, 26 Jan 2026 13:30:00 +0100`, `2026-01-26T12:30:00Z`, `26/01/2026`.
        zone: the IANA zone in which a date without one is meant.
    """
    text = " ".join(text[:200].encode("utf-8", "replace").decode().split())  # JSON can carry half a character
    moment = _iso(text, zone) or _rfc822(text, zone) or _compact(text) or _numbers(text, zone) or _words(text)
    return None if moment is None else of_moment(where, moment, text)


def of_moment(where: Where, moment: dt.datetime | dt.date, text: str) -> StatedDate | None:
    """A date that is known already; None where it lies outside the years a date may lie in."""
    if isinstance(moment, dt.datetime):
        if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
            moment = moment.date()
        else:
            try:
                moment = moment.astimezone(dt.UTC)
            except OverflowError:
                return None
    return StatedDate(where, moment, text[:_KEPT]) if moment.year in YEARS else None


def epoch_ms(where: Where, value: object, zone: str) -> StatedDate | None:
    """Milliseconds since 1970; midnight sharp in the zone is a day."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        instant = dt.datetime.fromtimestamp(value / 1000, dt.UTC)
        day = civil_day(instant, zone)
        at_midnight = civil_instant(day, dt.time(), zone) == instant
    except (OverflowError, ValueError, OSError):
        return None
    return of_moment(where, day if at_midnight else instant, str(value))


def in_address(url: str) -> StatedDate | None:
    """The day that the publisher's system wrote into an address; None where there is none, or more than one."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return None
    found: dict[dt.date, str] = {}
    for form in _IN_ADDRESS:
        for match in form.finditer(path):
            day = _day(match["y"], match["m"], match["d"])
            if day is not None and day.year in YEARS:
                found.setdefault(day, match[0].strip("/"))
    if len(found) != 1:
        return None
    ((day, text),) = found.items()
    return StatedDate(Where.ADDRESS, day, text)


def _zoned(naive: dt.datetime, zone: str) -> dt.datetime:
    return naive if naive.tzinfo else civil_instant(CivilDay(naive.date()), naive.time(), zone)


def _at(naive: dt.datetime, zone: str) -> dt.datetime | dt.date:
    """A moment; of one without a zone, midnight is looked for in the zone it is meant in."""
    if naive.tzinfo is None and naive.time() == dt.time():
        return naive.date()
    return _zoned(naive, zone)


def _iso(text: str, zone: str) -> dt.datetime | dt.date | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        if _BARE.fullmatch(text):  # a day with a zone, as XML writes it, is that day
            return dt.date.fromisoformat(text[:10])
        return _at(dt.datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        return None


def _rfc822(text: str, zone: str) -> dt.datetime | dt.date | None:
    text = _NAMED_ZONE.sub(lambda match: f" {_NAMED[match['name']]}", text)
    try:
        # `-0000` and no zone at all give a moment without one.
        return _at(parsedate_to_datetime(text), zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _compact(text: str) -> dt.datetime | dt.date | None:
    match = _COMPACT.fullmatch(text)
    if not match:
        return None
    day = _day(match["y"], match["m"], match["d"])
    if day is None or match["H"] is None:
        return day
    try:
        return dt.datetime.combine(day, dt.time(int(match["H"]), int(match["M"]), int(match["S"])), dt.UTC)
    except ValueError:
        return None


def _numbers(text: str, zone: str) -> dt.datetime | dt.date | None:
    match = _NUMBERS.search(text)
    day = _day(match["year"], match["month"], match["day"]) if match else None
    if match is None or day is None or match["h"] is None:
        return day
    try:
        return civil_instant(CivilDay(day), dt.time(int(match["h"]), int(match["m"])), zone)
    except (ValueError, OverflowError):
        return day


def _words(text: str) -> dt.date | None:
    match = _WORDS.search(text.lower())
    if not match:
        return None
    name = match["month"]
    number = next((n for n, stems in enumerate(_MONTHS, 1) if name.startswith(stems)), None)
    return _day(match["year"], str(number), match["day"]) if number else None


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
