"""Tells a watcher outside of each whole good day, once. Where that does not come, the watcher alarms by itself."""

from datetime import datetime, timedelta

import structlog

from alia_bot import health, timetable
from alia_bot.good_day import lacking
from alia_bot.logs import Redactor, secrets_of
from alia_watch import clock
from alia_watch.clock import CivilDay, civil_day, civil_instant
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError, SourceError
from alia_watch.store import runs
from alia_watch.store.database import Store
from alia_watch.store.runs import RunOutcome

NAME = "heartbeat"

_log = structlog.get_logger()


def tell_of_yesterday(store: Store, config: Config, *, now: datetime) -> RunOutcome | None:
    """Ask the watcher's address, where yesterday was whole and good and nothing is amiss now; how that ended.

    None where there is nothing to do: no watcher, too early, or done. A watcher that does not answer is asked again by
    the next look. What was done is remembered in `runs`, so that no restart repeats it.
    """
    section, zone = config.heartbeat, config.timetable.zone
    if section is None:
        return None
    today = civil_day(now, zone)
    if now < civil_instant(today, section.at, zone):
        return None
    day = CivilDay(today - timedelta(days=1))
    slot = f"{NAME}:{day}"
    last = runs.last_runs(store, now=now, memory=timetable.MEMORY)
    before = last.slots.get(slot)
    if before is not None and before.last.outcome is RunOutcome.DONE:
        return None
    faults = [*lacking(day, config.timetable, config.hub.read_at, last), *health.brief(store, config, now=now)]
    detail: dict[str, object] = {"told": not faults, **({"why": faults[:10]} if faults else {})}
    outcome = RunOutcome.DONE
    number = runs.start(store, NAME, slot, now=now)
    if not faults:
        try:
            _ask(section.url.read().get_secret_value(), config, section.timeout_s)
        except AliaWatchError as error:
            outcome = RunOutcome.FAILED
            del detail["told"]  # nobody knows what was heard
            detail["error"] = Redactor(secrets_of(config)).clean(str(error))
    runs.finish(store, number, outcome, detail, now=now)
    if outcome is RunOutcome.DONE and not faults:
        _log.info("heartbeat", slot=slot, outcome=outcome.value, **detail)
    else:
        _log.warning("heartbeat", slot=slot, outcome=outcome.value, **detail)
    return outcome


def _ask(url: str, config: Config, timeout_s: float) -> None:
    """Raises SourceError: it did not answer well."""
    from alia_watch.sources.fetch import Fetcher  # noqa: PLC0415  only who has a watcher loads a client for it
    from alia_watch.sources.pace import Pace  # noqa: PLC0415
    from alia_watch.sources.patience import Deadline  # noqa: PLC0415

    deadline = Deadline(timeout_s, clock=clock.now, sleep=None)
    pace, contact = Pace(clock.now, 0), config.watch.contact
    try:
        with Fetcher(NAME, [url], contact=contact, deadline=deadline, pace=pace, clock=clock.now) as fetcher:
            fetcher.get(url, accept="*/*", most_bytes=100_000, conditional=False)
    except UnicodeError:
        raise SourceError(NAME, "its address cannot be used", again=False, hint="Mend `heartbeat.url`.") from None
