"""A mail relay for the benchmarks, in a thread: it takes letters as fast as a socket gives them, and refuses some."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

_ADDRESS = re.compile(rb"<([^>]*)>")
_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)


class Relay:
    """Takes letters while it is entered.

    Args:
        refuses: what is said to a recipient instead of yes; None takes it.

    Attributes:
        taken: who got a letter, how often; `ids` the Message-IDs; `last` who got the last one.
        on_letter: called before a letter is acknowledged.
    """

    def __init__(self, refuses: Callable[[str], str | None]) -> None:
        self.refuses = refuses
        self.taken: Counter[str] = Counter()
        self.ids: Counter[bytes] = Counter()
        self.last = ""
        self.bytes = self.letters = 0
        self.on_letter: Callable[[], None] = lambda: None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        started = self._loop.create_server(lambda: _Conversation(self), "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(started, self._loop).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("the relay is not entered")
        return int(self._server.sockets[0].getsockname()[1])


class _Conversation(asyncio.Protocol):
    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._buffer = bytearray()
        self._in_letter = False
        self._recipient = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say("220 bench")

    def data_received(self, data: bytes) -> None:
        start = max(0, len(self._buffer) - 4)
        self._buffer += data
        while True:
            end = self._buffer.find(b"\r\n.\r\n", start) if self._in_letter else self._buffer.find(b"\r\n")
            if end < 0:
                return
            length = end + (5 if self._in_letter else 2)
            piece = bytes(self._buffer[:length])
            del self._buffer[:length]
            start = 0
            self._letter(piece) if self._in_letter else self._command(piece)

    def _command(self, line: bytes) -> None:
        match line[:4].upper():
            case b"EHLO":
                self._say("250-bench\r\n250 SIZE 20000000")
            case b"RCPT":
                address = _ADDRESS.search(line)
                self._recipient = address[1].decode() if address else ""
                self._say(self._relay.refuses(self._recipient) or "250 ok")
            case b"DATA":
                self._in_letter = True
                self._say("354 go on")
            case b"QUIT":
                self._say("221 bye")
                self._transport.close()
            case _:
                self._say("250 ok")

    def _letter(self, raw: bytes) -> None:
        self._in_letter = False
        relay = self._relay
        relay.taken[self._recipient] += 1
        known = _ID.search(raw, 0, 4000)
        relay.ids[known[1] if known else b""] += 1
        relay.last = self._recipient
        relay.letters += 1
        relay.bytes += len(raw)
        relay.on_letter()
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self._transport.write(words.encode() + b"\r\n")
