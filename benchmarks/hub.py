"""Requests per snapshot: counted by the stand-in for the Hub, read through the Hub's own client."""

import time
from datetime import UTC, datetime

from alia_bot.demo.http_stand_in import Handler
from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_world import StillWorld
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.sources.hub import Hub

LISTED, SINGLES, MANY = 1_500, 24, 1_200
#: A great watch, as far away as the Hub is: repos in so many organisations, single ones, seconds to an answer.
ORGANISATIONS, IN_EACH, ALONE, AWAY_S = 5, 200, 100, 0.1


class Far(HubStandIn):
    """A Hub whose every answer takes its time."""

    def answer(self, handler: Handler) -> None:
        """The same, later."""
        time.sleep(AWAY_S)
        super().answer(handler)


def run() -> list[dict[str, object]]:
    """Rows for one organisation and some single repos, and for a long list under the anonymous quota."""
    clock = SimulatedClock(datetime(2026, 1, 23, 8, 15, tzinfo=UTC))
    world = StillWorld()
    for number in range(LISTED):
        world.add(f"organisation/model-{number:04}")
    many = [f"single/model-{number:04}" for number in range(MANY)]
    for repo_id in many:
        world.add(repo_id)
    with HubStandIn(world, clock) as stand_in:
        hub = Hub(stand_in.url, token=None, contact="bench@example.org", clock=clock, sleep=clock.sleep)
        with hub:
            hub.read([], many[:1])  # the client's import is no part of a reading
            clock.sleep(300)
            began = time.perf_counter()
            reading = hub.read(["organisation"], many[:SINGLES])
            took = time.perf_counter() - began
            clock.sleep(300)
            long = hub.read([], many)
            files = len(stand_in.violations)
            refused = sum(request.status == 429 for request in stand_in.requests)
    assert reading.complete
    assert long.complete
    what = f"{LISTED} repos of one organisation and {SINGLES} single repos"
    paced = (long.finished_at - long.started_at).total_seconds() / 60
    return [
        *_great_watch(),
        {"figure": "requests of a snapshot", "value": reading.requests, "unit": "requests", "note": what},
        {"figure": "time of a snapshot", "value": round(took, 2), "unit": "s", "note": f"{what}, on loopback"},
        {"figure": "long watch list", "value": round(paced, 1), "unit": "min", "note": f"{MANY} single repos, paced"},
        {"figure": "requests refused (429)", "value": refused, "unit": "requests", "note": "in all of the above"},
        {"figure": "files requested", "value": files, "unit": "requests", "note": "in all of the above"},
    ]


def _great_watch() -> list[dict[str, object]]:
    requests, took = _read_greatly(IN_EACH)
    more, longer = _read_greatly(2 * IN_EACH)
    what = (
        f"{ORGANISATIONS * IN_EACH:,} repos in {ORGANISATIONS} organisations and {ALONE} single ones,"
        f" {1000 * AWAY_S:.0f} ms to each answer"
    )
    twice = f"{2 * ORGANISATIONS * IN_EACH:,} repos in as many organisations: 2 would be linear"
    return [
        {
            "figure": "requests of a great snapshot",
            "value": requests,
            "unit": "requests",
            "note": f"{what}; at most 105 are aimed at",
        },
        {"figure": "time of it", "value": round(took, 1), "unit": "s", "note": f"{what}; less than 5 s is aimed at"},
        {"figure": "requests of twice as many", "value": f"{more / requests:.2f}", "unit": "times", "note": twice},
        {"figure": "time of twice as many", "value": f"{longer / took:.2f}", "unit": "times", "note": twice},
    ]


def _read_greatly(in_each: int) -> tuple[int, float]:
    """Requests and seconds of a reading of organisations of so many repos, and of the single ones."""
    world, clock = StillWorld(), SimulatedClock(datetime(2026, 1, 23, 8, 15, tzinfo=UTC))
    organisations = [f"organisation{number}" for number in range(ORGANISATIONS)]
    singles = [f"alone/model-{number:04}" for number in range(ALONE)]
    for repo_id in (*(f"{name}/model-{n:04}" for name in organisations for n in range(in_each)), *singles):
        world.add(repo_id)
    with Far(world, clock) as stand_in:
        hub = Hub(stand_in.url, token=None, contact="bench@example.org", clock=clock, sleep=clock.sleep)
        with hub:
            hub.read([], singles[:1])
            clock.sleep(300)
            began = time.perf_counter()
            reading = hub.read(organisations, singles)
            took = time.perf_counter() - began
    assert reading.complete
    return reading.requests, took
