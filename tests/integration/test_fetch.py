"""Pages of a source over real HTTP: asked for politely, only where they may be, and never longer than they may be."""

import socket
import threading
import time
import tracemalloc
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import pytest

from alia_bot.demo.hub_faults import Cut, Page, Reset, Status
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.press_faults import Endless, GzipBomb, PressFault, Redirect, Redirects
from alia_bot.demo.press_world import Document, StillPress
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.errors import SourceError
from alia_watch.sources.fetch import Fetcher, Validator
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline, OutOfTime

START = datetime(2026, 1, 26, 12, tzinfo=UTC)
MODIFIED = "Sun, 25 Jan 2026 12:00:00 GMT"
PAGE = Document("<feed>Á</feed>".encode() * 5000, "application/xml; charset=utf-8", START - timedelta(days=1))
VERSION = Validator(PAGE.etag, MODIFIED)
PUBLIC, PUBLIC_2 = "93.184.215.14", "93.184.215.15"
MEGABYTE = 2**20


@dataclass
class Bench:
    """A stand-in press with two pages, and fetchers that read it on a simulated clock."""

    press: PressStandIn
    clock: SimulatedClock
    opened: list[Fetcher] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.press.url}/feed?key=SESAME"

    def fetcher(
        self,
        known: Mapping[str, Validator] | None = None,
        *,
        pace: Pace | None = None,
        deadline_s: float = 600,
        request_s: float = 60,
        configured: Collection[str] | None = None,
        onward: Collection[str] = (),
    ) -> Fetcher:
        self.opened.append(
            Fetcher(
                "a-source",
                (self.url,) if configured is None else configured,
                onward=onward,
                contact="https://example.org/who",
                deadline=Deadline(deadline_s, clock=self.clock, sleep=self.clock.sleep),
                pace=pace or Pace(self.clock, 0),
                clock=self.clock,
                known=known,
                request_s=request_s,
            )
        )
        return self.opened[-1]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    clock = SimulatedClock(START)
    with PressStandIn(StillPress({"/feed?key=SESAME": PAGE, "/other?*": PAGE}), clock) as press:
        made = Bench(press, clock)
        yield made
        for each in made.opened:
            each.close()


def get(fetch: Fetcher, url: str, most_bytes: int = 4 * MEGABYTE) -> bytes | None:
    page = fetch.get(url, accept="application/xml", most_bytes=most_bytes)
    return None if page is None else page.body


def refused(fetch: Fetcher, url: str, most_bytes: int = 4 * MEGABYTE) -> SourceError:
    """The error of a page that cannot be had, which tells nothing that it should not."""
    with pytest.raises(SourceError) as caught:
        fetch.get(url, accept="application/xml", most_bytes=most_bytes)
    said = f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert said.startswith("a-source: ")
    assert said.count("a-source") == 1
    assert not any(word in said for word in ("SESAME", "key", "127.0.0.1:", "break", "<", "Á")), said
    return caught.value


def test_a_page_is_asked_for_by_name_and_by_its_version(bench: Bench) -> None:
    """The agent says who reads; what was read whole is asked for again by what it said of its version."""
    first = bench.fetcher()
    page = first.get(bench.url, accept="application/xml")
    assert page is not None
    assert (page.url, page.body, page.sha256) == (bench.url, PAGE.body, sha256(PAGE.body).hexdigest())
    assert (page.content_type, page.charset) == ("application/xml", "utf-8")
    assert first.learnt == {bench.url: VERSION}
    second = bench.fetcher(first.learnt)
    assert get(second, bench.url) is None
    assert second.learnt == {bench.url: VERSION}
    assert second.get(bench.url, accept="*/*", conditional=False) is not None
    asked = [(each.status, each.if_none_match, each.if_modified_since) for each in bench.press.requests]
    assert asked == [(200, "", ""), (304, VERSION.etag, VERSION.last_modified), (200, "", "")]
    assert [each.accept for each in bench.press.requests] == ["application/xml", "application/xml", "*/*"]
    assert all(each.user_agent.endswith(" (+https://example.org/who)") for each in bench.press.requests)
    assert bench.press.violations == []
    assert not any(thread.name == "watch" for thread in threading.enumerate())


@pytest.mark.parametrize(
    "fault",
    [Cut(), Reset(), Status(404), Status(304), Status(503), Status(302), Endless(3), GzipBomb(3), Redirects(9)],
    ids=lambda fault: f"{type(fault).__name__}{getattr(fault, 'code', '')}",
)
def test_a_page_that_fails_leaves_its_version_as_it_was(bench: Bench, fault: PressFault) -> None:
    """Nothing is learnt of it, the error tells nothing of the server's, and the next page is read all the same."""
    bench.press.always("/feed", fault)
    fetch = bench.fetcher({f"{bench.press.url}/other": VERSION})
    refused(fetch, bench.url, MEGABYTE)
    assert fetch.learnt == {}
    assert get(fetch, f"{bench.press.url}/other?a") == PAGE.body
    assert list(fetch.learnt) == [f"{bench.press.url}/other?a"]


def test_a_version_is_learnt_of_what_was_read_to_its_end_alone(bench: Bench) -> None:
    """Not of an answer that its reader left in the middle, nor where the reader passed over its error."""
    fetch = bench.fetcher()
    with fetch.stream(bench.url, accept="*/*", most_bytes=MEGABYTE) as stream:
        assert stream is not None
        assert stream.read(10) == PAGE.body[:10]
    assert fetch.learnt == {}
    with fetch.stream(bench.url, accept="*/*", most_bytes=1000) as stream:
        assert stream is not None
        for _ in range(2):  # an end that was never reached is none when it is asked for again
            with pytest.raises(SourceError, match="longer than 1000 bytes"):
                stream.read()
    assert fetch.learnt == {}
    with fetch.stream(bench.url, accept="*/*", most_bytes=MEGABYTE) as stream:
        assert stream is not None
        pieces = list(iter(lambda: stream.read(999), b""))
        assert (b"".join(pieces), stream.size, stream.whole) == (PAGE.body, len(PAGE.body), True)
        assert stream.sha256 == sha256(PAGE.body).hexdigest()
    assert fetch.learnt == {bench.url: VERSION}


@pytest.mark.parametrize("etag", ['"é"', f'"{"x" * 5000}"', '"\t"'])
def test_a_version_that_cannot_be_sent_back_is_not_learnt(bench: Bench, etag: str) -> None:
    """The other half of it is; and one that was stored before does no harm."""
    bench.press.script("/feed", Status(200, {"ETag": etag, "Last-Modified": MODIFIED}, b"x"))
    fetch = bench.fetcher({bench.url: Validator(etag, "a\nb")})
    assert get(fetch, bench.url) == b"x"
    assert fetch.learnt == {bench.url: Validator("", MODIFIED)}
    assert (bench.press.requests[0].if_none_match, bench.press.requests[0].if_modified_since) == ("", "")
    assert get(bench.fetcher(fetch.learnt), bench.url) is None


@pytest.mark.parametrize("fault", [Endless(500), GzipBomb(500)], ids=lambda fault: type(fault).__name__)
def test_half_a_gigabyte_ends_at_the_bound(bench: Bench, fault: PressFault) -> None:
    """Plain or as a bomb of gzip: no more is held than the bound and a little, here and in the stand-in together."""
    bench.press.always("/feed", fault)
    fetch = bench.fetcher()
    tracemalloc.start()
    try:
        error = refused(fetch, bench.url, 2 * MEGABYTE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (str(error), error.again) == ("a-source: the answer is longer than 2 MB", False)
    assert peak < 12 * MEGABYTE
    assert len(bench.press.requests) == 1


def test_the_bound_itself_is_not_too_long(bench: Bench) -> None:
    """A page of just so many bytes is read; with one less allowed it is not."""
    fetch = bench.fetcher()
    assert get(fetch, bench.url, len(PAGE.body)) == PAGE.body
    refused(fetch, bench.url, len(PAGE.body) - 1)


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_three_times(bench: Bench, code: int) -> None:
    """The third try is read; where that fails too, it is given up and may be tried again another day."""
    fetch = bench.fetcher()
    bench.press.script("/feed", Status(code), Status(code))
    assert get(fetch, bench.url) == PAGE.body
    assert bench.clock.slept == [2, 8]
    bench.press.always("/feed", Status(code))
    error = refused(fetch, bench.url)
    assert (str(error), error.again) == (f"a-source: HTTP {code}", True)
    assert fetch.requests == len(bench.press.requests) == 6


@pytest.mark.parametrize("code", [201, 204, 206, 300, 302, 304, 400, 401, 403, 404, 410, 451, 501])
def test_what_will_not_pass_is_tried_once(bench: Bench, code: int) -> None:
    """Every other status is an error, whatever page comes with it; and none where a missing page is an answer."""
    bench.press.always("/feed", Status(code, body=b"" if code in (204, 304) else b"SESAME"))
    fetch = bench.fetcher()
    error = refused(fetch, bench.url)
    assert (str(error), error.again, len(bench.press.requests)) == (f"a-source: HTTP {code}", False, 1)
    if code in (404, 410):
        assert fetch.get(bench.url, accept="*/*", missing=True) is None


def test_an_error_page_that_calls_itself_sound_is_passed_on(bench: Bench) -> None:
    """Whether it is the right page, the adapter judges; a charset that cannot be read is none."""
    bench.press.script("/feed", Page(content_type="text/html;charset*0*=a'b'c; x'utf-8;charset*"))
    page = bench.fetcher().get(bench.url, accept="*/*")
    assert page is not None
    assert (page.content_type, page.charset) == ("text/html", None)
    assert b"having a break" in page.body


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_honoured_in_both_forms(bench: Bench, code: int) -> None:
    """In seconds, and as a date."""
    date = format_datetime(START + timedelta(seconds=100), usegmt=True)
    bench.press.script("/feed", Status(code, {"Retry-After": "90"}), Status(code, {"Retry-After": date}))
    assert get(bench.fetcher(), bench.url) == PAGE.body
    assert bench.clock.slept == [90, 10]


@pytest.mark.parametrize("said", ["soon", "-5", "1.5", "Fri, 99 Jan 2026 99:99:99", "1 Jan 99999999999 0:0 GMT", "²"])
def test_a_senseless_retry_after_is_no_harm(bench: Bench, said: str) -> None:
    """The usual wait is kept."""
    bench.press.script("/feed", Status(503, {"Retry-After": said}))
    assert get(bench.fetcher(), bench.url) == PAGE.body
    assert bench.clock.slept == [2]


def test_a_wait_beyond_the_deadline_is_not_begun(bench: Bench) -> None:
    """A server that asks for an hour, or for ever, ends the reading of it at once."""
    for said in ("3600", "9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT"):
        bench.press.script("/feed", Status(503, {"Retry-After": said}))
        error = refused(bench.fetcher(), bench.url)
        assert str(error) == "a-source: HTTP 503; that is beyond the deadline of 600 s for the whole reading"
        assert error.again
    assert bench.clock.slept == []


def test_a_wait_does_not_count_for_the_answer_after_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer has its whole time from when it was asked for, however long the server let us wait before."""
    gone, stopwatch = [0.0], time.monotonic

    def wait(seconds: float) -> None:
        bench.clock.sleep(seconds)
        gone[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: stopwatch() + gone[0])
    deadline = Deadline(600, clock=bench.clock, sleep=wait)
    bench.press.script("/feed", Status(503, {"Retry-After": "90"}))
    with Fetcher("s", [bench.url], contact="x", deadline=deadline, pace=Pace(bench.clock, 70), clock=bench.clock) as f:
        assert get(f, bench.url) == PAGE.body
        assert get(f, bench.url) == PAGE.body
    assert bench.clock.slept == [90, 70]


def test_after_the_deadline_or_a_stop_nothing_is_asked(bench: Bench) -> None:
    """The error says which."""
    late, stopped = bench.fetcher(deadline_s=5), bench.fetcher()
    bench.clock.sleep(5)
    assert "the deadline of 5 s for the whole reading is over" in str(refused(late, bench.url))
    stopped._deadline.stop()
    assert "the reading was stopped" in str(refused(stopped, bench.url))
    assert bench.press.requests == []


def test_a_host_is_asked_once_in_a_while_by_all_sources_together(bench: Bench) -> None:
    """Two sources at one host take turns, redirects too; another host waits for none of them."""
    pace = Pace(bench.clock, 3)
    here, there = bench.url, bench.url.replace("127.0.0.1", "localhost")
    one, two = (bench.fetcher(pace=pace, configured=(here, there)) for _ in range(2))
    bench.press.script("/other", Redirect(bench.url))
    get(one, here)
    get(two, there)
    get(two, here)
    get(one, f"{bench.press.url}/other")
    get(two, there)
    assert [(each.at - START).seconds for each in bench.press.requests] == [0, 0, 3, 6, 9, 9]


def test_a_turn_is_each_threads_own() -> None:
    """Twenty threads that ask at one instant get twenty turns."""
    waits: list[float] = []
    pace, deadline = Pace(lambda: START, 3), Deadline(600, clock=lambda: START, sleep=waits.append)
    threads = [threading.Thread(target=pace.take_turn, args=("x.org", deadline)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [3 * number for number in range(1, 20)]


@pytest.mark.parametrize("back", [timedelta(seconds=-20), timedelta(days=-3), timedelta(days=3)])
def test_a_clock_that_is_set_makes_nobody_wait_longer(back: timedelta) -> None:
    """Set back, the turns that were given stand as far away as they did; set forward, they are over."""
    clock, waits = SimulatedClock(START), list[float]()
    pace, deadline = Pace(clock, 3), Deadline(10**6, clock=clock, sleep=waits.append)
    for _ in range(3):
        pace.take_turn("x.org", deadline)
    clock.set(START + back)
    pace.take_turn("x.org", deadline)
    pace.take_turn("x.org", deadline)
    assert waits == ([3, 6, 9, 12] if back < timedelta(0) else [3, 6, 3])


def test_who_cannot_wait_for_a_turn_takes_none() -> None:
    """The next one has it."""
    waits: list[float] = []
    pace = Pace(lambda: START, 3)
    hasty, calm = (Deadline(seconds, clock=lambda: START, sleep=waits.append) for seconds in (2, 600))
    pace.take_turn("x.org", calm)
    for _ in range(9):
        with pytest.raises(OutOfTime, match="another request to this host comes first"):
            pace.take_turn("x.org", hasty)
    pace.take_turn("x.org", calm)
    assert waits == [3]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_five_redirects_are_followed_and_no_more(bench: Bench, code: int) -> None:
    """The sixth is an error, and so is the thirtieth; none of them is tried again."""
    bench.press.script("/feed", Redirects(5, code))
    assert get(bench.fetcher(), bench.url) == PAGE.body
    bench.press.script("/feed", Redirects(30, code))
    error = refused(bench.fetcher(), bench.url)
    assert (str(error), error.again) == ("a-source: more than 5 redirects, one after another", False)
    assert len(bench.press.requests) == 6 + 6


def test_a_page_is_called_by_where_it_was_in_the_end(bench: Bench) -> None:
    """Its address is that of the last redirect, and its version is remembered under the one that was asked for."""
    bench.press.script("/feed", Redirect("/other?x=1"))
    fetch = bench.fetcher()
    page = fetch.get(bench.url, accept="*/*")
    assert page is not None
    assert page.url == f"{bench.press.url}/other?x=1"
    assert list(fetch.learnt) == [bench.url]


@pytest.mark.parametrize(
    "onward",
    [
        "http://127.0.0.1:{other}/feed?key=SESAME",
        "http://localhost:{port}/feed",
        "http://localhost.:{port}/feed",
        "http://127.1:{port}/feed",
        "http://2130706433:{port}/feed",
        "http://[::ffff:127.0.0.1]:{port}/feed",
        "http://[64:ff9b::127.0.0.1]:{port}/feed",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://me:SESAME@127.0.0.1:{port}/feed",
        "http://%6cocalhost:{port}/feed",
        "//127.0.0.1:{other}/feed",
        "file:///etc/passwd",
        "buy-at-SESAME:now",
        "http://127.0.0.1:1{port}/feed",
        "http://[::1",
    ],
)
def test_a_redirect_to_a_private_place_is_refused(bench: Bench, onward: str) -> None:
    """Another port of the very host that is configured too. Nothing goes there, and no other try is made."""
    port = int(bench.press.url.rpartition(":")[2])
    with PressStandIn(StillPress({"/feed?*": PAGE}), bench.clock) as other:
        there = onward.format(port=port, other=other.url.rpartition(":")[2])
        bench.press.script("/feed", Redirect(there))
        error = refused(bench.fetcher(), bench.url)
        assert str(error).startswith("a-source: an address was not followed: ")
        assert not error.again
        assert (len(bench.press.requests), other.requests) == (1, [])
        if there.startswith("http://127.0.0.1:") and "{other}" in onward:
            bench.press.script("/feed", Redirect(there))
            assert get(bench.fetcher(configured=(bench.url, other.url)), bench.url) == PAGE.body


@dataclass
class Outside:
    """The world outside: what the resolver answers, and which address leads to the stand-in."""

    answers: list[list[str]]
    reached: list[str] = field(default_factory=list)
    dead: tuple[str, ...] = ()
    patience: list[float] = field(default_factory=list)


@pytest.fixture
def outside(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Outside:
    """`feed.example.org` is resolved as told; its public addresses are the stand-in, in place of the machine's way."""
    made, connect, resolve = Outside([]), socket.create_connection, socket.getaddrinfo

    def getaddrinfo(name: str, port: Any, *rest: Any, **more: Any) -> Any:
        if not name.endswith(".example.org"):
            return resolve(name, port, *rest, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in made.answers.pop(0)]

    def create_connection(address: tuple[str, int], timeout: float, **more: Any) -> socket.socket:
        made.reached.append(address[0])
        made.patience.append(timeout)
        if address[0] in made.dead:
            raise ConnectionRefusedError
        assert address[0] in (PUBLIC, PUBLIC_2)
        return connect(("127.0.0.1", address[1]), timeout, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", create_connection)
    return made


def test_the_address_that_was_judged_is_the_one_connected_to(bench: Bench, outside: Outside) -> None:
    """A name that answers a public address, and a moment later a loopback one, reaches no loopback server."""
    url = bench.url.replace("127.0.0.1", "feed.example.org")
    outside.answers = [[PUBLIC], ["127.0.0.1"], [PUBLIC, "127.0.0.1"], [PUBLIC_2]]
    fetch = bench.fetcher(onward=[url])
    assert get(fetch, url) == PAGE.body
    assert "private address 127.0.0.1" in str(refused(fetch, url))
    assert "private address 127.0.0.1" in str(refused(fetch, url))
    assert get(fetch, url) == PAGE.body
    assert outside.reached == [PUBLIC, PUBLIC_2]


def test_each_address_of_a_name_is_tried(bench: Bench, outside: Outside) -> None:
    """One that is dead costs no try, and no more than its share of the time; where all are, the connection failed."""
    url = bench.url.replace("127.0.0.1", "feed.example.org")
    outside.answers, outside.dead = [[PUBLIC, PUBLIC_2]] * 4, (PUBLIC,)
    fetch = bench.fetcher(onward=[url])
    assert get(fetch, url) == PAGE.body
    assert (outside.reached, bench.clock.slept) == ([PUBLIC, PUBLIC_2], [])
    assert outside.patience[0] <= 60 / 2 < outside.patience[1] <= 60
    fetch.close()
    outside.dead = (PUBLIC, PUBLIC_2)
    assert str(refused(fetch, url)) == "a-source: the connection failed (ConnectError)"
    assert len(outside.reached) == 2 + 2 * 3


def test_a_name_that_is_not_found_may_be_found_later(bench: Bench, outside: Outside) -> None:
    """A resolver that is away for a moment is asked three times."""
    outside.answers = [[], [], [PUBLIC], [], [], []]
    url = bench.url.replace("127.0.0.1", "feed.example.org")
    assert get(bench.fetcher(onward=[url]), url) == PAGE.body
    error = refused(bench.fetcher(onward=[url]), url)
    assert (error.again, bench.clock.slept) == (True, [2, 8, 2, 8])


@pytest.mark.parametrize("url", ["http://me:SESAME@127.0.0.1/", "ftp://127.0.0.1/", "http://[::1", "http://x:99999/"])
def test_a_configured_address_that_is_none_is_an_error_of_the_source(bench: Bench, url: str) -> None:
    """It says where to mend it, and does not repeat it."""
    with pytest.raises(SourceError) as caught:
        bench.fetcher(configured=(url,))
    assert (caught.value.hint, caught.value.again) == ("Mend its urls.", False)
    assert "SESAME" not in str(caught.value)


def test_a_source_may_ask_for_a_longer_pause_on_its_hosts() -> None:
    """Its second request waits that long, whoever asked first; another host waits for nobody."""
    clock = SimulatedClock(datetime(2026, 1, 26, tzinfo=UTC))
    deadline = Deadline(600, clock=clock, sleep=clock.sleep)
    pace = Pace(clock, 1)
    for name, pause in (("slow.example", 5), ("slow.example", 0), ("other.example", 0), ("other.example", 0)):
        pace.take_turn(name, deadline, pause)
    assert [seconds for seconds in clock.slept if seconds] == [5, 1]


def test_a_redirect_to_a_place_that_nobody_named_is_refused(bench: Bench, outside: Outside) -> None:
    """However public it is: its name is not even asked for. Where the configuration names it, it is followed."""
    here = bench.url.replace("127.0.0.1", "feed.example.org")
    there = bench.url.replace("127.0.0.1", "moved.example.org")
    for onward in (there, "http://moved.example.org/", "//94.184.215.14/", "http://[2606:4700::1]/"):
        outside.answers = [[PUBLIC]]
        bench.press.script("/feed", Redirect(onward))
        error = refused(bench.fetcher(configured=[here]), here)
        assert str(error).endswith("it leads to a place that the configuration does not name")
        assert "redirects_to" in error.hint
    assert (outside.answers, len(bench.press.requests)) == ([], 4)
    bench.press.script("/feed", Redirect(there), None, Redirect(there))
    outside.answers = [[PUBLIC], [PUBLIC_2], [PUBLIC], ["127.0.0.1"]]
    fetch = bench.fetcher(configured=[here], onward=[there])
    assert get(fetch, here) == PAGE.body
    assert "private address" in str(refused(fetch, here))  # it was named as where one may be led, not to be read
    assert outside.reached[4:6] == [PUBLIC, PUBLIC_2]
    assert set(outside.reached) == {PUBLIC, PUBLIC_2}
