"""Reports as they were made: their facts, kept word for word, from which each can be written again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alia_watch import __version__
from alia_watch.clock import format_second
from alia_watch.store.announcements import calendar_version
from alia_watch.store.database import Store


@dataclass(frozen=True, slots=True)
class Made:
    """A report as it was made.

    Attributes:
        created_at: when; `version` is that of the program that made it.
        calendar: the version of the calendar it was made with (`announcements_as`).
        evidence: what it was made of (`Report.evidence`); empty for one of a time that kept none.
    """

    key: str
    kind: str
    document: dict[str, Any]
    created_at: datetime
    calendar: int
    version: str
    evidence: Mapping[str, Any]


def save_report(
    store: Store,
    key: str,
    kind: str,
    document: dict[str, Any],
    *,
    now: datetime,
    evidence: Mapping[str, Any] | None = None,
    hold_until: datetime | None = None,
) -> bool:
    """Keep a report's facts, and what they were made of; gives whether it is new. One that stands is not changed.

    With `hold_until` none of its messages is sent before that instant.
    """
    with store.writing() as db:
        cursor = db.execute(
            "INSERT OR IGNORE INTO reports (key, kind, document, created_at, version, calendar, evidence, hold_until)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                key,
                kind,
                json.dumps(document, ensure_ascii=False, sort_keys=True),
                format_second(now),
                __version__,
                (evidence or {}).get("calendar", calendar_version(store)),
                json.dumps(dict(evidence or {}), sort_keys=True),
                format_second(hold_until) if hold_until else None,
            ],
        )
        return bool(cursor.rowcount)


def report_document(store: Store, key: str) -> dict[str, Any] | None:
    """The facts of a report that was made, or None."""
    rows = store.rows("SELECT document FROM reports WHERE key = ?", [key])
    return dict(json.loads(rows[0]["document"])) if rows else None


def hold_of(store: Store, key: str) -> datetime | None:
    """Until when a report is held; None where it is not, or there is none."""
    rows = store.rows("SELECT hold_until FROM reports WHERE key = ? AND hold_until IS NOT NULL", [key])
    return datetime.fromisoformat(rows[0]["hold_until"]) if rows else None


def report_keys(store: Store, prefix: str = "") -> list[str]:
    """The keys of every report that begins so, in the order they were made."""
    rows = store.rows("SELECT key FROM reports ORDER BY created_at, key")
    return [row["key"] for row in rows if row["key"].startswith(prefix)]


def reports_made(store: Store) -> Iterator[Made]:
    """Every report that was made, oldest first, one at a time: a document may be large."""
    for key in report_keys(store):
        made = report_made(store, key)
        if made is not None:
            yield made


def report_made(store: Store, key: str) -> Made | None:
    """A report as it was made, or None."""
    rows = store.rows(
        "SELECT kind, document, created_at, calendar, version, evidence FROM reports WHERE key = ?", [key]
    )
    if not rows:
        return None
    row = rows[0]
    return Made(
        key,
        row["kind"],
        json.loads(row["document"]),
        datetime.fromisoformat(row["created_at"]),
        row["calendar"],
        row["version"],
        json.loads(row["evidence"]),
    )


def erase_report(store: Store, key: str) -> None:
    """Erase a report and its messages, none of which anybody is to get."""
    with store.writing() as db:
        for table in ("message_images", "message_attachments"):
            db.execute(
                f"DELETE FROM {table} WHERE message_id IN (SELECT id FROM messages WHERE report_key = ?)",  # noqa: S608
                [key],
            )
        db.execute("DELETE FROM messages WHERE report_key = ?", [key])
        db.execute("DELETE FROM reports WHERE key = ?", [key])
