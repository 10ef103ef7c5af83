"""The story of the schema goes on (`migrations.py`): files that travel with a message, reports
that are held, and what stands around a repo."""

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


@migrations()
def m007_community(db: Database) -> None:
    """What stands around a repo besides its own counters, as looked at once a day."""
    db.execute(
        """
        CREATE TABLE repo_community (
            id INTEGER PRIMARY KEY,
            repo_id TEXT NOT NULL,
            observed_at TEXT NOT NULL,
            finetune INTEGER, adapter INTEGER, merge INTEGER, quantized INTEGER,
            discussions INTEGER
        ) STRICT
        """
    )
    db.execute("CREATE INDEX repo_community_by_repo ON repo_community(repo_id, observed_at)")
