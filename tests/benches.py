"""One bench per channel: the real channel, its other side on loopback, and the ways to make that side misbehave."""

import errno
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr

from alia_bot.channels import Channel
from alia_bot.channels.email import EmailChannel
from alia_bot.channels.email_line import MailLine
from alia_bot.channels.folder import FolderChannel
from alia_bot.demo import telegram as bot_api
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.config.channels import EmailSection
from alia_watch.config.secret import Secret
from tests.relay import HANG, Relay
from tests.telegram import channel as telegram_channel

PASSWORD = "hunter2-correct-horse"
TIMEOUT_S = 3.0


@dataclass
class Bench:
    """A channel under test. `cases` make the other side behave as named; `arrived` gives the words that did."""

    kind: ChannelKind
    channel: Channel
    address: str
    arrived: Callable[[], list[str]]
    secrets: tuple[str, ...] = ()
    cases: dict[str, Callable[[], None]] = field(default_factory=dict)
    long_text: str = "palabra " * 20_000


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def telegram_bench(api: bot_api.TelegramStandIn) -> Bench:
    """Telegram over the stand-in Bot API; the subscriber is one topic of a forum."""
    api.chats[-1001] = chat = bot_api.Chat(threads=(45,))
    channel = telegram_channel(api.token, api.url, TIMEOUT_S)
    bench = Bench(
        ChannelKind.TELEGRAM,
        channel,
        "-1001/45",
        arrived=lambda: [posted.text for posted in api.posted],
        secrets=(api.token,),
    )
    bench.cases = {
        "sent": lambda: None,
        "refused for ever": lambda: setattr(chat, "refusal", "bot was blocked by the user"),
        "refused for now": lambda: api.fail(bot_api.flood(1800)),
        "lost after sending": lambda: api.fail(bot_api.LOST_ANSWER),
        "over-long": lambda: None,
        "broken markup": lambda: None,
        "our fault": lambda: setattr(api, "token", "1234567890:" + "Z" * 35),
        "away": lambda: setattr(channel.line, "_api", f"http://127.0.0.1:{closed_port()}"),
    }
    return bench


def email_section(port: int, security: str = "none", *, login: bool = False) -> EmailSection:
    """Mail through a relay on loopback."""
    return EmailSection.model_validate(
        {
            "host": "localhost",
            "port": port,
            "security": security,
            "user": "alia" if login else None,
            "password": Secret(env="SMTP_PASSWORD") if login else None,
            "sender": "ALIA Watch <alia-watch@example.org>",
            "reply_to": "contact@example.org",
            "timeout_s": TIMEOUT_S,
            "pace_per_s": 1000,
        }
    )


def words(letter: EmailMessage) -> str:
    """The plain text of a letter, without its foot."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).partition("-- ")[0]


def email_bench(relay: Relay) -> Bench:
    """Mail over the relay, with STARTTLS and a login."""
    section = email_section(relay.port, "starttls", login=True)
    channel = EmailChannel(section, SecretStr(PASSWORD), name="ALIA Watch")

    def otherwise(password: str = PASSWORD, **changes: object) -> None:
        channel.close()
        channel.line = MailLine(section.model_copy(update=changes), SecretStr(password))

    bench = Bench(
        ChannelKind.EMAIL,
        channel,
        "Ana <ana@example.net>",
        arrived=lambda: [words(letter) for letter in relay.letters],
        secrets=(PASSWORD, "ana@example.net"),
    )
    bench.cases = {
        "sent": lambda: None,
        "refused for ever": lambda: relay.replies.update(RCPT="550 5.1.1 <ana@example.net> unknown"),
        "refused for now": lambda: relay.replies.update(RCPT="450 4.2.0 greylisted, come back"),
        "lost after sending": lambda: relay.replies.update(DATA=HANG),
        "over-long": lambda: None,
        "broken markup": lambda: None,
        "our fault": lambda: otherwise("not-the-password"),
        "away": lambda: otherwise(port=closed_port()),
    }
    return bench


def folder_bench(path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The folder. It is at hand or not, so two cases cannot happen to it."""
    channel = FolderChannel(path, name="ALIA Watch", sender="ALIA Watch <alia-watch@localhost>")
    bench = Bench(
        ChannelKind.FOLDER,
        channel,
        "ana",
        arrived=lambda: [file.read_text() for file in sorted(path.rglob("*.txt"))],
    )

    def failing(number: int) -> None:
        def write(_descriptor: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", write)

    bench.cases = {
        "sent": lambda: None,
        "refused for ever": lambda: setattr(bench, "address", "../ana"),
        "refused for now": lambda: failing(errno.ENOSPC),
        "over-long": lambda: failing(errno.EFBIG),
        "broken markup": lambda: None,
        "our fault": path.touch,  # a file where the folder should be
    }
    return bench
