"""How a page of a source is fetched: bounded in time and size, paced, conditional, named, and only where it may go.

Whatever goes wrong is a SourceError, in words of ours: no text of a server, and no query of an address.
"""

import contextlib
import socket
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from alia_watch import __version__
from alia_watch.clock import Clock
from alia_watch.errors import SourceError
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline, OutOfTime, Watch, retry_after
from alia_watch.sources.proxy import proxy_for, transport, untrusted
from alia_watch.sources.reach import ELSEWHERE, Named, Refused, Target, Unresolved, host, origin, parsed, step, target
from alia_watch.sources.stream import MEGABYTE, Page, Stream

#: Tries of one request, the first included; the waits between them in seconds, where the server names none.
TRIES = 3
BACK_OFF_S = (2.0, 8.0)
#: Redirects that are followed, one after another.
REDIRECTS = 5

_MOVED = frozenset({301, 302, 303, 307, 308})
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Validator:
    """What a page said of its version, to be sent back with the next request."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    """The head of an answer, the address that gave it, and the time for the rest."""

    response: httpx2.Response
    asked: httpx2.URL
    watch: Watch

    def close(self) -> None:
        self.watch.end()
        self.response.close()


class Fetcher:
    """Fetches the pages of one source. Use as a context manager, or call `close`; one thread at a time.

    Args:
        source: the id of the source, for errors.
        configured: addresses the configuration names, whose origins are trusted even where they are private.
        onward: addresses on whose hosts redirects may end, at their usual ports and where they are public.
        contact: how the operators find whoever runs this; it travels in the user agent.
        deadline: when all of this source's reading ends.
        pace: shared by all sources.
        known: what pages said of their versions when they were last read. `learnt` is what they say now.
        request_s: the most that one answer may take, whole.
        pause_s: how long this source's hosts are left in peace between two requests, where that is longer than for all.

    Raises:
        SourceError: one of the configured addresses is none.
    """

    def __init__(
        self,
        source: str,
        configured: Collection[str],
        *,
        onward: Collection[str] = (),
        contact: str,
        deadline: Deadline,
        pace: Pace,
        clock: Clock,
        known: Mapping[str, Validator] | None = None,
        request_s: float = 60,
        pause_s: float = 0,
    ) -> None:
        self._pause_s = pause_s
        self.source = source
        self.learnt: dict[str, Validator] = {}
        self.requests = 0
        try:
            self._named = Named.of(configured, onward)
        except Refused as why:
            what = f"an address in its configuration cannot be used: {why}"
            raise SourceError(source, what, again=False, hint="Mend its urls.") from None
        self._deadline = deadline
        self._pace = pace
        self._clock = clock
        self._known = known or {}
        self._request_s = request_s
        self._agent = f"ALIA-Watch/{__version__} (+{contact})"
        self._wires: dict[tuple[str, str | None], httpx2.HTTPTransport] = {}
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        while self._wires:
            self._wires.popitem()[1].close()
        self._sockets.clear()

    def get(
        self, url: str, *, accept: str, most_bytes: int = 4 * MEGABYTE, missing: bool = False, conditional: bool = True
    ) -> Page | None:
        """A whole page; None where it has not changed since it was last read (304), or where there is none.

        Args:
            accept: the `Accept` header.
            most_bytes: a longer answer is an error.
            missing: 404 and 410 are an answer (None), and no error.
            conditional: ask only whether it changed, where its version is known.

        Raises:
            SourceError: there was no good answer.
        """
        with self.stream(url, accept=accept, most_bytes=most_bytes, missing=missing, conditional=conditional) as stream:
            if stream is None:
                return None
            body = stream.read()
            return Page(stream.url, body, stream.sha256, stream.content_type, stream.charset)

    @contextlib.contextmanager
    def stream(
        self, url: str, *, accept: str, most_bytes: int, missing: bool = False, conditional: bool = True
    ) -> Iterator[Stream | None]:
        """The same as it arrives; what its version is, is learnt once it was read to the end without an error."""
        known = _fit(self._known.get(url, Validator())) if conditional else Validator()
        headers = {"Accept": accept, "Accept-Encoding": "gzip", "User-Agent": self._agent}
        headers |= {"If-None-Match": known.etag} if known.etag else {}
        headers |= {"If-Modified-Since": known.last_modified} if known.last_modified else {}
        try:
            answer = self._answered(url, headers)
        except OutOfTime as over:
            raise SourceError(self.source, str(over), again=True) from None
        try:
            response, status = answer.response, answer.response.status_code
            if status == 304 and known != Validator():
                self.learnt[url] = known
                yield None
                return
            if missing and status in (404, 410):
                yield None
                return
            if status != 200:
                raise SourceError(self.source, f"HTTP {status}", again=status in _AGAIN)
            stream = Stream(self.source, response, most_bytes=most_bytes, watch=answer.watch, url=str(answer.asked))
            yield stream
            said = _fit(Validator(response.headers.get("etag", ""), response.headers.get("last-modified", "")))
            if conditional and stream.whole and said != Validator():
                self.learnt[url] = said
        finally:
            answer.close()

    def _answered(self, url: str, headers: Mapping[str, str]) -> _Answer:
        """The answer at the end of the redirects, tried a few times. Raises SourceError and OutOfTime."""
        for tries in range(1, TRIES + 1):
            try:
                answer = self._followed(url, headers)
            except SourceError as error:
                if not error.again or tries == TRIES:
                    raise
                self._deadline.wait(BACK_OFF_S[tries - 1], str(error).removeprefix(f"{self.source}: "))
                continue
            status = answer.response.status_code
            if status not in _AGAIN or tries == TRIES:
                return answer
            asked = retry_after(answer.response.headers, self._clock())
            answer.close()
            self._deadline.wait(BACK_OFF_S[tries - 1] if asked is None else asked, f"HTTP {status}")
        raise AssertionError("the last try returns or raises")

    def _followed(self, url: str, headers: Mapping[str, str]) -> _Answer:
        try:
            place = parsed(url)
            for _ in range(REDIRECTS + 1):
                answer = self._sent(place, headers)
                moved = answer.response.status_code in _MOVED
                onward = answer.response.headers.get("location", "") if moved else ""
                if not onward:
                    return answer
                answer.close()
                place = step(place, onward)
        except Unresolved as why:
            raise SourceError(self.source, str(why), again=True) from None
        except Refused as why:
            hint = (
                "Open its address: where that leads now may be named in redirects_to." if str(why) == ELSEWHERE else ""
            )
            raise SourceError(self.source, f"an address was not followed: {why}", again=False, hint=hint) from None
        raise SourceError(self.source, f"more than {REDIRECTS} redirects, one after another", again=False)

    def _sent(self, place: httpx2.URL, headers: Mapping[str, str]) -> _Answer:
        """One request, once."""
        self._deadline.check()
        proxy = proxy_for(place)
        self._named.check(place)
        aim = target(place, self._named.origins, proxied=proxy is not None)
        wire = self._wire(origin(place), proxy)
        self._pace.take_turn(host(place), self._deadline)
        self.requests += 1
        self._sockets[:] = [each for each in self._sockets if each.fileno() >= 0]
        seconds = min(self._request_s, max(self._deadline.left(), 0.001))
        watch = Watch(seconds, self._deadline, self._sockets)
        try:
            return _Answer(self._exchanged(wire, aim, headers, watch), place, watch)
        except BaseException as error:
            late = isinstance(error, httpx2.TimeoutException) or watch.left() <= 0
            watch.end()
            if not isinstance(error, httpx2.TransportError | ValueError):  # ValueError: a name that TLS does not take
                raise
            if late:
                what = f"no answer within {seconds:g} s ({type(error).__name__})"
            else:
                what = f"the connection failed ({type(error).__name__})"
            if untrusted(error):
                hint = "See whether the clock is right, and which authorities the machine trusts."
                raise SourceError(self.source, "its certificate is not valid", again=False, hint=hint) from None
            raise SourceError(self.source, what, again=True) from None

    def _exchanged(
        self, wire: httpx2.HTTPTransport, aim: Target, headers: Mapping[str, str], watch: Watch
    ) -> httpx2.Response:
        """Send it to the first of its addresses that lets itself be connected to, and to no other place."""
        for more, address in reversed(tuple(enumerate(reversed(aim.addresses or (None,))))):
            left = max(watch.left(), 0.001)
            request = httpx2.Request(
                "GET",
                aim.url if address is None else aim.url.copy_with(host=address),
                headers={**headers, "Host": aim.url.netloc.decode("ascii")},
                extensions={
                    "timeout": {"connect": left / (more + 1), "read": left, "write": left, "pool": left},
                    "sni_hostname": host(aim.url).rstrip("."),
                    "trace": self._connected,
                },
            )
            try:
                return wire.handle_request(request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if not more:
                    raise
        raise AssertionError("the last address returns or raises")

    def _connected(self, event: str, info: Mapping[str, Any]) -> None:
        """Told by the transport what it does: keep the sockets it opens, for whoever has to cut them."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets.append(info["return_value"].get_extra_info("socket"))

    def _wire(self, place: str, proxy: str | None) -> httpx2.HTTPTransport:
        """Connections of one origin: two names at one address share none, for each is verified by its own name."""
        if (place, proxy) not in self._wires:
            try:
                self._wires[place, proxy] = transport(secure=place.startswith("https:"), proxy=proxy)
            except ValueError as why:
                what = f"the machine's proxy or certificates cannot be used ({why})"
                hint = "Look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR."
                raise SourceError(self.source, what, again=False, hint=hint) from None
        return self._wires[place, proxy]


def _fit(said: Validator) -> Validator:
    """What of it can be sent back: the rest is as good as not said."""
    etag, modified = said.etag.strip(), said.last_modified.strip()
    return Validator(
        etag if len(etag) <= 200 and etag.isascii() and etag.isprintable() else "",
        modified if len(modified) <= 100 and modified.isascii() and modified.isprintable() else "",
    )
