"""The story of the schema goes on (`migrations.py`): files that travel with a message besides its pictures."""

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
