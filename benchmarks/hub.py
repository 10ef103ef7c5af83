"""Requests per snapshot: counted by the stand-in for the Hub, read through the Hub's own client."""

import time
from datetime import UTC, datetime

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_world import StillWorld
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.sources.hub import Hub

LISTED, SINGLES, MANY = 1_500, 24, 1_200


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
        {"figure": "requests of a snapshot", "value": reading.requests, "unit": "requests", "note": what},
        {"figure": "time of a snapshot", "value": round(took, 2), "unit": "s", "note": f"{what}, on loopback"},
        {"figure": "long watch list", "value": round(paced, 1), "unit": "min", "note": f"{MANY} single repos, paced"},
        {"figure": "requests refused (429)", "value": refused, "unit": "requests", "note": "in all of the above"},
        {"figure": "files requested", "value": files, "unit": "requests", "note": "in all of the above"},
    ]
