"""Mail over SMTP, with STARTTLS, TLS or neither, through one relay. A connection per letter.

What a refusal means: the relay away, slow or busy (4xx) is for now. A recipient refused (5xx at RCPT) is for ever, and
the second in a row stops the subscriber, since mailboxes are refused by mistake more often than chats. A login, sender,
certificate or relaying refused is ours and stops the channel. A letter refused for its content or size is ours and
stops that letter. A connection lost after the letter was handed over leaves it unclear whether it arrived.
"""

import asyncio
import contextlib
import re
import ssl
from datetime import datetime

import aiosmtplib
from pydantic import SecretStr

from alia_bot.channels.channel import SEND_WITHIN_S
from alia_bot.channels.mail import Letterhead, address, letter, on_the_wire
from alia_bot.channels.outcome import Later, Never, Outcome, Sent, Unclear
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.config.channels import EmailSection
from alia_watch.errors import ChannelError

#: Enhanced status codes (RFC 3463) that speak of the recipient's mailbox or address.
_MAILBOX = re.compile(r"\s*5\.[12]\.\d{1,3}\b")
#: Of a policy: whether it concerns us or this recipient is in the words only.
_POLICY = re.compile(r"\s*5\.7\.\d{1,3}\b")
_RELAYING = re.compile(r"relay|authenticat|not permitted|starttls", re.IGNORECASE)
_TOO_LARGE = re.compile(r"\s*5\.(?:3\.4|2\.3)\b|too (?:large|big)|exceeds|size", re.IGNORECASE)


class EmailChannel:
    """Sends through the relay of the configuration.

    Args:
        section: where and how; its secret is not read here.
        password: for the login, if there is one.
        name: of the watch, for List-Id.
    """

    kind = ChannelKind.EMAIL

    def __init__(self, section: EmailSection, password: SecretStr | None, *, name: str) -> None:
        self._section = section
        self._password = password
        self._head = Letterhead(name, section.sender, section.reply_to)

    def send(self, subscriber: Subscriber, message: Message, *, message_id: str, now: datetime) -> Outcome:
        """Send one letter; see the module for what a refusal means."""
        try:
            recipient = address(subscriber.address).addr_spec
        except ValueError as error:
            return Never(str(error), ours=False, stop=True)
        try:
            made = letter(self._head, subscriber.address, message, message_id=message_id, now=now)
        except ValueError as error:
            return Never(f"the letter cannot be made: {error}", ours=True)
        return asyncio.run(self._within(recipient, on_the_wire(made), f"<{message_id}@{self._head.domain}>"))

    def probe(self) -> str:
        """Connect, secure and log in."""
        outcome = asyncio.run(self._visit())
        where = f"{self._section.host}:{self._section.port}"
        if outcome is not None:
            raise ChannelError(f"{where}: {outcome.why}", hint="Check [channels.email].")
        login = f", logged in as {self._section.user}" if self._section.user else ""
        return f"{where} answers ({self._section.security}{login})"

    def close(self) -> None:
        """Nothing is held open."""

    async def _visit(self) -> Later | Never | None:
        client = self._client()
        transport = None
        try:
            refused = await self._enter(client)
            transport = client.transport
            return refused
        finally:
            await _leave(client, transport)

    async def _within(self, recipient: str, made: bytes, message_id: str) -> Outcome:
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                return await self._deliver(recipient, made, message_id)
        except TimeoutError:
            return Unclear(f"no end within {SEND_WITHIN_S:.0f} seconds")

    async def _deliver(self, recipient: str, made: bytes, message_id: str) -> Outcome:
        client = self._client()
        transport = None
        try:
            refused = await self._enter(client)
            transport = client.transport
            refused = refused or await self._envelope(client, recipient, len(made))
            if refused:
                return refused
            try:
                await client.data(made)
            except aiosmtplib.SMTPDataError as error:
                return self._at_data(error.code, self._clean(error.message, recipient), len(made))
            except (aiosmtplib.SMTPException, OSError) as error:
                return Unclear(self._clean(f"the connection was lost after the letter was handed over: {error}"))
            return Sent(message_id)
        finally:
            await _leave(client, transport)

    def _client(self) -> aiosmtplib.SMTP:
        section = self._section
        return aiosmtplib.SMTP(
            hostname=section.host,
            port=section.port,
            timeout=section.timeout_s,
            use_tls=section.security == "tls",
            start_tls=False,  # done by hand in `_enter`, never left out where it is asked for
            tls_context=ssl.create_default_context(),
            local_hostname=self._head.domain,  # the machine's own name is nobody's business, and slow to find
        )

    async def _enter(self, client: aiosmtplib.SMTP) -> Later | Never | None:
        """Connect, secure, log in; None when the relay is ready for a letter."""
        try:
            await client.connect()
            if self._section.security == "starttls":
                await client.starttls()
            if self._section.user and self._password:
                await client.login(self._section.user, self._password.get_secret_value())
        except ssl.SSLError as error:
            return self._untrusted(error)
        except aiosmtplib.SMTPResponseException as error:
            why = self._clean(f"the relay refused us: {error.code} {error.message}")
            return Later(None, why, channel=True) if error.code < 500 else Never(why, ours=True, channel=True)
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
            if isinstance(error.__cause__, ssl.SSLError):
                return self._untrusted(error.__cause__)
            return Later(None, self._clean(f"the relay does not answer: {error}"), channel=True)
        except aiosmtplib.SMTPException as error:  # it lacks STARTTLS or a way to log in
            return Never(self._clean(f"the relay cannot be used: {error}"), ours=True, channel=True)
        return None

    async def _envelope(self, client: aiosmtplib.SMTP, recipient: str, size: int) -> Later | Never | None:
        """Sender and recipient; None when the relay takes both."""
        options = [f"SIZE={size}"] if client.supports_extension("size") else []
        try:
            await client.mail(address(self._section.sender).addr_spec, options=options)
        except aiosmtplib.SMTPSenderRefused as error:
            why = self._clean(f"the sender was refused: {error.code} {error.message}")
            if error.code < 500:
                return Later(None, why, channel=True)
            if error.code == 552 or _TOO_LARGE.search(error.message):
                return self._too_large(size, why)
            return Never(why, ours=True, channel=True)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Later(None, self._clean(f"the connection was lost: {error}"), channel=True)
        try:
            await client.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            return self._at_recipient(error.code, self._clean(error.message, recipient))
        except (aiosmtplib.SMTPException, OSError) as error:
            return Later(None, self._clean(f"the connection was lost: {error}"), channel=True)
        return None

    def _at_recipient(self, code: int, said: str) -> Later | Never:
        why = f"the recipient was refused: {code} {said}"
        if code < 500:
            return Later(None, why)
        if code in (530, 535) or (not _MAILBOX.match(said) and _RELAYING.search(said)):
            return Never(why, ours=True, channel=True)
        return Never(why, ours=bool(_POLICY.match(said)))

    def _at_data(self, code: int, said: str, size: int) -> Outcome:
        why = f"the letter was refused: {code} {said}"
        if code < 500:
            return Later(None, why)
        if code == 552 or _TOO_LARGE.search(said):
            return self._too_large(size, why)
        return Never(why, ours=not _MAILBOX.match(said))

    def _too_large(self, size: int, why: str) -> Never:
        return Never(f"over-long: {size} bytes are more than the relay takes ({why})", ours=True)

    def _untrusted(self, error: ssl.SSLError) -> Never:
        reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
        return Never(f"the relay's certificate or encryption cannot be trusted: {reason}", ours=True, channel=True)

    def _clean(self, text: str, recipient: str = "") -> str:
        """One short line, without the password and without the recipient's address."""
        if self._password:
            text = text.replace(self._password.get_secret_value(), "[password]")
        if recipient:
            text = re.sub(re.escape(recipient), "[recipient]", text, flags=re.IGNORECASE)
        return " ".join(text.split())[:300]


async def _leave(client: aiosmtplib.SMTP, entered: asyncio.BaseTransport | None) -> None:
    """Say goodbye, briefly, and free the socket; what was decided before stands.

    After a timeout the library forgets its transport, so the one it entered with is handed over as well.
    """
    transports = {client.transport, entered}
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, ValueError):
        if client.is_connected:
            await client.quit(timeout=1)
    client.close()
    for transport in transports:
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()  # a TLS connection would wait for the relay's own goodbye
    await asyncio.sleep(0)
