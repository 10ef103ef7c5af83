"""The channels, and who receives what on them."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator, validate_email
from pydantic_core import PydanticCustomError

from alia_watch.audience.subscriber import FOR_ALL, ChannelKind, Subscriber, Topic
from alia_watch.config.secret import Secret
from alia_watch.config.section import Language, Section, Url


def _mail_address(text: str) -> None:
    """Refuse what is no mail address, with or without a name before it. Whether it exists is not asked."""
    if text.endswith("@localhost"):
        return  # a relay of one's own machine
    try:
        validate_email(text)
    except PydanticCustomError as error:
        raise ValueError('this is no mail address: write "name@example.org" or "Name <name@example.org>"') from error


class FolderSection(Section):
    """Where messages are written instead of being sent."""

    path: Path = Path("outbox")


class TelegramSection(Section):
    """The bot. `api` is only changed for a stand-in or a local Bot API server.

    `maintainers` are the ids of the chats that may ask for `/health` and the like, and are told of troubles;
    `answers` false makes it a bot that only sends.
    """

    token: Secret
    api: Url = "https://api.telegram.org"
    timeout_s: float = Field(default=20, gt=0, le=300)
    maintainers: tuple[int, ...] = ()
    answers: bool = True

    def receivers(self, language: str) -> list[Subscriber]:
        """The maintainers as such, for what troubles the watch, whatever else their chats receive."""
        topics = frozenset({Topic.MAINTENANCE})
        return [
            Subscriber(f"maintainer:{chat}", ChannelKind.TELEGRAM, str(chat), language, topics)
            for chat in self.maintainers
        ]


class EmailSection(Section):
    """The mail relay. `security`: STARTTLS (default), TLS from the first byte, or none (loopback relays only).

    Attributes:
        bounces: where refusals come back to, each under an address of its own (`bounces+TOKEN@…`), for `alia-watch
            bounces`; without it they go to the sender.
        unsubscribe: the address that mail programs write to so as to leave; without it `bounces`, `reply_to` or the
            sender.
        pace_per_s: how many letters a second the relay gets at most.
    """

    host: str
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: Secret | None = None
    sender: str
    reply_to: str | None = None
    bounces: str | None = None
    unsubscribe: str | None = None
    timeout_s: float = Field(default=30, gt=0, le=300)
    pace_per_s: float = Field(default=10, ge=0.1, le=1000)

    @field_validator("sender", "reply_to", "bounces", "unsubscribe")
    @classmethod
    def _addresses(cls, address: str | None) -> str | None:
        if address is not None:
            _mail_address(address)
        return address

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together: give both or neither")
        return self

    @field_validator("bounces", "unsubscribe")
    @classmethod
    def _bare(cls, address: str | None) -> str | None:
        if address is not None and (not address.isascii() or "<" in address or '"' in address or "+" in address):
            raise ValueError('give the bare address, in ASCII and without a "+": "bounces@example.org"')
        return address


class ChannelsSection(Section):
    """The channels that are switched on; the folder is the default."""

    folder: FolderSection | None = None
    telegram: TelegramSection | None = None
    email: EmailSection | None = None


class SubscriberSection(Section):
    """A receiver from the configuration."""

    channel: ChannelKind
    address: str
    language: Language = "es"
    topics: tuple[Topic, ...] = FOR_ALL

    @model_validator(mode="after")
    def _address_fits(self) -> Self:
        if self.channel is ChannelKind.TELEGRAM and not re.fullmatch(r"-?\d+(/\d+)?|@\w+", self.address):
            raise ValueError('this is no Telegram address: give the chat id, such as "-100123", or "@channel"')
        if self.channel is ChannelKind.FOLDER and not re.fullmatch(r"\w[\w.-]*", self.address):
            raise ValueError("this is no folder name: use letters, digits, dots, _ and -")
        if self.channel is ChannelKind.EMAIL:
            _mail_address(self.address)
        return self

    def record(self) -> Subscriber:
        """The pure record; the id is the channel and the address."""
        return Subscriber(
            f"{self.channel}:{self.address}", self.channel, self.address, self.language, frozenset(self.topics)
        )
