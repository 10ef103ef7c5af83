"""Readers of every counter reading: our own, imported files, and publishers' day counts."""

import difflib
from datetime import UTC, date, datetime, timedelta

from alia_watch import clock
from alia_watch.errors import UnknownRepo
from alia_watch.series.snapshot import Evidence, ExactCount, Reading
from alia_watch.store.database import Store

#: Imported rows come after our own, so that no two readings share a sequence.
_IMPORTED = 1 << 40
#: Looked up, not made: there is one for each of a hundred thousand rows.
_EVIDENCE = {each.value: each for each in Evidence}
#: Put in order as texts, by SQLite: without the Z they sort as their instants do, a bare date as the end of its day.
_READINGS = f"""
    WITH told (sequence, observed_at, downloads_30d, downloads_all_time, likes, evidence) AS (
        SELECT id, observed_at, downloads_30d, downloads_all_time, likes, '{Evidence.OWN}'
        FROM whole_repo_snapshots
        WHERE repo_id = :repo AND (downloads_30d IS NOT NULL OR downloads_all_time IS NOT NULL)
        UNION ALL
        SELECT r.id + {_IMPORTED}, r.observed_at, r.downloads_30d, r.downloads_all_time, r.likes, i.evidence
        FROM imported_readings r JOIN imports i ON i.id = r.import_id
        WHERE r.repo_id = :repo
    )
    SELECT * FROM told
    WHERE CASE WHEN length(observed_at) = 10 THEN observed_at <= :day ELSE rtrim(observed_at, 'Z') <= :until END
    ORDER BY CASE WHEN length(observed_at) = 10 THEN observed_at || 'T23:59:59.999999'
             ELSE rtrim(observed_at, 'Z') END, sequence
"""  # noqa: S608  nothing in it comes from outside


def readings(store: Store, repo_id: str, *, until: datetime) -> list[Reading]:
    """Every reading of a repo, oldest first (`moment`): instants up to `until`, bare dates up to its UTC day."""
    rows = store.tuples(_READINGS, {"repo": repo_id, "until": _comparable(until), "day": str(clock.utc_day(until))})
    return [
        Reading(repo_id, stored_moment(at), rolling, all_time, _EVIDENCE[evidence], likes, sequence)
        for sequence, at, rolling, all_time, likes, evidence in rows
    ]


def exact_counts(store: Store, repo_id: str, *, until: datetime) -> list[ExactCount]:
    """A repo's day counts from its publisher, oldest first, of days over at `until`; the last import counts."""
    yesterday = clock.utc_day(until + timedelta(microseconds=1)) - timedelta(days=1)
    rows = store.rows(
        "SELECT day, count FROM exact_counts WHERE repo_id = ? AND day <= ? ORDER BY id",
        [repo_id, yesterday.isoformat()],
    )
    latest = {row["day"]: row["count"] for row in rows}
    return [ExactCount(repo_id, date.fromisoformat(day), count) for day, count in sorted(latest.items())]


def repo_ids(store: Store) -> tuple[str, ...]:
    """Every repo that was ever read or imported, sorted."""
    rows = store.rows(
        "SELECT repo_id FROM repos UNION SELECT repo_id FROM imported_readings"
        " UNION SELECT repo_id FROM exact_counts ORDER BY repo_id"
    )
    return tuple(row["repo_id"] for row in rows)


def require_repo(store: Store, repo_id: str) -> str:
    """The repo's id, as given. Raises UnknownRepo, naming the nearest, where nothing of it is stored."""
    known = repo_ids(store)
    if repo_id in known:
        return repo_id
    folded = {known_id.casefold(): known_id for known_id in known}
    short = {known_id.split("/")[-1].casefold(): known_id for known_id in known}
    wanted = repo_id.casefold()
    near = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    near_short = difflib.get_close_matches(wanted.split("/")[-1], short, n=1, cutoff=0.6)
    raise UnknownRepo(repo_id, folded[near[0]] if near else short[near_short[0]] if near_short else None)


def stored_moment(text: str) -> datetime | date:
    """An instant or a bare date, as stored."""
    return date.fromisoformat(text) if len(text) == 10 else clock.parse_instant(text)


def _comparable(instant: datetime) -> str:
    """As long as a stored instant can be, and without its Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def is_later(observed_at: datetime | date, until: datetime) -> bool:
    """Whether a reading is later than an instant: one of a bare date, than the instant's UTC day."""
    if isinstance(observed_at, datetime):
        return observed_at > until
    return observed_at > clock.utc_day(until)
