"""The stand-in is as strict as the Hub: what it answers, and what it holds against who asks."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_world import StillWorld
from alia_bot.demo.simulated_clock import SimulatedClock


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:  # type: ignore[override]
        return None


@dataclass
class Got:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 1, 23, 8, 18, tzinfo=UTC))


@pytest.fixture
def hub(clock: SimulatedClock) -> Iterator[HubStandIn]:
    world = StillWorld(renamed={"o/old": "o/a"})
    for name in ("a", "b", "c"):
        world.add(f"o/{name}")
    world.add("o/closed", disabled=True)
    with HubStandIn(world, clock, page_size=2, quota=4, tokens=frozenset({"hf_good"})) as standing:
        yield standing


def get(hub: HubStandIn, path: str, *, method: str = "GET", token: str | None = None) -> Got:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(hub.url + path, method=method, headers=headers)
    opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            return Got(response.status, dict(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, dict(error.headers), error.read())


def test_only_what_is_asked_for_is_answered(hub: HubStandIn) -> None:
    """Expanded: the fields named, `_id` and `id`. Not expanded: no all-time count."""
    expanded = json.loads(get(hub, "/api/models/o/a?expand=downloadsAllTime&expand=likes").body)
    assert sorted(expanded) == ["_id", "downloadsAllTime", "id", "likes"]
    plain = json.loads(get(hub, "/api/models/o/a").body)
    assert plain["modelId"] == "o/a"
    assert "downloads" in plain
    assert "downloadsAllTime" not in plain


@pytest.mark.parametrize("query", ["expand=downloadz", "direction=-1"])
def test_an_unknown_option_is_refused(hub: HubStandIn, query: str) -> None:
    """A field or parameter the Hub does not have is a 400, so that a wrong question cannot pass unseen."""
    assert get(hub, f"/api/models/o/a?{query}").status == 400


def test_pages_lead_from_one_to_the_next_on_its_own_address(hub: HubStandIn) -> None:
    """The link carries the question along, and the last page has none."""
    first = get(hub, "/api/models?author=o&expand=likes")
    link = first.headers["Link"]
    assert link.startswith(f"<{hub.url}/api/models?author=o&expand=likes&cursor=")
    assert link.endswith('; rel="next"')
    last = get(hub, link[1 : link.index(">")].removeprefix(hub.url))
    assert [repo["id"] for repo in json.loads(first.body) + json.loads(last.body)] == ["o/a", "o/b", "o/c"]
    assert "Link" not in last.headers


def test_errors_carry_the_hubs_headers(hub: HubStandIn) -> None:
    """Missing, closed, badly authorised and renamed, as the Hub says them."""
    anonymous, known = get(hub, "/api/models/o/x"), get(hub, "/api/models/o/x", token="hf_good")
    assert (anonymous.status, known.status) == (401, 404)
    assert anonymous.headers["X-Error-Code"] == known.headers["X-Error-Code"] == "RepoNotFound"
    closed = get(hub, "/api/models/o/closed")
    assert (closed.status, closed.headers["X-Error-Message"]) == (403, "Access to this resource is disabled.")
    bad = get(hub, "/api/models/o/a", token="hf_bad")
    assert (bad.status, bad.headers["X-Error-Message"]) == (401, "Invalid credentials in Authorization header")
    moved = get(hub, "/api/models/o/old?expand=likes", token="hf_good")
    assert (moved.status, moved.headers["Location"]) == (307, "/api/models/o/a?expand=likes")


def test_the_rate_limit_follows_the_clock_in_fixed_windows(hub: HubStandIn, clock: SimulatedClock) -> None:
    """Every answer tells what is left; one too many is refused until the window of the simulated clock ends."""
    told = [get(hub, "/api/models/o/a").headers["RateLimit"] for _ in range(4)]
    assert told == [f'"api";r={left};t=120' for left in (3, 2, 1, 0)]
    refused = get(hub, "/api/models/o/a")
    assert refused.status == 429
    assert refused.headers["RateLimit-Policy"] == '"fixed window";"api";q=4;w=300'
    assert get(hub, "/api/models/o/a", token="hf_good").status == 200  # another reader's quota is its own
    clock.sleep(120)
    assert get(hub, "/api/models/o/a").headers["RateLimit"] == '"api";r=3;t=300'


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/o/a/resolve/main/config.json"),
        ("HEAD", "/o/a/resolve/main/config.json"),
        ("GET", "/o/a"),
        ("GET", "/api/models/o/a/resolve/main/x.gguf"),
        ("POST", "/api/models/o/a"),
        ("HEAD", "/api/models/o/a"),
    ],
)
def test_what_no_watch_may_ask_is_held_against_it(hub: HubStandIn, method: str, path: str) -> None:
    """A file, a page, or anything but a GET is recorded as a violation."""
    get(hub, path, method=method)
    assert hub.violations == [f"{method} {path}"]


def test_a_bad_cursor_is_refused(hub: HubStandIn) -> None:
    """A cursor that is none of its own is a 400."""
    assert get(hub, "/api/models?author=o&cursor=%21").status == 400
