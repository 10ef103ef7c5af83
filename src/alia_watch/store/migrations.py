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


@migrations()
def m004_sources(db: Database) -> None:
    """Announcements from their sources: what was read, of which announcement it tells, and how each source does."""
    _run(
        db,
        """
        ALTER TABLE announcements ADD COLUMN at TEXT;
        ALTER TABLE announcements ADD COLUMN language TEXT NOT NULL DEFAULT '';
        ALTER TABLE announcements ADD COLUMN decided TEXT NOT NULL DEFAULT '';
        ALTER TABLE announcements ADD COLUMN corrected TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE reports ADD COLUMN calendar INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE reports ADD COLUMN evidence TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE announcements ADD COLUMN merged_into TEXT REFERENCES announcements(id);
        CREATE TABLE entries (
            id INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            version INTEGER NOT NULL,
            read_at TEXT NOT NULL,
            evidence TEXT NOT NULL,
            title TEXT NOT NULL, url TEXT,
            aliases TEXT NOT NULL, canonical INTEGER NOT NULL,
            stated TEXT NOT NULL,
            kind TEXT NOT NULL,
            announced_by TEXT NOT NULL, publisher TEXT NOT NULL, language TEXT NOT NULL, confidence TEXT NOT NULL,
            note TEXT NOT NULL, matches TEXT NOT NULL,
            UNIQUE (source, key, version)
        ) STRICT;
        CREATE TABLE announcement_links (
            source TEXT NOT NULL,
            key TEXT NOT NULL,
            announcement_id TEXT NOT NULL REFERENCES announcements(id),
            why TEXT NOT NULL,
            by_hand INTEGER NOT NULL,
            PRIMARY KEY (source, key)
        ) STRICT;
        CREATE INDEX announcement_links_by_announcement ON announcement_links(announcement_id);
        CREATE TABLE source_states (
            source TEXT PRIMARY KEY,
            setting TEXT NOT NULL,
            begun_on TEXT NOT NULL, read_until TEXT,
            old_keys TEXT NOT NULL,
            tried_at TEXT NOT NULL,
            answered_at TEXT,
            entry_at TEXT,
            failing_since TEXT,
            error TEXT
        ) STRICT;
        CREATE TABLE source_pages (
            source TEXT NOT NULL,
            url TEXT NOT NULL,
            etag TEXT NOT NULL, last_modified TEXT NOT NULL,
            PRIMARY KEY (source, url)
        ) STRICT;
        CREATE TABLE media_volumes (
            source TEXT NOT NULL,
            day TEXT NOT NULL,
            articles INTEGER NOT NULL, of INTEGER,
            read_at TEXT NOT NULL,
            PRIMARY KEY (source, day)
        ) STRICT;
        CREATE TABLE repo_files (
            repo_id TEXT NOT NULL,
            sha TEXT NOT NULL,
            observed_at TEXT NOT NULL,
            weights INTEGER NOT NULL,
            weights_at TEXT,
            card_bytes INTEGER,
            card_at TEXT,
            PRIMARY KEY (repo_id, sha)
        ) STRICT;
        CREATE TABLE announcement_versions (
            id INTEGER PRIMARY KEY,
            announcement_id TEXT NOT NULL REFERENCES announcements(id),
            at TEXT NOT NULL,
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX announcement_versions_by_announcement ON announcement_versions(announcement_id, at);
        INSERT INTO announcement_versions (announcement_id, at, document)
            SELECT id, seen_at, json_object('id', id, 'date', date, 'precision', precision, 'date_end', date_end,
                'kind', kind, 'title', title, 'announced_by', announced_by, 'publisher', publisher, 'url', url,
                'confidence', confidence, 'note', note, 'source', source, 'state', state, 'at', NULL, 'language', '',
                'decided', '', 'merged_into', NULL) FROM announcements ORDER BY seen_at;
        UPDATE reports SET calendar = coalesce((SELECT max(id) FROM announcement_versions WHERE at <= created_at), 0);
        """,
    )
