"""Sources that drip, lie, break off, hang or run wild: each ends as an error of its own, and no other feels it."""

import contextlib
import gzip
import itertools
import random
import socket
import ssl
import struct
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, StatedDate, Volume, Where
from alia_watch.announcements.matching import Phrases
from alia_watch.clock import now
from alia_watch.errors import SourceError
from alia_watch.pipeline.gather import MOST_FOUND, MOST_UNDATED, Job, SourceReading, gather
from alia_watch.sources.fetch import Fetcher, Validator
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline
from alia_watch.sources.source import Profile, Span

START = datetime(2026, 1, 26, 12, tzinfo=UTC)
DAY = date(2026, 1, 26)
TLS = Path(__file__).parents[1] / "samples" / "tls"
OK = b'HTTP/1.1 200 OK\r\nETag: "1"\r\n'
PUBLIC = ("http://feed.example.org/", "https://feed.example.org/")
SOUND = OK + b"Content-Length: 5\r\n\r\nhello"
MEGABYTE = 2**20


class Odd:
    """A server on loopback that answers every request of a connection as told, until either side hangs up.

    `heads` are the requests as they came. At its end every connection must have been closed by who opened it.
    """

    def __init__(self, answer: Callable[[socket.socket], None], *, tls: ssl.SSLContext | None = None) -> None:
        self.heads: list[bytes] = []
        self._answer = answer
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'http' if tls is None else 'https'}://localhost:{self.port}/feed?key=SESAME"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a connection was left open"

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _serve(self, plain: socket.socket) -> None:
        connection = plain
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(plain, server_side=True)
            while head := _head(connection):
                self.heads.append(head)
                self._answer(connection)
        except OSError:
            pass  # the other side hung up, or we did
        finally:
            connection.close()
            plain.close()


def _head(connection: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        more = connection.recv(1)
        if not more:
            return b""
        head += more
    return head


def says(answer: bytes, *, then_close: bool = False) -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(answer)
        if then_close:
            connection.close()

    return send


def drips(head: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    """A little, again and again, until the other side hangs up."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(0.01)

    return send


def hangs(connection: socket.socket) -> None:
    connection.recv(1)


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def fetcher(
    *configured: str, onward: Sequence[str] = (), request_s: float = 30, deadline: Deadline | None = None
) -> Fetcher:
    clock = SimulatedClock(START)
    deadline = deadline or Deadline(600, clock=clock, sleep=clock.sleep)
    pace = Pace(clock, 0)
    return Fetcher(
        "odd",
        configured,
        onward=onward,
        contact="x",
        deadline=deadline,
        pace=pace,
        clock=clock,
        request_s=request_s,
    )


def refused(fetch: Fetcher, url: str, most_bytes: int = MEGABYTE) -> SourceError:
    """The error of a page that cannot be had: of its kind alone, and without a word of the server or the address."""
    with fetch, pytest.raises(SourceError) as caught:
        fetch.get(url, accept="*/*", most_bytes=most_bytes)
    said = f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert not any(word in said for word in ("SESAME", "key", "localhost", "hello", "\\x")), said
    assert fetch.learnt == {}
    return caught.value


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n"
PACKED = gzip.compress(b"hello" * 1000)

#: What a server says, and what is said of it. All of these hang up after it.
BROKEN = {
    "nothing": (b"", "the connection failed"),
    "garbage": (b"\x00\xffSESAME hello\r\n\r\n", "the connection failed"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "the connection failed"),
    "no version": (b"HTTP/x.y 200 SESAME\r\n\r\n", "the connection failed"),
    "no status": (b"HTTP/1.1 SESAME\r\n\r\n", "the connection failed"),
    "status 2000": (b"HTTP/1.1 2000 OK\r\n\r\n", "the connection failed"),
    "status 999": (b"HTTP/1.1 999 SESAME\r\nContent-Length: 0\r\n\r\n", "HTTP 999"),
    "half a head": (OK + b"Content-Le", "the connection failed"),
    "a head of a megabyte": (OK + b"X: " + b"a" * MEGABYTE + b"\r\n\r\n", "the connection failed"),
    "a head of many lines": (OK + b"X: y\r\n" * 200_000 + b"\r\n", "the connection failed"),
    "a header of no name": (OK + b": SESAME\r\n\r\n", "the connection failed"),
    "a header with a zero": (OK + b"X: a\x00b\r\n\r\n", "the connection failed"),
    "two lengths": (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", "the connection failed"),
    "a length below nothing": (OK + b"Content-Length: -5\r\n\r\nhello", "the connection failed"),
    "a length that is long": (OK + b"Content-Length: 50\r\n\r\nhello", "the answer broke off"),
    "a length in the sky": (OK + b"Content-Length: " + b"9" * 400 + b"\r\n\r\nhello", "the "),
    "an unknown coding": (OK + b"Transfer-Encoding: SESAME\r\n\r\nhello", "the connection failed"),
    "chunks of garbage": (CHUNKED + b"SESAME\r\nhello\r\n", "the answer broke off"),
    "chunks in the sky": (CHUNKED + b"f" * 100 + b"\r\nhello\r\n", "the answer broke off"),
    "chunks without an end": (CHUNKED + b"5\r\nhello\r\n", "the answer broke off"),
    "a chunk that lies": (CHUNKED + b"5\r\nhello hello\r\n0\r\n\r\n", "the answer broke off"),
    "nothing after 100": (b"HTTP/1.1 100 Continue\r\n\r\n" * 3, "the connection failed"),
    "another protocol from here": (
        b"HTTP/1.1 101 OK\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        "the connection failed",
    ),
    "no gzip": (GZIP + b"hello", "the answer is no gzip, though it says so"),
    "half a gzip": (GZIP + PACKED[: len(PACKED) // 2], "the answer broke off"),
    "a gzip of nothing": (GZIP, "the answer broke off"),
    "a gzip without its sum": (GZIP + PACKED[:-8], "the answer broke off"),
    "a gzip with another sum": (GZIP + PACKED[:-8] + bytes(8), "the answer is no gzip"),
    "more after a gzip": (GZIP + PACKED + b"hello", "the answer is no gzip"),
    "half a gzip after a gzip": (GZIP + PACKED + PACKED[:-1], "the answer broke off"),
    "brotli": (OK + b"Content-Encoding: br\r\n\r\nhello", "encoded in a way that was not asked for"),
    "a coding of its own": (OK + b"Content-Encoding: SESAME\r\n\r\nhello", "encoded in a way"),
    "gzip in gzip": (OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + PACKED, "encoded in a way"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_an_error_of_the_source(name: str) -> None:
    """Whatever a server says, SourceError is what comes of it, and its connection is closed."""
    answer, expected = BROKEN[name]
    with Odd(says(answer, then_close=True)) as server:
        error = refused(fetcher(server.url), server.url)
    assert str(error).startswith("odd: ")
    assert expected in str(error)
    assert len(server.heads) == (3 if "connection failed" in str(error) else 1)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_an_error_of_the_source_or_a_page(seed: int) -> None:
    """Sound answers with some bytes changed at random raise nothing but SourceError."""
    dice = random.Random(seed)
    sound = dice.choice([SOUND, CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", GZIP + PACKED])

    def answer(connection: socket.socket) -> None:
        noisy = bytearray(sound)
        for _ in range(dice.randrange(1, 6)):
            noisy[dice.randrange(len(noisy))] = dice.randrange(256)
        says(bytes(noisy), then_close=True)(connection)

    with Odd(answer) as server, fetcher(server.url) as fetch:
        for _ in range(10):
            with contextlib.suppress(SourceError):
                fetch.get(server.url, accept="*/*", missing=True)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"\r\nhello", b"hello"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + SOUND, b"hello"),
        (CHUNKED + b"2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n", b"hello"),
        (GZIP + PACKED + gzip.compress(b"and more"), b"hello" * 1000 + b"and more"),
        (GZIP.replace(b"gzip", b"X-GZIP") + PACKED, b"hello" * 1000),
        (OK + b"Content-Length: 3\r\n\r\nhello", b"hel"),
    ],
)
def test_an_odd_answer_that_is_sound_is_read(answer: bytes, body: bytes) -> None:
    """No length, an old version, hints before it, trailers, one gzip after another; a short length is believed."""
    with Odd(says(answer, then_close=True)) as server, fetcher(server.url) as fetch:
        page = fetch.get(server.url, accept="*/*")
        assert page is not None
        assert page.body == body


def test_a_connection_goes_on_after_what_went_well_alone() -> None:
    """Two good pages share one; what is left over after a short length is no answer to the next request."""
    answers = iter([SOUND, SOUND, OK + b"Content-Length: 2\r\n\r\nhello", SOUND, SOUND, b"SESAME\r\n\r\n", SOUND])
    connections = set()

    def answer(connection: socket.socket) -> None:
        connections.add(connection)
        connection.sendall(next(answers))

    with Odd(answer) as server, fetcher(server.url) as fetch:
        pages = [fetch.get(server.url, accept="*/*") for _ in range(5)]
        assert [page.body for page in pages if page] == [b"hello", b"hello", b"he", b"hello", b"hello"]
        assert len(server.heads) == 7
        assert len(connections) == 3


@pytest.mark.parametrize("answer", [hangs, resets], ids=["hangs", "resets"])
def test_a_server_that_gives_nothing_is_tried_three_times(answer: Callable[[socket.socket], None]) -> None:
    """Each try ends in its time."""
    with Odd(answer) as server:
        error = refused(fetcher(server.url, request_s=0.1 if answer is hangs else 30), server.url)
    assert len(server.heads) == 3
    assert error.again
    assert "no answer within 0.1 s" in str(error) if answer is hangs else "the connection failed" in str(error)


DRIPPING = {
    "a body": drips(OK + b"Content-Length: 100000\r\n\r\n", b"a"),
    "a body of no length": drips(OK + b"Connection: close\r\n\r\n", b"a"),
    "chunks": drips(CHUNKED, b"1\r\na\r\n"),
    "the size of a chunk": drips(CHUNKED + b"1;", b"a"),
    "trailers": drips(CHUNKED + b"0\r\nX: ", b"a"),
    "a gzip of nothing": drips(GZIP + gzip.compress(b"")[:10], b"\x00\x00\x00\xff\xff"),
    "a status line": drips(b"HTTP/1.1 200 ", b"a"),
    "a head": drips(OK + b"X: ", b"a"),
    "hints": drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("name", DRIPPING)
def test_who_drips_is_cut_off(name: str) -> None:
    """A byte now and then keeps no request beyond its time, be it of the head or of the body."""
    with Odd(DRIPPING[name]) as server:
        error = refused(fetcher(server.url, request_s=0.2), server.url)
    assert error.again
    assert "the answer took too long to arrive" in str(error) or "no answer within 0.2 s" in str(error)


@pytest.mark.parametrize("name", ["a body", "a head", "hints"])
def test_who_drips_is_cut_off_by_the_deadline_and_by_a_stop(name: str) -> None:
    """However long one answer may take: the deadline of the whole reading comes first, and a stop is heard at once."""
    with Odd(DRIPPING[name]) as server:
        error = refused(fetcher(server.url, deadline=Deadline(0.3, clock=now, sleep=None)), server.url)
        assert "took too long" in str(error) or "the deadline of 0.3 s for the whole reading is over" in str(error)
    assert len(server.heads) <= 1
    deadline = Deadline(600, clock=now, sleep=None)

    def stops(connection: socket.socket) -> None:
        deadline.stop()
        DRIPPING[name](connection)

    with Odd(stops) as server:
        error = refused(fetcher(server.url, deadline=deadline), server.url)
        assert "took too long" in str(error) or "the reading was stopped" in str(error)
    assert len(server.heads) == 1


@pytest.mark.parametrize("packed", [PACKED, b""], ids=["after a gzip", "that unpacks to nothing"])
def test_what_arrives_is_bounded_too(packed: bytes) -> None:
    """A stream of empty gzips, or one gzip of empty blocks, stands for no byte and is still cut at the bound."""
    deflate = zlib.compressobj(wbits=31)
    endless = gzip.compress(b"") * 2000 if packed else b"\x00\x00\x00\xff\xff" * 10_000
    begun = packed or deflate.compress(b"") + deflate.flush(zlib.Z_SYNC_FLUSH)

    def answer(connection: socket.socket) -> None:
        connection.sendall(GZIP + begun)
        while True:
            connection.sendall(endless)

    with Odd(answer) as server:
        assert "longer than 1 MB" in str(refused(fetcher(server.url), server.url))


def test_a_bomb_that_arrives_in_one_piece_is_not_unpacked_at_once() -> None:
    """Half a gigabyte in half a megabyte: no more of it is held than a piece."""
    deflate = zlib.compressobj(wbits=31)
    bomb = b"".join(deflate.compress(bytes(MEGABYTE)) for _ in range(500)) + deflate.flush()
    with Odd(says(GZIP + bomb, then_close=True)) as server:
        tracemalloc.start()
        try:
            error = refused(fetcher(server.url), server.url, 2 * MEGABYTE)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert str(error) == "odd: the answer is longer than 2 MB"
    assert peak < 8 * MEGABYTE


def test_tls_is_always_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody vouches for this server: it is refused though it is configured, and not asked for the page.

    With its authority trusted it is read by its own name, and by another it is refused.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "relay.pem")
    with Odd(says(SOUND), tls=context) as server:
        error = refused(fetcher(server.url), server.url)
        assert (str(error), error.again) == ("odd: its certificate is not valid", False)
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
        with monkeypatch.context() as elsewhere:
            there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]
            elsewhere.setattr(socket, "getaddrinfo", lambda *_, **__: there)
            other = server.url.replace("localhost", "feed.example.org")
            assert str(refused(fetcher(other), other)) == "odd: its certificate is not valid"
        assert server.heads == []
        with fetcher(server.url) as fetch:
            assert fetch.get(server.url, accept="*/*") is not None
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/SESAME.pem")
    error = refused(fetcher(server.url), server.url)
    assert "certificates cannot be used (FileNotFoundError)" in str(error)


def test_no_redirect_leads_out_of_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even to an origin that is configured: who reads along could write it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "relay.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
    with Odd(says(SOUND)) as plain:
        moved = f"HTTP/1.1 302 Found\r\nLocation: {plain.url}\r\nContent-Length: 0\r\n\r\n".encode()
        with Odd(says(moved), tls=context) as server:
            assert "from https to http" in str(refused(fetcher(server.url, plain.url), server.url))
        assert plain.heads == []


def test_a_proxy_is_asked_for_what_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, which is not resolved here; private places are refused before, and redirects to them as well."""
    resolve = socket.getaddrinfo

    def getaddrinfo(name: str, *rest: Any, **more: Any) -> Any:
        assert name == "127.0.0.1", "a name was resolved here"
        return resolve(name, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    answers = itertools.chain([SOUND, moved], itertools.repeat(b"HTTP/1.1 407 SESAME\r\nContent-Length: 0\r\n\r\n"))
    with Odd(lambda connection: connection.sendall(next(answers))) as proxy:
        monkeypatch.setenv("http_proxy", f"http://me:SESAME@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("https_proxy", f"http://me:SESAME@127.0.0.1:{proxy.port}")
        for private in ("http://10.0.0.1/", "http://2852039166/", "https://[::ffff:a00:1]/", "http://intranet/"):
            assert "private" in str(refused(fetcher(), private))
        assert proxy.heads == []
        with fetcher(onward=PUBLIC) as fetch:
            assert fetch.get("http://feed.example.org/a?key=SESAME", accept="*/*") is not None
        assert proxy.heads[0].startswith(b"GET http://feed.example.org/a?key=SESAME HTTP/1.1\r\n")
        assert b"\r\nHost: feed.example.org\r\n" in proxy.heads[0]
        assert b"\r\nproxy-authorization: basic " in proxy.heads[0].lower()
        assert "private address" in str(refused(fetcher(onward=PUBLIC), "http://feed.example.org/b"))
        assert "HTTP 407" in str(refused(fetcher(onward=PUBLIC), "http://feed.example.org/c"))
        assert "(ProxyError)" in str(refused(fetcher(onward=PUBLIC), "https://feed.example.org/d"))
        assert proxy.heads[-1].startswith(b"CONNECT feed.example.org:443 HTTP/1.1\r\n")
    monkeypatch.setenv("http_proxy", "socks5://me:SESAME@127.0.0.1:1")
    assert "proxy or certificates cannot be used" in str(refused(fetcher(onward=PUBLIC), "http://feed.example.org/"))


def test_tls_is_verified_through_a_proxy_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who answers at the far end of a tunnel proves its name, or is refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "relay.pem")
    beyond: list[bytes] = []

    def tunnel(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as inner:
            beyond.append(inner.recv(1))

    with Odd(tunnel) as proxy:
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy.port}")
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
        error = refused(fetcher(onward=PUBLIC), "https://feed.example.org/")
    assert str(error) == "odd: its certificate is not valid"
    assert beyond == []


# ---------------------------------------------------------------------------------------------------------------------

Reading = Callable[[Fetcher, Span], Iterator[Entry | Volume]]


class Told:
    """A source that reads as it is told."""

    def __init__(self, name: str, reading: Reading) -> None:
        self.profile = Profile(name, "P", "A", Kind.MEDIA, "B", "es", "Europe/Madrid")
        self.read = reading


def entry(number: int, title: str = "ALIA", *, dated: bool = True) -> Entry:
    stated = (StatedDate(Where.PUBLISHED, START, ""),) if dated else ()
    return Entry("s", f"https://example.org/{number}", title, None, stated, "0" * 64, Kind.MEDIA, text="x" * 500)


def job(name: str, reading: Reading, *urls: str, backfill: bool = False, **known: Validator) -> Job:
    return Job(Told(name, reading), urls, Phrases(("ALIA",)), Span(DAY, DAY, backfill), {**known})


def gathered(
    jobs: Sequence[Job], *, deadline_s: float = 60, request_s: float = 30, stopping: threading.Event | None = None
) -> list[SourceReading]:
    return gather(
        jobs,
        contact="x",
        deadline_s=deadline_s,
        request_timeout_s=request_s,
        pause_s=0,
        clock=now,
        stopping=stopping,
    )


def page_of(url: str) -> Reading:
    """Two entries, with a page before each."""

    def read(fetch: Fetcher, span: Span) -> Iterator[Entry]:
        for number in range(2):
            fetch.get(url, accept="*/*")
            yield entry(number)

    return read


def breaking(error: BaseException, url: str = "") -> Reading:
    def read(fetch: Fetcher, span: Span) -> Iterator[Entry]:
        if url:
            fetch.get(url, accept="*/*")
        yield entry(1)
        raise error

    return read


def test_what_breaks_in_one_source_stays_in_it() -> None:
    """A bug, a hang, a drip, a bad address: every job has its reading, in order, and the sound ones are whole."""
    with Odd(says(SOUND)) as sound, Odd(hangs) as silent, Odd(DRIPPING["a head"]) as dripping:
        readings = gathered(
            [
                job("hang", page_of(silent.url), silent.url),
                job("sound", page_of(sound.url), sound.url),
                job("bug", breaking(TypeError("SESAME"), sound.url), sound.url),
                job("deep", breaking(RecursionError("SESAME"))),
                job("source", breaking(SourceError("source", "said so", again=True))),
                job("address", page_of(sound.url), "http://me:SESAME@localhost/"),
                job("drip", page_of(dripping.url), dripping.url),
                job("no reader", None),  # type: ignore[arg-type]
                job("again", page_of(sound.url), sound.url),
            ],
            deadline_s=3,
            request_s=1,
        )
    names = ["hang", "sound", "bug", "deep", "source", "address", "drip", "no reader", "again"]
    assert [reading.source for reading in readings] == names
    by_name = {reading.source: reading for reading in readings}
    for name, reading in by_name.items():
        whole = name in ("sound", "again")
        assert (reading.error is None) is whole
        assert (len(reading.found), list(reading.learnt)) == ((2, [sound.url]) if whole else (reading.entries, []))
        assert "SESAME" not in str(reading.error)
    assert str(by_name["bug"].error) == "bug: its adapter broke (TypeError): please report it"
    assert by_name["bug"].entries == by_name["source"].entries == len(by_name["source"].found) == 1
    assert [by_name[name].requests for name in ("sound", "bug", "address")] == [2, 1, 0]


def test_who_never_comes_to_an_end_is_ended_by_the_deadline() -> None:
    """A source that gives entry after entry keeps what is good of them, and says that the time was over."""

    def read(fetch: Fetcher, span: Span) -> Iterator[Entry]:
        yield entry(0)
        yield from (entry(number, "Otra cosa") for number in itertools.count(1))

    (reading,) = gathered([job("endless", read)], deadline_s=0.5)
    assert str(reading.error) == "endless: the deadline of 0.5 s for the whole reading is over"
    assert (len(reading.found), reading.entries > 1) == (1, True)


def test_who_does_not_end_is_left_behind_and_writes_nothing_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others' readings are given, the missing one is an error, and what comes of it later changes neither."""
    monkeypatch.setattr("alia_watch.pipeline.gather.GRACE_S", 0.1)
    released, after = threading.Event(), list[str]()

    def read(fetch: Fetcher, span: Span) -> Iterator[Entry]:
        released.wait(60)
        with pytest.raises(SourceError, match="stopped"):
            fetch.get("http://localhost:1/", accept="*/*")
        after.append("asked for nothing")
        yield entry(1)

    with Odd(says(SOUND)) as sound:
        readings = gathered([job("stuck", read), job("sound", page_of(sound.url), sound.url)], deadline_s=1)
    before = list(readings)
    assert str(readings[0].error) == "stuck: it did not end in time"
    assert (readings[0].found, len(readings[1].found)) == ((), 2)
    (thread,) = (each for each in threading.enumerate() if each.name == "stuck")
    released.set()
    thread.join(60)
    assert (readings, after) == (before, ["asked for nothing"])


def test_who_does_not_hear_a_stop_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much time there was: a stop waits for nobody for long."""
    monkeypatch.setattr("alia_watch.pipeline.gather.GRACE_S", 0.1)
    stopping, released = threading.Event(), threading.Event()

    def read(fetch: Fetcher, span: Span) -> Iterator[Entry]:
        stopping.set()
        released.wait()
        yield entry(1)

    (reading,) = gathered([job("deaf", read)], deadline_s=3600, stopping=stopping)
    assert str(reading.error) == "deaf: it did not end in time"
    (thread,) = (each for each in threading.enumerate() if each.name == "deaf")
    released.set()
    thread.join()


@pytest.mark.parametrize("answer", [hangs, DRIPPING["a body"], DRIPPING["hints"]], ids=["hang", "body", "hints"])
def test_a_stop_ends_every_reading_soon(answer: Callable[[socket.socket], None]) -> None:
    """However much time is left: the sockets that are waited for are cut, and what was whole before is kept."""
    stopping = threading.Event()

    def stop(connection: socket.socket) -> None:
        stopping.set()
        answer(connection)

    with Odd(stop) as silent:
        given = iter([entry(1)])
        readings = gathered(
            [job("done", lambda _fetch, _span: given), job("silent", page_of(silent.url), silent.url)],
            deadline_s=3600,
            request_s=600,
            stopping=stopping,
        )
    assert (readings[0].error, len(readings[0].found)) == (None, 1)
    assert "did not end" not in str(readings[1].error)
    assert len(silent.heads) == 1


def test_after_a_stop_nothing_is_begun() -> None:
    """Nobody is asked for anything."""
    stopping = threading.Event()
    stopping.set()
    with Odd(says(SOUND)) as sound:
        (reading,) = gathered([job("sound", page_of(sound.url), sound.url)], stopping=stopping)
    assert str(reading.error) == "sound: the reading was stopped"
    assert sound.heads == []


class Held(str):
    """The text of an entry, which counts how many of it there are."""

    __slots__ = ()
    there: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __new__(cls, text: str) -> Self:
        cls.there += 1
        cls.most = max(cls.most, cls.there)
        return super().__new__(cls, text)

    def __del__(self) -> None:
        type(self).there -= 1


@pytest.mark.parametrize(("entries", "dated"), [(50_000, True), (2 * MOST_UNDATED, False)])
def test_what_is_not_watched_is_let_go(entries: int, dated: bool) -> None:
    """Of 50,000 entries about other things one or two are there at a time; of the undated some keys are kept."""
    given = (replace(entry(number, "Otra", dated=dated), text=Held("cosa")) for number in range(entries))
    Held.most = 0
    (reading,) = gathered([job("many", lambda _fetch, _span: given)])
    assert (reading.entries, reading.found, reading.error) == (entries, (), None)
    assert len(reading.undated) == (0 if dated else MOST_UNDATED)
    assert 0 < Held.most <= 3


def test_too_many_that_match_are_told() -> None:
    """The phrases are too wide: none is taken, and the rest is not read."""
    given = (entry(number) for number in itertools.count())
    (reading,) = gathered([job("wide", lambda _fetch, _span: given)])
    assert reading.error is not None
    assert (str(reading.error), reading.error.again) == (
        f"wide: more than {MOST_FOUND} entries match: none was taken",
        False,
    )
    assert reading.found == ()
    assert next(given).key.endswith(f"/{MOST_FOUND + 1}")


def test_days_that_never_end_are_told() -> None:
    """A source that counts articles of more days than there can be."""
    given = (Volume("s", DAY, number) for number in itertools.count())
    (reading,) = gathered([job("days", lambda _fetch, _span: given)])
    assert str(reading.error) == "days: it counts more than 20000 days"


def test_a_back_fill_asks_for_everything_anew() -> None:
    """What was read before is asked for by its version in a daily reading, and whole in a back-fill."""
    with Odd(says(SOUND)) as sound:
        for backfill in (False, True):
            known = {sound.url: Validator('"0"', "")}
            gathered([job("sound", page_of(sound.url), sound.url, backfill=backfill, **known)])
    assert [b'If-None-Match: "0"' in head for head in sound.heads] == [True, True, False, False]
