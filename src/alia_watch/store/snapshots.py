"""What the Hub said, append-only: snapshots, and every repo in them. What repeats, a description say, is kept once."""

import json
from collections.abc import Iterable
from datetime import date, datetime

from alia_watch.clock import UtcDay, day_end, day_start, format_instant, format_second, utc_day
from alia_watch.series.snapshot import (
    CREATED_AT_FLOOR,
    BaseModel,
    HubReading,
    RepoSnapshot,
    State,
)
from alia_watch.store.answers import save_answers
from alia_watch.store.database import Row, Store
from alia_watch.store.migrations_compact import DESCRIPTION, description_digest

_DESCRIBE = f"""
    INSERT OR IGNORE INTO repo_descriptions (digest, {", ".join(DESCRIPTION)})
    VALUES (?{", ?" * len(DESCRIPTION)})
"""  # noqa: S608  constants
_SAVE = """
    INSERT INTO repo_snapshots (snapshot_id, repo, observed_at, state, downloads_30d, downloads_all_time, likes,
        trending_score, children, description, answer, detail)
    VALUES (?, (SELECT id FROM repos WHERE repo_id = ?), ?, ?, ?, ?, ?, ?, ?,
        (SELECT id FROM repo_descriptions WHERE digest = ?), ?, ?)
"""


def save_hub_reading(store: Store, reading: HubReading) -> int:
    """Keep a snapshot whole, in one transaction; its id."""
    with store.writing() as db:
        answers = save_answers(store, reading.answers)
        cursor = db.execute(
            "INSERT INTO snapshots (started_at, finished_at, requests, complete) VALUES (?, ?, ?, ?)",
            [
                format_instant(reading.started_at),
                format_instant(reading.finished_at),
                reading.requests,
                int(reading.complete),
            ],
        )
        snapshot_id = int(cursor.lastrowid or 0)
        described = {repo.repo_id: _description(repo) for repo in reading.repos}
        digests = {repo_id: description_digest(*values) for repo_id, values in described.items()}
        db.conn.executemany("INSERT OR IGNORE INTO repos (repo_id) VALUES (?)", [[repo_id] for repo_id in described])
        db.conn.executemany(_DESCRIBE, [[digests[repo_id], *values] for repo_id, values in described.items()])
        db.conn.executemany(
            _SAVE,
            [
                [
                    snapshot_id,
                    repo.repo_id,
                    format_second(repo.observed_at),
                    repo.state.value,
                    repo.downloads_30d,
                    repo.downloads_all_time,
                    repo.likes,
                    repo.trending_score,
                    repo.children,
                    digests[repo.repo_id],
                    None if repo.answer_sha256 is None else answers[repo.answer_sha256],
                    repo.detail,
                ]
                for repo in reading.repos
            ],
        )
        return snapshot_id


def repo_snapshots(store: Store, repo_id: str, *, until: datetime) -> list[RepoSnapshot]:
    """Everything read of one repo up to an instant, oldest first."""
    rows = store.rows(
        "SELECT * FROM whole_repo_snapshots WHERE repo_id = ? AND observed_at <= ? ORDER BY observed_at, id",
        [repo_id, format_second(until)],
    )
    return [_repo(row) for row in rows]


def latest_snapshots(store: Store, *, until: datetime) -> dict[str, RepoSnapshot]:
    """The last snapshot of every repo ever read, whatever its state, up to an instant."""
    rows = store.rows(
        """
        SELECT last.* FROM (SELECT DISTINCT repo_id FROM whole_repo_snapshots) AS known
        JOIN whole_repo_snapshots AS last ON last.id = (
            SELECT id FROM whole_repo_snapshots WHERE repo_id = known.repo_id AND observed_at <= ?
            ORDER BY observed_at DESC, id DESC LIMIT 1
        ) ORDER BY last.repo_id
        """,
        [format_second(until)],
    )
    return {row["repo_id"]: _repo(row) for row in rows}


def snapshot_repos(store: Store, snapshot_id: int) -> tuple[RepoSnapshot, ...]:
    """The repos of one snapshot, by id."""
    rows = store.rows("SELECT * FROM whole_repo_snapshots WHERE snapshot_id = ? ORDER BY repo_id", [snapshot_id])
    return tuple(_repo(row) for row in rows)


def recent_states(store: Store, repo_ids: Iterable[str], *, until: datetime) -> dict[str, tuple[RepoSnapshot, ...]]:
    """For each repo its last ten readable snapshots, newest first. UNREADABLE ones say nothing of a repo."""
    found = {}
    for repo_id in sorted(set(repo_ids)):  # a search in the index each: a window over them all reads the whole history
        rows = store.rows(
            "SELECT * FROM whole_repo_snapshots WHERE repo_id = ? AND observed_at <= ? AND state <> ?"
            " ORDER BY observed_at DESC, id DESC LIMIT 10",
            [repo_id, format_second(until), State.UNREADABLE.value],
        )
        if rows:
            found[repo_id] = tuple(_repo(row) for row in rows)
    return found


def seen_repos(store: Store) -> frozenset[str]:
    """Every repo the Hub ever gave an answer for, under the id that answered."""
    rows = store.rows("SELECT DISTINCT answered_id FROM whole_repo_snapshots WHERE answered_id IS NOT NULL")
    return frozenset(row["answered_id"] for row in rows)


def created_on(store: Store) -> dict[str, date]:
    """The UTC day each repo was created on, by its last answer; left out where the Hub does not know."""
    rows = store.rows(
        """
        SELECT repo_id, created_at FROM (
            SELECT repo_id, created_at, row_number() OVER (PARTITION BY repo_id ORDER BY id DESC) AS place
            FROM whole_repo_snapshots WHERE created_at IS NOT NULL AND state <> ?
        ) WHERE place = 1
        """,
        [State.RENAMED.value],
    )
    days = {row["repo_id"]: utc_day(datetime.fromisoformat(row["created_at"])) for row in rows}
    return {repo_id: day for repo_id, day in days.items() if day > CREATED_AT_FLOOR}


def last_snapshot(store: Store, *, until: datetime) -> tuple[datetime, bool] | None:
    """When the last snapshot began, and whether it was complete; None before the first."""
    rows = store.rows(
        "SELECT started_at, complete FROM snapshots WHERE started_at <= ? ORDER BY started_at DESC, id DESC LIMIT 1",
        [format_second(until)],
    )
    return (datetime.fromisoformat(rows[0]["started_at"]), bool(rows[0]["complete"])) if rows else None


def incomplete_snapshot(store: Store, day: UtcDay, *, until: datetime) -> int | None:
    """The id of the last snapshot of a UTC day where it is incomplete; None where it is complete or there is none."""
    rows = store.rows(
        "SELECT id, complete FROM snapshots WHERE started_at BETWEEN ? AND ? ORDER BY started_at DESC, id DESC LIMIT 1",
        [format_second(day_start(day)), format_second(min(day_end(day), until))],
    )
    return int(rows[0]["id"]) if rows and not rows[0]["complete"] else None


def first_look(store: Store) -> tuple[datetime, bool] | None:
    """When the first snapshot began, and whether any was complete yet; None before the first."""
    row = store.rows("SELECT min(started_at) AS first, max(complete) AS complete FROM snapshots")[0]
    return (datetime.fromisoformat(row["first"]), bool(row["complete"])) if row["first"] else None


def complete_snapshots(store: Store, *, since: datetime, until: datetime) -> tuple[datetime, ...]:
    """When each complete snapshot between two instants began, oldest first."""
    rows = store.rows(
        "SELECT started_at FROM snapshots WHERE complete AND started_at BETWEEN ? AND ? ORDER BY started_at",
        [format_second(since), format_second(until)],
    )
    return tuple(datetime.fromisoformat(row["started_at"]) for row in rows)


def _description(repo: RepoSnapshot) -> list[str | int | None]:
    """What hardly changes from one snapshot to the next, in the order of `DESCRIPTION`."""
    parents = None if repo.base_models is None else [[m.repo_id, m.relation] for m in repo.base_models]
    return [
        repo.answered_id,
        _instant(repo.created_at),
        _instant(repo.last_modified),
        repo.gated,
        None if repo.disabled is None else int(repo.disabled),
        repo.library,
        repo.pipeline_tag,
        _json(repo.tags),
        _json(parents),
        _json(repo.spaces),
        repo.sha,
    ]


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _repo(row: Row) -> RepoSnapshot:
    parents = None if row["base_models"] is None else json.loads(row["base_models"])
    return RepoSnapshot(
        repo_id=row["repo_id"],
        observed_at=datetime.fromisoformat(row["observed_at"]),
        state=State(row["state"]),
        answered_id=row["answered_id"],
        downloads_30d=row["downloads_30d"],
        downloads_all_time=row["downloads_all_time"],
        likes=row["likes"],
        trending_score=row["trending_score"],
        created_at=datetime.fromisoformat(row["created_at"]) if row["created_at"] else None,
        last_modified=datetime.fromisoformat(row["last_modified"]) if row["last_modified"] else None,
        gated=row["gated"],
        disabled=None if row["disabled"] is None else bool(row["disabled"]),
        library=row["library"],
        pipeline_tag=row["pipeline_tag"],
        tags=None if row["tags"] is None else tuple(json.loads(row["tags"])),
        base_models=None if parents is None else tuple(BaseModel(*parent) for parent in parents),
        children=row["children"],
        spaces=None if row["spaces"] is None else tuple(json.loads(row["spaces"])),
        sha=row["sha"],
        answer_sha256=row["answer_sha256"],
        detail=row["detail"],
    )
