"""A mail relay on loopback: aiosmtpd in a thread of its own, with scripted refusals."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TLS = Path(__file__).parent / "samples" / "tls"
AUTHORITY = TLS / "authority.pem"

#: In the place of a reply: the connection is cut, or nothing is ever said.
CUT = "cut"
HANG = "hang"


class Relay:
    """Takes letters while it is entered.

    Args:
        security: `starttls` (required before anything else), `tls` from the first byte, or `none`.
        login: user and password it asks for; None takes everyone.
        size_limit: in bytes, announced to clients.

    Attributes:
        replies: what is said to MAIL, RCPT or DATA in the place of yes; CUT and HANG work too. A letter at DATA is
            kept before its reply is looked up.
        script: asked before `replies`, with the command and its argument (of DATA: the recipient); may say None.
        connections: how many were begun; `envelopes` who sent each letter.
        last_words: after so many letters over one connection the next is refused with 421 and the connection closed.
        letters, raw: what was taken. `on_letter` is called with each raw letter before it is acknowledged.
    """

    def __init__(
        self, *, security: str = "none", login: tuple[str, str] | None = None, size_limit: int | None = None
    ) -> None:
        self.replies: dict[str, str] = {}
        self.script: Callable[[str, str], str | None] = lambda _command, _argument: None
        self.connections = 0
        self.last_words: int | None = None
        self.commands: list[str] = []
        self.envelopes: list[str] = []
        self.raw: list[bytes] = []
        self.recipients: list[list[str]] = []
        self.on_letter: Callable[[bytes], None] = lambda _raw: None
        self.secured: list[bool] = []
        self._security, self._login, self._size_limit = security, login, size_limit
        self._open: list[SMTP] = []
        self._left = threading.Event()
        self._taken: dict[int, int] = {}
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def letters(self) -> list[EmailMessage]:
        """The letters as a mail program reads them."""
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]  # type: ignore[arg-type]

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait_for_goodbye(self) -> None:
        """Return once a client has said QUIT."""
        assert self._left.wait(10), "nobody left"

    def hang_up(self) -> None:
        """Close every connection, as a relay does with those that are idle."""

        async def close() -> None:
            while self._open:
                transport = self._open.pop().transport
                if transport is not None:
                    transport.close()

        self._do(close())

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _start(self) -> asyncio.Server:
        context = None
        if self._security != "none":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(TLS / "relay.pem")

        # Not the relay itself: aiosmtpd looks at all that its handler has, with every connection, and would read each
        # letter that was ever taken.
        hooks = SimpleNamespace(**{name: getattr(self, name) for name in dir(type(self)) if name.startswith("handle_")})

        def protocol() -> SMTP:
            self.connections += 1
            server = SMTP(
                hooks,
                hostname="localhost",
                ident="relay",
                loop=self._loop,
                data_size_limit=self._size_limit,
                tls_context=context if self._security == "starttls" else None,
                require_starttls=self._security == "starttls",
                auth_required=self._login is not None and self._security == "starttls",  # it warns of the others
                auth_require_tls=self._security == "starttls",
                authenticator=self._authenticate if self._login else None,
            )
            self._open.append(server)
            return server

        return await self._loop.create_server(
            protocol, "127.0.0.1", 0, ssl=context if self._security == "tls" else None
        )

    async def _stop(self) -> None:
        assert self._server is not None
        self._closing.set()
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login, handled=False)

    async def _reply(self, server: SMTP, command: str, argument: str) -> str | None:
        self.commands.append(f"{command} {argument}".strip())
        reply = self.script(command, argument) or self.replies.get(command)
        if reply == CUT:
            server.transport.abort()
            raise ConnectionResetError
        if reply == HANG:
            await self._closing.wait()
        return reply

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.last_words is not None and self._taken.get(id(server), 0) >= self.last_words:
            self._loop.call_soon(server.transport.close)
            return "421 4.7.0 enough letters over one connection"
        reply = await self._reply(server, "MAIL", address)
        if reply is None:
            envelope.mail_from = address
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        reply = await self._reply(server, "RCPT", address)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_RSET(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return await self._reply(server, "RSET", "") or "250 OK"

    async def handle_QUIT(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        self.commands.append("QUIT")
        self._left.set()
        return "221 Bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.original_content, bytes)
        recipient = envelope.rcpt_tos[0]
        refusal = self.script("DATA", recipient) or self.replies.get("DATA")
        if refusal in (None, CUT, HANG):
            self.raw.append(envelope.original_content)
            self.recipients.append(envelope.rcpt_tos)
            self.envelopes.append(envelope.mail_from or "")
            self.secured.append(session.ssl is not None or self._security == "tls")
            self._taken[id(server)] = self._taken.get(id(server), 0) + 1
            self.on_letter(envelope.original_content)
        return await self._reply(server, "DATA", recipient) or "250 taken"

    async def handle_exception(self, error: Exception) -> str:
        return f"451 {type(error).__name__}"
