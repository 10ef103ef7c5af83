"""The story of the schema goes on (`migrations_signup.py`): mail that comes back."""

from sqlite_utils import Database

from alia_watch.store.migrations_signup import migrations

__all__ = ["migrations"]


@migrations()
def m010_bounces(db: Database) -> None:
    """What came back of the letters to a subscriber, each letter once; no address, and nothing of the report itself."""
    db.execute(
        """
        CREATE TABLE bounces (
            subscriber_id TEXT NOT NULL REFERENCES subscribers(id) ON DELETE CASCADE,
            letter TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('hard', 'soft', 'delayed')),
            status TEXT NOT NULL,
            came_at TEXT NOT NULL,
            PRIMARY KEY (subscriber_id, letter, kind)
        ) STRICT
        """
    )
