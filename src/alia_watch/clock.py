"""The only place that reads the time or converts days.

Three kinds of time are kept apart (design §5): an *instant* is an aware `datetime` in UTC; download counts live in
*UTC days*; announcements and the timetable live in *civil days* of a zone (Europe/Madrid). Below the daemon, `now` is
always an argument.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo, available_timezones

UtcDay = NewType("UtcDay", date)
CivilDay = NewType("CivilDay", date)
Clock = Callable[[], datetime]

#: A year outside these is a slip: it would stretch a series over centuries, or lead out of the calendar.
YEARS = range(1990, 2101)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAY = timedelta(days=1)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """An instant from RFC 3339 text with a zone, or from a bare date, which means the end of that UTC day.

    Raises:
        ValueError: the text is neither, or an instant without a zone.
    """
    text = text.strip()
    if _DATE.fullmatch(text):
        return day_end(UtcDay(date.fromisoformat(text)))
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not an instant; write 2026-01-23T18:00:00Z or 2026-01-23") from error
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no zone; write {text}Z for UTC")
    return instant.astimezone(UTC)


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with a Z: `2026-01-23T18:00:00Z`; microseconds only where there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def format_second(instant: datetime) -> str:
    """The same in whole seconds, begun: such texts sort as their instants do, so that SQL may compare them."""
    return format_instant(instant.astimezone(UTC).replace(microsecond=0))


def format_second_up(instant: datetime) -> str:
    """The same in whole seconds, rounded up: a wait is never cut short."""
    return format_second(instant + timedelta(seconds=1) if instant.microsecond else instant)


def end_of(moment: datetime | date) -> datetime:
    """An instant as it is; of a bare date the end of that UTC day, for a reading dated so was made by then."""
    return moment if isinstance(moment, datetime) else day_end(UtcDay(moment))


def moment_text(moment: datetime | date) -> str:
    """An instant in RFC 3339, or a bare date as it is."""
    return format_instant(moment) if isinstance(moment, datetime) else moment.isoformat()


def is_zone(name: str) -> bool:
    """Whether the zone database has a zone of this name."""
    return name in available_zones()


@lru_cache(maxsize=1)
def available_zones() -> frozenset[str]:
    """The names of the zone database."""
    return frozenset(available_timezones())


#: Where zones are called after their cities; elsewhere are offsets with turned signs, and names within one country.
_CONTINENTS = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


def zone_named(text: str) -> str | None:
    """The zone that a person means: by its name in whatever case, or by its city's; None where there is none."""
    return _zones_by_words().get("_".join(text.split()).casefold())


@lru_cache(maxsize=1)
def _zones_by_words() -> dict[str, str]:
    """Names of one city that stand for one zone are several: the longest is the newest."""
    names = sorted(available_zones(), key=lambda name: (len(name), name))
    cities = {name.rpartition("/")[2].casefold(): name for name in names if name.partition("/")[0] in _CONTINENTS}
    return cities | {name.casefold(): name for name in names}


def utc_day(instant: datetime) -> UtcDay:
    """The UTC day an instant lies in."""
    return UtcDay(instant.astimezone(UTC).date())


def civil_day(instant: datetime, zone: str) -> CivilDay:
    """The civil day of a zone that an instant lies in."""
    return CivilDay(instant.astimezone(ZoneInfo(zone)).date())


def day_start(day: UtcDay) -> datetime:
    """The first instant of a UTC day."""
    return datetime.combine(day, time(), UTC)


@lru_cache(maxsize=8192)  # asked of every bare date, again and again
def day_end(day: UtcDay) -> datetime:
    """The last microsecond of a UTC day."""
    return day_start(UtcDay(day + _DAY)) - timedelta(microseconds=1)


def civil_instant(day: CivilDay, at: time, zone: str) -> datetime:
    """The instant of a wall-clock time on a civil day; in the hour that a clock change skips, the instant after it."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def wall_clock(instant: datetime, zone: str) -> tuple[CivilDay, time]:
    """The day and the time of day that a clock on a wall of the zone shows."""
    local = instant.astimezone(ZoneInfo(zone))
    return CivilDay(local.date()), local.time()


@lru_cache(maxsize=4096)
def utc_days_of(day: CivilDay, zone: str) -> tuple[UtcDay, UtcDay]:
    """The first and last UTC day that a civil day touches (in Madrid: two, the first being the day before)."""
    start = civil_instant(day, time(), zone)
    end = civil_instant(CivilDay(day + _DAY), time(), zone) - timedelta(microseconds=1)
    return utc_day(start), utc_day(end)


def month_days(month: str) -> tuple[UtcDay, UtcDay]:
    """First and last UTC day of a month written `2026-01`.

    Raises:
        ValueError: the text is not such a month.
    """
    try:
        first = date.fromisoformat(f"{month}-01")
        last = (first + timedelta(days=31)).replace(day=1) - _DAY
    except (ValueError, OverflowError) as error:  # of the last month there is, no day follows
        raise ValueError(f"{month!r} is not a month; write 2026-01") from error
    return UtcDay(first), UtcDay(last)
