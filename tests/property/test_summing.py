"""What waited comes as one message, or by itself: whatever waited, nothing of it is lost."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from alia_bot.channels.outcome import Later, Outcome, Sent
from alia_bot.dispatch import LEASE, drain, settle
from alia_watch.audience.message import Message
from alia_watch.audience.preferences import Frequency, Preferences
from alia_watch.audience.subscriber import About, ChannelKind, Subscriber, Topic
from alia_watch.audience.summing import ONE_BY_ONE, is_summed_up
from alia_watch.pipeline.sum_up import sum_up
from alia_watch.reports.summary import NAMED
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store, open_store
from alia_watch.store.deliveries import State, of_subscriber
from alia_watch.store.messages import message_sent
from alia_watch.store.reports import report_document
from tests.made import made_config
from tests.outbox import NOW, message, stored_report

TELEGRAM = ChannelKind.TELEGRAM
ALERT = About(frozenset({Topic.ALERTS}), waits=True)
DIGEST = About(frozenset({Topic.DIGEST}))
HOUR = timedelta(hours=1)
ANA = Subscriber("telegram:1001", TELEGRAM, "1001", "es", frozenset({Topic.ALERTS, Topic.DIGEST}))
MUTED = replace(ANA, preferences=Preferences(muted_until=NOW + 100 * HOUR))


class Chat:
    """A channel that takes what comes."""

    kind = TELEGRAM

    def __init__(self) -> None:
        self.got: list[Message] = []

    def send(self, subscriber: Subscriber, message: Message, **_: object) -> Outcome:
        self.got.append(message)
        return Sent(str(len(self.got)))

    def probe(self) -> str:
        return ""

    def close(self) -> None:
        pass


@contextmanager
def database() -> Iterator[tuple[Path, Store]]:
    """A new one, gone at the end."""
    folder = Path(tempfile.mkdtemp())
    try:
        with open_store(folder / "alia-watch.db", create=True) as store:
            yield folder, store
    finally:
        shutil.rmtree(folder)


def put(store: Store, key: str, about: About = ALERT, *, parts: int = 1) -> None:
    """A report for whoever may receive it."""
    stored_report(store, key)
    messages = [message(TELEGRAM, key=key, part=part, subject=f"About {key}") for part in range(parts)]
    outbox.put(store, messages, about, now=NOW)


@given(held=st.lists(st.booleans(), max_size=12))
def test_one_report_is_never_summed_up_and_many_always_are(held: list[bool]) -> None:
    """Two that were asked to wait are one message; of others, as many as nobody calls a flood come one by one."""
    summed = is_summed_up(held)
    assert not (summed and len(held) < 2)
    assert summed or (len(held) <= ONE_BY_ONE and sum(held) <= 1)
    assert is_summed_up([*held, True]) >= summed
    assert is_summed_up([*held, False]) >= summed


@settings(max_examples=20)
@given(
    alerts=st.lists(st.integers(1, 3), max_size=30),
    digests=st.integers(0, 2),
    muted=st.booleans(),
    sent_before=st.integers(0, 2),
)
def test_each_report_arrives_by_itself_or_is_named_in_a_summary(
    alerts: list[int], digests: int, muted: bool, sent_before: int
) -> None:
    """However many reports waited, of however many parts: each comes once, whole, or by its title with a button."""
    with database() as (folder, store):
        config, chat = made_config(folder), Chat()
        subscribers.sync(store, [ANA], now=NOW)
        subscribers.choose(store, MUTED if muted else ANA, now=NOW)
        for number, parts in enumerate(alerts):
            put(store, f"alert:{number}", parts=parts)
        for number in range(digests):
            put(store, f"digest:{number}", DIGEST)
        for _ in range(sent_before):  # a part arrived before the rest had to wait
            taken = outbox.claim(store, channel=TELEGRAM, now=NOW, lease=LEASE)
            if taken:
                outbox.record(store, taken.delivery_id, settle(Sent("1"), 1, NOW), attempt=1, now=NOW)
                chat.got.append(taken.message)
        later = NOW + 101 * HOUR
        made = sum_up(store, config, now=later)
        assert sum_up(store, config, now=later) == 0, "nothing is summed up twice"
        drain(store, {TELEGRAM: chat}, now=later)
        alone = [(each.report_key, each.part) for each in chat.got if not each.report_key.startswith("summary")]
        summaries = {each.report_key: each for each in chat.got if each.report_key.startswith("summary")}
        assert len(summaries) == made
        named = []
        for key, sent in summaries.items():
            document = report_document(store, key)
            assert document is not None
            buttons = [button for row in sent.buttons for button in row]
            assert len(buttons) == len(document["reports"]) <= NAMED
            for each, button in zip(document["reports"], buttons, strict=True):
                assert f"About {each['key']}" in sent.text
                shown = message_sent(store, int(button.action.removeprefix("show:")), ANA.id)
                assert {one.report_key for one in shown} == {each["key"]}
                named += [(each["key"], part) for part in range(len(shown))]
        expected = [(f"alert:{n}", part) for n, parts in enumerate(alerts) for part in range(parts)]
        expected += [(f"digest:{n}", 0) for n in range(digests)]
        assert sorted(alone + named) == sorted(expected)
        assert {each.state for each in of_subscriber(store, ANA.id)} <= {State.SENT, State.SUMMED}


def test_a_report_of_which_a_part_waits_longer_is_left_whole() -> None:
    """While its first part is to be tried again later, its second is not told in a summary without it."""
    with database() as (folder, store):
        subscribers.sync(store, [ANA], now=NOW)
        put(store, "alert:0", parts=2)
        taken = outbox.claim(store, channel=TELEGRAM, now=NOW, lease=LEASE)
        assert taken
        outbox.record(store, taken.delivery_id, settle(Later(HOUR, "busy"), 1, NOW), attempt=1, now=NOW)
        for number in range(1, 6):
            put(store, f"alert:{number}")
        assert sum_up(store, made_config(folder), now=NOW) == 1
        summed = {each.report_key for each in of_subscriber(store, ANA.id) if each.state is State.SUMMED}
        assert summed == {f"alert:{number}" for number in range(1, 6)}


def test_nobody_is_told_of_what_waits_while_they_want_silence(store: Store, tmp_path: Path) -> None:
    """A summary waits for the end of a mute that began after its reports were due."""
    subscribers.sync(store, [ANA], now=NOW)
    for number in range(6):
        put(store, f"alert:{number}")
    subscribers.choose(store, MUTED, now=NOW)
    assert sum_up(store, made_config(tmp_path), now=NOW + HOUR) == 0
    assert sum_up(store, made_config(tmp_path), now=NOW + 100 * HOUR) == 1


def test_a_daily_summary_is_one_message(store: Store, tmp_path: Path) -> None:
    """Two alerts of a day come together at nine, and a digest beside them by itself."""
    subscribers.sync(store, [ANA], now=NOW)
    subscribers.choose(store, replace(ANA, preferences=Preferences(frequency=Frequency.DAILY)), now=NOW)
    put(store, "alert:0")
    put(store, "alert:1")
    put(store, "digest:2026-01", DIGEST)
    chat = Chat()
    for hours in (0, 23, 24):
        sum_up(store, made_config(tmp_path), now=NOW + hours * HOUR)
        drain(store, {TELEGRAM: chat}, now=NOW + hours * HOUR)
        assert len(chat.got) == {0: 1, 23: 1, 24: 2}[hours]
    assert [each.report_key.partition(":")[0] for each in chat.got] == ["digest", "summary"]
