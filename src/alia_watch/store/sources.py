"""How each source does: since when it is read, when it last answered and had something, its pages' versions."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from alia_watch.announcements.entry import Volume
from alia_watch.clock import format_second
from alia_watch.store.database import Row, Store


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of one source.

    Attributes:
        setting: a digest of its configuration: when that changes, pages are read anew.
        begun_on: the civil day of its first reading; entries of before then are taken in by `--since` alone.
        read_until: the last civil day that was asked for and answered whole.
        old_keys: the entries without a date that its first reading found: old ones, as far as anyone can tell.
        entry_at: when it last had something about what is watched.
        failing_since: the first failure after the last answer; None while it answers.
    """

    source: str
    setting: str
    begun_on: date
    tried_at: datetime
    read_until: date | None = None
    old_keys: frozenset[str] = frozenset()
    answered_at: datetime | None = None
    entry_at: datetime | None = None
    failing_since: datetime | None = None
    error: str | None = None


def source_states(store: Store) -> dict[str, SourceState]:
    """What is remembered of every source, by id."""
    return {row["source"]: _state(row) for row in store.rows("SELECT * FROM source_states ORDER BY source")}


def save_source_state(store: Store, state: SourceState) -> None:
    """Write what is to be remembered of a source."""
    columns = "source, setting, begun_on, read_until, old_keys, tried_at, answered_at, entry_at, failing_since, error"
    with store.writing() as db:
        db.execute(
            f"INSERT OR REPLACE INTO source_states ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            [
                state.source,
                state.setting,
                state.begun_on.isoformat(),
                state.read_until.isoformat() if state.read_until else None,
                json.dumps(sorted(state.old_keys), ensure_ascii=False),
                format_second(state.tried_at),
                _text(state.answered_at),
                _text(state.entry_at),
                _text(state.failing_since),
                state.error,
            ],
        )


def pages(store: Store, source: str) -> dict[str, tuple[str, str]]:
    """What the pages of a source said of their versions: by address, the ETag and the Last-Modified."""
    rows = store.rows("SELECT url, etag, last_modified FROM source_pages WHERE source = ?", [source])
    return {row["url"]: (row["etag"], row["last_modified"]) for row in rows}


def save_pages(store: Store, source: str, learnt: Mapping[str, tuple[str, str]]) -> None:
    """Remember the versions of a source's pages, in the place of what was known."""
    with store.writing() as db:
        for url, (etag, modified) in learnt.items():
            db.execute(
                "INSERT OR REPLACE INTO source_pages (source, url, etag, last_modified) VALUES (?, ?, ?, ?)",
                [source, url, etag, modified],
            )


def forget_pages(store: Store, source: str) -> None:
    """Forget the versions of a source's pages, so that all of them are read anew."""
    with store.writing() as db:
        db.execute("DELETE FROM source_pages WHERE source = ?", [source])


def save_volumes(store: Store, volumes: Iterable[Volume], *, now: datetime) -> None:
    """Keep how many articles media sources counted; the last count of a day stands."""
    with store.writing() as db:
        for each in volumes:
            db.execute(
                "INSERT OR REPLACE INTO media_volumes (source, day, articles, of, read_at) VALUES (?, ?, ?, ?, ?)",
                [each.source, each.day.isoformat(), each.articles, each.of, format_second(now)],
            )


def volumes(store: Store, first: date, last: date) -> list[Volume]:
    """What media sources counted from one UTC day to another, both included, by source and day.

    A day that was counted before it was over is left out.
    """
    rows = store.rows(
        "SELECT source, day, articles, of FROM media_volumes WHERE day BETWEEN ? AND ? AND date(read_at) > day"
        " ORDER BY source, day",
        [first.isoformat(), last.isoformat()],
    )
    return [Volume(row["source"], date.fromisoformat(row["day"]), row["articles"], row["of"]) for row in rows]


def _state(row: Row) -> SourceState:
    return SourceState(
        source=row["source"],
        setting=row["setting"],
        begun_on=date.fromisoformat(row["begun_on"]),
        tried_at=datetime.fromisoformat(row["tried_at"]),
        read_until=date.fromisoformat(row["read_until"]) if row["read_until"] else None,
        old_keys=frozenset(json.loads(row["old_keys"])),
        answered_at=_instant(row["answered_at"]),
        entry_at=_instant(row["entry_at"]),
        failing_since=_instant(row["failing_since"]),
        error=row["error"],
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(instant: datetime | None) -> str | None:
    return format_second(instant) if instant else None
