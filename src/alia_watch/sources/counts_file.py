"""CSV files of day counts (`date,count` or `series,date,count`) and of announcement dates (`series,date`)."""

import csv
import io
import re
from datetime import date
from pathlib import Path

from alia_watch.clock import YEARS
from alia_watch.errors import ImportRefused
from alia_watch.sources.bad_rows import refused

_NUMBER = re.compile(r"-?[0-9]{1,15}", re.ASCII)


def read_counts(path: Path) -> dict[str, dict[date, int]]:
    """The measured days of each series, in the order of the file; a file without a series column gives its stem's name.

    An empty count was not measured; a negative one is a correction of a counter, and no count either.

    Raises:
        ImportRefused: the file cannot be read, or has faults: each with line, column, value and reason.
    """
    table = _Table(path, ("date", "count"), hint="Give date,count or series,date,count.")
    found: dict[str, dict[date, int]] = {}
    for line, row in table.rows:
        counts = found.setdefault(row["series"] if table.has_series else path.stem, {})
        day, count = table.day(line, row["date"]), row["count"]
        if day is None:
            continue
        if count and not _NUMBER.fullmatch(count):
            table.faults.append(f"line {line}, count: {count!r} is not a whole number of at most 15 digits")
        elif day in counts:
            table.faults.append(f"line {line}, date: {row['date']!r} stands there twice")
        elif count and int(count) >= 0:
            counts[day] = int(count)
    table.refuse()
    return found


def read_announcements(path: Path) -> list[tuple[str, date]]:
    """The series and date of each announcement, in the order of the file; an empty series is every series.

    Raises:
        ImportRefused: the file cannot be read, or has faults: each with line, column, value and reason.
    """
    table = _Table(path, ("date",), hint="Give series,date (an empty series is all).")
    days = [(row.get("series", ""), table.day(line, row["date"])) for line, row in table.rows]
    table.refuse()
    return [(series, day) for series, day in days if day is not None]


class _Table:
    """A CSV file: its rows by column, without spaces around, each with its line; and the faults found so far."""

    def __init__(self, path: Path, needed: tuple[str, ...], *, hint: str) -> None:
        self._path = path
        self.faults: list[str] = []
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise ImportRefused(f"{path.name} cannot be read ({error.strerror}).", hint="Check its name.") from None
        except UnicodeDecodeError:
            raise ImportRefused(f"{path.name} is not UTF-8 text.", hint="Save it as UTF-8 CSV.") from None
        header = text.split("\n", maxsplit=1)[0]
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
        try:
            columns = [name.strip() for name in rows.fieldnames or []]
            rows.fieldnames = columns
            if not set(needed) <= set(columns):
                shown = ", ".join(columns) or "nothing"
                raise ImportRefused(f"{path.name}: its header is {shown}.", hint=hint)
            self.has_series = "series" in columns
            self.rows = [(rows.line_num, {name: (row[name] or "").strip() for name in columns}) for row in rows]
        except csv.Error as error:
            hint = "Mend the file and try again."
            raise ImportRefused(f"{path.name} is not sound CSV: {error}.", hint=hint) from None

    def day(self, line: int, text: str) -> date | None:
        """The date written there; None, and a fault, where it is none."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.faults.append(f"line {line}, date: {text!r} is not a date; write 2026-01-23")
            return None
        if day.year not in YEARS:
            self.faults.append(f"line {line}, date: {text!r} lies outside {YEARS[0]} to {YEARS[-1]}; mend the year")
            return None
        return day

    def refuse(self) -> None:
        """Raise if there were faults."""
        if self.faults:
            raise refused(self._path.name, self.faults, len(self.faults))
