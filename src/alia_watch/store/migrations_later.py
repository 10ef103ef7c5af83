"""The story of the schema goes on (`migrations.py`): files that travel with a message, reports
that are held, what stands around a repo, and the Telegram conversation."""

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


@migrations()
def m008_chat(db: Database) -> None:
    """Subscribers who came by themselves and chose when; buttons under messages; what was said to the bot.

    `configured` is what the configuration last said of a subscriber: what they changed since by asking the bot stands
    until the configuration itself changes. A delivery that `waits` may wait for a summary; one that is `held` was not
    due at once for its subscriber's preferences. The body of an update is kept while it waits for its answer.
    """
    for statement in (
        "ALTER TABLE subscribers ADD COLUMN source TEXT NOT NULL DEFAULT 'configuration'",
        "ALTER TABLE subscribers ADD COLUMN configured TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE subscribers ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE subscribers ADD COLUMN since TEXT NOT NULL DEFAULT ''",
        "UPDATE subscribers SET since = changed_at",
        "ALTER TABLE deliveries ADD COLUMN waits INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE deliveries ADD COLUMN held INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE messages ADD COLUMN buttons TEXT NOT NULL DEFAULT '[]'",
        "CREATE INDEX messages_by_report ON messages(report_key)",
        """
        CREATE TABLE chat_updates (
            update_id INTEGER PRIMARY KEY,
            received_at TEXT NOT NULL,
            body TEXT
        ) STRICT
        """,
        """
        CREATE TABLE chat_prompts (
            chat_id INTEGER NOT NULL,
            user_id INTEGER NOT NULL,
            purpose TEXT NOT NULL,
            argument TEXT NOT NULL,
            asked_at TEXT NOT NULL,
            PRIMARY KEY (chat_id, user_id)
        ) STRICT
        """,
    ):
        db.execute(statement)


@migrations()
def m010_replays(db: Database) -> None:
    """What the detector need not judge again; derived, may be deleted at any time."""
    db.execute("CREATE TABLE replays (series TEXT PRIMARY KEY, method TEXT NOT NULL, body BLOB NOT NULL) STRICT")
