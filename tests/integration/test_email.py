"""Mail's own ways, over a real relay on loopback: security, login, and what each refusal means."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from alia_bot.channels import email, open_channels
from alia_bot.channels.email import EmailChannel
from alia_bot.channels.outcome import Later, Never, Outcome, Sent, Unclear
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.config.channels import EmailSection
from alia_watch.errors import ChannelError, ConfigError
from tests.benches import PASSWORD, closed_port, email_section
from tests.made import made_config
from tests.outbox import NOW, message, subscriber
from tests.relay import AUTHORITY, CUT, HANG, Relay

EMAIL = ChannelKind.EMAIL


@pytest.fixture
def _trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system trusts the test's authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))


@pytest.fixture
def relay() -> Iterator[Relay]:
    with Relay() as started:
        yield started


_opened: list[EmailChannel] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Every channel of a test is closed at its end."""
    yield
    while _opened:
        _opened.pop().close()


def mailer(section: EmailSection, password: str | None = None) -> EmailChannel:
    """A channel that the end of the test closes."""
    _opened.append(EmailChannel(section, SecretStr(password) if password else None, name="ALIA Watch"))
    return _opened[-1]


def post(channel: EmailChannel, sent: Message | None = None, address: str = "ana@example.net") -> Outcome:
    return channel.send(subscriber(EMAIL, address), sent or message(EMAIL), message_id="digest-2026-01.1.ab", now=NOW)


def plain(relay: Relay) -> EmailChannel:
    return mailer(email_section(relay.port))


@pytest.mark.usefixtures("_trusted")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_letter_travels_encrypted_and_after_a_login(security: str) -> None:
    """With STARTTLS or TLS the connection is secured before the login; the relay has the letter and its recipient."""
    with Relay(security=security, login=("alia", PASSWORD)) as relay:
        channel = mailer(email_section(relay.port, security, login=True), PASSWORD)
        assert post(channel) == Sent("<digest-2026-01.1.ab@example.org>")
        assert "logged in as alia" in channel.probe()
    assert (relay.secured, relay.recipients) == ([True], [["ana@example.net"]])


def test_a_letter_sent_again_has_the_same_id(relay: Relay) -> None:
    """Mail programs can tell that they know it already."""
    post(plain(relay))
    post(plain(relay))
    assert [letter["Message-ID"] for letter in relay.letters] == ["<digest-2026-01.1.ab@example.org>"] * 2


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(security: str) -> None:
    """Without a trusted certificate nothing is sent, no password is given, and the fault is ours."""
    with Relay(security=security, login=("alia", PASSWORD)) as relay:
        channel = mailer(email_section(relay.port, security, login=True), PASSWORD)
        outcome = post(channel)
        with pytest.raises(ChannelError, match="cannot be trusted"):
            channel.probe()
    assert isinstance(outcome, Never)
    assert (outcome.ours, outcome.channel) == (True, True)
    assert relay.raw == []


@pytest.mark.usefixtures("_trusted")
def test_a_relay_without_starttls_gets_nothing(relay: Relay) -> None:
    """Where STARTTLS is asked for and not offered, the letter is not sent in the clear."""
    outcome = post(mailer(email_section(relay.port, "starttls")))
    assert isinstance(outcome, Never)
    assert (outcome.ours, outcome.channel, relay.raw) == (True, True, [])


@pytest.mark.usefixtures("_trusted")
def test_tls_spoken_to_a_relay_that_speaks_plainly_is_no_crash(relay: Relay) -> None:
    """A wrong port for TLS ends as a fault to be mended or tried again, within bounded time."""
    outcome = post(mailer(email_section(relay.port, "tls")))
    assert isinstance(outcome, Never | Later)
    assert outcome.channel


@pytest.mark.usefixtures("_trusted")
def test_a_refused_login_is_ours_and_shows_no_password() -> None:
    """A wrong password rests the channel; neither it nor the right one is in what is said."""
    with Relay(security="starttls", login=("alia", PASSWORD)) as relay:
        channel = mailer(email_section(relay.port, "starttls", login=True), "wrong-horse")
        outcome = post(channel)
        with pytest.raises(ChannelError) as refused:
            channel.probe()
    assert isinstance(outcome, Never)
    assert (outcome.ours, outcome.channel) == (True, True)
    assert "535" in outcome.why
    assert "horse" not in f"{outcome} {refused.value}"


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("550 5.1.1 <Ana@example.net>: unknown user", "recipient"),
        ("550 no such user here", "recipient"),
        ("552 5.2.2 mailbox full", "recipient"),
        ("551 5.1.6 ana@example.net has moved", "recipient"),
        ("450 4.2.0 greylisted", "later"),
        ("452 4.5.3 too many recipients", "later"),
        ("554 5.7.1 <ana@example.net>: Relay access denied", "channel"),
        ("530 5.7.0 Authentication required", "channel"),
        ("550 5.7.1 rejected by policy", "ours"),
    ],
)
def test_a_refused_recipient_is_told_from_a_fault_of_ours(relay: Relay, said: str, meaning: str) -> None:
    """The reply's code and words tell the recipient's refusal, a passing one and our own fault apart."""
    relay.replies["RCPT"] = said
    outcome = post(plain(relay))
    assert isinstance(outcome, Later | Never)
    assert "ana@example.net" not in outcome.why.lower()
    match outcome:
        case Later():
            assert (meaning, outcome.channel) == ("later", False)
        case Never(ours=False, stop=False):
            assert meaning == "recipient"
        case Never(ours=True, channel=rests):
            assert meaning == ("channel" if rests else "ours")
    assert relay.raw == []


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("550 5.7.1 sender address rejected", Never),
        ("451 4.3.0 try again later", Later),
        ("421 too busy", Later),
    ],
)
def test_a_refused_sender_concerns_everyone(relay: Relay, said: str, meaning: type[Outcome]) -> None:
    """What is said to our sender's address rests the channel, for good or for now."""
    relay.replies["MAIL"] = said
    outcome = post(plain(relay))
    assert isinstance(outcome, meaning)
    assert isinstance(outcome, Later | Never)
    assert outcome.channel


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("554 5.7.1 looks like spam", Never("the letter was refused: 554 5.7.1 looks like spam", ours=True)),
        ("550 5.1.1 no such user", Never("the letter was refused: 550 5.1.1 no such user", ours=False)),
        ("451 4.3.0 try again", Later(None, "the letter was refused: 451 4.3.0 try again")),
    ],
)
def test_a_refused_letter_is_judged_by_its_code(relay: Relay, said: str, meaning: Outcome) -> None:
    """After the letter was handed over a refusal is about the letter, or now and then about the recipient."""
    relay.replies["DATA"] = said
    assert post(plain(relay)) == meaning


@pytest.mark.parametrize("command", ["MAIL", "DATA"])
def test_an_over_long_letter_is_said_to_be_so(relay: Relay, command: str) -> None:
    """Whether the relay refuses by the announced size or after the letter, the reason names the size."""
    relay.replies[command] = "552 5.3.4 message size exceeds the limit"
    outcome = post(plain(relay))
    assert isinstance(outcome, Never)
    assert (outcome.ours, outcome.channel) == (True, False)
    assert "over-long" in outcome.why
    assert "bytes" in outcome.why


@pytest.mark.parametrize("command", ["MAIL", "RCPT"])
@pytest.mark.parametrize("fault", [CUT, HANG])
def test_a_connection_lost_before_the_letter_sent_nothing(relay: Relay, command: str, fault: str) -> None:
    """Before the letter is handed over a lost or silent connection is for now."""
    relay.replies[command] = fault
    outcome = post(plain(relay))
    assert isinstance(outcome, Later)
    assert outcome.channel
    assert relay.raw == []


@pytest.mark.parametrize("fault", [CUT, HANG])
def test_a_connection_lost_after_the_letter_leaves_it_unclear(relay: Relay, fault: str) -> None:
    """The relay has the letter although it never said so."""
    relay.replies["DATA"] = fault
    assert isinstance(post(plain(relay)), Unclear)
    assert len(relay.raw) == 1


@contextmanager
def greeting(said: bytes) -> Iterator[int]:
    """A port that says something and leaves."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(said)

        thread = threading.Thread(target=greet)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (b"421 too many connections\r\n", Later),
        (b"554 not for you\r\n", Never),
        (b"", Later),
        (b"HTTP/1.1 400\r\n", Never),
    ],
)
def test_a_relay_that_does_not_let_us_in_concerns_everyone(said: bytes, meaning: type[Outcome]) -> None:
    """A relay that is busy is tried later; one that refuses us, or is none, needs a person."""
    with greeting(said) as port:
        outcome = post(mailer(email_section(port)))
    assert isinstance(outcome, meaning | Later)
    assert isinstance(outcome, Later | Never)
    assert outcome.channel


def test_no_relay_is_for_now() -> None:
    """Where nobody listens nothing was sent."""
    outcome = post(mailer(email_section(closed_port())))
    assert isinstance(outcome, Later)
    assert outcome.channel


@pytest.mark.parametrize("address", ["ana", "ana@example.net\r\nBcc: eva@example.net", "añá@example.net"])
def test_an_address_that_is_none_never_reaches_the_relay(relay: Relay, address: str) -> None:
    """It stops its subscriber, and no command is made of it."""
    outcome = post(plain(relay), address=address)
    assert isinstance(outcome, Never)
    assert (outcome.ours, outcome.stop, relay.raw) == (False, True, [])


def test_a_sender_that_is_none_is_ours(relay: Relay) -> None:
    """A sender that cannot be written is a fault of ours, told and not raised."""
    section = email_section(relay.port).model_copy(update={"sender": "ALIA\r\nBcc: x@y.z"})
    outcome = post(mailer(section))
    assert isinstance(outcome, Never)
    assert outcome.ours


def test_no_send_lasts_longer_than_a_lease(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever single timeouts allow, the whole has an end, after which it is unclear what arrived."""
    monkeypatch.setattr(email, "SEND_WITHIN_S", 0.05)
    relay.replies["DATA"] = HANG
    assert isinstance(post(plain(relay)), Unclear)


def test_a_password_never_travels_in_the_clear(tmp_path: pytest.TempPathFactory) -> None:
    """A login without encryption is refused at the start, except on the machine itself."""
    section = {
        "host": "smtp.example.org",
        "security": "none",
        "user": "alia",
        "password": {"env": "SMTP_PASSWORD"},
        "sender": "a@example.org",
    }
    config = made_config(tmp_path, channels={"email": section})  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="in the clear"):
        open_channels(config)


def test_a_probe_asks_whether_the_sender_is_taken(relay: Relay) -> None:
    """Nothing is sent; a sender that the relay refuses is told before the first digest is."""
    channel = plain(relay)
    assert "answers" in channel.probe()
    relay.replies["MAIL"] = "550 5.7.1 not from this login"
    with pytest.raises(ChannelError, match="the sender was refused"):
        channel.probe()
    relay.replies["MAIL"] = CUT
    with pytest.raises(ChannelError, match="connection was lost"):
        channel.probe()
    assert relay.raw == []
