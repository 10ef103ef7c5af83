"""What waits for a subscriber: due anew when they choose otherwise, and summed up in one message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alia_watch.audience.preferences import due_at
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.clock import format_second, format_second_up
from alia_watch.store.database import Store


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that is due and waits to be sent to a subscriber, and may be summed up.

    Attributes:
        title: its subject, in the subscriber's language.
        made_at: when it was; `held` says that it waited for the subscriber's preferences.
        message_id: of its first part.
        deliveries: the ids of all its parts.
    """

    report_key: str
    title: str
    made_at: datetime
    held: bool
    message_id: int
    deliveries: tuple[int, ...]


def who_waits(store: Store, channel: ChannelKind, *, now: datetime) -> list[str]:
    """The ids of the subscribers of a channel for whom more than one report is due that may be summed up, sorted."""
    rows = store.rows(
        "SELECT d.subscriber_id AS id FROM deliveries d JOIN messages m ON m.id = d.message_id"
        " WHERE d.state = 'due' AND d.due_at <= ? AND d.waits AND m.form = ?"
        " GROUP BY d.subscriber_id HAVING count(DISTINCT m.report_key) > 1 ORDER BY d.subscriber_id",
        [format_second(now), channel.value],
    )
    return [row["id"] for row in rows]


def waiting(store: Store, subscriber_id: str, *, now: datetime) -> list[Waiting]:
    """The reports due for a subscriber that may be summed up, and of which no part may have arrived, oldest first."""
    rows = store.rows(
        "SELECT m.report_key, m.subject, r.created_at AS made_at, max(d.held) AS held, min(m.id) AS message_id,"
        " group_concat(d.id) AS deliveries, sum(d.state <> 'due') AS others"
        " FROM deliveries d JOIN messages m ON m.id = d.message_id JOIN reports r ON r.key = m.report_key"
        " WHERE d.subscriber_id = ? AND d.waits GROUP BY m.report_key"
        " HAVING others = 0 AND max(d.unclear) = 0 AND max(d.due_at) <= ? ORDER BY r.created_at, m.report_key",
        [subscriber_id, format_second(now)],
    )
    return [
        Waiting(
            report_key=row["report_key"],
            title=row["subject"],
            made_at=datetime.fromisoformat(row["made_at"]),
            held=bool(row["held"]),
            message_id=row["message_id"],
            deliveries=tuple(sorted(int(each) for each in row["deliveries"].split(","))),
        )
        for row in rows
    ]


def withdraw(store: Store, delivery_ids: Sequence[int], summary_key: str, *, now: datetime) -> None:
    """Send these no more: what they say goes out in a summary, which waits since the first of them could be sent."""
    with store.writing() as db:
        db.conn.executemany(
            "UPDATE deliveries SET state = 'summed', why = ?, changed_at = ? WHERE id = ? AND state = 'due'",
            [(f"told in {summary_key}", format_second(now), each) for each in delivery_ids],
        )
        db.conn.executemany(
            "UPDATE deliveries SET queued_at = min(queued_at, (SELECT queued_at FROM deliveries WHERE id = ?))"
            " WHERE message_id IN (SELECT id FROM messages WHERE report_key = ?)",
            [(each, summary_key) for each in delivery_ids],
        )


def put_off(store: Store, delivery_id: int, until: datetime, *, now: datetime) -> None:
    """Give a claimed delivery back, untried, until its subscriber's silence ends."""
    at = format_second_up(until)
    with store.writing() as db:
        db.execute(
            "UPDATE deliveries SET state = 'due', due_at = ?, queued_at = ?, held = 1, leased_until = NULL,"
            " attempts = attempts - 1, changed_at = ? WHERE id = ? AND state = 'leased'",
            [at, at, format_second(now), delivery_id],
        )


def replan(store: Store, subscriber: Subscriber, *, now: datetime) -> None:
    """What was held for a subscriber's preferences is due when they let it now.

    What is due already waited for its summary, and does not wait for another.
    """
    held = store.rows(
        "SELECT d.id, d.waits AND d.due_at > ? AS waits, r.hold_until FROM deliveries d"
        " JOIN messages m ON m.id = d.message_id JOIN reports r ON r.key = m.report_key"
        " WHERE d.subscriber_id = ? AND d.held AND d.state = 'due'",
        [format_second(now), subscriber.id],
    )
    with store.writing() as db:
        for row in held:
            ready = max(now, datetime.fromisoformat(row["hold_until"])) if row["hold_until"] else now
            at = format_second_up(due_at(subscriber.preferences, ready, waits=bool(row["waits"])))
            db.execute("UPDATE deliveries SET due_at = ?, queued_at = ? WHERE id = ?", [at, at, row["id"]])
