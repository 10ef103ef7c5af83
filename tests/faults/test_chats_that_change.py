"""Chats come and go, move and close: who cannot be reached is left in peace, and nobody else notices."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alia_bot.channels.telegram import TelegramChannel
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.dispatch import drain
from alia_watch.audience.subscriber import About, ChannelKind, Subscriber, Topic
from alia_watch.pipeline.sum_up import sum_up
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store, open_store
from alia_watch.store.outbox import State
from tests.conversations import talk
from tests.made import made_config
from tests.outbox import NOW, fill, message, stored_report, subscriber
from tests.telegram import channel as telegram_channel

TELEGRAM = ChannelKind.TELEGRAM
WORDS = "174 descargas"


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    """The Bot API, with somebody who always gets theirs."""
    with TelegramStandIn() as stand_in:
        stand_in.person(7, "Sol")
        yield stand_in


@pytest.fixture
def channel(api: TelegramStandIn) -> Iterator[TelegramChannel]:
    """A channel whose waits cost no time."""
    opened = telegram_channel(api.token, api.url)
    yield opened
    opened.close()


def sent_to(store: Store, channel: TelegramChannel, *addresses: str) -> dict[str, Subscriber]:
    """A report goes to these and to Sol; who they are afterwards, by the address they had."""
    fill(store, [subscriber(TELEGRAM, each) for each in (*addresses, "7")], [message(TELEGRAM)])
    drain(store, {TELEGRAM: channel}, now=NOW)
    return {each.id.removeprefix("telegram:"): each for each in subscribers.subscribers(store)}


def _blocked(api: TelegramStandIn) -> str:
    api.person(1, "Ana").blocks()
    return "1"


def _never_started(api: TelegramStandIn) -> str:
    api.person(1, "Ana", started=False)
    return "1"


def _deactivated(api: TelegramStandIn) -> str:
    api.person(1, "Ana").deactivates()
    return "1"


def _kicked(api: TelegramStandIn) -> str:
    ana = api.person(1, "Ana")
    api.group(-100200, "Redacción", administrators=[ana]).kicks_bot(ana)
    return "-100200"


def _no_channel_rights(api: TelegramStandIn) -> str:
    ana = api.person(1, "Ana")
    api.channel(-100300, "ALIA al día", administrators=[ana], joined=False)
    return "-100300"


@pytest.mark.parametrize("leaves", [_blocked, _never_started, _deactivated, _kicked, _no_channel_rights])
def test_who_cannot_be_reached_is_stopped_with_the_reason(
    store: Store, api: TelegramStandIn, channel: TelegramChannel, leaves: Callable[[TelegramStandIn], str]
) -> None:
    """At once and for good; the others get theirs, and the next report asks no more."""
    address = leaves(api)
    found = sent_to(store, channel, address)
    assert found[address].stopped
    assert address.removeprefix("-") not in str(found[address].stopped)
    assert found["7"].stopped is None
    assert [posted.chat_id for posted in api.posted] == [7]
    asked = len(api.calls)
    stored_report(store, "digest:2026-02")
    outbox.put(store, [message(TELEGRAM, key="digest:2026-02")], About(frozenset({Topic.DIGEST})), now=NOW)
    drain(store, {TELEGRAM: channel}, now=NOW)
    assert len(api.calls) == asked + 1


def test_a_group_that_moved_gets_it_once_in_its_new_place(
    store: Store, api: TelegramStandIn, channel: TelegramChannel
) -> None:
    """Told by the refusal of the old one, and kept for the next."""
    group = api.group(-200, "Redacción", administrators=[api.person(1, "Ana")], supergroup=False)
    group.migrates(to=-100200)
    found = sent_to(store, channel, "-200")
    assert (found["-200"].address, found["-200"].stopped) == ("-100200", None)
    assert sorted(posted.chat_id for posted in api.posted) == [-100200, 7]


def test_a_group_that_says_it_moves_takes_its_subscription_along(tmp_path: Path, api: TelegramStandIn) -> None:
    """The service message alone, before anything is sent."""
    ana = api.person(1, "Ana")
    group = api.group(-200, "Redacción", administrators=[ana], supergroup=False)
    with talk(tmp_path, api) as spoken:
        spoken.says(ana, "/subscribe", chat=group)
        group.migrates(to=-100200)
        spoken.settle()
        with open_store(spoken.config.watch.database) as kept:
            assert [each.address for each in subscribers.subscribers(kept) if each.source == "chat"] == ["-100200"]


def test_a_closed_topic_gives_way_to_the_general_one_once(
    store: Store, api: TelegramStandIn, channel: TelegramChannel
) -> None:
    """Told there once; the next report comes without a word about it."""
    forum = api.group(-100200, "Redacción", administrators=[api.person(1, "Ana")], topics={45: "ALIA"})
    forum.closes(45)
    found = sent_to(store, channel, "-100200/45")
    assert found["-100200/45"].address == "-100200"
    there = [posted for posted in api.posted if posted.chat_id == -100200]
    assert [posted.thread for posted in there] == [None, None]
    assert there[1].text == WORDS
    stored_report(store, "digest:2026-02")
    outbox.put(store, [message(TELEGRAM, key="digest:2026-02")], About(frozenset({Topic.DIGEST})), now=NOW)
    drain(store, {TELEGRAM: channel}, now=NOW + timedelta(minutes=1))
    assert [posted.text for posted in api.posted if posted.chat_id == -100200][2:] == [WORDS]


def test_with_the_general_topic_closed_too_the_owner_is_told_once(
    store: Store, api: TelegramStandIn, channel: TelegramChannel
) -> None:
    """And the subscriber is stopped."""
    forum = api.group(-100200, "Redacción", administrators=[api.person(1, "Ana")], topics={45: "ALIA"})
    forum.closes(45)
    forum.closes()
    found = sent_to(store, channel, "-100200/45")
    assert found["-100200/45"].stopped
    [told] = [posted for posted in api.posted if posted.chat_id == 1]
    assert told.text.startswith("Un grupo suyo")


def test_after_a_day_away_what_waited_comes_in_one_message(
    tmp_path: Path, store: Store, api: TelegramStandIn, channel: TelegramChannel
) -> None:
    """More than three alerts are summed up; until then all of them wait and none is given up.

    The one that was on its way when Telegram went may have arrived, and comes by itself.
    """
    ana = api.person(1, "Ana")
    config = made_config(tmp_path)
    fill(store, [subscriber(TELEGRAM, "1")], [])
    api.away()
    now = NOW
    for number in range(6):
        key = f"alert:2026-02-01:{number}"
        stored_report(store, key)
        about = About(frozenset({Topic.ALERTS}), waits=True)
        outbox.put(store, [message(TELEGRAM, key=key, subject=f"Alerta {number}")], about, now=now)
        for _ in range(4):
            now += timedelta(hours=1)
            drain(store, {TELEGRAM: channel}, now=now)
    assert outbox.counts(store)[State.DUE] == 6
    api.back()
    now += timedelta(days=1)
    sum_up(store, config, now=now)
    drain(store, {TELEGRAM: channel}, now=now)
    first, summary = api.posted
    assert (first.text, first.chat_id, summary.chat_id) == (WORDS, ana.id, ana.id)
    assert all(f"Alerta {number}" in summary.text for number in range(1, 6))
    assert (outbox.counts(store)[State.SUMMED], outbox.counts(store)[State.DUE]) == (5, 0)
