"""What the stand-ins that answer any reader over HTTP share: a server on loopback, and faults by script."""

import contextlib
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Generic, Self, TypeVar

from alia_bot.demo.hub_faults import Cut, Hang, Reset, Slow

FaultT = TypeVar("FaultT")


class HttpStandIn(ABC, Generic[FaultT]):
    """Listens while it is entered, each request in a thread of its own; `FaultT` are the faults it knows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scripts: list[tuple[str, deque[FaultT | None]]] = []
        self._always: list[tuple[str, FaultT]] = []
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, part: str, *faults: FaultT | None) -> None:
        """The next requests whose path and query contain `part` meet these faults in turn; None is a right answer."""
        self._scripts.append((part, deque(faults)))

    def always(self, part: str, fault: FaultT) -> None:
        """Every request whose path and query contain `part` meets this fault, once its scripts are used up."""
        self._always.append((part, fault))

    def mend(self) -> None:
        """No fault any more."""
        with self._lock:
            self._scripts.clear()
            self._always.clear()

    @abstractmethod
    def answer(self, handler: "Handler") -> None:
        """Answer one request, or fail as the script says."""

    def _dropped(self, handler: "Handler", fault: FaultT | None) -> bool:
        """Whether a fault leaves a request without an answer, in silence until the end or by a reset; it is done."""
        if isinstance(fault, Hang):
            self._closing.wait()
            return True
        if isinstance(fault, Reset):
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            return True
        return False

    def _pieces(self, body: bytes, fault: FaultT | None) -> Iterator[bytes]:
        """A body as it is sent: drop by drop, its first half, or whole."""
        if isinstance(fault, Slow):
            for i in range(len(body)):
                if self._closing.wait(fault.every_s):
                    return
                yield body[i : i + 1]
        else:
            yield body[: len(body) // 2] if isinstance(fault, Cut) else body


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    stand_in: HttpStandIn[Any]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that hangs up is its own affair."""


class Handler(BaseHTTPRequestHandler):
    """Hands every request to the stand-in."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: without this each answer waits 40 ms

    def do_GET(self) -> None:
        """Every method goes the same way; all but GET are violations."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            assert isinstance(self.server, _Server)  # noqa: S101  it is made with this handler alone
            self.server.stand_in.answer(self)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  named by the protocol

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it
        """The log is the stand-in's `requests`."""
