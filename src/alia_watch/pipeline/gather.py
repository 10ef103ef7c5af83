"""Read the sources of announcements side by side: none delays another, and whatever breaks in one stays in it.

Nothing is stored here. An entry that is not about what is watched is let go as it is read, so that a year of gazettes
needs no more memory than a day of them.
"""

import contextvars
import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alia_watch.announcements.dating import chosen
from alia_watch.announcements.entry import Entry, Volume
from alia_watch.announcements.intake import WITHDRAWN, Found
from alia_watch.announcements.kinds import kind_of
from alia_watch.announcements.matching import Phrases, matches
from alia_watch.clock import Clock
from alia_watch.errors import SourceError
from alia_watch.sources.fetch import Fetcher, Validator
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline, OutOfTime, Sleep
from alia_watch.sources.source import Source, Span

#: How long a source may go on after the deadline, or after a stop, before it is left behind, in seconds.
GRACE_S = 5.0
#: More matching entries than this in one reading are no announcements: the phrases are too wide.
MOST_FOUND = 5000
#: A source of media counts days: so many are half a century.
MOST_VOLUMES = 20_000
#: Of entries without a date so many keys are kept; fewer are remembered.
MOST_UNDATED = 20_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One source to read: its adapter, the addresses the configuration gives it, what to look for, and for when.

    `taken` are the keys of entries that were taken in before: what they say now is kept, phrase or none. `pause_s` is
    how long its hosts are left in peace between two requests, where that is longer than for all. `onward` are addresses
    that its redirects may lead to.
    """

    source: Source
    addresses: tuple[str, ...]
    phrases: Phrases
    span: Span
    known: Mapping[str, Validator] = field(default_factory=dict)
    pause_s: float = 0
    taken: frozenset[str] = frozenset()
    onward: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What one source gave.

    Attributes:
        found: the entries about what is watched, in its order.
        entries: how many it gave in all.
        undated: the keys of those without any date, about what is watched or not.
        learnt: the versions of the pages that were read whole.
        read_until: the last day that a source which is asked by day has given whole; None for other sources.
        error: why it did not give everything; what it gave until then is good.
    """

    source: str
    span: Span
    found: tuple[Found, ...] = ()
    volumes: tuple[Volume, ...] = ()
    entries: int = 0
    undated: frozenset[str] = frozenset()
    requests: int = 0
    learnt: Mapping[str, Validator] = field(default_factory=dict)
    read_until: dt.date | None = None
    error: SourceError | None = None


def gather(
    jobs: Sequence[Job],
    *,
    contact: str,
    deadline_s: float,
    request_timeout_s: float,
    pause_s: float,
    clock: Clock,
    sleep: Sleep | None = None,
    stopping: threading.Event | None = None,
) -> list[SourceReading]:
    """Read every source, each in a thread of its own, all within one deadline; in the order of the jobs."""
    pace = Pace(clock, pause_s)
    readings: dict[int, SourceReading] = {}
    deadlines = [Deadline(deadline_s, clock=clock, sleep=sleep) for _ in jobs]

    def work(number: int, job: Job, deadline: Deadline) -> None:
        def open_fetcher() -> Fetcher:
            return Fetcher(
                job.source.profile.id,
                job.addresses,
                onward=job.onward,
                contact=contact,
                deadline=deadline,
                pace=pace,
                clock=clock,
                known={} if job.span.backfill else job.known,
                request_s=request_timeout_s,
                pause_s=job.pause_s,
            )

        readings[number] = _read(job, open_fetcher, deadline)

    threads = [
        threading.Thread(  # with a copy of the caller's context: what is logged there says for which run
            target=contextvars.copy_context().run,
            args=(work, number, job, deadline),
            name=job.source.profile.id,
            daemon=True,
        )
        for number, (job, deadline) in enumerate(zip(jobs, deadlines, strict=True))
    ]
    _ended(stopping, deadlines)
    for thread in threads:
        thread.start()
    # By the stopwatch alone: a clock that is set forward, or simulated, would leave behind who is about to end.
    until = time.monotonic() + deadline_s + GRACE_S
    for thread in threads:
        while thread.is_alive() and time.monotonic() < until:
            thread.join(0.1)
            if _ended(stopping, deadlines):
                until = min(until, time.monotonic() + GRACE_S)
    for deadline in deadlines:
        deadline.stop()  # who is left behind asks for nothing more
    return [readings.get(number) or _left_behind(job) for number, job in enumerate(jobs)]


def _ended(stopping: threading.Event | None, deadlines: Sequence[Deadline]) -> bool:
    """Whether a stop was asked for just now: then nobody has time left."""
    if stopping is None or not stopping.is_set() or all(deadline.stopped for deadline in deadlines):
        return False
    for deadline in deadlines:
        deadline.stop()
    return True


@dataclass
class _Kept:
    """What is kept of the entries of one source, as they are read."""

    job: Job
    found: list[Found] = field(default_factory=list)
    volumes: list[Volume] = field(default_factory=list)
    undated: set[str] = field(default_factory=set)
    entries: int = 0

    def take(self, each: Entry | Volume) -> None:
        """Keep it, where it is about what is watched. Raises SourceError when there are too many of them."""
        profile = self.job.source.profile
        if isinstance(each, Volume):
            self.volumes.append(each)
            if len(self.volumes) > MOST_VOLUMES:
                raise SourceError(profile.id, f"it counts more than {MOST_VOLUMES} days", again=False)
            return
        self.entries += 1
        if len(self.undated) < MOST_UNDATED and chosen(each.stated, profile.zone) is None:
            self.undated.add(each.key)
        why = matches(each, self.job.phrases) or (WITHDRAWN if each.key in self.job.taken else ())
        if why:
            if len(self.found) >= MOST_FOUND:
                self.found.clear()
                raise SourceError(
                    profile.id,
                    f"more than {MOST_FOUND} entries match: none was taken",
                    again=False,
                    hint="Narrow must.",
                )
            self.found.append(Found(replace(each, text="", kind=kind_of(each.title, each.kind)), why))


def _read(job: Job, open_fetcher: Callable[[], Fetcher], deadline: Deadline) -> SourceReading:
    source, name, kept = job.source, job.source.profile.id, _Kept(job)
    error: SourceError | None = None
    requests, learnt = 0, {}
    try:
        with open_fetcher() as fetch:
            try:
                for each in source.read(fetch, job.span):
                    kept.take(each)
                    deadline.check()  # an adapter that asks nobody for anything is heard of here alone
            finally:
                requests, learnt = fetch.requests, dict(fetch.learnt)
    except OutOfTime as over:
        error = SourceError(name, str(over), again=True)
    except SourceError as failure:
        error = failure
    except Exception as bug:  # noqa: BLE001  whatever breaks in one source stops no other
        _log.exception("%s broke", name)
        error = SourceError(name, f"its adapter broke ({type(bug).__name__}): please report it", again=True)
    return SourceReading(
        name,
        job.span,
        tuple(kept.found),
        tuple(kept.volumes),
        kept.entries,
        frozenset(kept.undated),
        requests,
        learnt if error is None else {},
        getattr(source, "read_until", None),
        error,
    )


def _left_behind(job: Job) -> SourceReading:
    name = job.source.profile.id
    return SourceReading(name, job.span, error=SourceError(name, "it did not end in time", again=True))
