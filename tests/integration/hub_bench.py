"""A stand-in Hub and a reader of it, on one simulated clock: what the tests of the Hub build on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_world import StillWorld
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.series.snapshot import HubReading, RepoSnapshot
from alia_watch.sources.hub import Hub

START = datetime(2026, 1, 23, 8, 15, tzinfo=UTC)


@dataclass
class Bench:
    """The world, the stand-in that tells of it, the reader, and the clock they share."""

    world: StillWorld
    stand_in: HubStandIn
    hub: Hub
    clock: SimulatedClock

    def reader(self, **options: Any) -> Hub:
        """Another reader of the same stand-in."""
        settings: dict[str, Any] = {
            "token": None,
            "contact": "test@example.org",
            "request_timeout_s": 5,
            "deadline_s": 1800,
            "clock": self.clock,
            "sleep": self.clock.sleep,
        }
        return Hub(self.stand_in.url, **(settings | options))


@contextmanager
def bench(*repo_ids: str, page_size: int = 1000, **options: Any) -> Iterator[Bench]:
    """A bench whose world has these repos; other options go to the stand-in."""
    world, clock = StillWorld(), SimulatedClock(START)
    for repo_id in repo_ids:
        world.add(repo_id)
    with HubStandIn(world, clock, page_size=page_size, **options) as stand_in:
        made = Bench(world, stand_in, None, clock)  # type: ignore[arg-type]
        made.hub = made.reader()
        with made.hub:
            yield made


def by_id(reading: HubReading) -> dict[str, RepoSnapshot]:
    """The repos of a reading."""
    return {repo.repo_id: repo for repo in reading.repos}
