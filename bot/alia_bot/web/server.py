"""The server: a thread of the daemon with a loop of its own, which slow and idle clients cannot fill."""

import asyncio
import socket
import threading
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from alia_watch.errors import ConfigError

#: Within so many seconds a client must have said what it wants; and so long may it be silent between two questions.
HURRY_S, IDLE_S = 10.0, 5
#: More connections at once are turned away.
CONNECTIONS = 500
#: How long answers in hand may take to end, in seconds.
GRACE_S = 3

_log = structlog.get_logger()


class Hasty(H11Protocol):
    """Ends connections on which nothing was asked within `HURRY_S`: headers that come a byte a minute, for one."""

    def connection_made(self, transport: Any) -> None:
        """Begin to wait."""
        super().connection_made(transport)
        self._hurry = asyncio.get_running_loop().call_later(HURRY_S, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._hurry.cancel()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        asked = self.cycle is not None  # of the library's own, which says that it always is
        if not asked and not self.transport.is_closing():  # type: ignore[redundant-expr,unreachable,unused-ignore]
            self.transport.close()


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
            h11_max_incomplete_event_size=16_384,
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
            self._socket = socket.create_server((host, port), family=family, backlog=1024)
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
