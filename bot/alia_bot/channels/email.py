"""Mail over SMTP, with STARTTLS, TLS or neither, through one relay.

What a refusal means: the relay away, slow or busy (4xx) is for now, and greylisting for this recipient alone. A
recipient refused (5xx at RCPT) is for ever, and the second in a row stops the subscriber, since mailboxes are refused
by mistake more often than chats. A login, sender, certificate or relaying refused is ours and stops the channel. A
letter refused for its content or size is ours and stops that letter. A connection lost after the letter was handed
over leaves it unclear whether it arrived.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Protocol

from pydantic import SecretStr

from alia_bot.channels.channel import SEND_WITHIN_S
from alia_bot.channels.email_line import Enveloped, MailLine
from alia_bot.channels.mail import Leaving, Letterhead, address, letter
from alia_bot.channels.outcome import Never, Outcome
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.config.channels import EmailSection
from alia_watch.errors import AliaWatchError, ChannelError
from alia_watch.reports.letter_foot import Foot, foot

#: What the subject of a letter begins with by which somebody leaves; the token follows.
LEAVE = "leave"
#: Letters that go to one person once, who is on no list yet.
_OF_NO_LIST = "confirmation:"


class Links(Protocol):
    """Makes what only we can make of a subscriber's id (`alia_watch.audience.links`)."""

    def leave(self, subscriber_id: str) -> str:
        """The page where they leave."""

    def preferences(self, subscriber_id: str) -> str:
        """The page where they choose."""

    def verp(self, subscriber_id: str) -> str:
        """The token by which a letter that comes back is known."""


class EmailChannel:
    """Sends through the relay of the configuration, one letter after the other over one connection.

    Args:
        section: where and how; its secret is not read here.
        password: for the login, if there is one.
        name: of the watch, for List-Id.
        links: makes the links of subscribers, when the first letter is sent; without it nobody has any.
        pages: whether the pages that links lead to are there. Without them one leaves by mail.
    """

    kind = ChannelKind.EMAIL

    def __init__(
        self,
        section: EmailSection,
        password: SecretStr | None,
        *,
        name: str,
        links: Callable[[], Links] | None = None,
        pages: bool = False,
    ) -> None:
        self._section = section
        self._make_links = links
        self._pages = pages
        self._head = Letterhead(name, section.sender, section.reply_to)
        self.line = MailLine(section, password)

    def send(self, subscriber: Subscriber, message: Message, *, message_id: str, now: datetime) -> Outcome:
        """Send one letter; see the module for what a refusal means."""
        try:
            recipient = address(subscriber.address).addr_spec
        except ValueError as error:
            return Never(str(error), ours=False, stop=True)
        try:
            leaving, below = self._leaving(subscriber, message), self._foot(subscriber, message)
            made = letter(
                self._head,
                subscriber.address,
                message,
                message_id=message_id,
                now=now,
                leaving=leaving,
                foot=below,
                attached=subscriber.preferences.csv,
            )
            sender = self._return_path(subscriber)
        except (ValueError, AliaWatchError) as error:
            return Never(f"the letter cannot be made: {error}", ours=True)
        enveloped = Enveloped(sender, recipient, made, f"<{message_id}@{self._head.domain}>")
        return self.line.deliver(enveloped, within_s=SEND_WITHIN_S)

    def probe(self) -> str:
        """Connect, secure, log in, and ask whether our sender is taken."""
        refused = self.line.visit()
        where = f"{self._section.host}:{self._section.port}"
        if refused is not None:
            raise ChannelError(f"{where}: {refused.why}", hint="Check [channels.email].")
        login = f", logged in as {self._section.user}" if self._section.user else ""
        return f"{where} answers ({self._section.security}{login})"

    def close(self) -> None:
        """Leave the relay."""
        self.line.close()

    @cached_property
    def _links(self) -> Links | None:
        return self._make_links() if self._make_links else None

    def _return_path(self, subscriber: Subscriber) -> str:
        """Where refusals go: to an address that says whose letter it was, and that only we can make."""
        if not self._section.bounces or self._links is None:
            return address(self._section.sender).addr_spec
        local, _, domain = address(self._section.bounces).addr_spec.rpartition("@")
        return f"{local}+{self._links.verp(subscriber.id)}@{domain}"

    def _write_to(self) -> str:
        section = self._section
        return address(section.unsubscribe or section.bounces or section.reply_to or section.sender).addr_spec

    def _leaving(self, subscriber: Subscriber, message: Message) -> Leaving | None:
        if message.report_key.startswith(_OF_NO_LIST):
            return None
        if self._links is None:
            return Leaving(write_to=self._write_to(), word=LEAVE)
        page = self._links.leave(subscriber.id) if self._pages else ""
        return Leaving(page, self._write_to(), f"{LEAVE} {self._links.verp(subscriber.id)}")

    def _foot(self, subscriber: Subscriber, message: Message) -> Foot | None:
        if message.report_key.startswith(_OF_NO_LIST):
            return None
        links = self._links if self._pages else None
        return foot(
            message.language,
            watch=self._head.name,
            source=subscriber.source,
            preferences=links.preferences(subscriber.id) if links else "",
            leave=links.leave(subscriber.id) if links else "",
            write_to=self._write_to(),
        )
