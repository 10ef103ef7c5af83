"""What was sent or not, to whom, and why: the outbox as people look at it, and the way back for what was given up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alia_watch.audience.subscriber import ChannelKind
from alia_watch.clock import format_second
from alia_watch.errors import UsageError
from alia_watch.store.database import Row, Store


class State(StrEnum):
    """Where a delivery stands."""

    DUE = "due"  # waits for its instant
    LEASED = "leased"  # someone is sending it
    SENT = "sent"
    UNCLEAR = "unclear"  # it may have arrived, and was tried again; nothing more is done
    DEAD = "dead"  # given up, with the reason
    SUMMED = "summed"  # told in a summary of several


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one subscriber and what became of it.

    Attributes:
        part: counts from 0.
        due_at: when it is (or was last) to be tried; `changed_at` when anything last happened to it.
        attempts: those that count; `remote_id` the channel's own id of what was sent.
        why: what went wrong, or what was done about it.
    """

    id: int
    report_key: str
    part: int
    language: str
    channel: ChannelKind
    subscriber_id: str
    state: State
    due_at: datetime
    attempts: int
    remote_id: str | None
    why: str | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A channel that rests until an instant, and why."""

    channel: ChannelKind
    until: datetime
    why: str


def receivers(store: Store, report_key: str) -> tuple[str, ...]:
    """The ids of the subscribers whom a report reached, or may have reached, in part or whole, sorted."""
    rows = store.rows(
        "SELECT DISTINCT d.subscriber_id FROM deliveries d JOIN messages m ON m.id = d.message_id"
        " WHERE m.report_key = ? AND (d.state IN (?, ?, ?) OR d.unclear > 0 OR d.remote_id IS NOT NULL)"
        " ORDER BY d.subscriber_id",
        [report_key, State.SENT.value, State.UNCLEAR.value, State.SUMMED.value],
    )
    return tuple(row["subscriber_id"] for row in rows)


def deliveries(
    store: Store,
    *,
    until: datetime | None = None,
    since: datetime | None = None,
    states: Collection[State] = (),
    report_key: str | None = None,
    limit: int | None = None,
) -> list[Delivery]:
    """The deliveries, newest first.

    Args:
        until, since: those to which something last happened between these instants, both included.
        states: only these; none means all.
        report_key: only this report's.
        limit: at most so many.
    """
    marks = ", ".join("?" * len(states))
    rows = store.rows(
        f"""
        SELECT d.*, m.report_key, m.part, m.language, m.form
        FROM deliveries d JOIN messages m ON m.id = d.message_id
        WHERE (? IS NULL OR d.changed_at <= ?) AND (? IS NULL OR d.changed_at >= ?)
          AND (? IS NULL OR m.report_key = ?) {f"AND d.state IN ({marks})" if states else ""}
        ORDER BY d.id DESC LIMIT ?
        """,  # noqa: S608  only question marks are put in
        [
            *[format_second(until) if until else None] * 2,
            *[format_second(since) if since else None] * 2,
            *[report_key] * 2,
            *[state.value for state in states],
            -1 if limit is None else limit,
        ],
    )
    return [_delivery(row) for row in rows]


def of_subscriber(store: Store, subscriber_id: str) -> list[Delivery]:
    """All of one subscriber's, oldest first."""
    rows = store.rows(
        "SELECT d.*, m.report_key, m.part, m.language, m.form"
        " FROM deliveries d JOIN messages m ON m.id = d.message_id WHERE d.subscriber_id = ? ORDER BY d.id",
        [subscriber_id],
    )
    return [_delivery(row) for row in rows]


def counts(store: Store) -> dict[State, int]:
    """How many deliveries are in each state; every state is there."""
    found = {row["state"]: row["n"] for row in store.rows("SELECT state, count(*) AS n FROM deliveries GROUP BY state")}
    return {state: found.get(state, 0) for state in State}


def oldest_due(store: Store) -> datetime | None:
    """Since when the delivery that waits longest could have been sent; None when nothing waits."""
    due = store.rows("SELECT min(queued_at) AS since FROM deliveries WHERE state IN ('due', 'leased')")[0]["since"]
    return datetime.fromisoformat(due) if due else None


def holds(store: Store, *, now: datetime) -> list[Hold]:
    """The channels that rest at an instant."""
    rows = store.rows("SELECT * FROM channel_holds WHERE until > ? ORDER BY channel", [format_second(now)])
    return [Hold(ChannelKind(row["channel"]), datetime.fromisoformat(row["until"]), row["why"]) for row in rows]


#: The ids of the deliveries of the later parts of the same report to the same subscriber; one parameter.
LATER_PARTS = """
    SELECT later.id FROM deliveries this
    JOIN messages mine ON mine.id = this.message_id
    JOIN messages part ON part.report_key = mine.report_key AND part.part > mine.part
    JOIN deliveries later ON later.message_id = part.id AND later.subscriber_id = this.subscriber_id
    WHERE this.id = ?
"""


def retry(store: Store, delivery_id: int, *, now: datetime) -> int:
    """Make a dead or unclear delivery due again, with the later parts that died; how many deliveries that is.

    One of a report that is held waits until its hold ends.

    Raises:
        UsageError: there is none, it is not given up, or its subscriber is stopped.
    """
    with store.writing() as db:
        rows = store.rows(
            "SELECT d.state, s.id, s.stopped, r.hold_until FROM deliveries d"
            " JOIN subscribers s ON s.id = d.subscriber_id JOIN messages m ON m.id = d.message_id"
            " JOIN reports r ON r.key = m.report_key WHERE d.id = ?",
            [delivery_id],
        )
        if not rows:
            raise UsageError(f"There is no delivery {delivery_id}.", hint="`alia-watch deliveries` lists them.")
        state, subscriber_id, stopped = rows[0]["state"], rows[0]["id"], rows[0]["stopped"]
        if state not in (State.DEAD, State.UNCLEAR):
            raise UsageError(f"Delivery {delivery_id} is {state}.", hint="Only dead and unclear ones are tried again.")
        if stopped is not None:
            raise UsageError(
                f"{subscriber_id} is stopped: {stopped}.",
                hint=f"First: alia-watch subscribers --resume {subscriber_id}",
            )
        revived = db.execute(
            f"""
            UPDATE deliveries SET state = 'due', due_at = ?, attempts = 0, unclear = 0, why = NULL, changed_at = ?
            WHERE id = ? OR (state = 'dead' AND id IN ({LATER_PARTS})) RETURNING id
            """,  # noqa: S608  the text is ours
            [max(format_second(now), rows[0]["hold_until"] or ""), format_second(now), delivery_id, delivery_id],
        )
        return len(revived.fetchall())


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        report_key=row["report_key"],
        part=row["part"],
        language=row["language"],
        channel=ChannelKind(row["form"]),
        subscriber_id=row["subscriber_id"],
        state=State(row["state"]),
        due_at=datetime.fromisoformat(row["due_at"]),
        attempts=row["attempts"],
        remote_id=row["remote_id"],
        why=row["why"],
        changed_at=datetime.fromisoformat(row["changed_at"]),
    )
