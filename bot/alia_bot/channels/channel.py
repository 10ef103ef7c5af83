"""What every channel can do, and which ones are open."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from alia_bot.channels.outcome import Outcome
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.errors import ConfigError

if TYPE_CHECKING:
    from alia_watch.audience.links import Links
    from alia_watch.config.sections import Config

#: The longest that one `send` may take, in seconds, whatever the timeouts of its steps: less than a lease lasts.
SEND_WITHIN_S = 480.0

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Channel(Protocol):
    """One way for a message to travel. Used by one thread at a time."""

    @property
    def kind(self) -> ChannelKind:
        """Which one it is."""

    def send(self, subscriber: Subscriber, message: Message, *, message_id: str, now: datetime) -> Outcome:
        """Send one message, within bounded time. What goes wrong is returned, never raised.

        Args:
            subscriber: who; the address is one of this channel's.
            message: one part, of this channel's form.
            message_id: the same whenever the same delivery is sent again; letters, digits, dots and hyphens.
            now: what the message is dated.
        """

    def probe(self) -> str:
        """Reach the other side without sending anything; one sentence on what was found.

        Raises:
            ChannelError: it cannot be used as configured, or not now.
        """

    def close(self) -> None:
        """Let go of connections."""


def open_channels(config: "Config") -> dict[ChannelKind, Channel]:
    """The channels that the configuration switches on. Nothing is connected yet; libraries load here.

    Raises:
        ConfigError: a secret is not set, or a password would travel in the clear.
    """
    opened: dict[ChannelKind, Channel] = {}
    folder, telegram, email = config.channels.folder, config.channels.telegram, config.channels.email
    name = config.watch.name
    if folder:
        from alia_bot.channels.folder import FolderChannel  # noqa: PLC0415  only what is switched on is loaded

        opened[ChannelKind.FOLDER] = FolderChannel(
            folder.path, name=name, sender=email.sender if email else f"{name} <alia-watch@localhost>"
        )
    if telegram:
        from alia_bot.channels.telegram import TelegramChannel  # noqa: PLC0415
        from alia_bot.channels.telegram_line import Line  # noqa: PLC0415

        opened[ChannelKind.TELEGRAM] = TelegramChannel(
            Line(telegram.token.read(), api=telegram.api, timeout_s=telegram.timeout_s)
        )
    if email:
        if email.security == "none" and email.user and email.host not in _LOOPBACK:
            raise ConfigError(
                f'[channels.email] would send the password to {email.host} in the clear (security = "none").',
                hint='Use security = "starttls" or "tls".',
            )
        from alia_bot.channels.email import EmailChannel  # noqa: PLC0415

        opened[ChannelKind.EMAIL] = EmailChannel(
            email,
            email.password.read() if email.password else None,
            name=name,
            links=lambda: _links(config),
            pages=config.web is not None,
        )
    return opened


def _links(config: "Config") -> "Links":
    """What makes links, with the key from the database."""
    from alia_bot.links import links_of  # noqa: PLC0415
    from alia_watch.store.database import open_store  # noqa: PLC0415

    with open_store(config.watch.database) as store:
        return links_of(config, store)
