"""The story of the schema goes on (`migrations_later.py`): keys, sign-ups, and what is left of who left."""

from sqlite_utils import Database

from alia_watch.store.migrations_later import migrations

__all__ = ["migrations"]


@migrations()
def m009_signup(db: Database) -> None:
    """Who asked for mail and whether they confirmed it; keys; and hashes of addresses that were erased."""
    for statement in (
        "CREATE TABLE keys (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT",
        """
        CREATE TABLE signups (
            id TEXT PRIMARY KEY,
            address TEXT NOT NULL,
            language TEXT NOT NULL,
            topics TEXT NOT NULL,
            wording TEXT NOT NULL,
            client TEXT NOT NULL,
            asked_at TEXT NOT NULL,
            confirmed_at TEXT,
            subscriber_id TEXT
        ) STRICT
        """,
        "CREATE INDEX signups_by_address ON signups(address, asked_at)",
        "CREATE INDEX signups_by_client ON signups(client, asked_at)",
        "CREATE TABLE erased (mark TEXT PRIMARY KEY, erased_at TEXT NOT NULL, why TEXT NOT NULL) STRICT",
    ):
        db.execute(statement)
