"""One contract for all channels: what each outcome means for the outbox, over real HTTP, SMTP and files."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alia_bot.channels.outcome import Later, Never, Outcome, Sent, Unclear
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.dispatch import HOLD, LEASE, UNCLEAR_AGAIN, Drained, drain
from alia_watch.audience.message import Image
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store
from alia_watch.store.deliveries import Delivery, holds
from alia_watch.store.outbox import State
from tests.benches import PASSWORD, Bench, email_bench, folder_bench, telegram_bench
from tests.outbox import NOW, fill, message, subscriber
from tests.pictures import png
from tests.relay import AUTHORITY, Relay

CHANNELS = ["telegram", "email", "folder"]
SECOND = timedelta(seconds=1)


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The bench that the test asks for by its channel's name."""
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    match request.param:
        case "telegram":
            with TelegramStandIn() as api:
                made = telegram_bench(api)
                yield made
                made.channel.close()
        case "email":
            with Relay(security="starttls", login=("alia", PASSWORD), size_limit=100_000) as relay:
                made = email_bench(relay)
                yield made
                made.channel.close()
        case _:
            yield folder_bench(tmp_path / "letters", monkeypatch)


def contract(*, without: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """Over every channel to which the case can happen."""
    return pytest.mark.parametrize("bench", [name for name in CHANNELS if name not in without], indirect=True)


def attempt(bench: Bench, case: str, **words: str) -> Outcome:
    """One attempt by itself."""
    bench.cases[case]()
    receiver = subscriber(bench.kind, bench.address)
    return bench.channel.send(receiver, message(bench.kind, **words), message_id="digest-2026-01.1.ab12", now=NOW)


def through_outbox(bench: Bench, case: str, store: Store, **words: str) -> tuple[Drained, Delivery]:
    """One message down the real path: what the drain counted, and the delivery afterwards."""
    bench.cases[case]()
    fill(store, [subscriber(bench.kind, bench.address)], [message(bench.kind, **words)])
    drained = drain(store, {bench.kind: bench.channel}, now=NOW)
    [delivery] = outbox.deliveries(store)
    return drained, delivery


def no_secret(bench: Bench, delivery: Delivery) -> bool:
    return not any(secret in (delivery.why or "") for secret in bench.secrets)


@contract()
def test_what_is_sent_arrives_and_is_recorded(bench: Bench, store: Store) -> None:
    """A message that arrives is recorded as sent with the channel's own id, and is not sent again."""
    drained, delivery = through_outbox(bench, "sent", store)
    assert drained == Drained(sent=1)
    assert (delivery.state, delivery.why) == (State.SENT, None)
    assert delivery.remote_id
    assert [words.strip() for words in bench.arrived()] == ["174 descargas"]
    assert drain(store, {bench.kind: bench.channel}, now=NOW + LEASE) == Drained()
    assert len(bench.arrived()) == 1


@contract()
def test_a_recipient_who_refuses_for_ever_is_not_asked_again(bench: Bench, store: Store) -> None:
    """A refusal by the recipient ends that delivery with its reason; it is no fault of ours."""
    drained, delivery = through_outbox(bench, "refused for ever", store)
    assert drained == Drained(dead=1)
    assert delivery.state is State.DEAD
    assert delivery.why
    assert no_secret(bench, delivery)
    assert bench.arrived() == []
    assert not holds(store, now=NOW)
    [receiver] = subscribers.subscribers(store)
    assert (receiver.stopped is not None) is (bench.kind != "email"), "mail stops at the second refusal"


@contract()
def test_a_refusal_for_now_is_tried_again_in_time(bench: Bench, store: Store) -> None:
    """What cannot be sent now waits as long as the channel asks, or as the back-off says, and is not tried before."""
    drained, delivery = through_outbox(bench, "refused for now", store)
    assert drained == Drained(later=1)
    telegram = bench.kind == "telegram"  # says how long; for that, no attempt is counted
    asked = timedelta(minutes=30) if telegram else timedelta(minutes=1)
    assert (delivery.state, delivery.due_at, delivery.attempts) == (State.DUE, NOW + asked, not telegram)
    assert no_secret(bench, delivery)
    assert drain(store, {bench.kind: bench.channel}, now=NOW + asked - SECOND) == Drained()


@contract(without=("folder",))
def test_a_message_that_may_have_arrived_is_repeated_once(bench: Bench, store: Store) -> None:
    """Where the connection is lost after sending the message is sent once more ten minutes later, then left unclear."""
    drained, delivery = through_outbox(bench, "lost after sending", store)
    assert drained == Drained(unclear=1)
    assert (delivery.state, delivery.due_at) == (State.DUE, NOW + UNCLEAR_AGAIN)
    assert "may have arrived" in (delivery.why or "")
    bench.cases["lost after sending"]()
    assert drain(store, {bench.kind: bench.channel}, now=NOW + UNCLEAR_AGAIN) == Drained(unclear=1)
    [delivery] = outbox.deliveries(store)
    assert delivery.state is State.UNCLEAR
    assert len(bench.arrived()) == 2
    assert drain(store, {bench.kind: bench.channel}, now=NOW + timedelta(days=3)) == Drained()


@contract(without=("telegram",))
def test_an_over_long_message_is_said_to_be_so(bench: Bench, store: Store) -> None:
    """An over-long message is given up as a fault of ours, in plain words; it stops neither channel nor subscriber."""
    drained, delivery = through_outbox(bench, "over-long", store, text=bench.long_text, markup=bench.long_text)
    assert drained == Drained(dead=1)
    assert delivery.state is State.DEAD
    assert "over-long" in (delivery.why or "") or "too large" in (delivery.why or "")
    assert not holds(store, now=NOW)
    assert [receiver.stopped for receiver in subscribers.subscribers(store)] == [None]
    assert bench.arrived() == []


@contract()
def test_broken_markup_loses_no_words(bench: Bench, store: Store) -> None:
    """Markup that a channel cannot read never keeps the words from arriving."""
    drained, delivery = through_outbox(
        bench, "broken markup", store, markup="<b>174 <p>descargas", text="174 descargas"
    )
    assert drained == Drained(sent=1)
    assert [words.strip() for words in bench.arrived()] == ["174 descargas"]
    assert ("plain text" in (delivery.why or "")) is (bench.kind == "telegram")


@contract()
def test_a_fault_of_ours_holds_the_channel_and_gives_nothing_up(bench: Bench, store: Store) -> None:
    """A refused token, a refused login or a blocked folder rests the channel for an hour; no attempt is counted."""
    drained, delivery = through_outbox(bench, "our fault", store)
    assert drained == Drained(later=1)
    assert (delivery.state, delivery.attempts) == (State.DUE, 0)
    assert no_secret(bench, delivery)
    assert [hold.until for hold in holds(store, now=NOW)] == [NOW + HOLD]
    fill(store, [subscriber(bench.kind, bench.address)], [message(bench.kind, key="digest:2026-02")])
    assert drain(store, {bench.kind: bench.channel}, now=NOW + HOLD - SECOND) == Drained()
    assert [receiver.stopped for receiver in subscribers.subscribers(store)] == [None]


@contract(without=("folder",))
def test_a_channel_that_is_away_rests_and_loses_nothing(bench: Bench, store: Store) -> None:
    """Where nobody answers one message is tried, the others wait unasked, and all arrive later."""
    receivers = [subscriber(bench.kind, bench.address)]
    fill(store, receivers, [message(bench.kind, key=f"digest:2025-{month:02d}") for month in (10, 11, 12)])
    bench.cases["away"]()
    assert drain(store, {bench.kind: bench.channel}, now=NOW) == Drained(later=1)
    [hold] = holds(store, now=NOW)
    assert "answer" in hold.why
    assert outbox.counts(store)[State.DUE] == 3


@contract()
def test_a_channel_says_what_it_finds_when_probed(bench: Bench) -> None:
    """A probe reaches the other side without sending anything."""
    said = bench.channel.probe()
    assert any(word in said for word in ("@alia_watch_bot", "logged in as alia", "can be written"))
    assert bench.arrived() == []


@contract()
def test_a_picture_travels_with_its_words(bench: Bench) -> None:
    """A message with a picture arrives as one message with the picture whole."""
    picture = Image("chart.png", "Descargas por día", png())
    receiver = subscriber(bench.kind, bench.address)
    sent = message(bench.kind, markup='<b>174</b> <a href="https://x.example/">método</a>', images=(picture,))
    outcome = bench.channel.send(receiver, sent, message_id="digest-2026-01.1.ab12", now=NOW)
    assert isinstance(outcome, Sent)
    assert len(bench.arrived()) == 1


@contract()
def test_no_channel_raises_or_shows_a_secret(bench: Bench) -> None:
    """Whatever the other side does, an outcome comes back, and no secret or address stands in it."""
    for case in bench.cases:
        outcome = attempt(bench, case)
        assert isinstance(outcome, Sent | Later | Never | Unclear), case
        said = getattr(outcome, "why", "")
        assert not any(secret in said for secret in bench.secrets), case
