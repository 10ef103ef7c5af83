"""Bring readings that others kept into the store: all of a file or nothing, and a second time nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from alia_watch.series.snapshot import Evidence, ExactCount, Reading
from alia_watch.sources.bad_rows import LISTED, refused, shown
from alia_watch.sources.readings_file import BadRow, FileForm, Progress, ReadingRow, ReadingsFile
from alia_watch.store.database import Store
from alia_watch.store.imports import add_rows, finish_import, imported_file, start_import


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file.

    Attributes:
        already: the same bytes were imported before, as `name`; nothing changed.
        rows: rows taken. skipped: bad rows left out. other: rows of the export that speak of datasets or Spaces.
        repos: the repos of the rows taken, sorted.
        bad: the first hundred bad rows; `skipped` is how many there were.
        ignored: columns that are not read.
    """

    name: str
    sha256: str
    evidence: Evidence
    already: bool
    rows: int
    skipped: int
    other: int = 0
    repos: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    repos: set[str] = field(default_factory=set)
    bad: list[BadRow] = field(default_factory=list)
    bad_count: int = 0
    other: int = 0


def import_file(
    store: Store,
    path: Path,
    *,
    now: datetime,
    skip_bad: bool = False,
    third_party: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Import one CSV file in one transaction.

    Args:
        store: where it goes.
        path: the file.
        now: when this happens; rows dated later than the day after it are bad.
        skip_bad: leave bad rows out instead of refusing the file.
        third_party: the readings come from a third party's history, which counts less than other evidence.
        progress: is told the bytes read and the bytes in all.

    Raises:
        ImportRefused: the file cannot be read, or has bad rows; nothing was imported.
    """
    file = ReadingsFile(path, now=now)
    sha256 = file.sha256()
    evidence = Evidence.THIRD_PARTY if third_party else Evidence.FILE
    if file.form is FileForm.PUBLISHER:
        evidence = Evidence.PUBLISHER
    tally = _Tally()
    with store.writing() as db:
        before = imported_file(store, sha256)  # inside the step: two imports of one file may run at once
        if before is not None:
            return Imported(before.name, sha256, before.evidence, True, before.rows, before.skipped)
        import_id = start_import(db, path.name, sha256, evidence, now=now)
        rows = add_rows(db, import_id, _good(file, tally, progress))
        if tally.bad and not skip_bad:
            hint = "Mend them, or leave them out with --skip-bad."
            raise refused(path.name, tally.bad, tally.bad_count, so="; nothing was imported", hint=hint)
        finish_import(db, import_id, rows=rows, skipped=tally.bad_count)
    return Imported(
        name=path.name,
        sha256=sha256,
        evidence=evidence,
        already=False,
        rows=rows,
        skipped=tally.bad_count,
        other=tally.other,
        repos=tuple(sorted(tally.repos)),
        bad=tuple(shown(tally.bad, tally.bad_count)),
        ignored=file.ignored,
    )


def _good(file: ReadingsFile, tally: _Tally, progress: Progress | None) -> Iterator[tuple[int, Reading | ExactCount]]:
    """The rows to take; the others are tallied on the way."""
    for row in file.rows(progress):
        if isinstance(row, ReadingRow):
            if row.record is None:
                tally.other += 1
            else:
                tally.repos.add(row.record.repo_id)
                yield row.line, row.record
        else:
            tally.bad_count += 1
            if len(tally.bad) < LISTED:
                tally.bad.append(row)
