"""A strict stand-in for the sources of announcements on loopback: real HTTP, so that the real client is what reads it.

It behaves as a sound public site does: versions and 304, 404 for what it does not have, gzip where asked. It says in
every answer that it is simulated (`X-Simulated: yes`). What no reader may do is kept in `violations`: any method but
GET, a user agent that does not say who reads, the gazette asked for anything but JSON.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

from alia_bot.demo.http_stand_in import Handler, HttpStandIn
from alia_bot.demo.hub_answers import Answer
from alia_bot.demo.hub_faults import OUTAGE_PAGE, Cut, Hang, Page, Reset, Status
from alia_bot.demo.press_answers import find, http_date, right_answer, violations
from alia_bot.demo.press_faults import (
    Charset,
    Endless,
    GzipBomb,
    PressFault,
    Redirect,
    Redirects,
    Rewritten,
    Truncated,
)
from alia_bot.demo.press_world import Document, PressWorld, key_of
from alia_watch.clock import Clock

_MEGABYTE = 1024 * 1024
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class PressRequest:
    """One request as it came, and the status it was answered with: 0 where the answer was silence or a reset.

    `query` is decoded and in the order it came in; a header that was not sent is "".
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    at: datetime
    user_agent: str
    accept: str
    if_none_match: str
    if_modified_since: str
    status: int


class PressStandIn(HttpStandIn[PressFault]):
    """The stand-in, as a context manager. `requests` is its log; `violations` what no reader may do, in words.

    Args:
        world: what there is.
        clock: whose instants the world follows.
        zip_it: compress with gzip where a request accepts it.
    """

    def __init__(self, world: PressWorld, clock: Clock, *, zip_it: bool = True) -> None:
        super().__init__()
        self.world = world
        self.requests: list[PressRequest] = []
        self.violations: list[str] = []
        self._clock = clock
        self._zip_it = zip_it
        self._hops: dict[str, int] = {}

    def mend(self) -> None:
        """No fault any more, and no chain of redirects half-way."""
        super().mend()
        with self._lock:
            self._hops.clear()

    def answer(self, handler: Handler) -> None:
        """Answer one request, or fail as the script says."""
        url, key, at = urlsplit(handler.path), key_of(handler.path), self._clock()
        headers = handler.headers
        with self._lock:
            fault = self._fault(key)
            answer = self._answer(handler, key, at, fault)
            self.violations += violations(handler.command, handler.path, headers)
            self.requests.append(
                PressRequest(
                    handler.command,
                    url.path,
                    tuple(parse_qsl(url.query, keep_blank_values=True)),
                    at,
                    headers.get("User-Agent") or "",
                    headers.get("Accept") or "",
                    headers.get("If-None-Match") or "",
                    headers.get("If-Modified-Since") or "",
                    0 if isinstance(fault, Hang | Reset) else answer.status,
                )
            )
        self._send(handler, answer, at, fault)

    def _fault(self, key: str) -> PressFault | None:
        for part, faults in self._scripts:
            if part in key and faults:
                fault = faults[0]
                if not self._goes_on(key, fault):
                    faults.popleft()
                    return None if isinstance(fault, Redirects) else fault
                return fault
        fault = next((fault for part, fault in self._always if part in key), None)
        return None if isinstance(fault, Redirects) and not self._goes_on(key, fault) else fault

    def _goes_on(self, key: str, fault: PressFault | None) -> bool:
        """Whether a chain of redirects has one more for this document; at its end it is ready to begin again."""
        if not isinstance(fault, Redirects):
            return False
        self._hops[key] = self._hops.get(key, 0) + 1
        if self._hops[key] <= fault.count:
            return True
        del self._hops[key]
        return False

    def _answer(self, handler: Handler, key: str, at: datetime, fault: PressFault | None) -> Answer:
        if isinstance(fault, Status):
            body = OUTAGE_PAGE if fault.body is None else fault.body
            return Answer(fault.code, body, {"Content-Type": "text/html; charset=utf-8", **fault.headers})
        if isinstance(fault, Page):
            return Answer(200, fault.body, {"Content-Type": fault.content_type})
        if isinstance(fault, Redirect | Redirects):
            location = fault.location if isinstance(fault, Redirect) else handler.path
            return Answer(fault.code, b"", {"Location": location})
        page = find(self.world.documents(at), key)
        page = None if page is None else _spoilt(page, fault)
        zip_it = self._zip_it and not isinstance(fault, Endless)
        answer = right_answer(handler.command, handler.path, handler.headers, page, zip_it)
        if isinstance(fault, GzipBomb):
            return Answer(200, b"", {**answer.headers, "Content-Encoding": "gzip"})
        return answer

    def _send(self, handler: Handler, answer: Answer, at: datetime, fault: PressFault | None) -> None:
        handler.close_connection = handler.command != "GET" or isinstance(
            fault, Hang | Reset | Cut | Endless | GzipBomb
        )
        if self._dropped(handler, fault):
            return
        handler.send_response_only(answer.status)
        for name, value in {"Date": http_date(at), "X-Simulated": "yes", **answer.headers}.items():
            handler.send_header(name, value)
        if answer.status != 304 and not isinstance(fault, Endless | GzipBomb):
            handler.send_header("Content-Length", str(len(answer.body)))
        if handler.close_connection:
            handler.send_header("Connection", "close")
        handler.end_headers()
        for piece in self._pieces(answer.body, fault):
            if self._closing.is_set():
                return
            handler.wfile.write(piece)

    def _pieces(self, body: bytes, fault: PressFault | None) -> Iterator[bytes]:
        if isinstance(fault, Endless):
            yield body
            for _ in range(len(body), fault.megabytes * _MEGABYTE, _PIECE):
                yield b"\n" * _PIECE
        elif isinstance(fault, GzipBomb):
            deflate = zlib.compressobj(wbits=31)
            for _ in range(fault.megabytes):
                yield deflate.compress(bytes(_MEGABYTE))
            yield deflate.flush()
        else:
            yield from super()._pieces(body, fault)


def _spoilt(page: Document, fault: PressFault | None) -> Document:
    """The document as a fault of its source leaves it, in a sound answer."""
    if isinstance(fault, Rewritten):
        return replace(page, body=fault.change(page.body))
    if isinstance(fault, Truncated):
        return replace(page, body=page.body[: fault.keep_bytes])
    if isinstance(fault, Charset):
        return replace(page, content_type=f"{page.content_type.split(';')[0]}; charset={fault.name}")
    return page
