"""Who asked for mail, and what became of it: confirmed within a week, or erased.

Until they confirm, who signed up is a subscriber of nothing: all they get is the letter that asks them to.
"""

import json
import secrets
from datetime import datetime

from alia_watch.audience.signup import Signup
from alia_watch.audience.subscriber import ChannelKind, Source, Subscriber, Topic
from alia_watch.clock import format_second
from alia_watch.store import subscribers
from alia_watch.store.database import Row, Store
from alia_watch.store.erased import erase_address, welcome_back
from alia_watch.store.reports import erase_report

#: How the key begins of the report that is the letter to confirm.
CONFIRMATION = "confirmation:"
#: In the place of a reason that had somebody's address in it.
_UNSAID = "erased with the address"


def save_signup(store: Store, signup: Signup) -> Subscriber:
    """Keep a sign-up; gives the subscriber, of nothing so far, that its letter goes to."""
    pending = Subscriber(
        id=f"email:{signup.id}",
        channel=ChannelKind.EMAIL,
        address=signup.address,
        language=signup.language,
        topics=frozenset(),
        source=Source.SIGNUP,
    )
    with store.writing() as db:
        db.execute(
            "INSERT INTO signups (id, address, language, topics, wording, client, asked_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                signup.id,
                signup.address,
                signup.language,
                json.dumps(sorted(signup.topics)),
                signup.wording,
                signup.client,
                format_second(signup.asked_at),
            ],
        )
        subscribers.choose(store, pending, now=signup.asked_at)
    return pending


def new_id() -> str:
    """An id that says nothing: 120 random bits in letters and digits that survive any mail program."""
    return secrets.token_hex(15)


def signup(store: Store, signup_id: str) -> Signup | None:
    """A sign-up by its id."""
    rows = store.rows("SELECT * FROM signups WHERE id = ?", [signup_id])
    return _from_row(rows[0]) if rows else None


def asked_to(store: Store, address: str, *, since: datetime) -> list[datetime]:
    """When letters to confirm were asked for to an address."""
    return _asked(store, "address = ? COLLATE NOCASE", address, since)


def asked_by(store: Store, client: str, *, since: datetime) -> list[datetime]:
    """When letters to confirm were asked for by a network, by its hash."""
    return _asked(store, "client = ?", client, since)


def confirm(store: Store, signup_id: str, *, now: datetime) -> Subscriber | None:
    """Make somebody a subscriber who signed up; None where they did not, or confirmed it before.

    Who receives at that address already, receives what was chosen now.
    """
    with store.writing() as db:
        found = signup(store, signup_id)
        if found is None or found.confirmed_at is not None:
            return None
        pending = f"email:{found.id}"
        standing = subscribers.subscriber_of_address(store, found.address, other_than=pending)
        made = Subscriber(
            id=standing.id if standing else pending,
            channel=ChannelKind.EMAIL,
            address=found.address,
            language=found.language,
            topics=found.topics,
            source=standing.source if standing else Source.SIGNUP,
        )
        subscribers.choose(store, made, now=now)
        db.execute(
            "UPDATE signups SET confirmed_at = ?, subscriber_id = ?, client = '' WHERE id = ?",
            [format_second(now), made.id, found.id],
        )
        welcome_back(store, found.address)
        _erase_letter(store, found.id)
        if standing:
            subscribers.forget(store, _pending(found.id), "", now=now)
    return made


def erase_unconfirmed(store: Store, *, before: datetime) -> int:
    """Erase the sign-ups that nobody confirmed, and who they would have been; how many."""
    rows = store.rows("SELECT id FROM signups WHERE confirmed_at IS NULL AND asked_at < ?", [format_second(before)])
    with store.writing():
        for row in rows:
            withdraw(store, row["id"], now=before)
    return len(rows)


def withdraw(store: Store, signup_id: str, *, now: datetime) -> None:
    """Erase a sign-up that nobody confirmed, its letter, and who it would have made a subscriber."""
    with store.writing() as db:
        _erase_letter(store, signup_id)
        subscribers.forget(store, _pending(signup_id), "", now=now)
        db.execute("DELETE FROM signups WHERE id = ? AND confirmed_at IS NULL", [signup_id])


def consents(store: Store, subscriber_id: str) -> list[Signup]:
    """What a subscriber agreed to, and when, oldest first."""
    rows = store.rows("SELECT * FROM signups WHERE subscriber_id = ? ORDER BY confirmed_at, id", [subscriber_id])
    return [_from_row(row) for row in rows]


def leave(store: Store, subscriber: Subscriber, why: str, *, now: datetime) -> None:
    """Send nothing more to who receives by mail, what waits included, and erase the address: a hash of it stays.

    Of one from the configuration, where the address stands anyway, it is kept that they are stopped.
    """
    with store.writing() as db:
        subscribers.stop(store, subscriber.id, why, now=now)
        if subscriber.address:
            erase_address(store, subscriber.address, why, now=now)
        if subscriber.source is Source.CONFIGURATION:
            return
        # what a mail server says of a refusal often names the address
        db.execute(
            "UPDATE deliveries SET why = ? WHERE subscriber_id = ? AND instr(lower(why), lower(?))",
            [_UNSAID, subscriber.id, subscriber.address],
        )
        db.execute(
            "UPDATE subscribers SET stopped = ? WHERE id = ? AND instr(lower(stopped), lower(?))",
            [why, subscriber.id, subscriber.address],
        )
        db.execute(
            "UPDATE subscribers SET address = '', topics = '[]', preferences = '{}' WHERE id = ?", [subscriber.id]
        )
        db.execute("UPDATE signups SET address = '', client = '' WHERE subscriber_id = ?", [subscriber.id])


def _pending(signup_id: str) -> Subscriber:
    """Who a sign-up would make a subscriber."""
    return Subscriber(f"email:{signup_id}", ChannelKind.EMAIL, "", "en", frozenset(), source=Source.SIGNUP)


def _erase_letter(store: Store, signup_id: str) -> None:
    """The letter to confirm, which has a link in it, and that it was sent."""
    key = f"{CONFIRMATION}{signup_id}"
    with store.writing() as db:
        db.execute("DELETE FROM deliveries WHERE message_id IN (SELECT id FROM messages WHERE report_key = ?)", [key])
        erase_report(store, key)


def _asked(store: Store, where: str, value: str, since: datetime) -> list[datetime]:
    rows = store.tuples(
        f"SELECT asked_at FROM signups WHERE {where} AND asked_at >= ? ORDER BY asked_at",  # noqa: S608  ours
        [value, format_second(since)],
    )
    return [datetime.fromisoformat(row[0]) for row in rows]


def _from_row(row: Row) -> Signup:
    return Signup(
        id=row["id"],
        address=row["address"],
        language=row["language"],
        topics=frozenset(Topic(each) for each in json.loads(row["topics"])),
        wording=row["wording"],
        client=row["client"],
        asked_at=datetime.fromisoformat(row["asked_at"]),
        confirmed_at=datetime.fromisoformat(row["confirmed_at"]) if row["confirmed_at"] else None,
        subscriber_id=row["subscriber_id"],
    )
