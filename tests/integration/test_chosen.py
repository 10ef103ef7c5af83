"""What people chose in the chat lasts; what they want forgotten is gone; what waits for them follows their choices."""

import json
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from alia_bot.channels.outcome import Sent
from alia_bot.dispatch import LEASE, settle
from alia_watch.audience.preferences import Frequency, Preferences
from alia_watch.audience.subscriber import About, ChannelKind, Source, Subscriber, Topic
from alia_watch.config.sections import Config
from alia_watch.pipeline.sum_up import sum_up
from alia_watch.store import chat, outbox, subscribers
from alia_watch.store.chat import Prompt
from alia_watch.store.database import Store
from alia_watch.store.deliveries import State, of_subscriber, oldest_due
from alia_watch.store.subscribers import REMOVED
from alia_watch.store.waiting import put_off, waiting, who_waits, withdraw
from tests.outbox import NOW, message, stored_report

TELEGRAM = ChannelKind.TELEGRAM
CHAT = 1234509876
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALERT, DIGEST = About(frozenset({Topic.ALERTS}), waits=True), About(frozenset({Topic.DIGEST}))
CONFIGURED = Subscriber(f"telegram:{CHAT}", TELEGRAM, str(CHAT), "es", frozenset({Topic.DIGEST}))
OWN = replace(CONFIGURED, source=Source.CHAT, topics=frozenset({Topic.ALERTS, Topic.DIGEST}))
OTHER = Subscriber("telegram:5", TELEGRAM, "5", "es", frozenset({Topic.ALERTS, Topic.DIGEST}), source=Source.CHAT)
NIGHT = Preferences(zone="Asia/Tokyo", quiet=(time(22), time(8)), frequency=Frequency.WEEKLY, threshold=3, silent=True)


def standing(store: Store) -> Subscriber:
    """What the table has of the chat."""
    found = subscribers.subscriber_named(store, CONFIGURED.id)
    assert found is not None
    return found


def put(store: Store, key: str, about: About = ALERT, parts: int = 1) -> None:
    """A report for whoever may receive it."""
    stored_report(store, key)
    outbox.put(store, [message(TELEGRAM, key=key, part=part) for part in range(parts)], about, now=NOW)


def test_what_was_chosen_in_the_chat_survives_the_configuration(store: Store) -> None:
    """Language, topics and preferences stand as they were chosen, however often the configuration is read."""
    subscribers.sync(store, [CONFIGURED], now=NOW)
    mine = replace(CONFIGURED, language="eu", topics=frozenset({Topic.ALERTS}), preferences=NIGHT)
    subscribers.choose(store, mine, now=NOW)
    assert subscribers.sync(store, [CONFIGURED], now=NOW + DAY) == 0
    assert standing(store) == mine


def test_what_the_configuration_says_anew_counts_and_preferences_stay(store: Store) -> None:
    """It speaks of language and topics; when and how loudly is the chat's own affair."""
    subscribers.sync(store, [CONFIGURED], now=NOW)
    subscribers.choose(store, replace(CONFIGURED, language="eu", preferences=NIGHT), now=NOW)
    changed = replace(CONFIGURED, language="ca", topics=frozenset({Topic.COST_UPDATES}))
    assert subscribers.sync(store, [changed], now=NOW + DAY) == 1
    assert standing(store) == replace(changed, preferences=NIGHT)


def test_who_came_by_the_chat_is_not_the_configurations_to_remove(store: Store) -> None:
    """A configuration without them leaves them alone; one that names them takes them over."""
    subscribers.choose(store, OWN, now=NOW)
    assert subscribers.sync(store, [], now=NOW) == 0
    assert standing(store) == OWN
    subscribers.sync(store, [CONFIGURED], now=NOW)
    assert (standing(store).source, standing(store).topics) == (Source.CONFIGURATION, CONFIGURED.topics)
    subscribers.sync(store, [], now=NOW)
    assert standing(store).stopped == REMOVED


def test_who_left_is_not_brought_back_by_the_configuration(store: Store) -> None:
    """Read again, or changed: what somebody asked for in the chat is stronger."""
    subscribers.sync(store, [CONFIGURED], now=NOW)
    subscribers.stop(store, CONFIGURED.id, "asked for in the chat", now=NOW)
    subscribers.sync(store, [CONFIGURED], now=NOW)
    subscribers.sync(store, [replace(CONFIGURED, language="ca")], now=NOW)
    assert standing(store).stopped == "asked for in the chat"
    subscribers.choose(store, replace(standing(store), stopped=None), now=NOW)
    assert standing(store).stopped is None


def everything(store: Store) -> str:
    """All that stands in the database, as one text."""
    names = [row["name"] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert {"subscribers", "deliveries", "chat_prompts", "chat_updates", "reports", "messages"} <= set(names)
    rows: list[Any] = [[name, list(row.values())] for name in names for row in store.rows(f'SELECT * FROM "{name}"')]
    return json.dumps(rows, default=lambda value: value.decode("latin-1"))


def used(store: Store, config: Config, who: Subscriber) -> str:
    """Somebody whom all that happens has happened to; gives the mark by which their summary's key tells who it is."""
    subscribers.choose(store, replace(who, preferences=NIGHT), now=NOW)
    chat.ask(store, CHAT, CHAT, Prompt("date", "a"), now=NOW)
    chat.take_in(store, [(1, json.dumps({"chat": CHAT}))], now=NOW)
    put(store, "digest:2026-01", DIGEST)
    for number in range(5):
        put(store, f"alert:{number}", parts=2)
    assert sum_up(store, config, now=NOW + 9 * DAY) == len(subscribers.subscribers(store))
    taken = outbox.claim(store, channel=TELEGRAM, now=NOW + 9 * DAY, lease=LEASE)
    assert taken
    outbox.record(store, taken.delivery_id, settle(Sent(f"m{CHAT}"), 1, NOW), attempt=1, now=NOW)
    chat.answered(store, 1)
    [summary] = {each.report_key for each in of_subscriber(store, who.id) if "summary" in each.report_key}
    assert everything(store).count(str(CHAT)) > 5
    return summary.split(":")[1]


def test_who_is_forgotten_has_left_nothing(store: Store, config: Config) -> None:
    """In no table: neither their number, nor a message made for them alone, nor a mark made of their number."""
    mark = used(store, config, OWN)
    chat.erase_chat(store, CHAT)
    subscribers.forget(store, OWN, "asked", now=NOW)
    left = everything(store)
    assert str(CHAT) not in left
    assert mark not in left
    assert "Asia/Tokyo" not in left
    assert store.rows("PRAGMA foreign_key_check") == []


def test_who_is_forgotten_takes_nothing_from_others(store: Store, config: Config) -> None:
    """What others got and wait for, their own summaries included, is as it was."""
    subscribers.choose(store, OTHER, now=NOW)
    used(store, config, OWN)
    before = of_subscriber(store, OTHER.id)
    subscribers.forget(store, OWN, "asked", now=NOW)
    assert of_subscriber(store, OTHER.id) == before
    assert subscribers.subscribers(store) == [OTHER]
    assert len(store.rows("SELECT key FROM reports WHERE kind = 'summary'")) == 1


def test_who_stands_in_the_configuration_is_kept_as_stopped_and_no_more(store: Store, config: Config) -> None:
    """Else the next reading of the configuration would write to them again; what they chose and got is gone."""
    subscribers.sync(store, [CONFIGURED], now=NOW)
    used(store, config, replace(OWN, source=Source.CONFIGURATION))
    subscribers.forget(store, standing(store), "asked", now=NOW)
    subscribers.sync(store, [CONFIGURED], now=NOW + DAY)
    assert standing(store) == replace(CONFIGURED, topics=frozenset(), stopped="asked", preferences=Preferences())
    assert of_subscriber(store, CONFIGURED.id) == []
    assert "Asia/Tokyo" not in everything(store)


def test_what_is_put_off_loses_no_attempt_and_is_not_late(store: Store) -> None:
    """Given back for silence: tried when it ends, as often as before, and nobody is alarmed meanwhile."""
    subscribers.choose(store, OTHER, now=NOW)
    put(store, "alert:1")
    taken = outbox.claim(store, channel=TELEGRAM, now=NOW, lease=LEASE)
    assert taken
    until = NOW + 8 * HOUR + timedelta(microseconds=1)
    put_off(store, taken.delivery_id, until, now=NOW)
    assert outbox.claim(store, channel=TELEGRAM, now=NOW + 8 * HOUR, lease=LEASE) is None
    assert oldest_due(store) == NOW + 8 * HOUR + timedelta(seconds=1)
    again = outbox.claim(store, channel=TELEGRAM, now=NOW + 9 * HOUR, lease=LEASE)
    assert again
    assert (again.delivery_id, again.attempts) == (taken.delivery_id, 1)
    outbox.record(store, again.delivery_id, settle(Sent("1"), 1, NOW), attempt=1, now=NOW + 9 * HOUR)
    put_off(store, taken.delivery_id, NOW + 20 * HOUR, now=NOW)
    assert [each.state for each in of_subscriber(store, OTHER.id)] == [State.SENT], "what is sent is sent"


def test_only_what_still_waits_is_withdrawn(store: Store) -> None:
    """Not what is being sent, nor what was: that would hide that somebody got it."""
    subscribers.choose(store, OTHER, now=NOW)
    for number in range(3):
        put(store, f"alert:{number}")
    assert who_waits(store, TELEGRAM, now=NOW) == [OTHER.id]
    ids = [each.id for each in of_subscriber(store, OTHER.id)]
    for _ in range(2):
        assert outbox.claim(store, channel=TELEGRAM, now=NOW, lease=LEASE)
    outbox.record(store, ids[1], settle(Sent("1"), 1, NOW), attempt=1, now=NOW)
    withdraw(store, ids, "summary:1", now=NOW)
    found = of_subscriber(store, OTHER.id)
    assert [each.state for each in found] == [State.LEASED, State.SENT, State.SUMMED]
    assert [each.why for each in found] == [None, None, "told in summary:1"]
    assert waiting(store, OTHER.id, now=NOW) == []


def test_a_summary_waits_since_what_it_sums_up_does(store: Store, config: Config) -> None:
    """Or an outage of days would look like one of minutes."""
    subscribers.choose(store, OTHER, now=NOW)
    for number in range(4):
        put(store, f"alert:{number}")
    assert sum_up(store, config, now=NOW + 3 * DAY) == 1
    [due] = [each for each in of_subscriber(store, OTHER.id) if each.state is State.DUE]
    assert due.report_key.startswith("summary:")
    assert oldest_due(store) == NOW


@pytest.mark.parametrize(
    ("chosen", "due"),
    [
        (Preferences(), timedelta()),
        (Preferences(frequency=Frequency.DAILY), DAY - timedelta(minutes=30)),
        (Preferences(muted_until=NOW + 3 * HOUR), 3 * HOUR),
        (Preferences(muted_until=NOW - HOUR), timedelta()),
    ],
)
def test_what_waits_follows_a_new_choice(store: Store, chosen: Preferences, due: timedelta) -> None:
    """Sooner or later, what was held is due when the new choice lets it, and counts as waiting from then on."""
    subscribers.choose(store, replace(OTHER, preferences=Preferences(muted_until=NOW + DAY)), now=NOW)
    put(store, "alert:1")
    subscribers.choose(store, replace(OTHER, preferences=chosen), now=NOW)
    assert [each.due_at for each in of_subscriber(store, OTHER.id)] == [NOW + due]
    assert oldest_due(store) == NOW + due


def test_what_is_due_does_not_wait_for_another_summary(store: Store) -> None:
    """Who turns off the sound on Monday at nine still gets Monday's summary."""
    weekly = replace(OTHER, preferences=Preferences(frequency=Frequency.WEEKLY))
    subscribers.choose(store, weekly, now=NOW)
    put(store, "alert:1")
    [due] = [each.due_at for each in of_subscriber(store, OTHER.id)]
    later = due + timedelta(minutes=1)
    subscribers.choose(store, replace(weekly, preferences=replace(weekly.preferences, silent=True)), now=later)
    assert [each.due_at for each in of_subscriber(store, OTHER.id)] == [later]


def test_a_report_under_embargo_is_not_set_free_by_a_choice(store: Store) -> None:
    """Who ends a silence gets what waited for them, not what waits for everyone."""
    subscribers.choose(store, replace(OTHER, preferences=Preferences(muted_until=NOW + 5 * DAY)), now=NOW)
    stored_report(store, "digest:2026-01")
    with store.writing() as db:
        db.execute("UPDATE reports SET hold_until = '2026-02-03T08:30:00Z'")
    put(store, "digest:2026-01", DIGEST)
    subscribers.choose(store, OTHER, now=NOW + HOUR)
    assert [each.due_at for each in of_subscriber(store, OTHER.id)] == [NOW + 2 * DAY]


def test_an_update_is_kept_until_it_is_answered_and_then_only_its_number(store: Store) -> None:
    """Once each; what was written is gone when it is answered, the number some days later."""
    assert chat.take_in(store, [(2, "b"), (1, "a")], now=NOW) == [2, 1]
    assert chat.take_in(store, [(1, "a"), (3, "c")], now=NOW) == [3]
    chat.answered(store, 1)
    assert [(each.update_id, each.body) for each in chat.unanswered(store)] == [(2, "b"), (3, "c")]
    assert chat.take_in(store, [(1, "a")], now=NOW + chat.REMEMBERED) == []
    assert '"a"' not in everything(store)
    assert chat.take_in(store, [], now=NOW + chat.REMEMBERED + HOUR) == []
    assert [row["update_id"] for row in store.rows("SELECT update_id FROM chat_updates")] == [2, 3]


def test_an_answer_is_waited_for_an_hour_from_the_one_who_was_asked(store: Store) -> None:
    """Not from others in the same chat, not for ever, and to the last question alone."""
    chat.ask(store, 7, 1, Prompt("date", "a"), now=NOW)
    chat.ask(store, 7, 1, Prompt("broadcast", "b"), now=NOW)
    assert chat.asked(store, 7, 1, now=NOW + HOUR) == Prompt("broadcast", "b")
    assert chat.asked(store, 7, 1, now=NOW + HOUR + timedelta(seconds=1)) is None
    assert chat.asked(store, 7, 2, now=NOW) is None
    chat.settle(store, 7, 1)
    assert chat.asked(store, 7, 1, now=NOW) is None
