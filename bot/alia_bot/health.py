"""Is the watch well? What `status` prints and the container's health check asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from alia_bot.timetable import Due, Duty
from alia_watch import clock
from alia_watch.store.runs import LastRuns, RunOutcome

#: A reading a day is what a daily series needs; two hours more for the slow and the retried.
SNAPSHOT_WITHIN = timedelta(hours=26)
#: A duty or a message may be late by a few retries.
OVERDUE_AFTER = timedelta(hours=3)
#: So many failures in a row for one slot are a fault.
FAILURES = 3
#: What the clock may run ahead before the runs of the future are a fault.
CLOCK_SLACK = timedelta(minutes=5)
#: How far back days without a complete snapshot are looked for.
GAPS_WITHIN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Outbox:
    """What is known of the deliveries: how many are in each state, since when the oldest is due, recent losses of ours.

    `lost` is one sentence per delivery given up in the last day because of us.
    """

    counts: dict[str, int]
    oldest_due: datetime | None
    lost: tuple[str, ...] = ()


def faults(
    *, now: datetime, last: LastRuns, plan: Sequence[Due], last_complete: datetime | None, outbox: Outbox
) -> list[str]:
    """Each thing that is not as it should be, as one sentence. Pure; none means healthy."""
    found: list[str] = []
    if last_complete is None:
        found.append("No complete snapshot was ever made.")
    elif now - last_complete > SNAPSHOT_WITHIN:
        found.append(f"The last complete snapshot is {_hours(now - last_complete)} old.")
    ahead = [runs.last for runs in last.slots.values() if runs.last.started_at > now + CLOCK_SLACK]
    if ahead:
        latest = max(run.started_at for run in ahead)
        found.append(f"A run is dated {clock.format_instant(latest)}, in the future: the clock was set back.")
    for due in plan:
        runs = last.slots.get(due.slot)
        if runs is not None and runs.last.outcome is not RunOutcome.DONE and runs.attempts >= FAILURES:
            error = runs.last.detail.get("error") or runs.last.detail.get("note") or runs.last.outcome.value
            found.append(f"{due.slot} did not end well {runs.attempts} times: {error}")
        elif last.first_at is not None and now - due.at > OVERDUE_AFTER:
            found.append(f"{due.slot} has been due for {_hours(now - due.at)}: is the daemon running?")
    if outbox.oldest_due is not None and now - outbox.oldest_due > OVERDUE_AFTER:
        found.append(f"A message has been waiting to be sent for {_hours(now - outbox.oldest_due)}.")
    found.extend(outbox.lost)
    return found


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


def _hours(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
