"""The Hub away, wrong or slow: every request ends in time, is repeated as it should be, and nothing read is lost."""

import threading
import time
from datetime import timedelta
from email.utils import format_datetime

import pytest

from alia_bot.demo.hub_faults import Altered, Cut, Fault, Hang, Page, Reset, Slow, Status, UsedUp
from alia_watch.series.snapshot import State
from alia_watch.sources.hub import Hub
from alia_watch.sources.hub_pace import Pacer
from alia_watch.sources.patience import Deadline
from tests.integration.hub_bench import START, Bench, bench, by_id

PASSING: list[Fault] = [
    Status(408),
    Status(429),
    Status(500),
    Status(502),
    Status(503),
    Status(504),
    Page(),
    Page(b'{"id": "x/one", "downl', "application/json"),
    Page(b"[" * 100_000, "application/json"),
    Reset(),
    Cut(),
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{type(fault).__name__}-{getattr(fault, 'code', '')}")
def test_a_passing_failure_is_repeated_with_back_off(fault: Fault) -> None:
    """Twice in a row, and the third try is read: in a listing and for a single repo alike."""
    with bench("o/a", "x/one") as b:
        b.stand_in.script("author=o", fault, fault)
        b.stand_in.script("/x/one", fault, fault)
        reading = b.hub.read(["o"], ["x/one"])
        assert reading.complete
        assert reading.requests == len(b.stand_in.requests) == 6
        assert sorted(b.clock.slept) == [1, 1, 2, 2]


@pytest.mark.parametrize("fault", [Status(503), Page(), Reset()], ids=lambda fault: type(fault).__name__)
def test_a_lasting_failure_is_given_up_and_what_was_read_is_kept(fault: Fault) -> None:
    """After five tries the repo is unreadable with the reason, and the others are there."""
    with bench("o/a", "x/one", "x/two") as b:
        b.stand_in.always("/x/one", fault)
        reading = b.hub.read(["o"], ["x/one", "x/two"])
        assert sum(request.path.endswith("/x/one") for request in b.stand_in.requests) == 5
    repos = by_id(reading)
    assert {name: repo.state for name, repo in repos.items()} == {
        "o/a": State.PRESENT,
        "x/one": State.UNREADABLE,
        "x/two": State.PRESENT,
    }
    assert (repos["x/one"].detail or "").endswith("(5 tries)")
    assert not reading.complete


def test_the_first_page_is_kept_when_the_second_does_not_come() -> None:
    """A listing that breaks off keeps its pages, and calls nothing gone that a later page may have."""
    with bench(*(f"o/m-{n}" for n in range(6)), page_size=3) as b:
        b.stand_in.always("cursor=", Status(503))
        reading = b.hub.read(["o"], ["o/m-0", "o/m-5", "o/lost"])
    repos = by_id(reading)
    assert [name for name, repo in repos.items() if repo.state is State.PRESENT] == ["o/m-0", "o/m-1", "o/m-2"]
    assert (repos["o/m-5"].state, repos["o/lost"].state) == (State.UNREADABLE, State.UNREADABLE)
    assert repos["o/m-5"].detail == "the listing of o broke off: HTTP 503 (5 tries)"
    assert (reading.complete, reading.broken) == (False, ("o",))


def test_a_429_on_the_second_page_waits_for_the_window_and_goes_on_from_there() -> None:
    """The wait is what `RateLimit` says; the first page is not asked for again."""
    with bench(*(f"o/m-{n}" for n in range(6)), page_size=3) as b:
        b.stand_in.script("cursor=", UsedUp(55))
        reading = b.hub.read(["o"], [])
        assert [request.status for request in b.stand_in.requests] == [200, 429, 200]
        assert 55 <= sum(b.clock.slept) <= 57
    assert len(reading.repos) == 6
    assert reading.complete


@pytest.mark.parametrize("code", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(code: int, form: str) -> None:
    """Both forms of `Retry-After`, seconds and an HTTP date, set the wait."""
    value = "90" if form == "seconds" else format_datetime(START + timedelta(seconds=90), usegmt=True)
    with bench("x/one") as b:
        b.stand_in.script("/x/one", Status(code, {"Retry-After": value}))
        assert b.hub.read([], ["x/one"]).complete
        assert b.clock.slept == [90]


@pytest.mark.parametrize("value", ["", "soon", "-5", "Wed, 99 Oct 2015 07:28:00 GMT", "9" * 400])
def test_a_senseless_retry_after_is_survived(value: str) -> None:
    """Nonsense falls back to the usual back-off; an absurd wait meets the deadline."""
    with bench("x/one") as b:
        b.stand_in.script("/x/one", Status(503, {"Retry-After": value}))
        (repo,) = b.hub.read([], ["x/one"]).repos
    assert repo.state in (State.PRESENT, State.UNREADABLE)
    assert sum(b.clock.slept) <= 1


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    """A Hub that asks for an hour gets none of it: the reading ends at once, and says why."""
    with bench("x/one") as b:
        b.stand_in.always("/x/one", Status(503, {"Retry-After": "3600"}))
        (repo,) = b.hub.read([], ["x/one"]).repos
        assert b.clock.slept == []
        assert len(b.stand_in.requests) == 1
    assert repo.detail == (
        "HTTP 503; to be tried again in 3600 s; that is beyond the deadline of 1800 s for the whole reading"
    )


def test_the_deadline_bounds_the_whole_reading() -> None:
    """With every repo failing, the reading ends by its deadline, and each repo has a reason."""
    names = [f"x/m-{n:02}" for n in range(20)]
    with bench(*names) as b:
        b.stand_in.always("", Status(503, {"Retry-After": "20"}))
        reading = b.reader(deadline_s=100, threads=1).read([], names)
        assert b.clock() - START <= timedelta(seconds=100)
    assert [repo.repo_id for repo in reading.repos] == names
    assert all(repo.state is State.UNREADABLE and repo.detail for repo in reading.repos)


def test_when_the_hub_is_away_each_further_request_is_tried_once() -> None:
    """After three requests without an answer the rest are not repeated; a Hub that comes back is read again."""
    names = [f"x/m-{n:02}" for n in range(10)]
    with bench(*names) as b:
        b.world.closed = True
        reading = b.reader(threads=1).read([], names)
        assert len(b.stand_in.requests) == 3 * 5 + 7
        assert not reading.complete
        b.world.closed = False
        assert b.reader(threads=1).read([], names).complete


@pytest.mark.parametrize("fault", [Hang(), Slow(0.02)], ids=["hang", "slow body"])
def test_a_request_without_end_is_cut_off(fault: Fault) -> None:
    """Neither silence nor a body that drips holds a listing or a single repo; the client's own wait has no end."""
    with bench("o/a", "x/one") as b:
        b.stand_in.script("author=o", fault)
        b.stand_in.script("/x/one", fault)
        reading = b.reader(request_timeout_s=1).read(["o"], ["x/one"])
    assert reading.complete
    assert reading.requests == 4


def test_a_request_that_never_ends_well_says_so() -> None:
    """The reason names the wait, not the library's error alone."""
    with bench("x/one") as b:
        b.stand_in.always("/x/one", Hang())
        (repo,) = b.reader(request_timeout_s=0.05).read([], ["x/one"]).repos
    assert repo.detail == "no answer within 0.05 s (ReadTimeout) (5 tries)"


def test_a_hub_that_refuses_connections_is_an_ordinary_day() -> None:
    """Nobody listening: no error is raised, every repo is unreadable, and the listing is broken."""
    with bench() as b:
        url = b.stand_in.url
    hub = Hub(url, token=None, contact="t@example.org", clock=b.clock, sleep=b.clock.sleep)
    reading = hub.read(["o"], ["x/one"])
    assert reading.repos[0].detail == "the connection failed (ConnectError) (5 tries)"
    assert (reading.broken, reading.complete, reading.answers) == (("o",), False, ())


def test_a_name_that_does_not_resolve_is_an_ordinary_day() -> None:
    """A host that does not exist gives unreadable repos."""
    with bench() as b:
        hub = Hub("http://hub.invalid", token=None, contact="t@example.org", clock=b.clock, sleep=b.clock.sleep)
        assert hub.read([], ["x/one"]).repos[0].state is State.UNREADABLE


def test_a_watch_list_of_any_length_stays_inside_the_quota() -> None:
    """1,200 repos one by one under 500 in 5 minutes: no request is refused, and it takes the time estimated."""
    names = [f"x/m-{n:04}" for n in range(1200)]
    with bench(*names) as b:
        reading = b.hub.read([], names)
        assert reading.complete
        assert reading.requests == 1200
        assert {request.status for request in b.stand_in.requests} == {200}
        windows: dict[int, int] = {}
        for request in b.stand_in.requests:
            windows[int(request.at.timestamp()) // 300] = windows.get(int(request.at.timestamp()) // 300, 0) + 1
        assert max(windows.values()) <= 500
        assert b.clock() - START >= b.hub.estimate([], names).at_least - timedelta(seconds=300)
        assert b.clock() - START <= timedelta(minutes=15)


def test_a_quota_that_others_used_up_is_waited_for() -> None:
    """Behind a shared address the first request can be refused: every thread waits for the window, none hammers."""
    names = [f"x/m-{n:02}" for n in range(12)]
    with bench(*names, quota=10) as b:
        reading = b.hub.read([], names)
        assert reading.complete
        assert sum(request.status == 429 for request in b.stand_in.requests) == 0
        b.stand_in.script("", UsedUp(120))
        assert b.reader(threads=1).read([], names[:3]).complete
        assert sum(request.status == 429 for request in b.stand_in.requests) == 1


def test_a_hub_that_never_speaks_of_its_quota_is_paced_all_the_same() -> None:
    """Without `RateLimit` headers the anonymous quota is kept over any five minutes."""
    with bench() as b:
        pacer, deadline = Pacer(b.clock), Deadline(10_000, clock=b.clock, sleep=b.clock.sleep)
        sent = []
        for _ in range(1100):
            sent.append(pacer.take_turn(deadline))
            pacer.answered({}, sent=sent[-1])
            b.clock.sleep(0.1)
    assert all(sent[i + 500] - sent[i] >= timedelta(minutes=5) for i in range(600))


def _stop_after(b: Bench, hub: Hub, *, requests: int) -> threading.Thread:
    """Stop a reading from another thread once the stand-in has seen so many requests."""

    def watch() -> None:
        while len(b.stand_in.requests) < requests:
            time.sleep(0.01)
        hub.stop()

    stopper = threading.Thread(target=watch)
    stopper.start()
    return stopper


def test_stop_ends_a_reading_under_way_and_keeps_what_it_has() -> None:
    """A stop is heard in a real wait and while a request hangs; the repos read before it are in the reading."""
    with bench("x/one", "x/two") as b:
        b.stand_in.always("/x/two", Hang())
        hub = b.reader(threads=1, request_timeout_s=100, sleep=None)
        stopper = _stop_after(b, hub, requests=2)
        repos = by_id(hub.read([], ["x/one", "x/two"]))
        stopper.join()
    assert repos["x/one"].state is State.PRESENT
    assert (repos["x/two"].state, repos["x/two"].detail) == (State.UNREADABLE, "not read: the reading was stopped")


def test_stop_ends_a_real_wait() -> None:
    """A reading that waits for a window of the Hub ends at a stop, not with the window."""
    with bench("x/one") as b:
        b.stand_in.always("/x/one", UsedUp(250))
        hub = b.reader(sleep=None)
        stopper = _stop_after(b, hub, requests=1)
        (repo,) = hub.read([], ["x/one"]).repos
        stopper.join()
    assert repo.detail in ("the reading was stopped", "not read: the reading was stopped")


def test_a_counter_that_disappears_for_a_day_is_none_that_day() -> None:
    """An answer without the all-time count is read as it is: present, with no such count."""
    with bench("o/a") as b:
        b.stand_in.script(
            "author=o", Altered(lambda repo: {name: v for name, v in repo.items() if name != "downloadsAllTime"})
        )
        first, second = (b.hub.read(["o"], []).repos[0] for _ in range(2))
    assert (first.downloads_30d, first.downloads_all_time) == (30, None)
    assert second.downloads_all_time == 400


def test_a_clock_set_back_does_not_lengthen_a_reading() -> None:
    """The deadline is kept by the machine's stopwatch as well as by the clock."""
    with bench() as b:
        deadline = Deadline(0.05, clock=b.clock, sleep=b.clock.sleep)
        b.clock.set(b.clock() - timedelta(hours=1))
        until = time.monotonic() + 0.05
        while time.monotonic() < until:
            time.sleep(0.01)
        assert deadline.left() == 0


def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body beyond the bound is given up at once and not repeated."""
    monkeypatch.setattr("alia_watch.sources.hub_transport.MOST_BYTES", 1000)
    with bench("x/one") as b:
        b.stand_in.always("/x/one", Page(b" " * 2000, "application/json"))
        reading = b.hub.read([], ["x/one"])
    assert (reading.requests, reading.repos[0].detail) == (1, "the answer is longer than 1000 bytes")
