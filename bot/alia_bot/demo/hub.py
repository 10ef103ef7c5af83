"""A strict stand-in for the Hub on loopback: real HTTP, so that the real client is what reads it.

It behaves as the Hub does towards its client (facts of the Hub §7): headers, paging by `Link`, only the fields asked
for, errors by status and `X-Error-…`, 307 for a renamed repo, and a rate limit in fixed windows of the clock it is
given. Whatever is not `GET /api/models…` is answered 404 and kept in `violations`: a file of a repo is never asked for.
"""

import contextlib
import socket
import struct
import threading
import uuid
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from alia_bot.demo.hub_answers import Answer, Question, error, right_answer
from alia_bot.demo.hub_faults import (
    OUTAGE_PAGE,
    Altered,
    Cut,
    Elsewhere,
    Fault,
    Hang,
    Page,
    Reset,
    Slow,
    Status,
    UsedUp,
)
from alia_bot.demo.hub_world import World
from alia_watch.clock import Clock


@dataclass(frozen=True, slots=True)
class HubRequest(Question):
    """One request as it came, and the status it was answered with."""

    user_agent: str
    status: int


class HubStandIn:
    """The stand-in, as a context manager. `requests` is its log; `violations` what no watch may ever ask.

    Args:
        world: what there is.
        clock: whose instants the rate windows and the world follow.
        quota, window_s: requests allowed in each fixed window; a token doubles them.
        tokens: the tokens it takes.
        page_size: repos on one page of a listing.
    """

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        quota: int = 500,
        window_s: int = 300,
        tokens: frozenset[str] = frozenset(),
        page_size: int = 1000,
    ) -> None:
        self.world = world
        self.page_size = page_size
        self.requests: list[HubRequest] = []
        self.violations: list[str] = []
        self._clock = clock
        self._quota = quota
        self._window_s = window_s
        self._tokens = tokens
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, int], int] = {}
        self._scripts: list[tuple[str, deque[Fault | None]]] = []
        self._always: list[tuple[str, Fault]] = []
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def script(self, part: str, *faults: Fault | None) -> None:
        """The next requests whose path and query contain `part` meet these faults in turn; None is a right answer."""
        self._scripts.append((part, deque(faults)))

    def always(self, part: str, fault: Fault) -> None:
        """Every request whose path and query contain `part` meets this fault, once its scripts are used up."""
        self._always.append((part, fault))

    def mend(self) -> None:
        """No fault any more."""
        self._scripts.clear()
        self._always.clear()

    def answer(self, handler: "_Handler") -> None:
        """Answer one request, or fail as the script says."""
        url = urlsplit(handler.path)
        question = Question(
            url.path,
            tuple(parse_qsl(url.query, keep_blank_values=True)),
            self._clock(),
            (handler.headers.get("Authorization") or "").removeprefix("Bearer ") or None,
        )
        with self._lock:
            fault = self._fault(question)
            limit, headers = self._count(question)
            answer = self._limited(limit, fault) or self._right(question, fault)
            agent = handler.headers.get("User-Agent") or ""
            self.requests.append(
                HubRequest(question.path, question.query, question.at, question.bearer, agent, answer.status)
            )
            if handler.command != "GET" or not question.is_about_models:
                self.violations.append(f"{handler.command} {handler.path}")
        self._send(handler, answer, {**headers, **answer.headers}, fault)

    def _fault(self, question: Question) -> Fault | None:
        target = question.target
        for part, faults in self._scripts:
            if part in target and faults:
                return faults.popleft()
        if self.world.away(question.at):
            return Status(503)
        return next((fault for part, fault in self._always if part in target), None)

    def _count(self, question: Question) -> tuple[bool, dict[str, str]]:
        """Count a request in its window; whether it is one too many, and the headers every answer carries."""
        second, bearer = int(question.at.timestamp()), question.bearer
        quota = self._quota * (2 if bearer in self._tokens else 1)
        key = (bearer or "", second // self._window_s)
        self._windows[key] = self._windows.get(key, 0) + 1
        remaining = max(0, quota - self._windows[key])
        reset = self._window_s - second % self._window_s
        headers = {
            "X-Request-Id": f"Root=1-{uuid.uuid4().hex[:24]}",
            "RateLimit": f'"api";r={remaining};t={reset}',
            "RateLimit-Policy": f'"fixed window";"api";q={quota};w={self._window_s}',
        }
        return self._windows[key] > quota, headers

    def _limited(self, limit: bool, fault: Fault | None) -> Answer | None:
        if not limit and not isinstance(fault, UsedUp):
            return None
        text = f"We had to rate limit you, you hit the quota of {self._quota} api requests per 5 minutes period."
        headers = {"RateLimit": f'"api";r=0;t={fault.seconds}'} if isinstance(fault, UsedUp) else {}
        return error(429, text, headers)

    def _right(self, question: Question, fault: Fault | None) -> Answer:
        if isinstance(fault, Status):
            if fault.body is None and fault.code < 500:
                return error(fault.code, f"status {fault.code}", fault.headers)
            kind = {"Content-Type": "text/html; charset=utf-8"} if fault.body is None else {}
            return Answer(fault.code, OUTAGE_PAGE if fault.body is None else fault.body, {**kind, **fault.headers})
        if isinstance(fault, Page):
            return Answer(200, fault.body, {"Content-Type": fault.content_type})
        if isinstance(fault, Elsewhere) and not fault.as_link:
            return Answer(307, b"", {"Location": fault.location})
        answer = right_answer(
            self.world,
            question,
            url=self.url,
            page_size=self.page_size,
            tokens=self._tokens,
            change=fault.change if isinstance(fault, Altered) else None,
        )
        if isinstance(fault, Elsewhere):
            return Answer(200, answer.body, {"Link": f'<{fault.location}>; rel="next"'})
        return answer

    def _send(self, handler: "_Handler", answer: Answer, headers: Mapping[str, str], fault: Fault | None) -> None:
        handler.close_connection = isinstance(fault, Hang | Reset | Cut)
        if isinstance(fault, Hang):
            self._closing.wait()
            return
        if isinstance(fault, Reset):
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            return
        handler.send_response(answer.status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        for piece in self._pieces(answer.body, fault):
            handler.wfile.write(piece)

    def _pieces(self, body: bytes, fault: Fault | None) -> Iterator[bytes]:
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
    stand_in: HubStandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that hangs up is its own affair."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: without this each answer waits 40 ms

    def do_GET(self) -> None:
        """Every method goes the same way; all but GET are violations."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            assert isinstance(self.server, _Server)  # noqa: S101  it is made with this handler alone
            self.server.stand_in.answer(self)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  named by the protocol

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it
        """The log is `HubStandIn.requests`."""
