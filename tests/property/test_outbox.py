"""The outbox as a machine: whatever happens in whatever order, nothing is lost, nothing is sent twice at a time."""

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alia_bot.channels.outcome import Later, Never, Outcome, Sent, Unclear
from alia_bot.dispatch import HOLD, LEASE, settle
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import open_store
from alia_watch.store.deliveries import Delivery, retry
from alia_watch.store.outbox import Claimed, State
from tests.fuzz import TIMES
from tests.outbox import NOW, fill, message, subscriber

KINDS = (ChannelKind.FOLDER, ChannelKind.EMAIL)
PEOPLE = [subscriber(kind, f"{name}@example.net") for kind in KINDS for name in ("ana", "eva")]
OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.just(Sent("1")),
    st.builds(
        Later,
        st.none() | st.integers(0, 7200).map(lambda seconds: timedelta(seconds=seconds)),
        st.just("busy"),
        channel=st.booleans(),
    ),
    st.builds(Never, st.just("no"), ours=st.booleans(), stop=st.booleans(), channel=st.booleans()),
    st.just(Unclear("reset")),
)


@dataclass(frozen=True)
class Hand:
    """A claim someone holds, and until when."""

    claimed: Claimed
    until: datetime


class Outbox(RuleBasedStateMachine):
    """Reports come in, senders claim, answer, die or sleep, people stop and retry; the clock goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store = open_store(self.folder / "outbox.db", create=True)
        self.now = NOW
        self.hands: list[Hand] = []
        self.queued = 0
        self.reports = 0
        self.taken: set[int] = set()
        subscribers.sync(self.store, PEOPLE, now=NOW)

    def teardown(self) -> None:
        """At the end of every story: once nothing fails any more, all that was not given up is sent."""
        self.now += timedelta(days=30)
        self.hands.clear()
        for kind in KINDS:
            while claimed := outbox.claim(self.store, channel=kind, now=self.now, lease=LEASE):
                self._check_claim(claimed)
                settled = settle(Sent("1"), claimed.attempts, self.now)
                assert outbox.record(self.store, claimed.delivery_id, settled, attempt=claimed.attempts, now=self.now)
        left = outbox.counts(self.store)
        assert (left[State.DUE], left[State.LEASED]) == (0, 0)
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(parts=st.integers(1, 3))
    def report(self, parts: int) -> None:
        """A report of some parts for everyone who is not stopped."""
        self.reports += 1
        key = f"digest:{self.reports}"
        everything = [message(kind, key=key, part=part) for kind in KINDS for part in range(parts)]
        active = sum(one.stopped is None for one in subscribers.subscribers(self.store))
        added = fill(self.store, PEOPLE, everything, now=self.now)
        assert added == active * parts
        assert fill(self.store, PEOPLE, everything, now=self.now) == 0
        self.queued += added

    @rule(kind=st.sampled_from(KINDS))
    def claim(self, kind: ChannelKind) -> None:
        """A sender takes the next delivery, if any."""
        claimed = outbox.claim(self.store, channel=kind, now=self.now, lease=LEASE)
        if claimed:
            self._check_claim(claimed)
            self.hands.append(Hand(claimed, self.now + LEASE))

    @precondition(lambda self: self.hands)
    @rule(data=st.data(), outcome=OUTCOMES)
    def answer(self, data: st.DataObject, outcome: Outcome) -> None:
        """A sender is done, perhaps long after its lease; only while the lease is its own does a failure count."""
        hand = self.hands.pop(data.draw(st.integers(0, len(self.hands) - 1)))
        claimed = hand.claimed
        before = self._delivery(claimed.delivery_id)
        settled = settle(outcome, claimed.attempts, self.now, unclear=claimed.unclear, refusals=claimed.refusals)
        kept = outbox.record(self.store, claimed.delivery_id, settled, attempt=claimed.attempts, now=self.now)
        after = self._delivery(claimed.delivery_id)
        if not kept:
            assert after == before
        elif isinstance(outcome, Sent):
            assert after.state is State.SENT
        else:
            assert (before.state, before.attempts) == (State.LEASED, claimed.attempts)
            assert after.state is not State.LEASED

    @precondition(lambda self: self.hands)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        """A sender dies without a word."""
        self.hands.pop(data.draw(st.integers(0, len(self.hands) - 1)))

    @rule(after=st.sampled_from([timedelta(seconds=1), LEASE / 2, LEASE, HOLD, timedelta(days=2)]))
    def wait(self, after: timedelta) -> None:
        """Time goes on."""
        self.now += after

    @rule(who=st.sampled_from(PEOPLE))
    def stop(self, who: Subscriber) -> None:
        """Somebody asks to be left alone; what is in hand for them is taken away."""
        subscribers.stop(self.store, who.id, "asked to", now=self.now)
        self.hands = [
            replace(hand, until=self.now) if hand.claimed.subscriber.id == who.id else hand for hand in self.hands
        ]

    @rule(who=st.sampled_from(PEOPLE))
    def resume(self, who: Subscriber) -> None:
        """Somebody comes back."""
        subscribers.resume(self.store, who.id, now=self.now)

    @rule(data=st.data())
    def try_again(self, data: st.DataObject) -> None:
        """A person tries again what was given up."""
        stopped = {one.id for one in subscribers.subscribers(self.store) if one.stopped}
        given_up = outbox.deliveries(self.store, states=[State.DEAD, State.UNCLEAR])
        candidates = [one.id for one in given_up if one.subscriber_id not in stopped]
        if candidates:
            assert retry(self.store, data.draw(st.sampled_from(candidates)), now=self.now) >= 1

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every delivery that was queued is in exactly one state, for ever."""
        assert sum(outbox.counts(self.store).values()) == self.queued

    @invariant()
    def whom_is_stopped_gets_nothing(self) -> None:
        """Nothing waits for a stopped subscriber."""
        stopped = {one.id for one in subscribers.subscribers(self.store) if one.stopped}
        waiting = outbox.deliveries(self.store, states=[State.DUE, State.LEASED])
        assert not stopped & {one.subscriber_id for one in waiting}

    def _check_claim(self, claimed: Claimed) -> None:
        """Nobody else holds it, earlier parts are done with, and it was worth a claim."""
        mine = self._delivery(claimed.delivery_id)
        live = {hand.claimed.delivery_id for hand in self.hands if hand.until > self.now}
        assert mine.id not in live, "two live leases"
        assert (mine.state, mine.attempts) == (State.LEASED, claimed.attempts)
        earlier = [
            one
            for one in outbox.deliveries(self.store, report_key=mine.report_key)
            if one.subscriber_id == mine.subscriber_id and one.part < mine.part
        ]
        assert not [one for one in earlier if one.state in (State.DUE, State.LEASED)], "parts out of order"

    def _delivery(self, delivery_id: int) -> Delivery:
        [found] = [one for one in outbox.deliveries(self.store) if one.id == delivery_id]
        return found


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(max_examples=15 * TIMES, stateful_step_count=30)
