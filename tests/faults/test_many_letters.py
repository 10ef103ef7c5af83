"""A digest for many subscribers over a relay that refuses some, with a kill -9 in the middle."""

import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.dispatch import LEASE
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store
from alia_watch.store.outbox import State
from tests.outbox import NOW, fill, message, subscriber
from tests.relay import Relay

ROOT = Path(__file__).parents[2]
EMAIL = ChannelKind.EMAIL


class Moody:
    """What the relay says: the hard are unknown, the soft are asked to come back once per report.

    Every hundredth address is refused for ever; five others of each hundred are greylisted at their first try.
    """

    def __init__(self, people: int) -> None:
        self.all = {f"p{n}@example.net" for n in range(people)}
        self.hard = {f"p{n}@example.net" for n in range(0, people, 100)}
        self.soft = {f"p{n}@example.net" for n in range(people) if n % 100 in (11, 33, 55, 77, 99)}
        self.turned_away: Counter[str] = Counter()
        self.reports = 1

    def __call__(self, command: str, address: str) -> str | None:
        if command != "RCPT":
            return None
        if address in self.hard:
            return "550 5.1.1 unknown user"
        if address in self.soft and self.turned_away[address] < self.reports:
            self.turned_away[address] += 1
            return "451 4.7.1 greylisted, come back"
        return None


def sender(store: Store, now: datetime, port: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.faults.sender_process", store.path, now.isoformat(), EMAIL, port]
    return subprocess.Popen(list(map(str, command)), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def end_of(process: "subprocess.Popen[bytes]") -> int:
    with process:
        return process.wait(timeout=1200)


@pytest.mark.parametrize("count", [200, pytest.param(10_000, marks=[pytest.mark.nightly, pytest.mark.timeout(3600)])])
def test_a_kill_in_the_middle_loses_none_and_repeats_one_at_most(store: Store, count: int) -> None:
    """Everyone who can be reached gets the digest, the one in flight at most twice; the refused are stopped at the
    second report, and nobody else is."""
    mood = Moody(count)
    everyone, hard, reached = mood.all, mood.hard, mood.all - mood.hard
    people = [subscriber(EMAIL, address) for address in sorted(everyone)]
    with Relay() as relay:
        relay.script = mood
        fill(store, people, [message(EMAIL)])
        process = sender(store, NOW, relay.port)
        relay.on_letter = lambda _raw: process.kill() if len(relay.raw) == count // 2 else None
        assert end_of(process) == -signal.SIGKILL
        in_flight = relay.recipients[-1][0]
        assert count // 2 <= len(relay.raw) <= count // 2 + 1
        for at in (NOW, NOW + LEASE):
            assert end_of(sender(store, at, relay.port)) == 0
        got = Counter(recipient for [recipient] in relay.recipients)
        assert set(got) == reached, "none lost"
        assert got - Counter(reached) <= Counter({in_flight: 1}), "at most the one in flight repeated"
        assert len({letter["Message-ID"] for letter in relay.letters}) == len(reached)
        assert outbox.counts(store)[State.SENT] == len(reached)
        assert not [each.id for each in subscribers.subscribers(store) if each.stopped], "one refusal stops nobody"

        mood.reports = 2
        fill(store, people, [message(EMAIL, key="alert:2026-02-02:1")], now=NOW + timedelta(days=1))
        for minutes in (0, 1):
            assert end_of(sender(store, NOW + timedelta(days=1, minutes=minutes), relay.port)) == 0
        stopped = {each.address for each in subscribers.subscribers(store) if each.stopped}
        assert stopped == hard, "the right ones stopped"
        assert outbox.counts(store)[State.SENT] == 2 * len(reached)
        assert len(relay.raw) <= 2 * len(reached) + 1
        assert outbox.counts(store)[State.DUE] == outbox.counts(store)[State.LEASED] == 0
