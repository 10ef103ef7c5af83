"""The story of the schema goes on (`migrations.py`): files that travel with a message, and reports that are held."""

from sqlite_utils import Database

from alia_watch.store.migrations import migrations

__all__ = ["migrations"]


@migrations()
def m005_attachments(db: Database) -> None:
    """A Telegram message brings the whole report as a page."""
    db.execute(
        """
        CREATE TABLE message_attachments (
            message_id INTEGER NOT NULL REFERENCES messages(id),
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            content BLOB NOT NULL,
            PRIMARY KEY (message_id, position)
        ) STRICT
        """
    )


@migrations()
def m006_held(db: Database) -> None:
    """A report may be held until an instant, whoever asks for it meanwhile; and since when a delivery waits.

    `due_at` moves with every attempt, so it does not say that.
    """
    db.execute("ALTER TABLE reports ADD COLUMN hold_until TEXT")
    db.execute("ALTER TABLE deliveries ADD COLUMN queued_at TEXT NOT NULL DEFAULT ''")
    db.execute("UPDATE deliveries SET queued_at = due_at")
