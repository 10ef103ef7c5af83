"""Read one source in a process of its own, so that its memory is its own: prints one JSON line."""

import json
import sys
import time
from datetime import date

from alia_watch import clock
from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.matching import Phrases
from alia_watch.pipeline.gather import Job, gather
from alia_watch.sources.boe import BoeSource
from alia_watch.sources.source import Profile, Source, Span
from alia_watch.sources.tenders import TendersSource
from benchmarks._memory import peak


def _source(kind: str, url: str) -> Source:
    profile = Profile(kind, kind, "", Kind.OFFICIAL, "A", "es", "Europe/Madrid")
    return BoeSource(profile, url) if kind == "boe" else TendersSource(profile, url, pages=1)


def _read(kind: str, url: str, first: str, last: str) -> dict[str, float]:
    days = Span(date.fromisoformat(first), date.fromisoformat(last), backfill=True)
    job = Job(_source(kind, url), (url,), Phrases(("ALIA", "modelos de lenguaje")), days)
    began = time.monotonic()
    [reading] = gather(
        [job], contact="bench@example.org", deadline_s=600, request_timeout_s=60, pause_s=0, clock=clock.now
    )
    seconds = time.monotonic() - began
    if reading.error is not None:
        raise reading.error
    return {"entries": reading.entries, "requests": reading.requests, "seconds": seconds, "peak_mb": peak()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_read(*sys.argv[1:])) + "\n")
