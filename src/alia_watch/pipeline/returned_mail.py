"""A letter that came to the address for reports: what it changes. The same report twice changes nothing more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from alia_watch.audience import bounce
from alia_watch.audience.bounce import SOFT_LIMIT, SOFT_WITHIN, Kind, Leaves, NoReport, Returned
from alia_watch.store import bounces, subscribers
from alia_watch.store.database import Store


class Done(StrEnum):
    """What was done about a letter."""

    STOPPED = "stopped"  # its subscriber gets nothing more
    LEFT = "left"  # its subscriber asked for that
    COUNTED = "counted"  # it came back softly
    NOTED = "noted"  # it is delayed, or what it says was known, or its subscriber is stopped already
    IGNORED = "ignored"  # it is no report, or its token is not ours


@dataclass(frozen=True, slots=True)
class Taken:
    """What was done, about whom, and why."""

    done: Done
    why: str
    subscriber: str | None = None
    kind: Kind | None = None
    status: str = ""


def take(
    store: Store,
    raw: bytes,
    *,
    whose: Callable[[str], str | None],
    leave: Callable[[str], None],
    now: datetime,
    came_to: str = "",
) -> Taken:
    """Read one letter and do what follows from it.

    Args:
        raw: the letter; of a huge one only the beginning is looked at.
        whose: the id of the subscriber to whom a token belongs; None where we did not make it.
        leave: what is done for a subscriber, by id, who leaves by mail.
        came_to: the address it came to, where the mail server told.
    """
    match bounce.read(raw, came_to):
        case NoReport(why):
            return Taken(Done.IGNORED, why)
        case Leaves(token):
            who = whose(token)
            if who is None:
                return Taken(Done.IGNORED, "somebody leaves with a token that is not ours")
            leave(who)
            return Taken(Done.LEFT, "they left by mail", who)
        case Returned() as returned:
            who = next((found for token in returned.tokens if (found := whose(token)) is not None), None)
            if who is None:
                return Taken(Done.IGNORED, "a delivery report without a token of ours")
            return _returned(store, who, returned, now)


def _returned(store: Store, who: str, returned: Returned, now: datetime) -> Taken:
    with store.writing():
        subscriber = subscribers.subscriber_named(store, who)
        if subscriber is None:
            return Taken(Done.IGNORED, "a delivery report of a subscriber who was erased")
        kinds = {found: each for each in returned.failures if (found := bounce.kind_of(each, subscriber.address))}
        kind = bounce.worst(set(kinds))
        if kind is None:
            return Taken(Done.NOTED, "a report of success", who)
        status = kinds[kind].status
        new = bounces.note(store, who, returned.letter, kind, status, now=now)
        said = Taken(Done.NOTED, "known already", who, kind, status)
        if subscriber.stopped is not None or not new:
            return said if not new else Taken(Done.NOTED, "the subscriber is stopped already", who, kind, status)
        if kind is Kind.DELAYED:
            return Taken(Done.NOTED, "the letter is delayed, and still tried", who, kind, status)
        softly = bounces.softly_returned(store, who, since=now - SOFT_WITHIN)
        if kind is Kind.HARD or softly >= SOFT_LIMIT:
            why = (
                f"mail comes back: {status}" if kind is Kind.HARD else f"{softly} letters came back, the last: {status}"
            )
            subscribers.stop(store, who, why.rstrip(": "), now=now)
            return Taken(Done.STOPPED, why.rstrip(": "), who, kind, status)
        return Taken(Done.COUNTED, f"{softly} of {SOFT_LIMIT} before the subscriber is stopped", who, kind, status)
