"""The server: a thread of the daemon with a loop of its own, which slow and idle clients cannot fill."""

import asyncio
import socket
import threading
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from alia_watch.errors import ConfigError

#: Within so many seconds a request must be there whole; and so long may a client be silent between two.
HURRY_S, IDLE_S = 10.0, 5
#: Of a request's headers, in bytes.
LARGEST_HEAD = 32_768
#: More connections at once are turned away.
CONNECTIONS = 500
#: How long answers in hand may take to end, in seconds.
GRACE_S = 3

_log = structlog.get_logger()


class Hasty(HttpToolsProtocol):
    """Ends connections on which nothing was asked within `HURRY_S`, or what was begun did not end: headers or a form
    that come a byte a minute; and those whose headers have no end."""

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._heading, self._head_size = False, 0
        self._hurry: asyncio.TimerHandle = self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._hurry.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take a piece in."""
        super().data_received(data)
        self._head_size = self._head_size + len(data) if self._heading else 0
        if self._head_size > LARGEST_HEAD:
            self._give_up()

    def on_message_begin(self) -> None:
        """A request begins: its time runs."""
        super().on_message_begin()
        self._hurry.cancel()
        self._heading, self._hurry = True, self._begin()

    def on_headers_complete(self) -> None:
        """Its headers are there."""
        self._heading = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there."""
        self._hurry.cancel()
        super().on_message_complete()

    def _begin(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(HURRY_S, self._give_up)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


class WebServer:
    """Serves one application at one place, from `start` to `close`.

    Args:
        place: host and port; port 0 takes any that is free.
        name: what it is called in the log and by its thread.
    """

    def __init__(self, app: ASGIApp, place: tuple[str, int], *, name: str) -> None:
        self._place = place
        self._name = name
        settings = uvicorn.Config(
            app,
            http=Hasty,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # who is believed is decided in `guard.network`
            server_header=False,
            date_header=True,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = uvicorn.Server(settings)
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1]) if self._socket else self._place[1]

    def start(self) -> None:
        """Listen.

        Raises:
            ConfigError: it cannot listen there.
        """
        host, port = self._place
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = _listening(family, host, port)
        except OSError as error:
            hint = "Change [web] listen or metrics_listen, or end the program that has the port."
            raise ConfigError(
                f"{self._name}: cannot listen on {host} port {port}: {error.strerror}.", hint=hint
            ) from error
        self._thread = threading.Thread(target=self._serve, args=(self._socket,), name=self._name, daemon=True)
        self._thread.start()
        _log.info("listening", what=self._name, host=host, port=self.port)

    def close(self) -> None:
        """Let the answers in hand end, and listen no more."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(GRACE_S + 2)
        if self._socket is not None:
            self._socket.close()

    def _serve(self, listening: socket.socket) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._server.serve(sockets=[listening]))


def _listening(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    """A socket that listens; named as TCP, or asyncio would leave Nagle's algorithm on, and each page 40 ms late."""
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(1024)
    except OSError:
        made.close()
        raise
    return made
