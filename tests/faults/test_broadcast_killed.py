"""kill -9 in the middle of a broadcast to a thousand chats: none is left out, and each kill repeats one at most."""

import random
import time
from collections import Counter
from datetime import timedelta

import pytest

from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.dispatch import LEASE
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.store import outbox
from alia_watch.store.database import Store
from alia_watch.store.outbox import State
from tests.faults.test_kill_between_send_and_record import end_of, sender
from tests.outbox import NOW, fill, message, subscriber

TELEGRAM = ChannelKind.TELEGRAM
CHATS = 1_000


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.nightly)])
def test_a_thousand_chats_get_it_through_three_kills(store: Store, seed: int) -> None:
    """At any moment: between messages, while one is on its way, or before it is written down."""
    random_ = random.Random(seed)
    with TelegramStandIn() as api:
        for number in range(1, CHATS + 1):
            api.person(number, f"P{number}")
        fill(store, [subscriber(TELEGRAM, str(n)) for n in range(1, CHATS + 1)], [message(TELEGRAM)])
        now, kills = NOW, 0
        for _ in range(3):
            target = len(api.posted) + random_.randint(100, 250)
            process = sender(store, now, TELEGRAM, api.url)
            while len(api.posted) < target:
                assert process.poll() is None, "it ended before it could be killed"
                time.sleep(0.001)
            process.kill()
            assert end_of(process) < 0
            kills += 1
            now += LEASE + timedelta(seconds=1)
        assert end_of(sender(store, now, TELEGRAM, api.url)) == 0
        came = Counter(posted.chat_id for posted in api.posted)
    assert set(came) == set(range(1, CHATS + 1))
    assert len(api.posted) - CHATS <= kills
    assert max(came.values()) <= 2
    assert outbox.counts(store)[State.SENT] == CHATS
