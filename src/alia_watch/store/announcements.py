"""The announcements, as they stand and as they stood: every change is kept, so that an old report can be made again."""

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from alia_watch.announcements.announcement import BY_HAND, Announcement, AnnouncementState, Kind, Precision
from alia_watch.clock import format_instant, format_second
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
    "at",
    "language",
    "decided",
)


def save_announcements(store: Store, announcements: Iterable[Announcement], *, now: datetime) -> int:
    """Add or renew announcements by id; gives how many changed.

    When it was first seen, a state that was given to it, and what a person corrected stay; the configuration's word
    goes before a rule's.
    """
    changed = 0
    with store.writing() as db:
        for announcement in announcements:
            columns = ", ".join((*_COLUMNS, "corrected"))
            rows = store.rows(f"SELECT {columns} FROM announcements WHERE id = ?", [announcement.id])  # noqa: S608
            if not rows:
                names = (*_COLUMNS, "seen_at")
                db.execute(
                    f"INSERT INTO announcements ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})",  # noqa: S608
                    [*_row(announcement), format_instant(now)],
                )
                _keep_version(store, announcement.id, now)
                changed += 1
                continue
            standing = _announcement(rows[0])
            kept = {name: getattr(standing, name) for name in json.loads(rows[0]["corrected"])}
            if announcement.source != "configuration" or standing.decided.startswith(BY_HAND):
                kept |= {"state": standing.state, "decided": standing.decided}
            renewed = replace(announcement, **kept)
            if renewed != standing:
                _update(store, renewed, now)
                changed += 1
    return changed


def free_id(wanted: str, taken: Container[str]) -> str:
    """An id that nothing has: the one wanted, or that with a number."""
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted[:76]}-{number}"
    return name


def set_state(store: Store, announcement_id: str, state: AnnouncementState, decided: str, *, now: datetime) -> bool:
    """Confirm or reject one, by whom or what in words; gives whether there is such an announcement."""
    with store.writing() as db:
        cursor = db.execute(
            "UPDATE announcements SET state = ?, decided = ? WHERE id = ? AND (state, decided) <> (?, ?)",
            [str(state), decided, announcement_id, str(state), decided],
        )
        if cursor.rowcount:
            _keep_version(store, announcement_id, now)
        return bool(store.rows("SELECT 1 FROM announcements WHERE id = ?", [announcement_id]))


def correct(store: Store, announcement_id: str, fields: Mapping[str, Any], *, now: datetime) -> None:
    """Write what a person corrected of an announcement, and nothing else; no source changes these fields any more."""
    with store.writing() as db:
        fixed = sorted({*corrected(store).get(announcement_id, ()), *fields})
        standing = next(each for each in announcements_of(store, merged=True) if each.id == announcement_id)
        db.execute("UPDATE announcements SET corrected = ? WHERE id = ?", [json.dumps(fixed), announcement_id])
        _update(store, replace(standing, **fields), now)


def merge(store: Store, announcement_id: str, into: str | None, *, now: datetime) -> None:
    """Let one announcement be part of another: its row stays, hidden, so that a source never brings it back.

    `into` None takes it out again; what was merged into it before stays in the whole.
    """
    with store.writing() as db:
        parts = [name for name, whole in merged(store).items() if whole == announcement_id] if into else []
        for name in [announcement_id, *parts]:
            db.execute("UPDATE announcements SET merged_into = ? WHERE id = ?", [into, name])
            _keep_version(store, name, now)


def calendar_version(store: Store) -> int:
    """A number that grows with every change of an announcement: it says how the calendar stood."""
    return int(store.rows("SELECT coalesce(max(id), 0) AS version FROM announcement_versions")[0]["version"])


def announcements_as(store: Store, version: int) -> list[Announcement]:
    """Every announcement as it stood at a version of the calendar, by date and id; merged ones are left out.

    By a number and not by an instant: clocks are set back.
    """
    rows = store.rows(
        "SELECT document FROM announcement_versions WHERE id IN"
        " (SELECT max(id) FROM announcement_versions WHERE id <= ? GROUP BY announcement_id)",
        [version],
    )
    documents = [json.loads(row["document"]) for row in rows]
    found = [_announcement(document) for document in documents if document["merged_into"] is None]
    return sorted(found, key=lambda each: (each.date, each.id))


def corrected(store: Store) -> Mapping[str, frozenset[str]]:
    """The fields that a person corrected, by announcement; those without any are left out."""
    rows = store.rows("SELECT id, corrected FROM announcements WHERE corrected <> '[]'")
    return {row["id"]: frozenset(json.loads(row["corrected"])) for row in rows}


def merged(store: Store) -> Mapping[str, str]:
    """The announcements that are part of another, and of which."""
    rows = store.rows("SELECT id, merged_into FROM announcements WHERE merged_into IS NOT NULL")
    return {row["id"]: row["merged_into"] for row in rows}


def announcements_of(
    store: Store, *, state: AnnouncementState | None = None, merged: bool = False
) -> list[Announcement]:
    """Every announcement, or those of one state, by date and id; those merged into another only with `merged`."""
    where = "" if merged else "WHERE merged_into IS NULL"
    rows = store.rows(f"SELECT {', '.join(_COLUMNS)} FROM announcements {where} ORDER BY date, id")  # noqa: S608
    found = [_announcement(row) for row in rows]
    return [each for each in found if state is None or each.state is state]


def _update(store: Store, announcement: Announcement, now: datetime) -> None:
    renewed = ", ".join(f"{name} = ?" for name in _COLUMNS[1:])
    with store.writing() as db:
        db.execute(
            f"UPDATE announcements SET {renewed} WHERE id = ?",  # noqa: S608
            [*_row(announcement)[1:], announcement.id],
        )
        _keep_version(store, announcement.id, now)


def _keep_version(store: Store, announcement_id: str, now: datetime) -> None:
    """Write down how an announcement stands from now on. Inside a write step."""
    columns = ", ".join((*_COLUMNS, "merged_into"))
    (row,) = store.rows(f"SELECT {columns} FROM announcements WHERE id = ?", [announcement_id])  # noqa: S608
    store.db.execute(
        "INSERT INTO announcement_versions (announcement_id, at, document) VALUES (?, ?, ?)",
        [announcement_id, format_second(now), json.dumps(dict(row), ensure_ascii=False)],
    )


def _row(announcement: Announcement) -> list[Any]:
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
        format_instant(announcement.at) if announcement.at else None,
        announcement.language,
        announcement.decided,
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
        at=datetime.fromisoformat(row["at"]) if row["at"] else None,
        language=row["language"],
        decided=row["decided"],
    )
