"""Readings in a CSV file: the long form, and the Hub's own Publisher Analytics export (docs/data.md)."""

import contextlib
import csv
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from alia_watch import clock
from alia_watch.errors import ImportRefused
from alia_watch.series.snapshot import ExactCount, Reading

#: The Hub's first year; an earlier date is a slip.
EARLIEST = date(2016, 1, 1)

_REPO = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)
_PUBLISHER = ("repoType", "repoName", "total", "timestamp", "downloads")
#: A longer line is none of such a file, and is not held.
LONGEST_LINE = 131_072
_COUNTERS = ("downloads_30d", "downloads_all_time", "likes")
_FORMS = (
    "Give a header with repo_id, date or observed_at, and downloads_30d and/or downloads_all_time (likes optional), "
    f"or the Hub's Publisher Analytics export: {','.join(_PUBLISHER)}."
)

Progress = Callable[[int, int], None]


class FileForm(StrEnum):
    """What a file holds: counter readings, or a publisher's exact day counts."""

    READINGS = "readings"
    PUBLISHER = "publisher"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken: its line in the file, the column, the value as it stands, and the reason."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.value!r} {self.reason}"


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A row that can be taken. `record` is None for a row of the export that speaks of no model."""

    line: int
    record: Reading | ExactCount | None


class _Fault(Exception):
    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


class ReadingsFile:
    """One file, read as a stream: `form`, the columns nobody asked for, and `rows()`."""

    def __init__(self, path: Path, *, now: datetime | None) -> None:
        """Read the header. Rows later than tomorrow are faults; without `now` none is, as in a simulation.

        Raises:
            ImportRefused: the file is not there, not UTF-8, empty, or its header is of neither form.
        """
        self.path = path
        self._latest = clock.utc_day(now) + timedelta(days=1) if now else date.max
        with _told(path), path.open("rb") as raw, self._text(raw) as text:
            first = next(_lines(text), "").rstrip("\r\n")
            self._delimiter = max(",;\t", key=first.count)
            self._header = [name.strip() for name in next(csv.reader([first], delimiter=self._delimiter), [])]
        self.form = self._form()
        used = _PUBLISHER if self.form is FileForm.PUBLISHER else ("repo_id", "date", "observed_at", *_COUNTERS)
        self.ignored = tuple(name for name in self._header if name not in used)

    def sha256(self) -> str:
        """The file's SHA-256, in hexadecimal."""
        with _told(self.path), self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def rows(self, progress: Progress | None = None) -> Iterator[ReadingRow | BadRow]:
        """Every row after the header, in order, without empty lines. `progress` gets bytes read and bytes in all."""
        size = self.path.stat().st_size
        with _told(self.path), self.path.open("rb") as raw, self._text(raw) as text:
            table = csv.reader(_lines(text), delimiter=self._delimiter, strict=True)
            next(table)
            for number, fields in enumerate(table):
                if progress is not None and number % 5000 == 0:
                    progress(raw.tell(), size)
                if not fields:
                    continue
                try:
                    yield ReadingRow(table.line_num, self._record(fields))
                except _Fault as fault:
                    yield BadRow(table.line_num, fault.column, fault.value, fault.reason)
        if progress is not None:
            progress(size, size)

    @staticmethod
    def _text(raw: BinaryIO) -> TextIOWrapper:
        return TextIOWrapper(raw, encoding="utf-8-sig", newline="")

    def _form(self) -> FileForm:
        names = self._header
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ImportRefused(f"{self.path.name} has the column {twice[0]} twice.", hint="Give every column once.")
        if set(_PUBLISHER) <= set(names):
            return FileForm.PUBLISHER
        dated = [name for name in ("date", "observed_at") if name in names]
        counted = [name for name in _COUNTERS[:2] if name in names]
        if "repo_id" not in names or len(dated) != 1 or not counted:
            shown = ", ".join(names) or "nothing"
            raise ImportRefused(f"{self.path.name} is of no known form: its header is {shown}.", hint=_FORMS)
        return FileForm.READINGS

    def _record(self, fields: Sequence[str]) -> Reading | ExactCount | None:
        if len(fields) != len(self._header):
            count = f"has {len(fields)} fields, the header {len(self._header)}"
            raise _Fault("row", self._delimiter.join(fields), count)
        row = dict(zip(self._header, fields, strict=True))
        return self._exact(row) if self.form is FileForm.PUBLISHER else self._reading(row)

    def _reading(self, row: Mapping[str, str]) -> Reading:
        when = "date" if "date" in row else "observed_at"
        counters = {name: _whole(name, row[name]) if name in row else None for name in _COUNTERS}
        if counters["downloads_30d"] is None and counters["downloads_all_time"] is None:
            named = [name for name in _COUNTERS[:2] if name in row]
            raise _Fault(named[0], "", "is empty, and so is every other counter: a row needs one")
        return Reading(
            repo_id=_repo("repo_id", row["repo_id"]),
            observed_at=self._moment(when, row[when]),
            downloads_30d=counters["downloads_30d"],
            downloads_all_time=counters["downloads_all_time"],
            likes=counters["likes"],
        )

    def _exact(self, row: Mapping[str, str]) -> ExactCount | None:
        kind = row["repoType"].strip()
        if kind in ("dataset", "space"):
            return None
        if kind != "model":
            raise _Fault("repoType", kind, "is not model, dataset or space")
        text = row["timestamp"].strip()
        moment = self._moment("timestamp", text)
        if isinstance(moment, datetime) and moment != clock.day_start(clock.utc_day(moment)):
            raise _Fault("timestamp", text, "is not the start of a UTC day, as every day of the export is")
        count = _whole("downloads", row["downloads"])
        if count is None:
            raise _Fault("downloads", "", "is empty; a day without downloads has 0")
        day = clock.utc_day(moment) if isinstance(moment, datetime) else moment
        return ExactCount(_repo("repoName", row["repoName"]), day, count)

    def _moment(self, column: str, value: str) -> datetime | date:
        text = value.strip()
        try:
            if len(text) == 10:
                moment: datetime | date = date.fromisoformat(text)
            elif column == "date":
                raise _Fault(column, value, "is not a date; write 2026-01-23")
            else:
                moment = clock.parse_instant(text)
        except (ValueError, OverflowError):
            form = "2026-01-23" if column == "date" else "2026-01-23T08:15:00Z, with a zone, or 2026-01-23"
            raise _Fault(column, value, f"is not a date; write {form}") from None
        day = clock.utc_day(moment) if isinstance(moment, datetime) else moment
        if day > self._latest:
            raise _Fault(column, value, "lies in the future; check the row, and this machine's clock")
        if day < EARLIEST:
            raise _Fault(column, value, f"is before {EARLIEST.year}, when there was no Hub")
        return moment


def _whole(column: str, value: str) -> int | None:
    text = value.strip()
    if not text:
        return None
    if not _WHOLE.fullmatch(text):
        raise _Fault(column, value, "is not a whole number of 0 or more; write 1234, without points or signs")
    return int(text)


def _repo(column: str, value: str) -> str:
    text = value.strip()
    if len(text) > 96 or not _REPO.fullmatch(text):
        raise _Fault(column, value, "is not a repo id; write organisation/name")
    return text


def _lines(text: TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise csv.Error(f"a line has more than {LONGEST_LINE} letters")
        yield line


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """What can go wrong with a file as a whole, said for people."""
    try:
        yield
    except FileNotFoundError:
        raise ImportRefused(f"There is no file {path.name}.", hint="Check its name and folder.") from None
    except UnicodeDecodeError:
        raise ImportRefused(f"{path.name} is not UTF-8 text.", hint="Save it as UTF-8 CSV and try again.") from None
    except csv.Error as error:
        raise ImportRefused(f"{path.name} is not sound CSV: {error}.", hint="Mend the file and try again.") from None
    except OSError as error:
        raise ImportRefused(f"{path.name} cannot be read ({error.strerror}).", hint="Check its permissions.") from None
