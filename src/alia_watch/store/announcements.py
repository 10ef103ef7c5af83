"""The announcements table."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from alia_watch.announcements.announcement import Announcement, AnnouncementState, Kind, Precision
from alia_watch.clock import format_instant
from alia_watch.store.database import Row, Store

_COLUMNS = (
    "id",
    "date",
    "precision",
    "date_end",
    "kind",
    "title",
    "announced_by",
    "publisher",
    "url",
    "confidence",
    "note",
    "source",
    "state",
    "seen_at",
)


def save_announcements(store: Store, announcements: Iterable[Announcement], *, now: datetime) -> int:
    """Add or renew announcements by id; gives how many changed.

    When it was first seen, and a state that a person gave it, stay.
    """
    before = {standing.id: standing for standing in announcements_of(store)}
    renewed = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in ("id", "state", "seen_at"))
    changed = 0
    with store.writing() as db:
        for announcement in announcements:
            standing = before.get(announcement.id)
            if standing is not None and replace(announcement, state=standing.state) == standing:
                continue
            db.execute(
                f"INSERT INTO announcements ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' for _ in _COLUMNS)})"  # noqa: S608
                f" ON CONFLICT (id) DO UPDATE SET {renewed}",
                _row(announcement, format_instant(now)),
            )
            changed += 1
    return changed


def set_state(store: Store, announcement_id: str, state: AnnouncementState) -> bool:
    """Confirm or reject one; gives whether there is such an announcement."""
    with store.writing() as db:
        cursor = db.execute("UPDATE announcements SET state = ? WHERE id = ?", [str(state), announcement_id])
        return bool(cursor.rowcount)


def announcements_of(store: Store, *, state: AnnouncementState | None = None) -> list[Announcement]:
    """Every announcement, or those of one state, by date and id."""
    rows = store.rows(f"SELECT {', '.join(_COLUMNS)} FROM announcements ORDER BY date, id")  # noqa: S608
    found = [_announcement(row) for row in rows]
    return [each for each in found if state is None or each.state is state]


def _row(announcement: Announcement, seen_at: str) -> list[str | None]:
    return [
        announcement.id,
        announcement.date.isoformat(),
        str(announcement.precision),
        announcement.date_end.isoformat() if announcement.date_end else None,
        str(announcement.kind),
        announcement.title,
        announcement.announced_by,
        announcement.publisher,
        announcement.url,
        announcement.confidence,
        announcement.note,
        announcement.source,
        str(announcement.state),
        seen_at,
    ]


def _announcement(row: Row) -> Announcement:
    return Announcement(
        id=row["id"],
        date=date.fromisoformat(row["date"]),
        precision=Precision(row["precision"]),
        kind=Kind(row["kind"]),
        title=row["title"],
        date_end=date.fromisoformat(row["date_end"]) if row["date_end"] else None,
        announced_by=row["announced_by"],
        publisher=row["publisher"],
        url=row["url"],
        confidence=row["confidence"],
        note=row["note"],
        source=row["source"],
        state=AnnouncementState(row["state"]),
    )
