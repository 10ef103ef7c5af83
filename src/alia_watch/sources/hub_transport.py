"""How a request of the Hub's client travels: bounded in time, paced, repeated, recorded, and only where it may go.

huggingface_hub passes `timeout=None` whatever its client was made with, repeats listings by itself with waits that
nobody bounds, and repeats single requests not at all. All three are settled here, below it: a failure that is left
over when this transport gives up is one that the client does not repeat (`NoAnswer`).

Only `GET {endpoint}/api/models…` leaves: the request of a watched repo's file would count as a download, and a paging
link or redirect to another host would carry the token there.
"""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from hashlib import sha256
from typing import Any

import httpx2
from huggingface_hub.constants import is_offline_mode
from huggingface_hub.errors import OfflineModeIsEnabled

from alia_watch.series.snapshot import RawAnswer
from alia_watch.sources.hub_answer import Nonsense, parse_json
from alia_watch.sources.hub_clock import HubClock
from alia_watch.sources.hub_exchange import Failed, TooLong, exchange
from alia_watch.sources.hub_pace import Pacer
from alia_watch.sources.patience import Deadline, OutOfTime, retry_after
from alia_watch.sources.proxy import proxy_for

#: Tries of one request, the first included; the waits between them in seconds, where the Hub names none.
TRIES = 5
BACK_OFF_S = (1.0, 2.0, 4.0, 8.0)
#: After so many requests in a row that found no answer, the Hub is away and each further request is tried once.
AWAY_AFTER = 3
#: A listing page of 1,000 repos is about 2 MB.
MOST_BYTES = 64 * 1024 * 1024
#: All answers of one reading: they are kept until it is stored. A thousand repos are about 2 MB, as above.
MOST_BYTES_IN_ALL = 256 * 1024 * 1024
#: Pages of one listing: a hundred thousand repos. A paging link that leads back would never end.
MOST_PAGES = 100

_REPEATED = frozenset({408, 429, 500, 502, 503, 504})
_taken: ContextVar[list[RawAnswer] | None] = ContextVar("_taken", default=None)


class NoAnswer(httpx2.TransportError):
    """A request found no answer, within its tries or the deadline. The client does not repeat it."""


@contextmanager
def recording() -> Iterator[list[RawAnswer]]:
    """The answers (200, JSON) that this thread's calls of the client get, in order."""
    answers: list[RawAnswer] = []
    token = _taken.set(answers)
    try:
        yield answers
    finally:
        _taken.reset(token)


class _Trouble(Exception):
    """One try failed in a way worth another. `after`: the seconds the Hub asked to wait, where it did."""

    def __init__(self, detail: str, after: float | None = None) -> None:
        super().__init__(detail)
        self.after = after


class HubTransport(httpx2.BaseTransport):
    """The transport of one reading. Safe for threads; `requests` counts what went over the wire."""

    def __init__(
        self,
        endpoint: str,
        *,
        request_timeout_s: float,
        connections: int,
        deadline: Deadline,
        pacer: Pacer,
        clock: HubClock,
    ) -> None:
        self._root = httpx2.URL(f"{endpoint.rstrip('/')}/api/models")
        self._timeout = request_timeout_s
        self._deadline = deadline
        self._pacer = pacer
        self._clock = clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._kept = 0
        self.requests = 0
        limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
        # Loading the machine's certificates takes 20 ms; without TLS an empty store, which trusts nobody, will do.
        secure = self._root.scheme == "https"
        context = httpx2.create_ssl_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._wire = httpx2.HTTPTransport(verify=context, limits=limits, proxy=proxy_for(self._root))

    def close(self) -> None:
        """Close every connection."""
        self._wire.close()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request of the client, repeated as needed. Raises NoAnswer."""
        if is_offline_mode():
            raise OfflineModeIsEnabled("offline")
        self._refuse_elsewhere(request)
        try:
            for tries in range(1, TRIES + 1):
                sent = self._pacer.take_turn(self._deadline)
                try:
                    response = self._exchange(request, sent)
                except _Trouble as trouble:
                    if tries >= (1 if self._in_a_row >= AWAY_AFTER else TRIES):
                        with self._lock:
                            self._in_a_row += 1
                        raise NoAnswer(f"{trouble} ({tries} {'try' if tries == 1 else 'tries'})") from None
                    wait = BACK_OFF_S[tries - 1] if trouble.after is None else trouble.after
                    self._deadline.wait(wait, f"{trouble}; to be tried again in {wait:g} s")
                else:
                    self._in_a_row = 0
                    return response
        except OutOfTime as over:
            raise NoAnswer(str(over)) from None
        raise AssertionError("the last try returns or raises")

    def _refuse_elsewhere(self, request: httpx2.Request) -> None:
        url, root = request.url, self._root
        same_host = (url.scheme, url.host, url.port) == (root.scheme, root.host, root.port)
        inside = url.path == root.path or url.path.startswith(root.path + "/")
        if not (request.method == "GET" and same_host and inside and "/resolve/" not in url.path):
            # The name and no more: whoever sent us there has written it, and this is read by people.
            raise NoAnswer(f"refused to follow to {url.raw_host.decode('ascii', 'replace')[:100]}")

    def _exchange(self, request: httpx2.Request, sent: datetime) -> httpx2.Response:
        """Send once, and read the whole answer in time."""
        try:
            status, headers, body = self._send(request)
        except BaseException:
            self._pacer.answered(None, sent=sent)
            raise
        used_up = self._pacer.answered(headers, sent=sent, refused=status == 429)
        if status in _REPEATED:
            # With the quota used up, the next turn is what is waited for.
            raise _Trouble(f"HTTP {status}", 0.0 if used_up else retry_after(headers, self._clock()))
        if status == 200:
            return self._record(request, headers, body)
        return httpx2.Response(status, headers=_plain(headers), content=body, request=request)

    def _send(self, request: httpx2.Request) -> tuple[int, httpx2.Headers, bytes]:
        seconds = min(self._timeout, max(self._deadline.left(), 0.001))
        with self._lock:
            self.requests += 1
        try:
            return exchange(self._wire, request, seconds=seconds, most=MOST_BYTES)
        except TooLong as error:
            raise NoAnswer(str(error)) from None
        except Failed as error:
            raise _Trouble(str(error)) from None

    def _record(self, request: httpx2.Request, headers: httpx2.Headers, body: bytes) -> httpx2.Response:
        """Keep the answer, and hand the client its ids alone.

        The client's own parser stops at the first repo it cannot read, and would take the rest of a listing with it;
        what the answer says is read from the kept bytes, by `hub_answer`.
        """
        try:
            value = parse_json(body)
        except Nonsense as error:
            raise _Trouble(f"HTTP 200, but {error}") from None
        with self._lock:
            self._kept += len(body)
            if self._kept > MOST_BYTES_IN_ALL:
                raise NoAnswer(f"the answers together are longer than {MOST_BYTES_IN_ALL} bytes")
        self._clock.heard(headers.get("Date"), headers.get("Age"))
        answer = RawAnswer(sha256(body).hexdigest(), str(request.url), self._clock().replace(microsecond=0), body)
        taken = _taken.get()
        if taken is not None:
            if len(taken) >= MOST_PAGES:
                raise NoAnswer(f"the listing has more than {MOST_PAGES} pages")
            taken.append(answer)
        # Of a listing of files the client is given nothing: `hub_files` reads it.
        nothing = "/tree/" in request.url.path
        ids = b"[]" if nothing else json.dumps(_ids(value, listing=request.url.path == self._root.path)).encode()
        return httpx2.Response(200, headers=_plain(headers), content=ids, request=request)


def _ids(value: Any, *, listing: bool) -> Any:
    if listing:
        return (
            [_ids(item, listing=False) for item in value if isinstance(item, dict)] if isinstance(value, list) else []
        )
    name = value.get("id") if isinstance(value, dict) else None
    return {"id": name if isinstance(name, str) else ""}


def _plain(headers: httpx2.Headers) -> list[tuple[str, str]]:
    """The headers without those about the form of the body, which is whole and decoded by now."""
    about_form = ("content-encoding", "content-length", "transfer-encoding")
    return [(name, value) for name, value in headers.multi_items() if name.lower() not in about_form]
