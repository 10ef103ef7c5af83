"""CSV files of day counts (`date,count` or `series,date,count`) and of announcement dates (`series,date`)."""

import csv
import io
import re
from datetime import date
from pathlib import Path

from alia_watch.errors import ImportRefused

#: So many bad rows are listed; of the others their number is told.
LISTED = 100

_NUMBER = re.compile(r"-?[0-9]{1,15}", re.ASCII)


def read_counts(path: Path) -> dict[str, dict[date, int]]:
    """The measured days of each series, in the order of the file; a file without a series column gives its stem's name.

    An empty count was not measured; a negative one is a correction of a counter, and no count either.

    Raises:
        ImportRefused: the file cannot be read, or has faults: each with line, column, value and reason.
    """
    rows = _table(path)
    try:
        return _counts(path, rows)
    except csv.Error as error:
        raise ImportRefused(f"{path.name} is not sound CSV: {error}.", hint="Mend the file and try again.") from None


def read_announcements(path: Path) -> list[tuple[str, date]]:
    """The series and date of each announcement, in the order of the file; an empty series is every series.

    Raises:
        ImportRefused: the file cannot be read, or has faults: each with line, column, value and reason.
    """
    rows = _table(path)
    columns = [name.strip() for name in rows.fieldnames or []]
    rows.fieldnames = columns
    if "date" not in columns:
        shown = ", ".join(columns) or "nothing"
        raise ImportRefused(f"{path.name}: its header is {shown}.", hint="Give series,date (an empty series is all).")
    found, faults = [], []
    try:
        for row in rows:
            text = (row["date"] or "").strip()
            try:
                found.append(((row.get("series") or "").strip(), date.fromisoformat(text)))
            except ValueError:
                faults.append(f"line {rows.line_num}, date: {text!r} is not a date; write 2026-01-23")
    except csv.Error as error:
        raise ImportRefused(f"{path.name} is not sound CSV: {error}.", hint="Mend the file and try again.") from None
    _refuse(path, faults)
    return found


def _table(path: Path) -> "csv.DictReader[str]":
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be read ({error.strerror}).", hint="Check its name.") from None
    except UnicodeDecodeError:
        raise ImportRefused(f"{path.name} is not UTF-8 text.", hint="Save it as UTF-8 CSV.") from None
    header = text.split("\n", maxsplit=1)[0]
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)


def _refuse(path: Path, faults: list[str]) -> None:
    if not faults:
        return
    listed = faults[:LISTED]
    if len(faults) > LISTED:
        listed.append(f"and {len(faults) - LISTED} more bad rows, not listed")
    count = "one bad row" if len(faults) == 1 else f"{len(faults)} bad rows"
    raise ImportRefused(f"{path.name} has {count}.", faults=listed, hint="Mend them and try again.")


def _counts(path: Path, rows: "csv.DictReader[str]") -> dict[str, dict[date, int]]:
    columns = [name.strip() for name in rows.fieldnames or []]
    rows.fieldnames = columns
    if not {"date", "count"} <= set(columns):
        shown = ", ".join(columns) or "nothing"
        raise ImportRefused(f"{path.name}: its header is {shown}.", hint="Give date,count or series,date,count.")
    found: dict[str, dict[date, int]] = {}
    faults = []
    for row in rows:
        counts = found.setdefault((row.get("series") or "").strip() if "series" in columns else path.stem, {})
        text_of_day, text_of_count = (row["date"] or "").strip(), (row["count"] or "").strip()
        try:
            day = date.fromisoformat(text_of_day)
        except ValueError:
            faults.append(f"line {rows.line_num}, date: {text_of_day!r} is not a date; write 2026-01-23")
            continue
        if text_of_count and not _NUMBER.fullmatch(text_of_count):
            faults.append(f"line {rows.line_num}, count: {text_of_count!r} is not a whole number")
        elif day in counts:
            faults.append(f"line {rows.line_num}, date: {text_of_day!r} stands there twice")
        elif text_of_count and int(text_of_count) >= 0:
            counts[day] = int(text_of_count)
    _refuse(path, faults)
    return found
