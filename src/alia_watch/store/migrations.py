"""The schema, as an append-only story. A released migration is never edited; tables are STRICT.

Instants are RFC 3339 text in UTC with a Z, days ISO dates, money and documents JSON text.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("alia_watch")


def _run(db: Database, statements: str) -> None:
    """Each statement by itself: `executescript` would commit the migration's transaction."""
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)


@migrations()
def m001_evidence(db: Database) -> None:
    """What was read, by us or by others: the part that can never be rebuilt."""
    _run(
        db,
        """
        CREATE TABLE answers (
            sha256 TEXT PRIMARY KEY,
            url TEXT NOT NULL,
            received_at TEXT NOT NULL,
            size INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE TABLE snapshots (
            id INTEGER PRIMARY KEY,
            started_at TEXT NOT NULL,
            finished_at TEXT NOT NULL,
            requests INTEGER NOT NULL,
            complete INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE repo_snapshots (
            id INTEGER PRIMARY KEY,
            snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
            repo_id TEXT NOT NULL,
            observed_at TEXT NOT NULL,
            state TEXT NOT NULL,
            answered_id TEXT,
            downloads_30d INTEGER,
            downloads_all_time INTEGER,
            likes INTEGER,
            trending_score REAL,
            created_at TEXT,
            last_modified TEXT,
            gated TEXT,
            disabled INTEGER,
            library TEXT,
            pipeline_tag TEXT,
            tags TEXT,
            base_models TEXT,
            children INTEGER,
            spaces TEXT,
            sha TEXT,
            answer_sha256 TEXT REFERENCES answers(sha256),
            detail TEXT,
            UNIQUE (snapshot_id, repo_id)
        ) STRICT;
        CREATE INDEX repo_snapshots_by_repo ON repo_snapshots(repo_id, observed_at);
        CREATE TABLE imports (
            id INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            evidence TEXT NOT NULL,
            imported_at TEXT NOT NULL,
            rows INTEGER NOT NULL,
            skipped INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE imported_readings (
            id INTEGER PRIMARY KEY,
            import_id INTEGER NOT NULL REFERENCES imports(id),
            line INTEGER NOT NULL,
            repo_id TEXT NOT NULL,
            observed_at TEXT NOT NULL,
            downloads_30d INTEGER,
            downloads_all_time INTEGER,
            likes INTEGER
        ) STRICT;
        CREATE INDEX imported_readings_by_repo ON imported_readings(repo_id, observed_at);
        CREATE TABLE exact_counts (
            id INTEGER PRIMARY KEY,
            import_id INTEGER NOT NULL REFERENCES imports(id),
            line INTEGER NOT NULL,
            repo_id TEXT NOT NULL,
            day TEXT NOT NULL,
            count INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX exact_counts_by_repo ON exact_counts(repo_id, day);
        CREATE TABLE announcements (
            id TEXT PRIMARY KEY,
            date TEXT NOT NULL,
            precision TEXT NOT NULL,
            date_end TEXT,
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            announced_by TEXT NOT NULL,
            publisher TEXT NOT NULL,
            url TEXT,
            confidence TEXT NOT NULL,
            note TEXT NOT NULL,
            source TEXT NOT NULL,
            state TEXT NOT NULL,
            seen_at TEXT NOT NULL
        ) STRICT;
        """,
    )


@migrations()
def m002_told(db: Database) -> None:
    """What was found, decided, written and sent."""
    _run(
        db,
        """
        CREATE TABLE findings (
            key TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            repo_id TEXT NOT NULL,
            day TEXT NOT NULL,
            facts TEXT NOT NULL,
            found_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE notices (
            finding_key TEXT PRIMARY KEY REFERENCES findings(key),
            tell INTEGER NOT NULL,
            reason TEXT NOT NULL,
            decided_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE reports (
            key TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            document TEXT NOT NULL,
            created_at TEXT NOT NULL,
            version TEXT NOT NULL
        ) STRICT;
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY,
            report_key TEXT NOT NULL REFERENCES reports(key),
            language TEXT NOT NULL,
            form TEXT NOT NULL,
            part INTEGER NOT NULL,
            subject TEXT NOT NULL,
            text TEXT NOT NULL,
            markup TEXT NOT NULL,
            UNIQUE (report_key, language, form, part)
        ) STRICT;
        CREATE TABLE message_images (
            message_id INTEGER NOT NULL REFERENCES messages(id),
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            alt TEXT NOT NULL,
            png BLOB NOT NULL,
            PRIMARY KEY (message_id, position)
        ) STRICT;
        CREATE TABLE subscribers (
            id TEXT PRIMARY KEY,
            channel TEXT NOT NULL,
            address TEXT NOT NULL,
            language TEXT NOT NULL,
            topics TEXT NOT NULL,
            stopped TEXT,
            refusals INTEGER NOT NULL DEFAULT 0,
            changed_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE deliveries (
            id INTEGER PRIMARY KEY,
            message_id INTEGER NOT NULL REFERENCES messages(id),
            subscriber_id TEXT NOT NULL REFERENCES subscribers(id),
            state TEXT NOT NULL,
            due_at TEXT NOT NULL,
            leased_until TEXT,
            attempts INTEGER NOT NULL DEFAULT 0,
            remote_id TEXT,
            why TEXT,
            changed_at TEXT NOT NULL,
            UNIQUE (message_id, subscriber_id)
        ) STRICT;
        CREATE INDEX deliveries_waiting ON deliveries(state, due_at);
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            duty TEXT NOT NULL,
            slot TEXT NOT NULL,
            started_at TEXT NOT NULL,
            finished_at TEXT NOT NULL,
            outcome TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX runs_by_duty ON runs(duty, slot);
        """,
    )


@migrations()
def m003_sending(db: Database) -> None:
    """What the outbox remembers besides: how often an attempt may have arrived, and channels that rest."""
    _run(
        db,
        """
        ALTER TABLE deliveries ADD COLUMN unclear INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX deliveries_by_subscriber ON deliveries(subscriber_id, state);
        CREATE TABLE channel_holds (
            channel TEXT PRIMARY KEY,
            until TEXT NOT NULL,
            why TEXT NOT NULL
        ) STRICT;
        """,
    )
