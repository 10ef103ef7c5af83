"""What became of each step: one row per run of a duty. The daemon decides what is due from these rows alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from alia_watch.clock import format_second
from alia_watch.store.database import Row, Store


class RunOutcome(StrEnum):
    """How a run ended."""

    STARTED = "started"  # in hand, or cut off by a crash
    DONE = "done"
    INCOMPLETE = "incomplete"  # a part is done and kept; the rest is tried again
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the process was asked to stop; tried again at once
    MISSED = "missed"  # never tried: the process was away


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a duty for one slot. `detail` is JSON-ready: counts, or the error; `duration_s` is in it."""

    duty: str
    slot: str
    started_at: datetime
    finished_at: datetime
    outcome: RunOutcome
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SlotRuns:
    """What became of one slot so far: its last run, and how many of its runs did not end well."""

    last: Run
    attempts: int


@dataclass(frozen=True, slots=True)
class LastRuns:
    """What the runs table remembers: every recent slot by its key, and when the very first run began."""

    slots: Mapping[str, SlotRuns] = field(default_factory=dict)
    first_at: datetime | None = None


def start(store: Store, duty: str, slot: str, *, now: datetime) -> int:
    """Write down that a run begins; its id. Should the process die, this row tells."""
    with store.writing() as db:
        cursor = db.execute(
            "INSERT INTO runs (duty, slot, started_at, finished_at, outcome, detail) VALUES (?, ?, ?, ?, ?, '{}')",
            [duty, slot, format_second(now), format_second(now), RunOutcome.STARTED.value],
        )
        return int(cursor.lastrowid or 0)


def finish(store: Store, run_id: int, outcome: RunOutcome, detail: Mapping[str, Any], *, now: datetime) -> None:
    """Write down how a run ended. A run that already ended stays as it is."""
    with store.writing() as db:
        db.execute(
            "UPDATE runs SET finished_at = ?, outcome = ?, detail = ? WHERE id = ? AND outcome = 'started'",
            [format_second(now), outcome.value, json.dumps(detail, ensure_ascii=False, default=str), run_id],
        )


def record_missed(store: Store, slots: Sequence[tuple[str, str]], *, now: datetime) -> int:
    """Write down (duty, slot) pairs that passed while nobody was there; one already known is left. How many are new."""
    at = format_second(now)
    with store.writing() as db:
        before = db.conn.total_changes
        for duty, slot in slots:
            db.execute(
                "INSERT INTO runs (duty, slot, started_at, finished_at, outcome, detail)"
                " SELECT ?, ?, ?, ?, 'missed', '{}' WHERE NOT EXISTS (SELECT 1 FROM runs WHERE duty = ? AND slot = ?)",
                [duty, slot, at, at, duty, slot],
            )
        return db.conn.total_changes - before


def last_runs(store: Store, *, now: datetime, memory: timedelta, always: Sequence[str] = ()) -> LastRuns:
    """Every slot with a run begun within `memory` of the newest run (or of `now`); of the duties in `always`, all.

    A slot's last run is the one stored last, whatever its clock said: the clock may have been set back.
    """
    ends = store.rows("SELECT min(started_at) AS first, max(started_at) AS newest FROM runs")[0]
    if ends["first"] is None:
        return LastRuns()
    since = min(datetime.fromisoformat(ends["newest"]), now) - memory
    marks = ", ".join("?" * len(always)) or "''"
    rows = store.rows(
        f"""
        SELECT duty, slot, started_at, finished_at, outcome, detail, max(id) AS last,
               sum(outcome IN ('started', 'incomplete', 'failed')) AS attempts
        FROM runs WHERE started_at >= ? OR duty IN ({marks}) GROUP BY duty, slot
        """,  # noqa: S608  only question marks are put in
        [format_second(since), *always],
    )
    slots = {row["slot"]: SlotRuns(_run(row), row["attempts"]) for row in rows}
    return LastRuns(slots, datetime.fromisoformat(ends["first"]))


def runs(store: Store, *, since: datetime, until: datetime, duty: str | None = None) -> list[Run]:
    """The runs begun between two instants, both included, oldest first."""
    rows = store.rows(
        "SELECT * FROM runs WHERE started_at >= ? AND started_at <= ? AND (? IS NULL OR duty = ?) ORDER BY id",
        [format_second(since), format_second(until), duty, duty],
    )
    return [_run(row) for row in rows]


def last_done(store: Store, duty: str, *, until: datetime, saying: str | None = None) -> Run | None:
    """The last run of a duty that was done, begun at or before an instant; of those whose detail has `saying` true."""
    rows = store.rows(
        "SELECT * FROM runs WHERE duty = ? AND outcome = 'done' AND started_at <= ?"
        " AND (? IS NULL OR json_extract(detail, '$.' || ?)) ORDER BY id DESC LIMIT 1",
        [duty, format_second(until), saying, saying],
    )
    return _run(rows[0]) if rows else None


def _run(row: Row) -> Run:
    return Run(
        duty=row["duty"],
        slot=row["slot"],
        started_at=datetime.fromisoformat(row["started_at"]),
        finished_at=datetime.fromisoformat(row["finished_at"]),
        outcome=RunOutcome(row["outcome"]),
        detail=json.loads(row["detail"]),
    )
