"""What is kept of one person, and its end: for who asks for it under the GDPR (articles 15 and 17)."""

import json
from datetime import datetime
from typing import Any

from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.store import signups, subscribers
from alia_watch.store.database import Store
from alia_watch.store.deliveries import of_subscriber
from alia_watch.store.erased import erase_address, is_erased


def persons(store: Store, named: str) -> list[Subscriber]:
    """Who is meant by an id or by an address, in whatever case it is written; sign-ups that wait included."""
    rows = store.rows(
        "SELECT * FROM subscribers WHERE id = ? OR (address <> '' AND address = ? COLLATE NOCASE) ORDER BY id",
        [named, named],
    )
    return [subscribers.from_row(row) for row in rows]


def kept_of(store: Store, who: Subscriber) -> dict[str, Any]:
    """Everything that is kept of somebody: what they chose and agreed to, what was sent, what came back."""
    rows = store.rows("SELECT since, changed_at FROM subscribers WHERE id = ?", [who.id])
    agreed = store.rows(
        "SELECT address, language, topics, wording, asked_at, confirmed_at FROM signups"
        " WHERE subscriber_id = ? OR 'email:' || id = ? ORDER BY asked_at, id",
        [who.id, who.id],
    )
    bounces = store.rows(
        "SELECT letter, kind, status, came_at FROM bounces WHERE subscriber_id = ? ORDER BY came_at, letter", [who.id]
    )
    return {
        "id": who.id,
        "channel": who.channel.value,
        "address": who.address,
        "language": who.language,
        "source": who.source.value,
        **{name: row[name] for row in rows for name in ("since", "changed_at")},
        "topics": sorted(who.topics),
        "stopped": who.stopped,
        "preferences": who.preferences.document(),
        "agreed": [{**dict(each), "topics": json.loads(each["topics"])} for each in agreed],
        "deliveries": [
            {
                "report": each.report_key,
                "part": each.part,
                "state": each.state.value,
                "changed_at": each.changed_at.isoformat(),
                "remote_id": each.remote_id,
                "why": each.why,
            }
            for each in of_subscriber(store, who.id)
        ],
        "bounces": [dict(each) for each in bounces],
    }


def erase_person(store: Store, named: str, why: str, *, now: datetime) -> tuple[list[Subscriber], bool]:
    """Send nothing more to who is meant, and erase what is kept of them. Of an address a hash stays, so that no list
    brings it back: also where it is not known, since an old list may have it yet.

    Of who stands in the configuration it is kept that they are stopped: their address must be taken out there.

    Returns:
        who they were, and whether the address was erased before.
    """
    with store.writing() as db:
        found = persons(store, named)
        before = "@" in named and is_erased(store, named)
        for each in found:
            waits = store.tuples("SELECT id FROM signups WHERE 'email:' || id = ? AND confirmed_at IS NULL", [each.id])
            if waits:
                signups.withdraw(store, waits[0][0], now=now)
            elif each.channel is ChannelKind.EMAIL:
                signups.leave(store, each, why, now=now)
            else:
                subscribers.forget(store, each, why, now=now)
        db.execute("DELETE FROM signups WHERE address = ? COLLATE NOCASE AND confirmed_at IS NULL", [named])
        if "@" in named:
            erase_address(store, named, why, now=now)
    return found, before
