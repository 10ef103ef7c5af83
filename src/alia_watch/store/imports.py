"""Imported files and their rows: kept with the file's name and SHA-256, and never in place of our own readings."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from alia_watch.clock import format_instant, moment_text
from alia_watch.series.snapshot import Evidence, ExactCount, Reading
from alia_watch.store.database import Store

_BATCH = 5000


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file that was imported."""

    sha256: str
    name: str
    evidence: Evidence
    imported_at: str
    rows: int
    skipped: int


def imported_file(store: Store, sha256: str) -> ImportedFile | None:
    """The import of a file with these bytes, if there was one."""
    return next((each for each in imported_files(store) if each.sha256 == sha256), None)


def imported_files(store: Store) -> list[ImportedFile]:
    """Every import, in order."""
    rows = store.rows("SELECT sha256, name, evidence, imported_at, rows, skipped FROM imports ORDER BY id")
    return [ImportedFile(**{**row, "evidence": Evidence(row["evidence"])}) for row in rows]


def start_import(db: Database, name: str, sha256: str, evidence: Evidence, *, now: datetime) -> int:
    """Begin an import inside an open write step; gives its id."""
    cursor = db.execute(
        "INSERT INTO imports (sha256, name, evidence, imported_at, rows, skipped) VALUES (?, ?, ?, ?, 0, 0)",
        [sha256, name, str(evidence), format_instant(now)],
    )
    return int(cursor.lastrowid or 0)


def add_rows(db: Database, import_id: int, rows: Iterable[tuple[int, Reading | ExactCount]]) -> int:
    """Add rows (line, record) in batches, so that memory stays bounded; gives how many."""
    count = 0
    for batch in _batches(rows):
        readings = [
            (
                import_id,
                line,
                record.repo_id,
                moment_text(record.observed_at),
                record.downloads_30d,
                record.downloads_all_time,
                record.likes,
            )
            for line, record in batch
            if isinstance(record, Reading)
        ]
        exact = [
            (import_id, line, record.repo_id, record.day.isoformat(), record.count)
            for line, record in batch
            if isinstance(record, ExactCount)
        ]
        db.conn.executemany(
            "INSERT INTO imported_readings"
            " (import_id, line, repo_id, observed_at, downloads_30d, downloads_all_time, likes)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            readings,
        )
        db.conn.executemany(
            "INSERT INTO exact_counts (import_id, line, repo_id, day, count) VALUES (?, ?, ?, ?, ?)", exact
        )
        count += len(batch)
    return count


def finish_import(db: Database, import_id: int, *, rows: int, skipped: int) -> None:
    """Write down how many rows an import took and left."""
    db.execute("UPDATE imports SET rows = ?, skipped = ? WHERE id = ?", [rows, skipped, import_id])


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(rows)
    while batch := list(itertools.islice(source, _BATCH)):
        yield batch
