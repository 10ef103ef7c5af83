"""The story of the schema goes on (`migrations_mail.py`): what repeats is kept once, and old raw answers packed."""

import hashlib

from sqlite_utils import Database

from alia_watch.store.migrations_mail import migrations

__all__ = ["migrations"]

#: What a description is made of, in the order of its digest.
DESCRIPTION = (
    "answered_id", "created_at", "last_modified", "gated", "disabled", "library", "pipeline_tag", "tags", "base_models",
    "spaces", "sha",
)  # fmt: skip
_COLUMNS, _COLUMNS_OF_O = ", ".join(DESCRIPTION), ", ".join(f"o.{name}" for name in DESCRIPTION)

_TABLES = (
    "ALTER TABLE repo_snapshots RENAME TO old_repo_snapshots",
    "ALTER TABLE answers RENAME TO old_answers",
    "DROP INDEX repo_snapshots_by_repo",
    "CREATE TABLE answer_urls (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE answer_packs (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    """
    CREATE TABLE answers (
        id INTEGER PRIMARY KEY,
        sha256 TEXT NOT NULL UNIQUE,
        url INTEGER NOT NULL REFERENCES answer_urls(id),
        received_at TEXT NOT NULL,
        size INTEGER NOT NULL,
        pack INTEGER REFERENCES answer_packs(id)
    ) STRICT
    """,
    # By themselves: pages that a deletion leaves are free for what comes, those of rows that shrank are not.
    "CREATE TABLE answer_bodies (answer INTEGER PRIMARY KEY REFERENCES answers(id), body BLOB NOT NULL) STRICT",
    "CREATE INDEX answers_by_pack ON answers(pack) WHERE pack IS NOT NULL",
    "CREATE TABLE repos (id INTEGER PRIMARY KEY, repo_id TEXT NOT NULL UNIQUE) STRICT",
    """
    CREATE TABLE repo_descriptions (
        id INTEGER PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        answered_id TEXT,
        created_at TEXT,
        last_modified TEXT,
        gated TEXT,
        disabled INTEGER,
        library TEXT,
        pipeline_tag TEXT,
        tags TEXT,
        base_models TEXT,
        spaces TEXT,
        sha TEXT
    ) STRICT
    """,
    """
    CREATE TABLE repo_snapshots (
        id INTEGER PRIMARY KEY,
        snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
        repo INTEGER NOT NULL REFERENCES repos(id),
        observed_at TEXT NOT NULL,
        state TEXT NOT NULL,
        downloads_30d INTEGER,
        downloads_all_time INTEGER,
        likes INTEGER,
        trending_score REAL,
        children INTEGER,
        description INTEGER NOT NULL REFERENCES repo_descriptions(id),
        answer INTEGER REFERENCES answers(id),
        detail TEXT,
        UNIQUE (snapshot_id, repo)
    ) STRICT
    """,
    "CREATE INDEX repo_snapshots_by_repo ON repo_snapshots(repo, observed_at)",
    # Left joins, so that SQLite leaves out those of whose columns nothing is asked.
    """
    CREATE VIEW whole_repo_snapshots AS
    SELECT s.id, s.snapshot_id, r.repo_id, s.observed_at, s.state, d.answered_id, s.downloads_30d,
        s.downloads_all_time, s.likes, s.trending_score, d.created_at, d.last_modified, d.gated, d.disabled, d.library,
        d.pipeline_tag, d.tags, d.base_models, s.children, d.spaces, d.sha, a.sha256 AS answer_sha256, s.detail
    FROM repo_snapshots AS s
    JOIN repos AS r ON r.id = s.repo
    LEFT JOIN repo_descriptions AS d ON d.id = s.description
    LEFT JOIN answers AS a ON a.id = s.answer
    """,
)

_MOVED = (
    "INSERT INTO answer_urls (url) SELECT DISTINCT url FROM old_answers ORDER BY url",
    """
    INSERT INTO answers (sha256, url, received_at, size)
    SELECT o.sha256, u.id, o.received_at, o.size
    FROM old_answers AS o JOIN answer_urls AS u ON u.url = o.url ORDER BY o.received_at, o.rowid
    """,
    """
    INSERT INTO answer_bodies SELECT a.id, o.body
    FROM answers AS a JOIN old_answers AS o ON o.sha256 = a.sha256 ORDER BY a.id
    """,
    "INSERT INTO repos (repo_id) SELECT DISTINCT repo_id FROM old_repo_snapshots ORDER BY repo_id",
    f"""
    INSERT OR IGNORE INTO repo_descriptions (digest, {_COLUMNS})
    SELECT description_digest({_COLUMNS}), {_COLUMNS} FROM old_repo_snapshots ORDER BY id
    """,  # noqa: S608  constants
    f"""
    INSERT INTO repo_snapshots
    SELECT o.id, o.snapshot_id, r.id, o.observed_at, o.state, o.downloads_30d, o.downloads_all_time, o.likes,
        o.trending_score, o.children, d.id, a.id, o.detail
    FROM old_repo_snapshots AS o
    JOIN repos AS r ON r.repo_id = o.repo_id
    JOIN repo_descriptions AS d ON d.digest = description_digest({_COLUMNS_OF_O})
    LEFT JOIN answers AS a ON a.sha256 = o.answer_sha256
    ORDER BY o.id
    """,  # noqa: S608  constants
    "DROP TABLE old_repo_snapshots",
    "DROP TABLE old_answers",
)


def description_digest(*values: str | int | None) -> str:
    """What tells one description from another: SHA-256 over its values, each with its kind and length."""
    digest = hashlib.sha256()
    for value in values:
        text = "" if value is None else str(value)
        digest.update(f"{type(value).__name__} {len(text)} {text}\n".encode())
    return digest.hexdigest()


@migrations()
def m011_kept_once(db: Database) -> None:
    """A repo's name, its description and an address are kept once; a reading of a counter then takes 70 bytes.

    No value is lost, and no row of evidence gets another number: `evidence.py` tells by them what a report rests on.
    """
    db.conn.create_function("description_digest", len(DESCRIPTION), description_digest, deterministic=True)
    for statement in (*_TABLES, *_MOVED):
        db.execute(statement)
