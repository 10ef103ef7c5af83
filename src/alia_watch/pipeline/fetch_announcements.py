"""Read the sources of announcements and take in what they tell. One step; each source is one transaction of its own."""

import datetime as dt
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alia_watch import clock
from alia_watch.announcements.trouble import SourceHealth, Trouble, troubles
from alia_watch.config.sections import Config, SourceKind, SourceSection
from alia_watch.errors import SourceError
from alia_watch.pipeline.admit import admit
from alia_watch.pipeline.announce import take_in
from alia_watch.pipeline.calendar import Admitted
from alia_watch.pipeline.gather import Job, SourceReading, gather
from alia_watch.pipeline.hub_releases import look_at_files, read_releases
from alia_watch.pipeline.open_sources import adapter, setting, sources_on
from alia_watch.sources.fetch import Validator
from alia_watch.sources.patience import Sleep
from alia_watch.sources.source import Span
from alia_watch.store.database import Store
from alia_watch.store.links import taken_before
from alia_watch.store.sources import SourceState, forget_pages, pages, source_states

if TYPE_CHECKING:
    from alia_watch.sources.hub import Hub

#: Days that are asked for again: a page of yesterday may have been amended, and a try of today come too early.
OVERLAP_DAYS = 2
#: How far back an absence is caught up by itself.
LONGEST_ABSENCE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one source gave, and what that changed. `error` is None where it gave everything."""

    source: str
    admitted: Admitted
    entries: int
    matching: int
    requests: int
    read_until: dt.date | None
    error: SourceError | None


def fetch(
    store: Store,
    config: Config,
    *,
    now: datetime,
    hub: "Hub | None" = None,
    only: Sequence[str] = (),
    since: dt.date | None = None,
    until: dt.date | None = None,
    at: clock.Clock = clock.now,
    sleep: Sleep | None = None,
    stopping: threading.Event | None = None,
) -> list[Fetched]:
    """Read the sources that are on, or those named, and take in what is new.

    Args:
        hub: for the files of repos; without, only what the snapshots say of them is taken in.
        since, until: a back-fill of these civil days; without, what came since the last reading.
        at, sleep: what instants and waits of the reading are measured by.
        stopping: set it to end the reading soon.

    Raises:
        UsageError: a source that is named is not on.
    """
    take_in(store, config, now=now)
    round_ = _Round(store, config, source_states(store), now, since, until)
    sections = sources_on(config, only)
    readings = gather(
        [round_.job(section) for section in sections if section.kind is not SourceKind.HUB],
        contact=config.watch.contact,
        deadline_s=config.sources.deadline_s,
        request_timeout_s=config.sources.request_timeout_s,
        pause_s=config.sources.pause_s,
        clock=at,
        sleep=sleep,
        stopping=stopping,
    )
    done = [round_.admitted(reading) for reading in readings]
    for section in sections:
        if section.kind is SourceKind.HUB:
            if hub is not None:
                look_at_files(store, config, hub, now=now)
            state = round_.state(section)
            reading = read_releases(store, config, section, state, round_.span(section), now=now)
            done.append(round_.admitted(reading))
    return done


def health(store: Store, config: Config) -> list[SourceHealth]:
    """How each source that is on does, in the order of the configuration; those never read are left out."""
    states = source_states(store)
    return [
        SourceHealth(
            section.id,
            state.answered_at,
            state.entry_at or clock.day_start(clock.UtcDay(state.begun_on)),
            state.failing_since,
            state.error,
            config.sources.failing_after_days,
            section.silent_after_days,
        )
        for section in config.source
        if section.on and (state := states.get(section.id)) is not None
    ]


def sources_in_trouble(store: Store, config: Config, *, now: datetime) -> tuple[Trouble, ...]:
    """The sources that need a person."""
    return troubles(health(store, config), now)


@dataclass(frozen=True, slots=True)
class _Round:
    """One reading of the sources: what is remembered of each, and what is asked of it now."""

    store: Store
    config: Config
    states: dict[str, SourceState]
    now: datetime
    since: dt.date | None
    until: dt.date | None

    def state(self, section: SourceSection) -> SourceState | None:
        """What is remembered of a source; nothing where it is read elsewhere now: there it begins anew."""
        state = self.states.get(section.id)
        if state is not None and state.setting.partition(":")[0] != setting(section, self.config).partition(":")[0]:
            return None
        return state

    def span(self, section: SourceSection) -> Span:
        """The civil days that are asked for: those of a back-fill, or what came since the last reading."""
        today = clock.civil_day(self.now, self.config.timetable.zone)
        if self.since is not None:
            return Span(self.since, min(self.until or today, today), backfill=True)
        state = self.state(section)
        if state is None:
            return Span(today, today)
        # Tenders stand in the order in which they changed: none of before comes later.
        again = 1 if section.kind is SourceKind.TENDERS else OVERLAP_DAYS
        overlap = (state.read_until or state.begun_on) - timedelta(days=again)
        return Span(min(today, max(state.begun_on, overlap, today - LONGEST_ABSENCE)), today)

    def job(self, section: SourceSection) -> Job:
        """What to read of one source. Where its configuration changed, its pages are read anew."""
        known, state = {}, self.state(section)
        if state is not None and state.setting == setting(section, self.config):
            known = {url: Validator(*said) for url, said in pages(self.store, section.id).items()}
        elif state is not None:
            forget_pages(self.store, section.id)
        source = adapter(section, self.config.timetable.zone)
        phrases = section.phrases(self.config.sources)
        taken = taken_before(self.store, section.id)
        return Job(
            source,
            section.addresses(),
            phrases,
            self.span(section),
            known,
            section.pause(),
            taken,
            section.redirects_to,
        )

    def admitted(self, reading: SourceReading) -> Fetched:
        """Take in what one source gave."""
        section = next(each for each in self.config.source if each.id == reading.source)
        state, digest = self.state(section), setting(section, self.config)
        admitted = admit(self.store, self.config, reading, state, digest, now=self.now)
        return Fetched(
            section.id,
            admitted,
            reading.entries,
            len(reading.found),
            reading.requests,
            reading.read_until,
            reading.error,
        )
