"""Announcements that a person brings in: a CSV file, or a calendar (ICS, RFC 5545). Rows as they stand, unjudged."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from alia_watch import clock
from alia_watch.announcements.announcement import Kind
from alia_watch.errors import ImportRefused
from alia_watch.sources.plain import address, plain, title

#: The columns of the CSV form; `date`, `kind` and `title` are needed.
COLUMNS = (
    "date", "date_end", "precision", "kind", "announced_by", "publisher", "title", "url", "confidence", "note",
)  # fmt: skip
NEEDED = ("date", "kind", "title")
#: A larger file is no calendar of announcements.
MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One row: where it stands in the file, for people, and its values by column; empty ones are left out."""

    place: str
    values: Mapping[str, str]


def read_calendar(path: Path, zone: str) -> list[CalendarRow]:
    """Every row of a CSV file or a calendar, in its order.

    Args:
        zone: the zone whose civil days a calendar's instants are turned into.

    Raises:
        ImportRefused: the file cannot be read, or is neither.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ImportRefused(f"{path.name} is larger than {MOST_BYTES // 1024**2} MB.", hint="Split it.")
        body = path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be read ({error.strerror}).", hint="Check its name.") from None
    if body.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR":
        return list(_events(path.name, body, zone))
    return list(_rows(path.name, body))


def _rows(name: str, body: bytes) -> Iterator[CalendarRow]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused(f"{name} is not UTF-8 text.", hint="Save it as UTF-8 CSV.") from None
    header = text.split("\n", maxsplit=1)[0]
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    try:
        columns = [column.strip() for column in table.fieldnames or []]
        table.fieldnames = columns
        unknown = [column for column in columns if column not in COLUMNS]
        if unknown or not set(NEEDED) <= set(columns):
            shown = ", ".join(columns)[:200] or "nothing"
            raise ImportRefused(f"{name}: its header is {shown}.", hint=f"Give a header with {', '.join(COLUMNS)}.")
        for row in table:
            if None in row:
                hint = 'A value with a comma stands in quotes: "…, …".'
                raise ImportRefused(f"{name}: line {table.line_num} has more values than columns.", hint=hint)
            values = {column: (row[column] or "").strip() for column in columns}
            if any(values.values()):
                yield CalendarRow(f"line {table.line_num}", {key: value for key, value in values.items() if value})
    except csv.Error as error:
        raise ImportRefused(f"{name} is not sound CSV: {error}.", hint="Mend the file and try again.") from None


def _events(name: str, body: bytes, zone: str) -> Iterator[CalendarRow]:
    from icalendar import Calendar  # noqa: PLC0415  only who imports a calendar loads it

    try:
        events = Calendar.from_ical(body).walk("VEVENT")
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        hint = "Export it again as ICS."
        raise ImportRefused(f"{name} is no sound calendar ({type(error).__name__}).", hint=hint) from None
    for number, event in enumerate(events, 1):
        if str(event.get("status", "")).upper() == "CANCELLED":
            continue  # what was called off was not announced
        try:
            yield CalendarRow(f"event {number}", dict(_event(event, zone)))
        except OverflowError:
            raise ImportRefused(
                f"{name}: event {number} lies in no year that there is.", hint="Mend its date."
            ) from None


def _event(event: Mapping[str, object], zone: str) -> Iterator[tuple[str, str]]:
    """The values of an event. A congress of several days is announced on its first."""
    text = {key: plain(str(event[key])) for key in ("summary", "organizer", "location") if event.get(key)}
    if text.get("summary"):
        yield "title", title(text["summary"])
    start, end = _moment(event, "dtstart"), _moment(event, "dtend")
    if isinstance(start, datetime):
        yield "date", clock.civil_day(start, zone).isoformat() if start.tzinfo else start.date().isoformat()
    elif isinstance(start, date):
        yield "date", start.isoformat()
    if isinstance(start, date) and isinstance(end, date) and not isinstance(end, datetime):
        last = end - timedelta(days=1)  # an end without a time is the day after the last
        if last > start:
            yield "note", f"until {last.isoformat()}"
    link = address(str(event["url"])) if event.get("url") else None
    if link:
        yield "url", link
    if text.get("organizer"):
        yield "announced_by", text["organizer"].removeprefix("mailto:").removeprefix("MAILTO:")
    kinds = {str(each).casefold() for each in _categories(event)} & set(Kind)
    if len(kinds) == 1:
        yield "kind", kinds.pop()


def _moment(event: Mapping[str, object], name: str) -> object:
    """A date or an instant of an event; None where it has none, or one that nobody can read."""
    try:
        return getattr(event.get(name), "dt", None)
    except ValueError:  # the library keeps what it could not read, and raises when it is looked at
        return None


def _categories(event: Mapping[str, object]) -> list[object]:
    found = event.get("categories")
    lists = found if isinstance(found, list) else [found] if found else []
    return [each for one in lists for each in getattr(one, "cats", [one])]
