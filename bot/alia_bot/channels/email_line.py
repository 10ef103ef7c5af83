"""The line to the mail relay: one connection kept open between letters, in an event loop of its own, and its pace.

A kept connection may have been closed by the relay meanwhile, or be worn out (some relays take so many letters over one
and then say 421). Then a new one is opened, once for a letter, and nobody else notices. What has been idle is closed.
"""

import asyncio
import contextlib
import re
import ssl
import threading
from base64 import b64encode
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import aiosmtplib
from pydantic import SecretStr

from alia_bot.channels import email_refusals as refusal
from alia_bot.channels.mail import address
from alia_bot.channels.outcome import Later, Never, Outcome, Sent, Unclear
from alia_watch.config.channels import EmailSection

T = TypeVar("T")
#: How long a connection is kept that nothing is sent over, in seconds; relays keep one for some minutes.
IDLE_S = 20.0


@dataclass(frozen=True, slots=True)
class Enveloped:
    """A letter ready to leave: where refusals go, who gets it, its bytes, and its Message-ID."""

    sender: str
    recipient: str
    content: bytes
    message_id: str


class _Doubtful(Later):
    """Where somebody's letter was spoken of the relay went away, or has had enough: of us, or of this letter."""


class MailLine:
    """One relay's line.

    Args:
        section: where the relay is, how it is spoken to, and how many letters a second it gets.
        password: for the login, if there is one.
        idle_s: after how many idle seconds the connection is closed.
    """

    def __init__(self, section: EmailSection, password: SecretStr | None, *, idle_s: float = IDLE_S) -> None:
        self._section, self._password, self._idle_s = section, password, idle_s
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._client: aiosmtplib.SMTP | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._closing: asyncio.TimerHandle | None = None
        self._busy = asyncio.Lock()
        self._free_at = 0.0

    def deliver(self, letter: Enveloped, *, within_s: float) -> Outcome:
        """Send one letter when its turn comes; it ends within so many seconds, whatever the relay does."""
        return self._run(self._within(letter, within_s))

    def visit(self) -> Later | Never | None:
        """Connect anew, secure, log in, and ask whether mail from us is taken; None when all that went well."""
        return self._run(self._visit())

    def close(self) -> None:
        """Say goodbye and let go of the connection and the loop; a later letter begins anew."""
        with self._starting:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._hang_up(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._turn, args=(self._loop,), name="email", daemon=True)
                self._thread.start()
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    async def _visit(self) -> Later | Never | None:
        async with self._busy:
            return await self._look()

    async def _look(self, *, further: bool = False) -> Later | Never | None:
        """What becomes of a letter from us, whoever it is for; `further`, of one to us."""
        ours = address(self._section.bounces or self._section.sender).addr_spec  # and no subscriber's own
        await self._drop()
        try:
            refused = await self._enter()
            if refused is None and self._client is not None:
                await self._client.mail(ours)
                if further:
                    await self._client.rcpt(ours)
        except aiosmtplib.SMTPRecipientRefused as error:
            said = _doubted(refusal.of_the_recipient(error.code, self._clean(error.message)))
            return said if isinstance(said, _Doubtful) else None  # any other is an answer, too
        except aiosmtplib.SMTPResponseException as error:
            return refusal.of_the_sender(error.code, self._clean(error.message), 0)
        except (aiosmtplib.SMTPException, OSError) as error:
            return self._lost(error)
        else:
            return refused
        finally:
            await self._drop()

    async def _hang_up(self) -> None:
        async with self._busy:
            await self._drop()

    async def _within(self, letter: Enveloped, seconds: float) -> Outcome:
        async with self._busy:
            if self._closing is not None:
                self._closing.cancel()
            await self._turn_comes()
            try:
                async with asyncio.timeout(seconds):
                    return await self._deliver(letter)
            except TimeoutError:
                await self._drop()
                return Unclear(f"no end within {seconds:.0f} seconds")
            finally:
                if self._client is not None:
                    self._closing = asyncio.get_running_loop().call_later(self._idle_s, self._close_idle)

    async def _turn_comes(self) -> None:
        """Letters leave evenly, no more in a second than the configuration says."""
        now = asyncio.get_running_loop().time()
        turn = max(now, self._free_at)
        self._free_at = turn + 1 / self._section.pace_per_s
        if turn > now:
            await asyncio.sleep(turn - now)

    def _close_idle(self) -> None:
        task = asyncio.get_running_loop().create_task(self._hang_up())
        task.add_done_callback(lambda done: done.exception())

    async def _deliver(self, letter: Enveloped) -> Outcome:
        kept = self._client is not None and self._client.is_connected
        outcome = await self._attempt(letter)
        if kept and self._client is None and isinstance(outcome, Later) and outcome.channel:
            outcome = await self._attempt(letter)  # not the relay is away: only that connection was at its end
        if isinstance(outcome, _Doubtful):
            return Later(None, outcome.why, channel=await self._look(further=True) is not None)
        return outcome

    async def _attempt(self, letter: Enveloped) -> Outcome:
        """One conversation about one letter. Where the connection cannot be used further it is dropped."""
        if self._client is None or not self._client.is_connected:
            await self._drop()
            refused = await self._enter()
            if refused is not None:
                await self._drop()
                return refused
        client = self._client
        assert client is not None  # noqa: S101  entered, or kept
        outcome = await self._converse(client, letter)
        if isinstance(outcome, Unclear) or (isinstance(outcome, Later) and outcome.channel):
            await self._drop()
        elif not isinstance(outcome, Sent):
            await self._start_over(client)
        return outcome

    async def _converse(self, client: aiosmtplib.SMTP, letter: Enveloped) -> Outcome:
        size = len(letter.content)
        options = [f"SIZE={size}"] if client.supports_extension("size") else []
        try:
            await client.mail(letter.sender, options=options)
            await client.rcpt(letter.recipient)
        except aiosmtplib.SMTPSenderRefused as error:
            return _doubted(refusal.of_the_sender(error.code, self._clean(error.message), size))
        except aiosmtplib.SMTPRecipientRefused as error:
            return _doubted(refusal.of_the_recipient(error.code, self._clean(error.message, letter.recipient)))
        except (aiosmtplib.SMTPException, OSError) as error:
            return self._lost(error, letter.recipient)
        try:
            answer = await client.execute_command(b"DATA")
        except (aiosmtplib.SMTPException, OSError) as error:
            return self._lost(error)
        if answer.code == aiosmtplib.SMTPStatus.start_input:
            try:
                answer = await _hand_over(client, letter.content, self._section.timeout_s)
            except (aiosmtplib.SMTPException, OSError) as error:
                return Unclear(self._clean(f"the connection was lost after the letter was handed over: {error}"))
            if answer.code == aiosmtplib.SMTPStatus.completed:
                return Sent(letter.message_id)
        return _doubted(refusal.of_the_letter(answer.code, self._clean(answer.message, letter.recipient), size))

    async def _start_over(self, client: aiosmtplib.SMTP) -> None:
        """After a refusal the next letter finds no trace of this one."""
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            await self._drop()

    async def _enter(self) -> Later | Never | None:
        """Connect, secure, log in; None when the relay is ready for a letter."""
        section = self._section
        client = aiosmtplib.SMTP(
            hostname=section.host,
            port=section.port,
            timeout=section.timeout_s,
            use_tls=section.security == "tls",
            start_tls=False,  # done by hand below, never left out where it is asked for
            tls_context=ssl.create_default_context(),
            # The machine's own name is nobody's business, and slow to find.
            local_hostname=address(section.sender).domain,
        )
        self._client = client
        try:
            await client.connect()
            self._transport = client.transport
            if section.security == "starttls":
                await client.starttls()
                self._transport = client.transport
            if section.user and self._password:
                await client.login(section.user, self._password.get_secret_value())
        except ssl.SSLError as error:
            return refusal.untrusted(error)
        except aiosmtplib.SMTPResponseException as error:
            return refusal.of_us(error.code, self._clean(error.message))
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, TimeoutError, OSError) as error:
            if isinstance(error.__cause__, ssl.SSLError):
                return refusal.untrusted(error.__cause__)
            return Later(None, self._clean(f"the relay does not answer: {error}"), channel=True)
        except aiosmtplib.SMTPException as error:  # it lacks STARTTLS or a way to log in
            return Never(self._clean(f"the relay cannot be used: {error}"), ours=True, channel=True)
        return None

    async def _drop(self) -> None:
        """Say goodbye, briefly, and free the socket; what was decided before stands.

        After a timeout the library forgets its transport, so the one it entered with is let go of as well.
        """
        client, entered = self._client, self._transport
        self._client = self._transport = None
        if client is None:
            return
        transports = {client.transport, entered}
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, ValueError):
            if client.is_connected:
                await client.quit(timeout=1)
        client.close()
        for transport in transports:
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()  # a TLS connection would wait for the relay's own goodbye
        await asyncio.sleep(0)

    def _lost(self, error: Exception, recipient: str = "") -> _Doubtful:
        return _Doubtful(None, self._clean(f"the connection was lost: {error}", recipient), channel=True)

    def _clean(self, text: str, recipient: str = "") -> str:
        """One short line, without the password, as it is or as a login wraps it, and without the recipient."""
        if self._password:
            password, user = self._password.get_secret_value(), self._section.user or ""
            wrapped = [b64encode(said.encode()).decode() for said in (f"\0{user}\0{password}", password)]
            for said in (*wrapped, password):  # a relay may repeat what it was sent
                text = text.replace(said, "[password]")
        if recipient:
            text = re.sub(re.escape(recipient), "[recipient]", text, flags=re.IGNORECASE)
        return " ".join(text.split())[:300]


def _doubted(said: Later | Never) -> Later | Never:
    """Whether what is said of one letter holds for all is to be looked at."""
    return _Doubtful(said.after, said.why, channel=True) if isinstance(said, Later) and said.channel else said


async def _hand_over(client: aiosmtplib.SMTP, content: bytes, timeout_s: float) -> aiosmtplib.SMTPResponse:
    """The letter itself, and what is said to it.

    The library's own way mends line ends by two regular expressions, which takes 10 ms for a digest with its charts;
    a letter's line ends are right as it was written.
    """
    protocol = client.protocol
    if protocol is None:
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    doubled = content.replace(b"\r\n.", b"\r\n..")
    protocol.write(b"." + doubled if doubled.startswith(b".") else doubled)
    protocol.write(b".\r\n")
    return await protocol.read_response(timeout=timeout_s)
