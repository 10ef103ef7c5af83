"""Empties the outbox: claims, sends, writes down what came of it. `settle` decides, purely; `drain` does.

Promises (design §7): at least once; a message is repeated only where the end of an attempt is not known. Recipients who
refuse are stopped by their channel's rule. Our own faults stop a channel, never a subscriber.
"""

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from alia_bot.channels.channel import Channel
from alia_bot.channels.outcome import Later, Moved, Never, Outcome, Sent, Unclear
from alia_watch.audience.preferences import rests_until
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.clock import Clock
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store
from alia_watch.store.outbox import Claimed, Settlement, State
from alia_watch.store.waiting import put_off

#: How long a claim holds; longer than any send may take (`channel.SEND_WITHIN_S`).
LEASE = timedelta(minutes=10)
#: The waits after the first, second, … attempt; after the last of them the delivery is given up: about two days.
BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(BACK_OFF) + 1
#: When a message that may have arrived is tried again, once.
UNCLEAR_AGAIN = timedelta(minutes=10)
#: How long a channel rests because of a fault of ours, unless a person acts before.
HOLD = timedelta(hours=1)
#: How long a channel rests that is away and does not say for how long, by attempt; the last again and again. No message
#: is given up for it.
AWAY_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
#: So many refusals in a row stop a subscriber whose channel does not stop it at the first.
REFUSALS = 2

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Drained:
    """How many attempts ended how. `later` are to be tried again; `unclear` may have arrived, tried again or not."""

    sent: int = 0
    later: int = 0
    dead: int = 0
    unclear: int = 0


def settle(outcome: Outcome, attempts: int, now: datetime, *, unclear: int = 0, refusals: int = 0) -> Settlement:
    """What an attempt comes to. Pure.

    Args:
        outcome: what the channel said.
        attempts: how many there were, this one included.
        now: when it ended.
        unclear: how many earlier attempts may have arrived.
        refusals: the subscriber's, since it last received something.
    """
    match outcome:
        case Sent():
            return Settlement(State.SENT, outcome.note or None, remote_id=outcome.id)
        case Unclear() if unclear or attempts >= MAX_ATTEMPTS:
            hold = _looked_again(attempts, now) if outcome.away else None
            return Settlement(State.UNCLEAR, f"it may have arrived: {outcome.why}", unclear=True, hold_until=hold)
        case Unclear(away=True):
            why = f"it may have arrived, and is tried once more when there is an answer: {outcome.why}"
            return replace(_away(why, attempts, now), unclear=True)
        case Unclear():
            why = f"it may have arrived, and is tried once more: {outcome.why}"
            return Settlement(State.DUE, why, due_at=now + UNCLEAR_AGAIN, unclear=True)
        case Never(ours=True, channel=True):
            again = now + HOLD
            return Settlement(State.DUE, outcome.why, due_at=again, counted=False, hold_until=again)
        case Never(ours=True):
            return Settlement(State.DEAD, outcome.why)
        case Never():
            stop = outcome.stop or refusals + 1 >= REFUSALS
            return Settlement(State.DEAD, outcome.why, refused=True, stop=stop)
        case Moved():
            return _wait(Later(None, "the subscriber moved twice in a row"), attempts, now, unclear)
        case Later(after=None, channel=True, counted=True):
            return _away(outcome.why, attempts, now)
        case Later():
            return _wait(outcome, attempts, now, unclear)


def drain(
    store: Store,
    channels: Mapping[ChannelKind, Channel],
    *,
    now: datetime,
    clock: Clock | None = None,
    stopping: threading.Event | None = None,
    report_key: str | None = None,
) -> Drained:
    """Send everything that is due, channel by channel, until nothing is.

    Args:
        now: the instant; with `clock`, only where it begins: long drains read the time anew for every message.
        stopping: once set, no further message is begun.
        report_key: only this report's deliveries, even on a channel that rests: a person tries it.
    """
    counted = dict.fromkeys(("sent", "later", "dead", "unclear"), 0)

    def following(kind: ChannelKind) -> tuple[Claimed | None, datetime]:
        at = clock() if clock else now
        if stopping and stopping.is_set():
            return None, at
        return outbox.claim(store, channel=kind, now=at, lease=LEASE, report_key=report_key), at

    for kind, channel in channels.items():
        claimed, at = following(kind)
        while claimed is not None:
            silence = rests_until(claimed.subscriber.preferences, at)
            if silence > at and report_key is None:
                put_off(store, claimed.delivery_id, silence, now=at)
                claimed, at = following(kind)
                continue
            with structlog.contextvars.bound_contextvars(delivery=claimed.delivery_id):
                outcome = _attempt(store, channel, claimed, at)
            ended = clock() if clock else now
            settlement = settle(outcome, claimed.attempts, ended, unclear=claimed.unclear, refusals=claimed.refusals)
            with store.writing():  # once to the disk for both: it is what many letters wait for
                kept = outbox.record(store, claimed.delivery_id, settlement, attempt=claimed.attempts, now=ended)
                done, (claimed, at) = claimed, following(kind)
            counted[_kind_of_end(settlement)] += 1
            _tell(done, outcome, settlement, kept=kept)
    return Drained(**counted)


def message_id(claimed: Claimed) -> str:
    """The same for the same delivery, whenever it is sent; unique among all watches as far as hashes go."""
    key = claimed.message.report_key
    slug = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")
    mark = hashlib.sha256(f"{key}\n{claimed.message.part}\n{claimed.subscriber.id}".encode()).hexdigest()[:12]
    return f"{slug}.{claimed.delivery_id}.{mark}"


def _attempt(store: Store, channel: Channel, claimed: Claimed, now: datetime) -> Outcome:
    if claimed.attempts > MAX_ATTEMPTS:
        return Unclear(f"{MAX_ATTEMPTS} attempts began and the end of the last was never recorded")
    sending = message_id(claimed)
    outcome = channel.send(claimed.subscriber, claimed.message, message_id=sending, now=now)
    if isinstance(outcome, Moved):
        subscribers.move(store, claimed.subscriber.id, outcome.address, now=now)
        moved = replace(claimed.subscriber, address=outcome.address)
        outcome = channel.send(moved, claimed.message, message_id=sending, now=now)
    return outcome


def _looked_again(attempts: int, now: datetime) -> datetime:
    """When a channel that is away is tried again."""
    return now + AWAY_AGAIN[min(attempts, len(AWAY_AGAIN)) - 1]


def _away(why: str, attempts: int, now: datetime) -> Settlement:
    """Nobody answers: all wait, and the message loses no more attempts than the first few."""
    again = _looked_again(attempts, now)
    return Settlement(State.DUE, why, due_at=again, counted=attempts < len(AWAY_AGAIN), hold_until=again)


def _wait(later: Later, attempts: int, now: datetime, unclear: int) -> Settlement:
    if attempts >= MAX_ATTEMPTS and later.counted:
        why = f"given up after {attempts} attempts: {later.why}"
        return Settlement(State.UNCLEAR if unclear else State.DEAD, why)
    wait = BACK_OFF[attempts - 1] if later.after is None else max(later.after, timedelta(seconds=1))
    hold_until = now + wait if later.channel else None
    return Settlement(State.DUE, later.why, due_at=now + wait, counted=later.counted, hold_until=hold_until)


def _kind_of_end(settlement: Settlement) -> str:
    if settlement.unclear or settlement.state is State.UNCLEAR:
        return "unclear"
    return {State.SENT: "sent", State.DEAD: "dead"}.get(settlement.state, "later")


def _tell(claimed: Claimed, outcome: Outcome, settlement: Settlement, *, kept: bool) -> None:
    """One line per delivery, without the address: those are people's."""
    line = {
        "delivery": claimed.delivery_id,
        "report": claimed.message.report_key,
        "channel": claimed.subscriber.channel.value,
        "state": settlement.state.value,
        "attempt": claimed.attempts,
        "why": settlement.why,
    }
    if isinstance(outcome, Never) and outcome.ours:
        _log.error("delivery: a fault of ours", **line)
    elif isinstance(outcome, Later) and outcome.counted and not settlement.counted:
        _log.info("delivery", **line)  # its channel is away, as was told at the first attempts
    elif settlement.state is not State.SENT or settlement.why:
        _log.warning("delivery", **line, stopped=settlement.stop)
    else:
        _log.debug("delivery", **line)
    if not kept:
        _log.warning("delivery: the lease was lost, this attempt is not counted", delivery=claimed.delivery_id)
