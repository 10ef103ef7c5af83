"""What is to be sent, to whom, and what became of it (design §7): `due → leased → sent | due | unclear | dead`.

A delivery is one message for one subscriber. The parts of a report reach a subscriber in order: a part waits for those
before it, and dies with them. A claim is a lease: who dies before `record` loses it, and the delivery is claimed again.
So every message is delivered at least once, and repeated only when the end of an attempt was not recorded.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alia_watch.audience.message import Message
from alia_watch.audience.preferences import due_at
from alia_watch.audience.subscriber import About, ChannelKind, Subscriber, may_receive
from alia_watch.clock import format_second, format_second_up
from alia_watch.store import subscribers as receivers
from alia_watch.store.database import Store
from alia_watch.store.deliveries import LATER_PARTS, State, counts, deliveries
from alia_watch.store.messages import insert, message_ids, stored_message
from alia_watch.store.reports import hold_of

__all__ = ["Claimed", "Settlement", "State", "claim", "counts", "deliveries", "put", "put_test", "record"]


#: The next delivery of a channel among those that fit, as one walk along the index: CROSS JOIN keeps the order.
_NEXT = """
    SELECT d.id FROM deliveries d
    CROSS JOIN subscribers s ON s.id = d.subscriber_id
    CROSS JOIN messages m ON m.id = d.message_id
    WHERE {} AND s.channel = :channel AND s.stopped IS NULL
      AND CASE WHEN :key IS NULL
          THEN NOT EXISTS (SELECT 1 FROM channel_holds h WHERE h.channel = :channel AND h.until > :now)
          ELSE m.report_key = :key END
      AND NOT EXISTS (
          SELECT 1 FROM deliveries before JOIN messages part ON part.id = before.message_id
          WHERE before.subscriber_id = d.subscriber_id AND before.state IN ('due', 'leased')
            AND part.report_key = m.report_key AND part.part < m.part)
    ORDER BY d.due_at, d.id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in hand. `attempts` counts this one; `unclear` those that may have arrived; `refusals` are the
    subscriber's since it last received something."""

    delivery_id: int
    subscriber: Subscriber
    message: Message
    attempts: int
    unclear: int
    refusals: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an attempt comes to, decided by `alia_bot.dispatch.settle`.

    Attributes:
        state: SENT, DUE, UNCLEAR or DEAD.
        due_at: when it is tried again (DUE only).
        counted: false gives the attempt back: the delivery had no part in its failure.
        unclear: this attempt may have arrived.
        refused: the recipient refused; `stop`: and receives nothing more.
        hold_until: the whole channel rests until then.
    """

    state: State
    why: str | None = None
    due_at: datetime | None = None
    remote_id: str | None = None
    counted: bool = True
    unclear: bool = False
    refused: bool = False
    stop: bool = False
    hold_until: datetime | None = None


def put(
    store: Store,
    messages: Sequence[Message],
    about: About,
    *,
    now: datetime,
    only: Collection[str] | None = None,
    besides: Collection[str] = (),
) -> int:
    """Queue a report's finished messages for everyone who may receive them; how many deliveries are new.

    A report that is held goes to nobody before its hold ends, and to each when their preferences let it. Twice is once:
    messages that are stored stay word for word as they are, and nobody gets a report in two languages.
    A subscriber who came since gets what the others got. Everybody's first part goes before anybody's second: a chat
    takes one message a second.

    Args:
        messages: all parts, of any languages and forms; their report is stored already.
        about: what the report is about.
        only: the ids of the subscribers meant, where not all are.
        besides: who gets it, too, whatever they asked for, unless they are stopped.
    """
    added = 0
    with store.writing():
        keys = {message.report_key for message in messages}
        everyone = {key: meant(store, key, about, only=only, besides=besides) for key in keys}
        for key, language, form in dict.fromkeys((m.report_key, m.language, m.form) for m in messages):
            group = [m for m in messages if (m.report_key, m.language, m.form) == (key, language, form)]
            hold_until = hold_of(store, key)
            ready = max(hold_until, now) if hold_until is not None else now
            ids = message_ids(store, key, language, form) or [insert(store, message) for message in group]
            chosen = [each for each in everyone[key] if (each.language, each.channel) == (language, form)]
            added += _deliver(store, ids, chosen, ready, now=now, waits=about.waits)
    return added


def meant(
    store: Store, key: str, about: About, *, only: Collection[str] | None = None, besides: Collection[str] = ()
) -> list[Subscriber]:
    """Who is to get a report and has no delivery of it yet; the arguments are those of `put`."""
    have = _who_has(store, key)
    return [
        subscriber
        for subscriber in receivers.subscribers(store)
        if (only is None or subscriber.id in only)
        and (may_receive(subscriber, about) or (subscriber.id in besides and subscriber.stopped is None))
        and subscriber.id not in have
    ]


def put_test(store: Store, messages: Sequence[Message], *, now: datetime, only: Collection[str]) -> int:
    """Queue a test for the subscribers named. It belongs to no real report: one of the kind `test` is noted for it."""
    with store.writing() as db:
        for key in {message.report_key for message in messages}:
            columns = "key, kind, document, created_at, version"
            db.execute(f"INSERT INTO reports ({columns}) VALUES (?, 'test', '{{}}', ?, '')", [key, format_second(now)])  # noqa: S608
        return put(store, messages, About(None), now=now, only=only)


def claim(
    store: Store, *, channel: ChannelKind, now: datetime, lease: timedelta, report_key: str | None = None
) -> Claimed | None:
    """Take the next delivery of a channel for `lease`; None when nothing may be sent now.

    A lease that ran out is claimed like a due delivery: whoever held it died. With `report_key` only that report's
    deliveries are taken, and a hold on the channel is passed over: a person tries it.
    """
    parameters = {
        "channel": channel.value,
        "now": format_second(now),
        "until": format_second_up(now + lease),
        "key": report_key,
    }
    with store.writing() as db:
        taken = db.execute(
            f"""
            UPDATE deliveries SET state = 'leased', leased_until = :until, attempts = attempts + 1, changed_at = :now
            WHERE id = coalesce(
                ({_NEXT.format("d.state = 'leased' AND d.leased_until <= :now")}),
                ({_NEXT.format("d.state = 'due' AND d.due_at <= :now")}))
            RETURNING id
            """,  # noqa: S608  the text is ours
            parameters,
        ).fetchone()
        return _claimed(store, taken[0]) if taken else None


def record(store: Store, delivery_id: int, settlement: Settlement, *, attempt: int, now: datetime) -> bool:
    """Write down what an attempt came to; false when the lease was lost meanwhile and it no longer counts.

    That it was sent counts always. `attempt` is the number the claim gave.
    """
    at = format_second(now)
    held = "state <> 'sent'" if settlement.state is State.SENT else "state = 'leased' AND attempts = :attempt"
    with store.writing() as db:
        row = db.execute(
            f"""
            UPDATE deliveries SET state = :state, due_at = coalesce(:due_at, due_at), leased_until = NULL,
                attempts = attempts - :given_back, unclear = unclear + :unclear, remote_id = :remote_id, why = :why,
                changed_at = :at
            WHERE id = :id AND {held} RETURNING subscriber_id, message_id
            """,  # noqa: S608  one of two conditions written above
            {
                "id": delivery_id,
                "attempt": attempt,
                "state": settlement.state.value,
                "due_at": format_second_up(settlement.due_at) if settlement.due_at else None,
                "given_back": not settlement.counted,
                "unclear": settlement.unclear,
                "remote_id": settlement.remote_id,
                "why": settlement.why,
                "at": at,
            },
        ).fetchone()
        if row is None:
            return False
        subscriber_id = row[0]
        if settlement.state is State.SENT:
            db.execute("UPDATE subscribers SET refusals = 0 WHERE id = ? AND refusals > 0", [subscriber_id])
            db.execute(
                "DELETE FROM channel_holds WHERE channel = (SELECT channel FROM subscribers WHERE id = ?)",
                [subscriber_id],
            )
        if settlement.state is State.DEAD:
            _give_up_rest(store, delivery_id, at)
        if settlement.refused:
            db.execute("UPDATE subscribers SET refusals = refusals + 1 WHERE id = ?", [subscriber_id])
        if settlement.stop:
            receivers.stop(store, subscriber_id, settlement.why or "refused", now=now)
        if settlement.hold_until:
            db.execute(
                "INSERT INTO channel_holds (channel, until, why) SELECT channel, ?, ? FROM subscribers WHERE id = ?"
                " ON CONFLICT (channel) DO UPDATE SET until = max(until, excluded.until), why = excluded.why",
                [format_second_up(settlement.hold_until), settlement.why or "", subscriber_id],
            )
        return True


def _give_up_rest(store: Store, delivery_id: int, at: str) -> None:
    """The later parts make no sense without this one."""
    store.db.execute(
        f"""
        UPDATE deliveries SET state = 'dead', why = 'an earlier part was not delivered', changed_at = ?
        WHERE state = 'due' AND id IN ({LATER_PARTS})
        """,  # noqa: S608  the text is ours
        [at, delivery_id],
    )


def _who_has(store: Store, key: str) -> set[str]:
    rows = store.rows(
        "SELECT DISTINCT d.subscriber_id AS id FROM deliveries d JOIN messages m ON m.id = d.message_id"
        " WHERE m.report_key = ?",
        [key],
    )
    return {row["id"] for row in rows}


def _deliver(
    store: Store,
    ids: Sequence[int],
    chosen: Sequence[Subscriber],
    ready: datetime,
    *,
    now: datetime,
    waits: bool,
) -> int:
    instants = {each.id: due_at(each.preferences, ready, waits=waits) for each in chosen}
    due = {
        name: (format_second(at) if at == now else format_second_up(at), at > ready) for name, at in instants.items()
    }
    store.db.conn.executemany(
        "INSERT INTO deliveries (message_id, subscriber_id, state, due_at, queued_at, waits, held, changed_at)"
        " VALUES (?, ?, 'due', ?, ?, ?, ?, ?)",
        [
            (message_id, name, at, at, waits, held, format_second(now))
            for message_id in ids
            for name, (at, held) in due.items()
        ],
    )
    return len(ids) * len(due)


def _claimed(store: Store, delivery_id: int) -> Claimed:
    row = store.rows(
        "SELECT s.*, d.attempts, d.unclear, m.id AS message_id, m.report_key, m.language AS written_in, m.form, m.part,"
        " m.subject, m.text, m.markup, m.buttons FROM deliveries d JOIN messages m ON m.id = d.message_id"
        " JOIN subscribers s ON s.id = d.subscriber_id WHERE d.id = ?",
        [delivery_id],
    )[0]
    return Claimed(
        delivery_id,
        receivers.from_row(row),
        stored_message(store, row),
        row["attempts"],
        row["unclear"],
        row["refusals"],
    )
