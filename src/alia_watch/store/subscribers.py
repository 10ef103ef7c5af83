"""Who receives: the receivers of the configuration and those who asked the bot, what they chose, and what channels
learnt about them (moved, refused, stopped)."""

import json
from collections.abc import Sequence
from datetime import datetime

from alia_watch.audience.preferences import Preferences
from alia_watch.audience.subscriber import ChannelKind, Source, Subscriber, Topic
from alia_watch.clock import format_second
from alia_watch.errors import UsageError
from alia_watch.store.database import Row, Store
from alia_watch.store.reports import erase_report
from alia_watch.store.waiting import replan

#: Why a receiver is stopped that the configuration no longer names; the only stop that the configuration can lift.
REMOVED = "no longer in the configuration"
#: How the ids begin of maintainers as such, who may be subscribers besides.
MAINTAINER = "maintainer:"


def sync(store: Store, subscribers: Sequence[Subscriber], *, now: datetime) -> int:
    """Make the table follow the configuration; how many receivers are new, changed, gone or back.

    A receiver that a channel stopped stays stopped. Addresses are left as they are, since a group may have moved. What
    a receiver changed by asking the bot stands until the configuration says something else of them than it did.
    """
    with store.writing() as db:
        known = {row["id"]: row for row in store.rows("SELECT * FROM subscribers")}
        changed = 0
        for subscriber in subscribers:
            configured = json.dumps([subscriber.language, sorted(subscriber.topics)])
            row = known.pop(subscriber.id, None)
            if row is None:
                _insert(store, subscriber, configured, now)
                changed += 1
            elif row["configured"] != configured or row["stopped"] == REMOVED:
                db.execute(
                    "UPDATE subscribers SET language = ?, topics = ?, configured = ?, source = 'configuration',"
                    " stopped = nullif(stopped, ?), changed_at = ? WHERE id = ?",
                    [
                        subscriber.language,
                        json.dumps(sorted(subscriber.topics)),
                        configured,
                        REMOVED,
                        format_second(now),
                        subscriber.id,
                    ],
                )
                changed += 1
        ours = (row for row in known.values() if row["source"] == Source.CONFIGURATION)
        gone = [row["id"] for row in ours if row["stopped"] is None]
        for subscriber_id in gone:
            stop(store, subscriber_id, REMOVED, now=now)
        return changed + len(gone)


def subscriber_named(store: Store, subscriber_id: str) -> Subscriber | None:
    """One of them by its id, stopped or not."""
    rows = store.rows("SELECT * FROM subscribers WHERE id = ?", [subscriber_id])
    return from_row(rows[0]) if rows else None


def choose(store: Store, subscriber: Subscriber, *, now: datetime) -> None:
    """Keep what a subscriber chose: address, language, topics, preferences, and whether they are stopped. New or known.

    What waits for them is due when their preferences let it now.
    """
    with store.writing() as db:
        if subscriber_named(store, subscriber.id) is None:
            _insert(store, subscriber, "", now)
        db.execute(
            "UPDATE subscribers SET address = ?, language = ?, topics = ?, preferences = ?, stopped = ?,"
            " refusals = CASE WHEN ? IS NULL THEN 0 ELSE refusals END, changed_at = ? WHERE id = ?",
            [
                subscriber.address,
                subscriber.language,
                json.dumps(sorted(subscriber.topics)),
                json.dumps(subscriber.preferences.document(), sort_keys=True),
                subscriber.stopped,
                subscriber.stopped,
                format_second(now),
                subscriber.id,
            ],
        )
        replan(store, subscriber, now=now)


def subscriber_of_chat(store: Store, address: str) -> Subscriber | None:
    """Whoever receives in a Telegram chat: of several (a forum may have one for each topic) the one of this address,
    else the first by id. The maintainers, as such, are apart.

    Args:
        address: a chat id, with a forum topic or without.
    """
    chat = address.partition("/")[0]
    rows = store.rows(
        "SELECT * FROM subscribers WHERE channel = 'telegram' AND (address = ? OR address GLOB ? || '/*')"
        " AND id NOT GLOB ? || '*' ORDER BY address <> ?, id LIMIT 1",
        [chat, chat, MAINTAINER, address],
    )
    return from_row(rows[0]) if rows else None


def subscriber_of_address(store: Store, address: str, *, other_than: str = "") -> Subscriber | None:
    """Who receives mail at an address, in whatever case it is written: not stopped before stopped, then the oldest."""
    rows = store.rows(
        "SELECT * FROM subscribers WHERE channel = 'email' AND address = ? COLLATE NOCASE AND id <> ?"
        " AND (topics <> '[]' OR source <> 'signup') ORDER BY stopped IS NOT NULL, since, id LIMIT 1",
        [address, other_than],
    )
    return from_row(rows[0]) if rows else None


def forget(store: Store, subscriber: Subscriber, reason: str, *, now: datetime) -> None:
    """Erase a subscriber, and all that was sent or waits to be. Of who stands in the configuration, it is kept that
    they are stopped, and for what reason: else the configuration would bring them back."""
    with store.writing() as db:
        own = store.rows(
            "SELECT DISTINCT r.key FROM deliveries d JOIN messages m ON m.id = d.message_id"
            " JOIN reports r ON r.key = m.report_key WHERE d.subscriber_id = ? AND r.kind = 'summary'",
            [subscriber.id],
        )
        db.execute("DELETE FROM deliveries WHERE subscriber_id = ?", [subscriber.id])
        for row in own:  # a summary is made for one subscriber, and its key is made from who that is
            erase_report(store, row["key"])
        if subscriber.source is Source.CONFIGURATION:
            db.execute(
                "UPDATE subscribers SET topics = '[]', preferences = '{}', stopped = ?, changed_at = ? WHERE id = ?",
                [reason, format_second(now), subscriber.id],
            )
        else:
            db.execute("DELETE FROM subscribers WHERE id = ?", [subscriber.id])


def since(store: Store, subscriber_id: str) -> str | None:
    """Since when somebody is in the table, as text; None where they are not."""
    rows = store.tuples("SELECT since FROM subscribers WHERE id = ?", [subscriber_id])
    return str(rows[0][0]) if rows else None


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
        source=Source(row["source"]),
        preferences=Preferences.of(json.loads(row["preferences"])),
    )


def _insert(store: Store, subscriber: Subscriber, configured: str, now: datetime) -> None:
    store.db.execute(
        "INSERT INTO subscribers"
        " (id, channel, address, language, topics, source, configured, preferences, since, changed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            subscriber.id,
            subscriber.channel.value,
            subscriber.address,
            subscriber.language,
            json.dumps(sorted(subscriber.topics)),
            subscriber.source.value,
            configured,
            json.dumps(subscriber.preferences.document(), sort_keys=True),
            format_second(now),
            format_second(now),
        ],
    )
