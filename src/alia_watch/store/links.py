"""What was read of announcements: entries in every version, and the announcement each tells of."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.announcements.link import Link
from alia_watch.announcements.matching import Match
from alia_watch.clock import format_instant, format_second
from alia_watch.store.database import Row, Store

_COLUMNS = (
    "source",
    "key",
    "title",
    "url",
    "aliases",
    "canonical",
    "stated",
    "kind",
    "announced_by",
    "publisher",
    "language",
    "confidence",
    "note",
    "matches",
    "evidence",
)
#: What makes an entry another version of itself. The bytes around it may change, and the words that matched with them.
_SAYS = _COLUMNS[2:13]


def keep_entry(store: Store, entry: Entry, matches: tuple[Match, ...], *, now: datetime) -> int:
    """Keep an entry as it was read; gives its version, 0 where it says what its last version says."""
    row = dict(zip(_COLUMNS, _row(entry, matches), strict=True))
    with store.writing() as db:
        last = store.rows(
            f"SELECT version, {', '.join(_SAYS)} FROM entries WHERE source = ? AND key = ?"  # noqa: S608
            " ORDER BY version DESC LIMIT 1",
            [entry.source, entry.key],
        )
        if last and all(last[0][name] == row[name] for name in _SAYS):
            return 0
        version = last[0]["version"] + 1 if last else 1
        columns = (*_COLUMNS, "version", "read_at")
        db.execute(
            f"INSERT INTO entries ({', '.join(columns)}) VALUES ({', '.join('?' for _ in columns)})",  # noqa: S608
            [*row.values(), version, format_second(now)],
        )
        return int(version)


def link(store: Store, source: str, key: str, announcement_id: str, why: str, *, by_hand: bool = False) -> None:
    """Say which announcement an entry tells of, and why."""
    with store.writing() as db:
        db.execute(
            "INSERT INTO announcement_links (source, key, announcement_id, why, by_hand) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (source, key) DO UPDATE SET announcement_id = excluded.announcement_id, why = excluded.why,"
            " by_hand = excluded.by_hand",
            [source, key, announcement_id, why, int(by_hand)],
        )


def links(store: Store) -> Mapping[str, list[Link]]:
    """The links of every announcement, each as it was last read, by source and key."""
    found: dict[str, list[Link]] = defaultdict(list)
    for row in store.rows(
        f"SELECT l.announcement_id, l.why, l.by_hand, e.version, e.read_at, f.read_at AS seen_at,"  # noqa: S608
        f" {', '.join(f'e.{name}' for name in _COLUMNS)} FROM announcement_links l"
        " JOIN entries e ON e.source = l.source AND e.key = l.key"
        " JOIN entries f ON f.source = l.source AND f.key = l.key AND f.version = 1"
        " WHERE e.version = (SELECT max(version) FROM entries v WHERE v.source = l.source AND v.key = l.key)"
        " ORDER BY l.source, l.key"
    ):
        found[row["announcement_id"]].append(
            Link(
                _entry(row),
                tuple(Match(**each) for each in json.loads(row["matches"])),
                datetime.fromisoformat(row["seen_at"]),
                datetime.fromisoformat(row["read_at"]),
                row["version"],
                row["why"],
                bool(row["by_hand"]),
            )
        )
    return found


def taken_before(store: Store, source: str) -> frozenset[str]:
    """The keys of a source's entries that were taken in."""
    rows = store.rows("SELECT key FROM announcement_links WHERE source = ?", [source])
    return frozenset(row["key"] for row in rows)


def versions(store: Store, source: str, key: str) -> list[tuple[datetime, Entry]]:
    """Every version of an entry, oldest first, with when it was read."""
    rows = store.rows(
        f"SELECT read_at, {', '.join(_COLUMNS)} FROM entries WHERE source = ? AND key = ? ORDER BY version",  # noqa: S608
        [source, key],
    )
    return [(datetime.fromisoformat(row["read_at"]), _entry(row)) for row in rows]


def _row(entry: Entry, matches: tuple[Match, ...]) -> list[Any]:
    stated = [
        {
            "where": str(one.where),
            "moment": format_instant(one.moment) if isinstance(one.moment, datetime) else one.moment.isoformat(),
            "text": one.text,
            "month": one.month,
        }
        for one in entry.stated
    ]
    return [
        entry.source,
        entry.key,
        entry.title,
        entry.url,
        json.dumps(list(entry.aliases), ensure_ascii=False),
        int(entry.canonical),
        json.dumps(stated, ensure_ascii=False),
        str(entry.kind),
        entry.announced_by,
        entry.publisher,
        entry.language,
        entry.confidence,
        entry.note,
        json.dumps([asdict(each) for each in matches], ensure_ascii=False),
        entry.evidence,
    ]


def _entry(row: Row) -> Entry:
    entry = Entry(
        source=row["source"],
        key=row["key"],
        title=row["title"],
        url=row["url"],
        stated=tuple(_stated(each) for each in json.loads(row["stated"])),
        evidence=row["evidence"],
        kind=Kind(row["kind"]),
        announced_by=row["announced_by"],
        publisher=row["publisher"],
        language=row["language"],
        confidence=row["confidence"],
        canonical=bool(row["canonical"]),
        note=row["note"],
    )
    return replace(entry, aliases=tuple(json.loads(row["aliases"])))


def _stated(kept: Mapping[str, Any]) -> StatedDate:
    text = kept["moment"]
    moment = date.fromisoformat(text) if len(text) == len("2026-01-26") else datetime.fromisoformat(text)
    return StatedDate(Where(kept["where"]), moment, kept["text"], kept["month"])
