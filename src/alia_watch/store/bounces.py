"""Letters that came back, by subscriber: each letter counts once, however often its report arrives."""

from datetime import datetime

from alia_watch.audience.bounce import Kind
from alia_watch.clock import format_second
from alia_watch.store.database import Store


def note(store: Store, subscriber_id: str, letter: str, kind: Kind, status: str, *, now: datetime) -> bool:
    """Write down that a letter came back; false where that was known.

    Args:
        letter: its Message-ID, or what else its report is known by.
        status: the enhanced code, or empty.
    """
    with store.writing() as db:
        noted = db.execute(
            "INSERT OR IGNORE INTO bounces (subscriber_id, letter, kind, status, came_at) VALUES (?, ?, ?, ?, ?)"
            " RETURNING letter",
            [subscriber_id, letter, kind.value, status, format_second(now)],
        )
        return noted.fetchone() is not None


def softly_returned(store: Store, subscriber_id: str, *, since: datetime) -> int:
    """How many letters to a subscriber came back softly since an instant."""
    rows = store.rows(
        "SELECT count(*) AS n FROM bounces WHERE subscriber_id = ? AND kind = 'soft' AND came_at >= ?",
        [subscriber_id, format_second(since)],
    )
    return int(rows[0]["n"])
