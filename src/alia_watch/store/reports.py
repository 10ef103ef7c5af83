"""Reports as they were made: their facts, kept word for word, from which each can be written again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alia_watch import __version__
from alia_watch.clock import format_second
from alia_watch.store.announcements import calendar_version
from alia_watch.store.database import Store


@dataclass(frozen=True, slots=True)
class Made:
    """A report as it was made, when, and at which version of the calendar (`announcements_as`)."""

    key: str
    kind: str
    document: dict[str, Any]
    created_at: datetime
    calendar: int


def save_report(store: Store, key: str, kind: str, document: dict[str, Any], *, now: datetime) -> bool:
    """Keep a report's facts; gives whether it is new. One that stands is not changed."""
    with store.writing() as db:
        cursor = db.execute(
            "INSERT OR IGNORE INTO reports (key, kind, document, created_at, version, calendar)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                key,
                kind,
                json.dumps(document, ensure_ascii=False, sort_keys=True),
                format_second(now),
                __version__,
                calendar_version(store),
            ],
        )
        return bool(cursor.rowcount)


def report_document(store: Store, key: str) -> dict[str, Any] | None:
    """The facts of a report that was made, or None."""
    rows = store.rows("SELECT document FROM reports WHERE key = ?", [key])
    return dict(json.loads(rows[0]["document"])) if rows else None


def report_keys(store: Store, prefix: str = "") -> list[str]:
    """The keys of every report that begins so, in the order they were made."""
    rows = store.rows("SELECT key FROM reports ORDER BY created_at, key")
    return [row["key"] for row in rows if row["key"].startswith(prefix)]


def reports_made(store: Store) -> Iterator[Made]:
    """Every report that was made, oldest first, one at a time: a document may be large."""
    for key in report_keys(store):
        (row,) = store.rows("SELECT kind, document, created_at, calendar FROM reports WHERE key = ?", [key])
        created_at = datetime.fromisoformat(row["created_at"])
        yield Made(key, row["kind"], json.loads(row["document"]), created_at, row["calendar"])
