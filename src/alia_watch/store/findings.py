"""Findings, and what was decided of each: told or held, with the reason."""

import json
from collections.abc import Iterable
from datetime import date, datetime

from alia_watch.clock import format_second
from alia_watch.findings.notice import Finding, FindingKind, Notice, Reason
from alia_watch.store.database import Row, Store

_FINDING = "f.key, f.kind, f.repo_id, f.day, f.facts"


def save_findings(store: Store, findings: Iterable[Finding], *, now: datetime) -> int:
    """Add those whose key is new; gives how many. What was found first stands."""
    with store.writing() as db:
        return sum(
            db.execute(
                "INSERT OR IGNORE INTO findings (key, kind, repo_id, day, facts, found_at) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    finding.key,
                    str(finding.kind),
                    finding.repo_id,
                    finding.day.isoformat(),
                    json.dumps(finding.facts, ensure_ascii=False, sort_keys=True),
                    format_second(now),
                ],
            ).rowcount
            for finding in findings
        )


def findings(store: Store, *, until: datetime, since: date | None = None) -> list[Finding]:
    """Findings made up to `until`, of `since` and later days, by day and key."""
    rows = store.rows(
        f"SELECT {_FINDING} FROM findings f WHERE f.found_at <= ? AND f.day >= ? ORDER BY f.day, f.key",  # noqa: S608
        [format_second(until), (since or date.min).isoformat()],
    )
    return [_finding(row) for row in rows]


def undecided(store: Store, *, until: datetime) -> list[Finding]:
    """Findings made up to `until` that nobody has decided to tell or to hold, by day and key."""
    rows = store.rows(
        f"SELECT {_FINDING} FROM findings f LEFT JOIN notices n ON n.finding_key = f.key"  # noqa: S608
        " WHERE n.finding_key IS NULL AND f.found_at <= ? ORDER BY f.day, f.key",
        [format_second(until)],
    )
    return [_finding(row) for row in rows]


def save_notices(store: Store, notices: Iterable[Notice], *, now: datetime) -> None:
    """Write decisions down; one that stands is not changed. Their findings must have been saved."""
    with store.writing() as db:
        for notice in notices:
            db.execute(
                "INSERT OR IGNORE INTO notices (finding_key, tell, reason, decided_at) VALUES (?, ?, ?, ?)",
                [notice.finding.key, int(notice.tell), str(notice.reason), format_second(now)],
            )


def decisions(store: Store, *, until: datetime, since: datetime | None = None) -> list[tuple[datetime, Notice]]:
    """Decisions made after `since` and up to `until`, oldest first, with when they were made."""
    rows = store.rows(
        f"SELECT {_FINDING}, n.tell, n.reason, n.decided_at FROM notices n"  # noqa: S608
        " JOIN findings f ON f.key = n.finding_key WHERE n.decided_at <= ? AND n.decided_at > ?"
        " ORDER BY n.decided_at, f.day, f.key",
        [format_second(until), format_second(since) if since else ""],
    )
    return [
        (datetime.fromisoformat(row["decided_at"]), Notice(_finding(row), bool(row["tell"]), Reason(row["reason"])))
        for row in rows
    ]


def notices(store: Store, *, until: datetime, since: datetime | None = None) -> list[Notice]:
    """What was decided after `since` and up to `until`, oldest first."""
    return [notice for _, notice in decisions(store, until=until, since=since)]


def _finding(row: Row) -> Finding:
    return Finding(
        key=row["key"],
        kind=FindingKind(row["kind"]),
        repo_id=row["repo_id"],
        day=date.fromisoformat(row["day"]),
        facts=json.loads(row["facts"]),
    )
