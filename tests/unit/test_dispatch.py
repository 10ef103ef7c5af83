"""What an attempt comes to, and the loop that empties the outbox."""

import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from alia_bot.channels.channel import SEND_WITHIN_S
from alia_bot.channels.outcome import Later, Moved, Never, Outcome, Sent, Unclear
from alia_bot.dispatch import (
    BACK_OFF,
    HOLD,
    LEASE,
    MAX_ATTEMPTS,
    UNCLEAR_AGAIN,
    Drained,
    drain,
    message_id,
    settle,
)
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store
from alia_watch.store.deliveries import holds
from alia_watch.store.outbox import Settlement, State
from tests.outbox import NOW, fill, message, subscriber

MINUTE = timedelta(minutes=1)
FOLDER = ChannelKind.FOLDER
ANA = subscriber(FOLDER, "ana")
EVA = subscriber(FOLDER, "eva")


class Scripted:
    """A channel that answers from a list, then that everything was sent; it remembers what it was asked."""

    kind = FOLDER

    def __init__(self, *answers: Outcome | Callable[[], Outcome]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, int, str]] = []

    def send(self, receiver: Subscriber, sent: Message, *, message_id: str, now: datetime) -> Outcome:
        self.asked.append((receiver.address, sent.report_key, sent.part, message_id))
        answer = self.answers.pop(0) if self.answers else Sent(f"id-{len(self.asked)}")
        return answer() if callable(answer) else answer

    def probe(self) -> str:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def states(store: Store) -> list[State]:
    """In the order in which the deliveries were queued."""
    return [delivery.state for delivery in reversed(outbox.deliveries(store))]


def test_what_was_sent_is_sent() -> None:
    """A sent message keeps the channel's id, and what was done differently as its note."""
    assert settle(Sent("7"), 3, NOW) == Settlement(State.SENT, None, remote_id="7")
    assert settle(Sent("7", "as plain text"), 1, NOW).why == "as plain text"


@pytest.mark.parametrize(("attempts", "wait"), [*enumerate(BACK_OFF, start=1)])
def test_the_back_off_grows_and_has_no_jitter(attempts: int, wait: timedelta) -> None:
    """After each attempt the wait is the next of the schedule, counted from the attempt's end."""
    settled = settle(Later(None, "busy"), attempts, NOW)
    assert (settled.state, settled.due_at, settled.counted, settled.hold_until) == (State.DUE, NOW + wait, True, None)


def test_the_schedule_only_grows() -> None:
    """No wait is shorter than the one before it."""
    assert list(BACK_OFF) == sorted(BACK_OFF)


def test_the_last_attempt_gives_up() -> None:
    """After the last attempt the delivery is dead, with how often it was tried and why it failed."""
    settled = settle(Later(None, "busy"), MAX_ATTEMPTS, NOW)
    assert (settled.state, settled.why) == (State.DEAD, f"given up after {MAX_ATTEMPTS} attempts: busy")


def test_what_may_have_arrived_is_never_called_dead() -> None:
    """A delivery given up after an attempt that may have arrived is unclear, since dead would say that it did not."""
    assert settle(Later(None, "busy"), MAX_ATTEMPTS, NOW, unclear=1).state is State.UNCLEAR


@pytest.mark.parametrize("asked", [timedelta(seconds=17), timedelta(hours=30)])
def test_the_wait_a_channel_asks_for_is_honoured(asked: timedelta) -> None:
    """The channel's own delay stands, shorter or longer than the back-off; where it is for all, all wait as long."""
    settled = settle(Later(asked, "flood", channel=True), 1, NOW)
    assert (settled.due_at, settled.hold_until) == (NOW + asked, NOW + asked)


def test_a_wait_of_nothing_is_a_second() -> None:
    """A channel that asks for no wait at all is not asked again at once."""
    assert settle(Later(timedelta(0), "again"), 1, NOW).due_at == NOW + timedelta(seconds=1)


@pytest.mark.parametrize(("attempts", "wait", "counted"), [(1, 1, True), (2, 5, True), (3, 15, False), (9, 15, False)])
def test_nothing_is_given_up_for_an_absent_channel(attempts: int, wait: int, counted: bool) -> None:
    """It is tried again soon, however long it has been away, and however often the message was tried before."""
    again = NOW + wait * MINUTE
    settled = settle(Later(None, "away", channel=True), attempts, NOW)
    assert settled == Settlement(State.DUE, "away", due_at=again, counted=counted, hold_until=again)


def test_a_month_without_a_channel_costs_no_message(store: Store) -> None:
    """Once there is an answer, everything is sent."""
    fill(store, [ANA, EVA], [message(FOLDER)])
    at, channel = NOW, Scripted(*[Later(None, "away", channel=True)] * 3000)
    while at < NOW + timedelta(days=31):
        drain(store, {FOLDER: channel}, now=at)
        at += timedelta(minutes=15)
    channel.answers.clear()
    assert drain(store, {FOLDER: channel}, now=at) == Drained(sent=2)


def test_an_unclear_message_is_repeated_once() -> None:
    """The first unclear end repeats the message ten minutes later; the second is the last."""
    first = settle(Unclear("reset"), 1, NOW)
    assert (first.state, first.due_at, first.unclear) == (State.DUE, NOW + UNCLEAR_AGAIN, True)
    assert settle(Unclear("reset"), 2, NOW, unclear=1).state is State.UNCLEAR
    assert settle(Unclear("reset"), MAX_ATTEMPTS, NOW).state is State.UNCLEAR


def test_an_unclear_message_waits_for_an_answer_and_is_tried_once_more(store: Store) -> None:
    """While nobody answers the channel rests, and that costs no attempt; the second real one is the last, however
    often the line is lost."""
    first = settle(Unclear("reset", away=True), 1, NOW)
    assert (first.state, first.unclear) == (State.DUE, True)
    assert first.hold_until is not None
    second = settle(Unclear("reset", away=True), 2, NOW, unclear=1)
    assert (second.state, second.hold_until) == (State.UNCLEAR, NOW + 5 * MINUTE)
    fill(store, [ANA], [message(FOLDER)])
    away = [Later(None, "no answer", channel=True)] * 20
    channel, at = Scripted(Unclear("reset", away=True), *away, *[Unclear("reset", away=True)] * 9), NOW
    for _ in range(200):
        drain(store, {FOLDER: channel}, now=at)
        at += 15 * MINUTE
    assert len(channel.asked) == 22
    assert states(store) == [State.UNCLEAR]


def test_our_fault_holds_the_channel_and_counts_no_attempt() -> None:
    """A refused token rests the channel for an hour; the message waits as long and loses no attempt."""
    settled = settle(Never("token", ours=True, channel=True), MAX_ATTEMPTS, NOW)
    assert settled == Settlement(State.DUE, "token", due_at=NOW + HOLD, counted=False, hold_until=NOW + HOLD)


def test_our_fault_in_one_message_gives_up_that_message_alone() -> None:
    """An over-long message is dead; no channel rests and no subscriber is blamed for it."""
    assert settle(Never("over-long", ours=True), 1, NOW) == Settlement(State.DEAD, "over-long")


@pytest.mark.parametrize(
    ("at_once", "refusals", "stops"), [(True, 0, True), (False, 0, False), (False, 1, True), (False, 5, True)]
)
def test_a_recipient_is_stopped_by_the_channels_rule(at_once: bool, refusals: int, stops: bool) -> None:
    """A refusal stops the subscriber at once where the channel says so, and the second in a row does anyway."""
    settled = settle(Never("unknown", ours=False, stop=at_once), 1, NOW, refusals=refusals)
    assert (settled.state, settled.refused, settled.stop) == (State.DEAD, True, stops)


def test_a_lease_outlives_every_send() -> None:
    """No send may take longer than its lease, or a message would be sent twice at a time."""
    assert timedelta(seconds=SEND_WITHIN_S) < LEASE


def test_everything_due_is_sent_in_order(store: Store) -> None:
    """Parts reach each subscriber in order, and the drain ends when nothing is due."""
    fill(store, [ANA, EVA], [message(FOLDER, part=part) for part in (0, 1, 2)])
    channel = Scripted()
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained(sent=6)
    for address in ("ana", "eva"):
        assert [part for who, _, part, _ in channel.asked if who == address] == [0, 1, 2]
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained()


def test_a_part_waits_for_the_one_before(store: Store) -> None:
    """While a part waits to be tried again, later parts of that report stay back and other reports go on."""
    fill(store, [ANA], [message(FOLDER, part=part) for part in (0, 1)])
    fill(store, [ANA], [message(FOLDER, key="alert:2026-02-01:1")])
    channel = Scripted(Later(None, "busy"))
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained(sent=1, later=1)
    assert states(store) == [State.DUE, State.DUE, State.SENT]
    assert drain(store, {FOLDER: channel}, now=NOW + MINUTE) == Drained(sent=2)


def test_later_parts_die_with_an_earlier_one(store: Store) -> None:
    """A part that is given up takes the rest of its report along, for that subscriber alone."""
    fill(store, [ANA, EVA], [message(FOLDER, part=part) for part in (0, 1, 2)])
    channel = Scripted(Never("over-long", ours=True))
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained(sent=3, dead=1)
    dead = [one for one in outbox.deliveries(store, states=[State.DEAD]) if one.part]
    assert {(one.subscriber_id, one.part, one.why) for one in dead} == {
        ("folder:ana", 1, "an earlier part was not delivered"),
        ("folder:ana", 2, "an earlier part was not delivered"),
    }


def test_what_waits_for_a_stopped_subscriber_is_given_up(store: Store) -> None:
    """A blocked subscriber is stopped with the reason, and what else waits for it is not tried."""
    fill(store, [ANA, EVA], [message(FOLDER, key=key) for key in ("digest:2026-01", "alert:1")])
    channel = Scripted(Never("blocked", ours=False, stop=True))
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained(sent=2, dead=1)
    assert len(channel.asked) == 3
    assert {one.id: one.stopped for one in subscribers.subscribers(store)} == {
        "folder:ana": "blocked",
        "folder:eva": None,
    }
    assert fill(store, [ANA, EVA], [message(FOLDER, key="digest:2026-02")]) == 1


def test_two_refusals_in_a_row_stop_and_a_success_between_forgives(store: Store) -> None:
    """Only refusals with nothing received between them add up."""
    refusal = Never("mailbox unknown", ours=False)
    for number, answer in enumerate((refusal, Sent("1"), refusal, refusal)):
        assert not subscribers.subscribers(store) or subscribers.subscribers(store)[0].stopped is None
        fill(store, [ANA], [message(FOLDER, key=f"alert:{number}")])
        drain(store, {FOLDER: Scripted(answer)}, now=NOW)
    assert subscribers.subscribers(store)[0].stopped == "mailbox unknown"


def test_a_held_channel_is_left_alone_until_it_is_time(store: Store) -> None:
    """While a channel rests nothing is sent on it, whoever is due; a success ends the rest early."""
    fill(store, [ANA, EVA], [message(FOLDER)])
    channel = Scripted(Never("token refused", ours=True, channel=True))
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained(later=1)
    assert drain(store, {FOLDER: channel}, now=NOW + HOLD - timedelta(seconds=1)) == Drained()
    assert drain(store, {FOLDER: channel}, now=NOW + HOLD) == Drained(sent=2)
    assert holds(store, now=NOW) == []


def test_a_person_may_try_a_held_channel(store: Store) -> None:
    """One report can be sent in spite of the rest; where it arrives the channel is free again."""
    fill(store, [ANA], [message(FOLDER)])
    drain(store, {FOLDER: Scripted(Never("token refused", ours=True, channel=True))}, now=NOW)
    fill(store, [ANA], [message(FOLDER, key="test:1")])
    assert drain(store, {FOLDER: Scripted()}, now=NOW, report_key="test:1") == Drained(sent=1)
    assert holds(store, now=NOW) == []
    assert states(store) == [State.DUE, State.SENT]


def test_a_moved_subscriber_is_noted_and_tried_at_once(store: Store) -> None:
    """A new address is kept for all that follows, and the message goes there in the same attempt."""
    fill(store, [ANA], [message(FOLDER)])
    channel = Scripted(Moved("ana-new"))
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained(sent=1)
    assert [who for who, *_ in channel.asked] == ["ana", "ana-new"]
    assert [one.address for one in subscribers.subscribers(store)] == ["ana-new"]
    fill(store, [ANA], [message(FOLDER, key="digest:2026-02")])
    drain(store, {FOLDER: channel}, now=NOW)
    assert channel.asked[-1][0] == "ana-new", "the configuration still names the old address"


def test_a_subscriber_that_keeps_moving_waits(store: Store) -> None:
    """Two moves in one attempt are a refusal for now, not an endless chase."""
    fill(store, [ANA], [message(FOLDER)])
    channel = Scripted(Moved("b"), Moved("c"))
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained(later=1)
    assert [who for who, *_ in channel.asked] == ["ana", "b"]


def test_the_same_delivery_has_the_same_message_id(store: Store) -> None:
    """However often a message is sent its id stays; other messages and subscribers have others."""
    fill(store, [ANA, EVA], [message(FOLDER), message(FOLDER, key="alert:2026-02-01:ñ")])
    channel = Scripted(*[Later(None, "busy")] * 4)
    drain(store, {FOLDER: channel}, now=NOW)
    drain(store, {FOLDER: channel}, now=NOW + MINUTE)
    ids = [(who, key, sent_as) for who, key, _, sent_as in channel.asked]
    assert len(ids) == 8
    assert len({sent_as for *_, sent_as in ids}) == len(set(ids)) == 4
    assert all(sent_as.isascii() and not set(sent_as) & set(" <>@:\r\n") for *_, sent_as in ids)


def test_a_message_whose_sender_dies_each_time_is_given_up(store: Store) -> None:
    """A delivery whose attempts never end is not repeated for ever, and is said to be unclear."""
    fill(store, [ANA], [message(FOLDER)])
    at = NOW
    for _ in range(MAX_ATTEMPTS):
        assert outbox.claim(store, channel=FOLDER, now=at, lease=LEASE)
        at += LEASE
    channel = Scripted()
    assert drain(store, {FOLDER: channel}, now=at) == Drained(unclear=1)
    assert channel.asked == []
    assert states(store) == [State.UNCLEAR]


def test_a_channel_that_breaks_its_promise_costs_one_message_at_a_time(store: Store) -> None:
    """An exception stays loud; the message it met waits for its lease to end, the next drain sends the others."""

    def broken() -> Outcome:
        raise ZeroDivisionError

    fill(store, [ANA, EVA], [message(FOLDER)])
    channel = Scripted(broken)
    with pytest.raises(ZeroDivisionError):
        drain(store, {FOLDER: channel}, now=NOW)
    assert drain(store, {FOLDER: channel}, now=NOW) == Drained(sent=1)
    assert drain(store, {FOLDER: channel}, now=NOW + LEASE) == Drained(sent=1)


def test_a_drain_that_is_told_to_stop_ends_after_the_message_in_hand(store: Store) -> None:
    """The word to stop lets the message in hand be recorded and begins no other."""
    fill(store, [ANA, EVA], [message(FOLDER)])
    stopping = threading.Event()

    def stop() -> Outcome:
        stopping.set()
        return Sent("1")

    assert drain(store, {FOLDER: Scripted(stop)}, now=NOW, stopping=stopping) == Drained(sent=1)
    assert sorted(states(store)) == [State.DUE, State.SENT]


def test_a_long_drain_reads_the_clock_for_every_message(store: Store) -> None:
    """Waits are counted from the end of each attempt, not from the beginning of the drain."""
    fill(store, [ANA, EVA], [message(FOLDER)])
    times = iter(NOW + timedelta(seconds=10) * n for n in range(100))
    drain(store, {FOLDER: Scripted(Sent("1"), Later(None, "busy"))}, now=NOW, clock=lambda: next(times))
    [waiting] = outbox.deliveries(store, states=[State.DUE])
    assert waiting.due_at == NOW + timedelta(seconds=30) + BACK_OFF[0]


def test_an_attempt_whose_lease_was_lost_does_not_count(store: Store) -> None:
    """A slow sender cannot undo what another recorded meanwhile; that a message was sent stands whoever says it."""
    fill(store, [ANA], [message(FOLDER)])
    others = Scripted()

    def overtaken() -> Outcome:
        assert drain(store, {FOLDER: others}, now=NOW + LEASE) == Drained(sent=1)
        return Never("blocked", ours=False, stop=True)

    drain(store, {FOLDER: Scripted(overtaken)}, now=NOW)
    assert states(store) == [State.SENT]
    assert subscribers.subscribers(store)[0].stopped is None


def test_that_it_was_sent_stands_even_after_the_lease(store: Store) -> None:
    """Who sent a message after all is believed, so that nobody sends it a third time."""
    fill(store, [ANA], [message(FOLDER)])
    slow = outbox.claim(store, channel=FOLDER, now=NOW, lease=LEASE)
    assert slow
    assert drain(store, {FOLDER: Scripted(Later(None, "busy"))}, now=NOW + LEASE) == Drained(later=1)
    assert outbox.record(store, slow.delivery_id, settle(Sent("7"), 1, NOW), attempt=slow.attempts, now=NOW + LEASE)
    assert states(store) == [State.SENT]


def test_ids_hold_for_one_watch_and_differ_between_subscribers(store: Store) -> None:
    """The id is made of the report, the delivery and a mark of the subscriber, and shows no address."""
    fill(store, [subscriber(ChannelKind.EMAIL, "ana@example.net")], [message(ChannelKind.EMAIL)])
    claimed = outbox.claim(store, channel=ChannelKind.EMAIL, now=NOW, lease=LEASE)
    assert claimed
    assert re.fullmatch(r"digest-2026-01\.1\.[0-9a-f]{12}", message_id(claimed))
