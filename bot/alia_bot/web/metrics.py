"""What a watcher reads (Prometheus): how the watch does, as `status` says. On an address of its own, never in public.

Everything is looked up when it is asked for, so that what is said is never older than the question.
"""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from alia_bot.health import look
from alia_bot.safety import safety_rows
from alia_watch import __version__
from alia_watch.clock import Clock
from alia_watch.config.sections import Config
from alia_watch.store.database import open_store
from alia_watch.store.deliveries import counts
from alia_watch.store.subscribers import subscribers


class Watch(Collector):
    """One watch's figures."""

    def __init__(self, config: Config, at: Clock) -> None:
        self._config = config
        self._at = at

    def describe(self) -> Iterator[Metric]:
        """Nothing is looked up to register."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Look."""
        now = self._at().replace(microsecond=0)
        with open_store(self._config.watch.database) as store:
            found, deliveries, people = look(store, self._config, now=now), counts(store), subscribers(store)
            safe = safety_rows(store, self._config, now=now)
        yield _one("alia_watch_healthy", "Whether `alia-watch status` finds no fault", 1 if found["healthy"] else 0)
        yield _one("alia_watch_faults", "Faults that `alia-watch status` finds", len(found["faults"]))
        last = found["snapshots"]["last_complete_at"]
        if last is not None:
            age = (now - datetime.fromisoformat(last)).total_seconds()
            yield _one("alia_watch_snapshot_age_seconds", "Since the last complete snapshot", age)
        states = GaugeMetricFamily("alia_watch_deliveries", "Deliveries by state", labels=["state"])
        for state, number in deliveries.items():
            states.add_metric([state.value], number)
        yield states
        active = GaugeMetricFamily("alia_watch_subscribers", "Who receives, by channel", labels=["channel"])
        for channel in sorted({each.channel.value for each in people}):
            active.add_metric([channel], sum(e.channel == channel and e.stopped is None for e in people))
        yield active
        yield _one("alia_watch_database_size_bytes", "The database and its log", safe["database_bytes"])
        yield _one("alia_watch_disk_free_bytes", "Free on the disk of the database", safe["disk_free_bytes"])
        if safe["backup"]["at"] is not None:
            age = (now - datetime.fromisoformat(safe["backup"]["at"])).total_seconds()
            yield _one("alia_watch_backup_age_seconds", "Since the last backup that was made and proven", age)
        yield _one("alia_watch_sources_in_trouble", "Sources that fail or fell silent", len(safe["sources_in_trouble"]))
        attempts = GaugeMetricFamily("alia_watch_duty_attempts", "Tries of a duty's last slot", labels=["duty"])
        for row in found["duties"]:
            attempts.add_metric([row["duty"]], 0 if row["outcome"] == "done" else row["attempts"] or 0)
        yield attempts
        about = GaugeMetricFamily("alia_watch_build_info", "The version that runs", labels=["version"])
        about.add_metric([__version__], 1)
        yield about


def _one(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def metrics_application(config: Config, at: Clock) -> ASGIApp:
    """Serves `/metrics`."""
    registry = CollectorRegistry()
    registry.register(Watch(config, at))

    async def metrics(_: Request) -> Response:
        body = await run_in_threadpool(generate_latest, registry)
        return PlainTextResponse(body, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Starlette(routes=[Route("/metrics", metrics)])
