"""Is the watch well? What `status` prints and the container's health check asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from alia_bot import timetable
from alia_bot.clock_trust import clock_ahead, dated_wrongly
from alia_bot.storage_faults import disk_of, storage_faults
from alia_bot.timetable import Due, Duty
from alia_watch import clock
from alia_watch.config.sections import Config
from alia_watch.findings.watch_trouble import DELIVERY_WITHIN, SNAPSHOT_WITHIN, WatchTroubleKind
from alia_watch.pipeline.collect import clock_sentence
from alia_watch.pipeline.reconstruct import LearntHub, learnt_hub
from alia_watch.store import deliveries
from alia_watch.store.database import Store
from alia_watch.store.lock import holder
from alia_watch.store.runs import LastRuns, RunOutcome, SlotRuns, last_runs
from alia_watch.store.snapshots import complete_snapshots, last_snapshot

#: A fault in a sentence, with the trouble as which maintainers are told of it by themselves, if there is one.
Fault = tuple[str, WatchTroubleKind | None]
#: A duty may be late by a few retries, as a message may.
OVERDUE_AFTER = DELIVERY_WITHIN
#: So many failures in a row for one slot are a fault.
FAILURES = 3
#: What the clock may run ahead before the runs of the future are a fault.
CLOCK_SLACK = timedelta(minutes=5)
#: How far back the last complete snapshot, and days without one, are looked for.
SNAPSHOTS_WITHIN = timedelta(days=400)
GAPS_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What waits: the deliveries by state, since when the oldest is due, the channels that rest and why."""

    counts: dict[str, int]
    oldest_due: datetime | None
    resting: tuple[tuple[str, datetime, str], ...] = ()


def look(store: Store, config: Config, *, now: datetime) -> dict[str, Any]:
    """The whole of what `status --format json` prints; docs/data.md says what each key means."""
    now = now.replace(microsecond=0)
    state = _state(store, config, now)
    found = state.faults(now)
    outbox, plan, read = state.outbox, state.plan, state.read
    latest = last_snapshot(store, until=now)
    process = holder(config.watch.database)
    return {
        "healthy": not found,
        "faults": found,
        "now": clock.format_instant(now),
        "daemon": {
            "running": process is not None,
            "process": int(process) if process and process.isdecimal() else None,
        },
        "snapshots": {
            "last_at": _text(latest[0]) if latest else None,
            "last_is_complete": latest[1] if latest else None,
            "last_complete_at": _text(read[-1]) if read else None,
            "gaps": [{"start": str(start), "end": str(end)} for start, end in _days_not_read(read, now)],
        },
        "hub": hub_row(learnt_hub(store, config, now=now)),
        "duties": duty_rows(state.last, plan),
        "next_due": clock.format_instant(max(now, min(due.at for due in plan))),
        "outbox": {
            **outbox.counts,
            "oldest_due_at": _text(outbox.oldest_due),
            "resting": [
                {"channel": channel, "until": clock.format_instant(until), "why": why}
                for channel, until, why in outbox.resting
            ],
        },
    }


def brief(store: Store, config: Config, *, now: datetime) -> list[str]:
    """What is not as it should be, without the rest: quick enough for whoever asks."""
    return _state(store, config, now).faults(now)


def besides_troubles(store: Store, config: Config, *, now: datetime) -> list[str]:
    """The faults that are no trouble of which maintainers are told by themselves (`findings.watch_trouble`)."""
    return _state(store, config, now).besides_troubles(now)


@dataclass(frozen=True, slots=True)
class _State:
    database: Path
    last: LastRuns
    plan: Sequence[Due]
    read: Sequence[datetime]
    outbox: Outbox

    def faults(self, now: datetime) -> list[str]:
        return [said for said, _ in self._found(now)]

    def besides_troubles(self, now: datetime) -> list[str]:
        return [said for said, trouble in self._found(now) if trouble is None]

    def _found(self, now: datetime) -> list[Fault]:
        last_complete = self.read[-1] if self.read else None
        found = _found(now=now, last=self.last, plan=self.plan, last_complete=last_complete, outbox=self.outbox)
        found += [(said, None) for said in storage_faults(self.database)]
        disk = disk_of(self.database)
        if disk.nearly_full:
            left = f"has {disk.free / 1e6:.0f} MB left: make room, or soon nothing is kept."
            found.append((f"The disk of {self.database} {left}", WatchTroubleKind.DISK))
        return found


def _state(store: Store, config: Config, now: datetime) -> _State:
    last = last_runs(store, now=now, memory=timetable.MEMORY, always=timetable.ALWAYS)
    return _State(
        config.watch.database,
        last,
        timetable.plan(config.timetable, config.hub.read_at, last, now),
        complete_snapshots(store, since=now - SNAPSHOTS_WITHIN, until=now),
        Outbox(
            {state.value: count for state, count in deliveries.counts(store).items()},
            deliveries.oldest_due(store),
            tuple((hold.channel.value, hold.until, hold.why) for hold in deliveries.holds(store, now=now)),
        ),
    )


def faults(
    *, now: datetime, last: LastRuns, plan: Sequence[Due], last_complete: datetime | None, outbox: Outbox
) -> list[str]:
    """Each thing that is not as it should be, as one sentence. Pure; none means healthy."""
    return [said for said, _ in _found(now=now, last=last, plan=plan, last_complete=last_complete, outbox=outbox)]


def _found(
    *, now: datetime, last: LastRuns, plan: Sequence[Due], last_complete: datetime | None, outbox: Outbox
) -> list[Fault]:
    found: list[Fault] = []
    if last_complete is None:
        found.append(("There is no complete snapshot.", None))
    elif now - last_complete > SNAPSHOT_WITHIN:
        age = _hours(now - last_complete)
        found.append((f"The last complete snapshot is {age} old.", WatchTroubleKind.SNAPSHOT_LATE))
    ahead = [
        runs.last
        for runs in last.slots.values()
        if runs.last.started_at > now + CLOCK_SLACK and not dated_wrongly(runs.last)
    ]
    if ahead:
        latest = max(run.started_at for run in ahead)
        found.append((f"A run is dated {clock.format_instant(latest)}, in the future: the clock was set back.", None))
    if off := clock_ahead(last, now):
        found.append((f"{clock_sentence(off)}. Nothing else is done until it is right.", None))
    for due in plan:
        if (runs := _failing(last, due)) is not None:
            said = f"{due.slot} did not end well {runs.attempts} times: {_said(runs)}"
            found.append((said, WatchTroubleKind.DUTY_FAILING))
        elif last.first_at is not None and now - due.at > OVERDUE_AFTER:
            found.append((f"{due.slot} has been due for {_hours(now - due.at)}: is the daemon running?", None))
    if outbox.oldest_due is not None and now - outbox.oldest_due > OVERDUE_AFTER:
        said = f"A message has been waiting to be sent for {_hours(now - outbox.oldest_due)}."
        found.append((said, WatchTroubleKind.DELIVERIES_FAILING))
    for channel, until, why in outbox.resting:
        said = f"The channel {channel} rests until {clock.format_instant(until)}: {why}"
        found.append((said, WatchTroubleKind.CHANNEL_RESTING))
    return found


def failing_duties(last: LastRuns, plan: Sequence[Due]) -> dict[str, tuple[int, str]]:
    """By duty that did not end well several times in a row, how often, and what it said last."""
    return {due.duty.value: (runs.attempts, _said(runs)) for due in plan if (runs := _failing(last, due)) is not None}


def _failing(last: LastRuns, due: Due) -> SlotRuns | None:
    runs = last.slots.get(due.slot)
    failing = runs is not None and runs.last.outcome is not RunOutcome.DONE and runs.attempts >= FAILURES
    return runs if failing else None


def _said(runs: SlotRuns) -> str:
    detail = runs.last.detail
    return str(detail.get("error") or detail.get("note") or runs.last.outcome.value)


def gaps(days_read: Iterable[date], *, since: date, until: date) -> list[tuple[date, date]]:
    """The runs of days between two days, both included, that are not among `days_read`."""
    read = set(days_read)
    missing = [
        since + timedelta(days=n) for n in range((until - since).days + 1) if since + timedelta(days=n) not in read
    ]
    found: list[tuple[date, date]] = []
    for day in missing:
        if found and found[-1][1] == day - timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def duty_rows(last: LastRuns, plan: Sequence[Due]) -> list[dict[str, Any]]:
    """Each duty's last run and its next, JSON-ready."""
    rows: list[dict[str, Any]] = []
    for duty in Duty:
        ran = [runs for runs in last.slots.values() if runs.last.duty == duty and runs.last.outcome.value != "missed"]
        latest = max(ran, key=lambda runs: runs.last.started_at, default=None)
        coming = min((due for due in plan if due.duty is duty), key=lambda due: due.at)
        rows.append(
            {
                "duty": duty.value,
                "slot": latest.last.slot if latest else None,
                "outcome": latest.last.outcome.value if latest else None,
                "at": clock.format_instant(latest.last.finished_at) if latest else None,
                "attempts": latest.attempts if latest else None,
                "error": latest.last.detail.get("error") if latest else None,
                "next_slot": coming.slot,
                "next_at": clock.format_instant(coming.at),
            }
        )
    return rows


def hub_row(learnt: LearntHub) -> dict[str, Any]:
    """The Hub's day as used, and how it is known, JSON-ready."""
    hour, lag = learnt.hour, learnt.lag
    return {
        "update_hour": learnt.hub_day.update_hour,
        "update_hour_is_learnt": hour is not None,
        "update_hour_between": [hour.earliest, hour.latest] if hour else None,
        "changes_seen": hour.changes if hour else None,
        "lag_days": learnt.hub_day.lag_days,
        "lag_days_at_least": lag.at_least if lag else None,
        "lag_days_at_most": lag.at_most if lag else None,
    }


def _days_not_read(read: Sequence[datetime], now: datetime) -> list[tuple[date, date]]:
    """The past UTC days without a complete snapshot, of the last 30 or since the first one."""
    if not read:
        return []
    since = max(clock.utc_day(read[0]), clock.utc_day(now - GAPS_WITHIN))
    return gaps(map(clock.utc_day, read), since=since, until=clock.utc_day(now) - timedelta(days=1))


def _text(instant: datetime | None) -> str | None:
    return clock.format_instant(instant) if instant else None


def _hours(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
