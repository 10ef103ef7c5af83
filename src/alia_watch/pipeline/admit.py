"""From what a source gave to the calendar: entries become links, and links announcements. Twice is once."""

import datetime as dt
from dataclasses import replace
from datetime import datetime

from alia_watch import clock
from alia_watch.announcements.intake import Horizon, Intake, sorted_out
from alia_watch.config.sections import Config
from alia_watch.pipeline.calendar import Admitted, Calendar
from alia_watch.pipeline.gather import SourceReading
from alia_watch.store.database import Store
from alia_watch.store.links import taken_before
from alia_watch.store.sources import SourceState, save_pages, save_source_state, save_volumes

#: An entry without a date is remembered by its key; a first reading remembers at most so many.
MOST_OLD_KEYS = 5000
#: Entries that are taken in by one transaction.
STEP = 100


def admit(
    store: Store, config: Config, reading: SourceReading, state: SourceState | None, setting: str, *, now: datetime
) -> Admitted:
    """Take in what a source gave, and remember how it did.

    In steps of a hundred entries, each a transaction of its own, so that nobody waits long for the database; how the
    source did is in the last. What a crash left out the next reading takes in, and what it had is known.
    """
    zone = config.timetable.zone
    today = clock.civil_day(now, zone)
    done = Admitted(reading.source)
    backfill = reading.span.backfill
    horizon = Horizon(
        reading.span.first if backfill else (min(state.begun_on, today) if state else today),
        reading.span.last if backfill else None,
        state.old_keys if state and state.answered_at else (frozenset() if backfill else None),
        taken_before(store, reading.source),
        zone,
    )
    kept = sorted_out(reading.found, horizon)
    done.older, done.undated = len(kept[Intake.OLDER]) + len(kept[Intake.LATER]), len(kept[Intake.UNDATED])
    taken = kept[Intake.TAKEN]
    for start in range(0, max(1, len(taken)), STEP):
        with store.writing():
            if taken:
                calendar = Calendar(store, config, now=now)
                for each in taken[start : start + STEP]:
                    calendar.take(each, done)
            if start + STEP >= len(taken):
                save_volumes(store, reading.volumes, now=now)
                save_source_state(store, remembered(reading, state, setting, news=done.news, today=today, now=now))
                save_pages(store, reading.source, {u: (v.etag, v.last_modified) for u, v in reading.learnt.items()})
    return done


def remembered(
    reading: SourceReading, state: SourceState | None, setting: str, *, news: int, today: dt.date, now: datetime
) -> SourceState:
    """What is to be remembered of a source after a reading; `news` is how many entries said something new. Pure."""
    standing = state or SourceState(reading.source, setting, today, now)
    begun_on = min(standing.begun_on, today)  # later than today: the clock was set back
    answered = reading.error is None
    old_keys = standing.old_keys
    if answered and standing.answered_at is None and not reading.span.backfill:
        old_keys = frozenset(sorted(reading.undated)[:MOST_OLD_KEYS])
    read_until = min(standing.read_until, today) if standing.read_until else None
    if not reading.span.backfill:
        whole = reading.read_until or (reading.span.last if answered else None)
        read_until = max(filter(None, (read_until, whole)), default=None)
    return replace(
        standing,
        setting=setting,
        begun_on=begun_on,
        tried_at=now,
        read_until=read_until,
        old_keys=old_keys,
        answered_at=now if answered else standing.answered_at,
        entry_at=now if news or (reading.found and standing.answered_at is None) else standing.entry_at,
        failing_since=None if answered else standing.failing_since or now,
        error=None if reading.error is None else str(reading.error),
    )
