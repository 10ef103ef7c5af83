"""Mail over SMTP, with STARTTLS, TLS or neither, through one relay.

What a refusal means: the relay away, slow or busy (4xx) is for now, and greylisting for this recipient alone. A
recipient refused (5xx at RCPT) is for ever, and the second in a row stops the subscriber, since mailboxes are refused
by mistake more often than chats. A login, sender, certificate or relaying refused is ours and stops the channel. A
letter refused for its content or size is ours and stops that letter. A connection lost after the letter was handed
over leaves it unclear whether it arrived.
"""

from datetime import datetime

from pydantic import SecretStr

from alia_bot.channels.channel import SEND_WITHIN_S
from alia_bot.channels.email_line import Enveloped, MailLine
from alia_bot.channels.mail import Letterhead, address, letter, on_the_wire
from alia_bot.channels.outcome import Never, Outcome
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.config.channels import EmailSection
from alia_watch.errors import ChannelError


class EmailChannel:
    """Sends through the relay of the configuration, one letter after the other over one connection.

    Args:
        section: where and how; its secret is not read here.
        password: for the login, if there is one.
        name: of the watch, for List-Id.
    """

    kind = ChannelKind.EMAIL

    def __init__(self, section: EmailSection, password: SecretStr | None, *, name: str) -> None:
        self._section = section
        self._head = Letterhead(name, section.sender, section.reply_to)
        self.line = MailLine(section, password)

    def send(self, subscriber: Subscriber, message: Message, *, message_id: str, now: datetime) -> Outcome:
        """Send one letter; see the module for what a refusal means."""
        try:
            recipient = address(subscriber.address).addr_spec
        except ValueError as error:
            return Never(str(error), ours=False, stop=True)
        try:
            made = letter(self._head, subscriber.address, message, message_id=message_id, now=now)
            sender = address(self._section.sender).addr_spec
        except ValueError as error:
            return Never(f"the letter cannot be made: {error}", ours=True)
        enveloped = Enveloped(sender, recipient, on_the_wire(made), f"<{message_id}@{self._head.domain}>")
        return self.line.deliver(enveloped, within_s=SEND_WITHIN_S)

    def probe(self) -> str:
        """Connect, secure and log in."""
        refused = self.line.visit()
        where = f"{self._section.host}:{self._section.port}"
        if refused is not None:
            raise ChannelError(f"{where}: {refused.why}", hint="Check [channels.email].")
        login = f", logged in as {self._section.user}" if self._section.user else ""
        return f"{where} answers ({self._section.security}{login})"

    def close(self) -> None:
        """Leave the relay."""
        self.line.close()
