"""Who receives: the receivers of the configuration, and what channels learnt about them (moved, refused, stopped)."""

import json
from collections.abc import Sequence
from datetime import datetime

from alia_watch.audience.subscriber import ChannelKind, Subscriber, Topic
from alia_watch.clock import format_second
from alia_watch.errors import UsageError
from alia_watch.store.database import Row, Store

#: Why a receiver is stopped that the configuration no longer names; the only stop that the configuration can lift.
REMOVED = "no longer in the configuration"


def sync(store: Store, subscribers: Sequence[Subscriber], *, now: datetime) -> int:
    """Make the table follow the configuration; how many receivers are new, changed, gone or back.

    A receiver that a channel stopped stays stopped. Addresses are left as they are, since a group may have moved.
    """
    with store.writing() as db:
        known = {row["id"]: row for row in store.rows("SELECT * FROM subscribers")}
        changed = 0
        for subscriber in subscribers:
            topics = json.dumps(sorted(subscriber.topics))
            row = known.pop(subscriber.id, None)
            if row is None:
                db.execute(
                    "INSERT INTO subscribers (id, channel, address, language, topics, changed_at)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        subscriber.id,
                        subscriber.channel.value,
                        subscriber.address,
                        subscriber.language,
                        topics,
                        format_second(now),
                    ],
                )
                changed += 1
            elif (row["language"], row["topics"]) != (subscriber.language, topics) or row["stopped"] == REMOVED:
                db.execute(
                    "UPDATE subscribers SET language = ?, topics = ?, stopped = nullif(stopped, ?), changed_at = ?"
                    " WHERE id = ?",
                    [subscriber.language, topics, REMOVED, format_second(now), subscriber.id],
                )
                changed += 1
        gone = [row["id"] for row in known.values() if row["stopped"] is None]
        for subscriber_id in gone:
            stop(store, subscriber_id, REMOVED, now=now)
        return changed + len(gone)


def subscribers(store: Store) -> list[Subscriber]:
    """Everyone in the table, the stopped ones too, by id."""
    return [from_row(row) for row in store.rows("SELECT * FROM subscribers ORDER BY id")]


def stop(store: Store, subscriber_id: str, reason: str, *, now: datetime) -> None:
    """Send nothing more to a receiver, what waits included; it keeps the first reason it was given."""
    with store.writing() as db:
        db.execute(
            "UPDATE subscribers SET stopped = coalesce(stopped, ?), changed_at = ? WHERE id = ?",
            [reason, format_second(now), subscriber_id],
        )
        db.execute(
            "UPDATE deliveries SET state = 'dead', leased_until = NULL, why = ?, changed_at = ?"
            " WHERE subscriber_id = ? AND state IN ('due', 'leased')",
            [f"the subscriber was stopped: {reason}", format_second(now), subscriber_id],
        )


def resume(store: Store, subscriber_id: str, *, now: datetime) -> None:
    """Send to a stopped receiver again, from the next report on.

    Raises:
        UsageError: there is none of that id.
    """
    with store.writing() as db:
        found = db.execute(
            "UPDATE subscribers SET stopped = NULL, refusals = 0, changed_at = ? WHERE id = ? RETURNING id",
            [format_second(now), subscriber_id],
        ).fetchall()
    if not found:
        raise UsageError(f"There is no subscriber {subscriber_id}.", hint="`alia-watch subscribers` lists them.")


def move(store: Store, subscriber_id: str, address: str, *, now: datetime) -> None:
    """Note a receiver's new address (a Telegram group that became a supergroup)."""
    with store.writing() as db:
        db.execute(
            "UPDATE subscribers SET address = ?, changed_at = ? WHERE id = ?",
            [address, format_second(now), subscriber_id],
        )


def from_row(row: Row) -> Subscriber:
    """The record of a row that has the table's columns."""
    return Subscriber(
        id=row["id"],
        channel=ChannelKind(row["channel"]),
        address=row["address"],
        language=row["language"],
        topics=frozenset(Topic(topic) for topic in json.loads(row["topics"])),
        stopped=row["stopped"],
    )
