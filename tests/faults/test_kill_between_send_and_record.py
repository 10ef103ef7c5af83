"""kill -9 at the worst moment: a message is out and not yet written down. Nothing is lost, and no more than the
message in flight is repeated."""

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from alia_bot.demo.telegram import Chat, TelegramStandIn
from alia_bot.dispatch import LEASE
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.store import outbox
from alia_watch.store.database import Store
from alia_watch.store.outbox import State
from tests.outbox import NOW, fill, message, subscriber
from tests.relay import Relay

ROOT = Path(__file__).parents[2]
EMAIL, TELEGRAM = ChannelKind.EMAIL, ChannelKind.TELEGRAM
PEOPLE = [subscriber(EMAIL, f"p{n}@example.net") for n in range(3)]
KEYS = ("digest:2026-01", "alert:2026-02-01:a")
ALL = sorted((person.address, key) for person in PEOPLE for key in KEYS)


def sender(store: Store, now: datetime, kind: ChannelKind, where: object, *dies: int) -> subprocess.Popen[str]:
    """A real process that drains the outbox as of `now`."""
    command = [
        sys.executable,
        "-m",
        "tests.faults.sender_process",
        store.path,
        now.isoformat(),
        kind.value,
        where,
        *dies,
    ]
    return subprocess.Popen(
        list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def end_of(process: subprocess.Popen[str]) -> int:
    """How it ended: a negative number is a signal."""
    with process:
        process.communicate(timeout=60)
    return process.returncode


def to(people: list[Subscriber], kind: ChannelKind, *, parts: int = 1) -> Callable[[Store], int]:
    messages = [
        message(kind, key=key, subject=key, text=f"{key} {n}", markup=f"{key} {n}", part=n)
        for key in KEYS
        for n in range(parts)
    ]
    return lambda store: fill(store, people, messages)


def received(relay: Relay) -> list[tuple[str, str]]:
    return [(str(letter["To"]), str(letter["Subject"])) for letter in relay.letters]


@pytest.mark.parametrize("dies", [1, 4])
def test_a_letter_out_and_not_written_down_is_repeated_with_its_id(store: Store, dies: int) -> None:
    """After a kill between sending and recording only that letter comes twice, under the same Message-ID."""
    with Relay() as relay:
        to(PEOPLE, EMAIL)(store)
        assert end_of(sender(store, NOW, EMAIL, relay.port, dies)) == -signal.SIGKILL
        assert len(relay.raw) == dies
        assert outbox.counts(store)[State.LEASED] == 1
        assert end_of(sender(store, NOW, EMAIL, relay.port)) == 0, "the rest goes out at once"
        assert sorted(received(relay)) == ALL
        assert end_of(sender(store, NOW + LEASE, EMAIL, relay.port)) == 0
        assert outbox.counts(store)[State.SENT] == len(ALL)
        again = Counter(received(relay)) - Counter(ALL)
        assert list(again) == received(relay)[dies - 1 : dies]
        ids = Counter(letter["Message-ID"] for letter in relay.letters)
        assert sorted(ids.values()) == [1] * (len(ALL) - 1) + [2]


def test_killed_while_the_relay_takes_the_letter(store: Store) -> None:
    """Killed before the relay could even say yes: the letter is there, is sent again later, and no other is."""
    with Relay() as relay:
        to(PEOPLE, EMAIL)(store)
        process = sender(store, NOW, EMAIL, relay.port)
        relay.on_letter = lambda _raw: process.kill()
        assert end_of(process) == -signal.SIGKILL
        taken = received(relay)
        relay.on_letter = lambda _raw: None
        assert end_of(sender(store, NOW + LEASE, EMAIL, relay.port)) == 0
        assert Counter(received(relay)) == Counter(ALL) + Counter(taken[-1:])


def test_the_parts_of_a_telegram_report_stay_in_order(store: Store) -> None:
    """Killed between two parts, the chat gets the second part after the first, at most one of them twice."""
    with TelegramStandIn() as api:
        api.chats[-100] = Chat()
        to([subscriber(TELEGRAM, "-100")], TELEGRAM, parts=3)(store)
        assert end_of(sender(store, NOW, TELEGRAM, api.url, 2)) == -signal.SIGKILL
        assert end_of(sender(store, NOW, TELEGRAM, api.url)) == 0, "the other report does not wait for this one"
        assert end_of(sender(store, NOW + LEASE, TELEGRAM, api.url)) == 0
        assert outbox.counts(store)[State.SENT] == 6
        for key in KEYS:
            texts = [posted.text for posted in api.posted]
            digest = [int(text.split()[1]) for text in texts if text.startswith(key)]
            assert digest == sorted(digest), "in order"
            assert set(digest) == {0, 1, 2}, "nothing lost"
        assert len(api.posted) == 7


def test_a_storm_of_kills_loses_nothing(store: Store) -> None:
    """Killed again and again at any moment: every letter arrives, each kill repeats one at most."""
    chance = random.Random(20260201)
    kills = 0
    at = NOW
    with Relay() as relay:
        to(PEOPLE, EMAIL)(store)
        for _ in range(3):
            process = sender(store, at, EMAIL, relay.port)
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            try:
                process.communicate(timeout=chance.uniform(0.0, 0.08))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            end_of(process)
            at += LEASE
        assert end_of(sender(store, at, EMAIL, relay.port)) == 0
        assert outbox.counts(store)[State.SENT] == len(ALL)
        assert set(received(relay)) == set(ALL)
        assert len(relay.raw) <= len(ALL) + kills
        ids = {letter["Message-ID"] for letter in relay.letters}
        assert len(ids) == len(ALL), "a letter that came twice came under one id"
