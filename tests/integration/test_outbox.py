"""The outbox and the subscribers over a real database: who gets what, once, and what people see of it."""

from datetime import timedelta

import pytest

from alia_watch.audience.message import Image
from alia_watch.audience.subscriber import About, ChannelKind, Topic
from alia_watch.errors import DatabaseBusy, UsageError
from alia_watch.store import database, outbox, subscribers
from alia_watch.store.database import Store, open_store
from alia_watch.store.deliveries import Hold, holds, oldest_due, retry
from alia_watch.store.outbox import Claimed, Settlement, State
from tests.outbox import KEY, NOW, fill, message, stored_report, subscriber

EMAIL, FOLDER = ChannelKind.EMAIL, ChannelKind.FOLDER
ANA = subscriber(FOLDER, "ana")
EVA = subscriber(FOLDER, "eva", "en")
LEASE = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


def claim(store: Store, *, channel: ChannelKind = FOLDER, after: timedelta = timedelta(0)) -> Claimed | None:
    return outbox.claim(store, channel=channel, now=NOW + after, lease=LEASE)


def settled(store: Store, settlement: Settlement) -> Claimed:
    """Claim the next delivery and settle it."""
    claimed = claim(store)
    assert claimed
    assert outbox.record(store, claimed.delivery_id, settlement, attempt=claimed.attempts, now=NOW)
    return claimed


def test_twice_is_once(store: Store) -> None:
    """Queueing the same report again adds nothing and changes no word of it."""
    assert fill(store, [ANA], [message(FOLDER, text="first")]) == 1
    assert fill(store, [ANA], [message(FOLDER, text="second"), message(FOLDER, part=1)]) == 0
    claimed = claim(store)
    assert claimed
    assert claimed.message.text == "first"
    assert outbox.counts(store) == dict.fromkeys(State, 0) | {State.LEASED: 1}


def test_everyone_gets_their_language_form_and_topics(store: Store) -> None:
    """A message reaches those of its language and form who asked for its topic, and nobody else."""
    deaf = subscriber(FOLDER, "deaf", topics=[Topic.ALERTS])
    mail = subscriber(EMAIL, "ana@example.net")
    everything = [message(form, language=language) for form in (FOLDER, EMAIL) for language in ("es", "en")]
    assert fill(store, [ANA, EVA, deaf, mail], everything) == 3
    found = {(one.subscriber_id, one.language, one.channel) for one in outbox.deliveries(store)}
    assert found == {("folder:ana", "es", FOLDER), ("folder:eva", "en", FOLDER), ("email:ana@example.net", "es", EMAIL)}


def test_who_comes_later_gets_what_the_others_got(store: Store) -> None:
    """A report queued again reaches a new subscriber, with the words that were stored first."""
    fill(store, [ANA], [message(FOLDER, text="first", part=part) for part in (0, 1)])
    assert fill(store, [ANA, subscriber(FOLDER, "new")], [message(FOLDER, text="second", part=0)]) == 2


def test_nobody_gets_a_report_in_two_languages(store: Store) -> None:
    """A subscriber whose language changed is not sent again what was sent in the other one."""
    both = [message(FOLDER, language=language) for language in ("es", "en")]
    fill(store, [ANA], both)
    assert fill(store, [subscriber(FOLDER, "ana", "en")], both) == 0


def test_a_message_comes_back_whole(store: Store) -> None:
    """What is claimed is what was put: words, markup, pictures in order, and its subscriber."""
    pictures = (Image("b.png", "dos", b"\x89PNG2"), Image("a.png", "uno", b"\x89PNG1"))
    whole = message(FOLDER, images=pictures, markup="<p>ñ & €</p>", subject="Asunto")
    fill(store, [ANA], [whole])
    claimed = claim(store)
    assert claimed
    assert (claimed.message, claimed.subscriber, claimed.attempts) == (whole, ANA, 1)


def test_a_claimed_delivery_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    """A second connection finds nothing while the lease lasts, and the same delivery the moment it ends."""
    fill(store, [ANA], [message(FOLDER)])
    first = claim(store)
    with open_store(store.path) as other:
        assert claim(other, after=LEASE - SECOND) is None
        again = claim(other, after=LEASE)
    assert first
    assert again
    assert (again.delivery_id, again.attempts) == (first.delivery_id, 2)


def test_waits_are_never_cut_short_by_fractions_of_a_second(store: Store) -> None:
    """An instant with a fraction is rounded up where something waits for it, and the comparison stays right."""
    fill(store, [ANA], [message(FOLDER)])
    half = timedelta(milliseconds=500)
    settled(store, Settlement(State.DUE, "busy", due_at=NOW + half))
    assert claim(store, after=half) is None
    assert claim(store, after=SECOND)


def test_a_delivery_on_another_channel_is_left(store: Store) -> None:
    """Each channel claims its own deliveries, and holds one channel at a time."""
    fill(store, [ANA, subscriber(EMAIL, "ana@example.net")], [message(FOLDER), message(EMAIL)])
    settled(store, Settlement(State.DUE, "disk full", due_at=NOW + LEASE, hold_until=NOW + LEASE))
    assert claim(store, channel=EMAIL)
    assert holds(store, now=NOW) == [Hold(FOLDER, NOW + LEASE, "disk full")]
    assert holds(store, now=NOW + LEASE) == []


def test_a_hold_is_never_shortened_by_another(store: Store) -> None:
    """Of two reasons to rest the longer one counts."""
    fill(store, [ANA], [message(FOLDER, key=key) for key in (KEY, "alert:1")])
    first, second = claim(store), claim(store)
    assert first
    assert second
    for claimed, minutes in ((first, 60), (second, 1)):
        until = NOW + timedelta(minutes=minutes)
        settlement = Settlement(State.DUE, "busy", due_at=until, hold_until=until)
        assert outbox.record(store, claimed.delivery_id, settlement, attempt=1, now=NOW)
    assert [hold.until for hold in holds(store, now=NOW)] == [NOW + timedelta(minutes=60)]


def test_the_oldest_wait_is_known(store: Store) -> None:
    """Health asks since when the first delivery waits; leased and sent ones do not count."""
    assert oldest_due(store) is None
    fill(store, [ANA], [message(FOLDER)], now=NOW)
    fill(store, [ANA], [message(FOLDER, key="alert:1")], now=NOW + LEASE)
    assert oldest_due(store) == NOW
    settled(store, Settlement(State.SENT, remote_id="1"))
    assert oldest_due(store) == NOW + LEASE


def test_deliveries_can_be_looked_through(store: Store) -> None:
    """By state, report and time, newest first, at most so many."""
    fill(store, [ANA], [message(FOLDER, key=f"alert:{n}") for n in range(3)])
    settled(store, Settlement(State.SENT, remote_id="1"))
    assert [one.report_key for one in outbox.deliveries(store)] == ["alert:2", "alert:1", "alert:0"]
    assert [one.report_key for one in outbox.deliveries(store, states=[State.SENT])] == ["alert:0"]
    assert [one.report_key for one in outbox.deliveries(store, report_key="alert:1")] == ["alert:1"]
    assert len(outbox.deliveries(store, limit=2)) == 2
    assert outbox.deliveries(store, until=NOW - SECOND) == outbox.deliveries(store, since=NOW + SECOND) == []
    assert len(outbox.deliveries(store, since=NOW, until=NOW)) == 3


def test_what_was_given_up_can_be_tried_again(store: Store) -> None:
    """A dead delivery comes back with the parts that died with it and all its attempts."""
    fill(store, [ANA], [message(FOLDER, part=part) for part in (0, 1)])
    dead = settled(store, Settlement(State.DEAD, "over-long"))
    assert outbox.counts(store)[State.DEAD] == 2
    assert retry(store, dead.delivery_id, now=NOW) == 2
    again = claim(store)
    assert again
    assert (again.delivery_id, again.attempts) == (dead.delivery_id, 1)


def test_only_what_was_given_up_is_tried_again(store: Store) -> None:
    """A delivery that is sent or waits, or whose subscriber is stopped, is refused with the reason."""
    fill(store, [ANA], [message(FOLDER)])
    with pytest.raises(UsageError, match="no delivery 99"):
        retry(store, 99, now=NOW)
    with pytest.raises(UsageError, match="is due"):
        retry(store, 1, now=NOW)
    settled(store, Settlement(State.DEAD, "blocked", refused=True, stop=True))
    with pytest.raises(UsageError, match="stopped: blocked") as refused:
        retry(store, 1, now=NOW)
    assert "--resume folder:ana" in refused.value.hint
    subscribers.resume(store, "folder:ana", now=NOW)
    assert retry(store, 1, now=NOW) == 1


def test_the_configuration_decides_who_receives(store: Store) -> None:
    """New receivers come, changed ones change, those no longer named are stopped and come back when named again."""
    assert subscribers.sync(store, [ANA, EVA], now=NOW) == 2
    assert subscribers.sync(store, [ANA, EVA], now=NOW) == 0
    assert subscribers.sync(store, [subscriber(FOLDER, "ana", "en", [Topic.DIGEST])], now=NOW) == 2
    ana, eva = subscribers.subscribers(store)
    assert (ana.language, ana.topics, ana.stopped) == ("en", {Topic.DIGEST}, None)
    assert eva.stopped == subscribers.REMOVED
    assert subscribers.sync(store, [ANA, EVA], now=NOW) == 2
    assert [one.stopped for one in subscribers.subscribers(store)] == [None, None]


def test_the_configuration_cannot_undo_a_refusal(store: Store) -> None:
    """Who blocked us stays stopped although the configuration names them; a person may resume them."""
    subscribers.sync(store, [ANA], now=NOW)
    subscribers.stop(store, ANA.id, "blocked", now=NOW)
    subscribers.stop(store, ANA.id, "another reason", now=NOW)
    subscribers.sync(store, [], now=NOW)
    subscribers.sync(store, [subscriber(FOLDER, "ana", "en")], now=NOW)
    assert [one.stopped for one in subscribers.subscribers(store)] == ["blocked"]
    subscribers.resume(store, ANA.id, now=NOW)
    assert [one.stopped for one in subscribers.subscribers(store)] == [None]
    with pytest.raises(UsageError, match="no subscriber nobody"):
        subscribers.resume(store, "nobody", now=NOW)


def test_nothing_waits_for_whom_is_stopped(store: Store) -> None:
    """Stopping gives up what waits for that subscriber, a leased delivery too, and nothing of others."""
    fill(store, [ANA, EVA], [message(FOLDER), message(FOLDER, language="en")])
    assert claim(store)
    subscribers.stop(store, ANA.id, "asked to", now=NOW)
    dead = outbox.deliveries(store, states=[State.DEAD])
    assert [(one.subscriber_id, one.why) for one in dead] == [("folder:ana", "the subscriber was stopped: asked to")]
    assert outbox.counts(store)[State.DUE] == 1


def test_a_test_needs_no_report_of_its_own(store: Store) -> None:
    """A test message is queued for those named whatever their topics, and for nobody else."""
    subscribers.sync(store, [subscriber(FOLDER, "ana", topics=[]), subscriber(FOLDER, "eva")], now=NOW)
    assert outbox.put_test(store, [message(FOLDER, key="test:1")], now=NOW, only=["folder:ana"]) == 1


def test_a_message_without_its_report_is_refused(store: Store) -> None:
    """Every message belongs to a stored report, so that what was sent can be explained later."""
    subscribers.sync(store, [ANA], now=NOW)
    with pytest.raises(Exception, match="FOREIGN KEY"):
        outbox.put(store, [message(FOLDER)], About(frozenset({Topic.DIGEST})), now=NOW)
    stored_report(store)
    assert outbox.put(store, [message(FOLDER)], About(frozenset({Topic.DIGEST})), now=NOW) == 1


def test_a_locked_database_is_said_to_be_busy(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each write waits for the lock and then says that the database is busy; nothing is half done."""
    fill(store, [ANA], [message(FOLDER)])
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.01)
    with open_store(store.path) as other, store.writing():
        for write in (
            lambda: outbox.put(other, [message(FOLDER)], About(frozenset({Topic.DIGEST})), now=NOW),
            lambda: claim(other),
            lambda: outbox.record(other, 1, Settlement(State.SENT), attempt=1, now=NOW),
            lambda: subscribers.sync(other, [ANA], now=NOW),
            lambda: subscribers.stop(other, ANA.id, "x", now=NOW),
            lambda: subscribers.resume(other, ANA.id, now=NOW),
            lambda: subscribers.move(other, ANA.id, "x", now=NOW),
            lambda: retry(other, 1, now=NOW),
        ):
            with pytest.raises(DatabaseBusy):
                write()
    assert outbox.counts(store)[State.DUE] == 1
