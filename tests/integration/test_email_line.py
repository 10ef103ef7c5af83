"""The line to the relay: one connection for many letters, its pace, and relays that end a connection their way."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from alia_bot.channels.email import EmailChannel
from alia_bot.channels.email_line import Enveloped, MailLine
from alia_bot.channels.outcome import Later, Outcome, Sent
from alia_bot.dispatch import BACK_OFF, HOLD, Drained, drain
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store
from alia_watch.store.deliveries import holds
from alia_watch.store.outbox import State
from tests.benches import email_section
from tests.outbox import NOW, fill, message, subscriber
from tests.relay import CUT, Relay

EMAIL = ChannelKind.EMAIL
SENT = Sent("<digest-2026-01.1.ab@example.org>")
PEOPLE = [subscriber(EMAIL, f"p{n}@example.net") for n in range(6)]


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as started:
        yield started


@pytest.fixture
def channel(relay: Relay) -> Iterator[EmailChannel]:
    with closing(EmailChannel(email_section(relay.port), None, name="ALIA Watch")) as opened:
        yield opened


@contextmanager
def closing(channel: EmailChannel) -> Iterator[EmailChannel]:
    yield channel
    channel.close()


def post(channel: EmailChannel, address: str = "ana@example.net") -> Outcome:
    return channel.send(subscriber(EMAIL, address), message(EMAIL), message_id="digest-2026-01.1.ab", now=NOW)


def arrived(relay: Relay) -> list[str]:
    return sorted(recipient for [recipient] in relay.recipients)


def test_many_letters_go_over_one_connection(relay: Relay, channel: EmailChannel) -> None:
    """The relay is called once, not for every letter, and not at all before the first."""
    assert relay.connections == 0
    assert [post(channel, person.address) for person in PEOPLE] == [SENT] * len(PEOPLE)
    assert relay.connections == 1
    assert arrived(relay) == [person.address for person in PEOPLE]


def test_a_relay_that_closed_the_idle_connection_is_called_again(relay: Relay, channel: EmailChannel) -> None:
    """Between two letters the relay may leave: the second goes out at once, and once."""
    assert post(channel) == SENT
    relay.hang_up()
    assert post(channel) == SENT
    assert (relay.connections, len(relay.raw)) == (2, 2)


@pytest.mark.parametrize("said", [CUT, "421 4.4.2 idle for too long", "451 4.7.0 no more over this connection"])
def test_a_kept_connection_found_worn_out_is_renewed_once(relay: Relay, channel: EmailChannel, said: str) -> None:
    """What only a kept connection is told is no fault of the relay: the letter goes over a new one."""
    assert post(channel) == SENT
    relay.script = lambda command, _: said if command == "MAIL" and relay.connections == 1 else None
    assert post(channel) == SENT
    assert (relay.connections, len(relay.raw)) == (2, 2)
    relay.script = lambda command, _: said if command == "MAIL" else None
    outcome = post(channel)
    assert isinstance(outcome, Later)
    assert outcome.channel
    # Besides the two of before: one for the letter, and one to look whether the relay or the letter was at fault.
    assert relay.connections == 4, "a new connection that is refused as well is not renewed for ever"


@pytest.mark.parametrize("answer", [CUT, "450 4.1.7 unverified address"])
def test_a_sender_that_is_refused_for_one_letter_does_not_hold_back_the_others(
    relay: Relay, channel: EmailChannel, answer: str
) -> None:
    """Each letter has a return path of its own; the relay is looked at by the address that is nobody's."""
    letter = Enveloped("bounces+abc@example.org", PEOPLE[0].address, b"Subject: x\r\n\r\nx\r\n", "<x@example.org>")
    relay.script = lambda command, said: answer if command == "MAIL" and "+abc@" in said else None
    outcome = channel.line.deliver(letter, within_s=20)
    assert isinstance(outcome, Later)
    assert not outcome.channel


@pytest.mark.parametrize("answer", [CUT, "421 4.3.2 not now", "450 4.7.1 too many messages to this mailbox"])
def test_a_letter_that_makes_the_relay_hang_up_does_not_hold_back_the_others(
    relay: Relay, channel: EmailChannel, answer: str
) -> None:
    """The relay is looked at: it takes what others get, so that only this letter is for later."""
    relay.script = lambda command, said: answer if command == "RCPT" and PEOPLE[0].address in said else None
    outcome = post(channel, PEOPLE[0].address)
    assert isinstance(outcome, Later)
    assert not outcome.channel
    assert post(channel, PEOPLE[1].address) == SENT


def test_a_limit_of_letters_per_connection_costs_no_letter(relay: Relay, channel: EmailChannel) -> None:
    """A relay that says 421 after every second letter gets all of them, over as many connections as it wants."""
    relay.last_words = 2
    assert [post(channel, person.address) for person in PEOPLE] == [SENT] * len(PEOPLE)
    assert relay.connections == 3
    assert arrived(relay) == [person.address for person in PEOPLE]


def test_a_connection_that_is_not_used_is_given_back(relay: Relay) -> None:
    """After a while without letters the line says goodbye by itself; the next letter opens it anew."""
    line = MailLine(email_section(relay.port), None, idle_s=0.0)
    channel = EmailChannel(email_section(relay.port), None, name="ALIA Watch")
    channel.line = line
    with closing(channel):
        assert post(channel) == SENT
        relay.wait_for_goodbye()
        assert post(channel) == SENT
    assert relay.connections == 2


def test_closing_says_goodbye(relay: Relay, channel: EmailChannel) -> None:
    """The relay hears QUIT; a channel can be closed twice, and used again."""
    assert post(channel) == SENT
    channel.close()
    channel.close()
    assert relay.commands[-1] == "QUIT"
    assert post(channel) == SENT


def test_the_pace_is_kept(relay: Relay) -> None:
    """Letters leave no faster than the configuration allows, the first of them at once."""
    section = email_section(relay.port).model_copy(update={"pace_per_s": 20.0})
    with closing(EmailChannel(section, None, name="ALIA Watch")) as channel:
        began = time.monotonic()
        assert post(channel) == SENT
        first = time.monotonic() - began
        assert [post(channel) for _ in range(5)] == [SENT] * 5
        whole = time.monotonic() - began
    assert whole - first >= 0.2
    assert whole >= 0.25


class LockStep(socketserver.StreamRequestHandler):
    """A relay of the oldest kind: no extensions, and nothing may be said before it has answered."""

    def handle(self) -> None:
        self._say("220 old")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if self._spoken_to():
                self._say("503 wait for your turn")
                return
            self._say({b"EHLO": "502 what", b"DATA": "354 go on", b"QUIT": "221 bye"}.get(word, "250 ok"))
            if word == b"DATA":
                while self.rfile.readline() != b".\r\n":
                    pass
                self._say("250 taken")
            if word == b"QUIT":
                return

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def _spoken_to(self) -> bool:
        self.connection.setblocking(False)
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False
        finally:
            self.connection.setblocking(True)


def test_an_old_relay_without_extensions_is_enough() -> None:
    """HELO alone, no pipelining, one command after the other: letters still go, over one connection."""
    with socketserver.TCPServer(("127.0.0.1", 0), LockStep) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with closing(EmailChannel(email_section(server.server_address[1]), None, name="ALIA Watch")) as channel:
            assert [post(channel), post(channel)] == [SENT, SENT]
        thread.join()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("RCPT", "550 5.1.1 no such user"),
        ("RCPT", "450 4.2.0 greylisted"),
        ("RCPT", "550 5.7.1 refused by policy"),
        ("DATA", "554 5.7.1 looks like spam"),
        ("DATA", "451 4.7.1 come back later"),
        ("DATA", "550 5.1.1 no such user"),
    ],
)
def test_one_bad_address_never_holds_the_others(
    store: Store, relay: Relay, channel: EmailChannel, command: str, said: str
) -> None:
    """Whatever is said of one recipient, all others get theirs in the same round, over the same connection."""
    relay.script = lambda at, who: said if (at, who) == (command, "p0@example.net") else None
    fill(store, PEOPLE, [message(EMAIL)])
    drained = drain(store, {EMAIL: channel}, now=NOW)
    assert drained.sent == len(PEOPLE) - 1
    assert arrived(relay) == [person.address for person in PEOPLE[1:]]
    assert relay.connections == 1
    assert "RSET" in relay.commands
    assert not holds(store, now=NOW)


def test_a_greylisted_letter_arrives_when_the_greylist_lets_it(
    store: Store, relay: Relay, channel: EmailChannel
) -> None:
    """A relay that turns strangers away for five minutes gets the letter within half an hour, and is not hammered."""
    at = NOW
    relay.script = lambda command, _: (
        "451 4.7.1 greylisted for 300 s" if command == "RCPT" and at < NOW + timedelta(minutes=5) else None
    )
    fill(store, PEOPLE[:1], [message(EMAIL)])
    tries = 0
    while outbox.counts(store)[State.SENT] == 0:
        tries += 1
        assert drain(store, {EMAIL: channel}, now=at) != Drained()
        at += BACK_OFF[tries - 1]
    assert tries == 3
    assert at - BACK_OFF[2] <= NOW + timedelta(minutes=30)
    assert [each.stopped for each in subscribers.subscribers(store)] == [None]


@pytest.mark.parametrize("said", ["450 4.7.1 rate limit exceeded", "452 4.7.0 too many messages, slow down"])
def test_a_relay_that_is_asked_too_much_gets_a_rest(
    store: Store, relay: Relay, channel: EmailChannel, said: str
) -> None:
    """A limit on us is not told to ten thousand recipients in turn: the queue waits after the first."""
    relay.replies["RCPT"] = said
    fill(store, PEOPLE, [message(EMAIL)])
    assert drain(store, {EMAIL: channel}, now=NOW) == Drained(later=1)
    assert [hold.why for hold in holds(store, now=NOW)]


def test_a_refusal_of_us_alarms_and_holds_the_queue(store: Store, relay: Relay, channel: EmailChannel) -> None:
    """Where the relay would pass nothing on for us nobody is blamed, nothing is given up, and all goes out later."""
    relay.replies["RCPT"] = "554 5.7.1 Relay access denied"
    fill(store, PEOPLE, [message(EMAIL)])
    assert drain(store, {EMAIL: channel}, now=NOW) == Drained(later=1)
    assert drain(store, {EMAIL: channel}, now=NOW + HOLD - timedelta(seconds=1)) == Drained()
    relay.replies.clear()
    assert drain(store, {EMAIL: channel}, now=NOW + HOLD) == Drained(sent=len(PEOPLE))
    assert [each.stopped for each in subscribers.subscribers(store)] == [None] * len(PEOPLE)


def test_a_recipient_refused_twice_is_stopped(store: Store, relay: Relay, channel: EmailChannel) -> None:
    """The second refusal in a row stops that subscriber alone; the others go on."""
    relay.script = lambda command, who: "550 5.1.1 unknown" if (command, who) == ("RCPT", PEOPLE[2].address) else None
    for month in (1, 2):
        fill(store, PEOPLE, [message(EMAIL, key=f"digest:2026-0{month}")])
        drain(store, {EMAIL: channel}, now=NOW)
    stopped = [each.id for each in subscribers.subscribers(store) if each.stopped]
    assert stopped == [PEOPLE[2].id]
    assert len(relay.raw) == 2 * (len(PEOPLE) - 1)
