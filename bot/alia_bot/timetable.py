"""What is due now, and what was missed. Pure: the timetable, what the runs table remembers, and `now`.

Every duty has *slots*, each with a key (`detect:2026-01-23`) and an instant. A slot is done once, whatever the clock
does: what counts is whether its key was done, not how long ago anything ran. Of the slots that have passed only the
latest of a duty is due, save for digests, each of which is sent once. A run that fails is due again after a back-off,
until its next slot takes over.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from alia_bot.clock_trust import clock_ahead
from alia_watch.clock import (
    CivilDay,
    UtcDay,
    civil_day,
    civil_instant,
    day_end,
    month_days,
    utc_day,
)
from alia_watch.config.sections import TimetableSection
from alia_watch.store.runs import LastRuns, RunOutcome

#: How far before the newest run the runs are needed; those of digests are needed whole.
MEMORY = timedelta(days=15)
ALWAYS = ("digest",)
#: Gaps are written down for at most so long an absence.
LONGEST_ABSENCE = timedelta(days=400)
#: A digest missed longer ago than this many months is not sent any more, only written down as missed.
DIGEST_MONTHS = 3
#: How long detection waits for the reading it should rest on, where the Hub is away.
DETECT_PATIENCE = timedelta(hours=12)
#: After this many tries a snapshot that stays incomplete is good enough for detection.
INCOMPLETE_TRIES = 3
#: The wait after a first failure; it doubles to at most an hour.
BACK_OFF = timedelta(minutes=5)
BACK_OFF_MOST = timedelta(hours=1)

_DAY = timedelta(days=1)


class Duty(StrEnum):
    """What the daemon does, in the order in which duties that fall due together are done."""

    SNAPSHOT = "snapshot"  # first: no source of announcements ever delays a reading of the Hub
    ANNOUNCEMENTS = "announcements"
    DETECT = "detect"
    COST_UPDATE = "cost_update"
    DIGEST = "digest"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class Due:
    """A slot not yet done.

    Attributes:
        slot: its key. A cost update has weekly slots (`cost_update:2026-W05`) and, on the other days, daily ones
            (`cost_update:2026-01-23`), which are told only when the headline moved.
        planned: the slot's own instant.
        at: the earliest instant at which it may run now: later than `planned` after a failure, or while it waits.
        attempt: 1 for the first try.
        before: how the last try of this slot ended.
    """

    duty: Duty
    slot: str
    planned: datetime
    at: datetime
    attempt: int = 1
    before: RunOutcome | None = None


def due(timetable: TimetableSection, read_at: Sequence[time], last: LastRuns, now: datetime) -> list[Due]:
    """What may run now, in the order to run it: readings alone, while this machine's clock is known to be wrong."""
    wrong = clock_ahead(last, now)
    return [
        planned
        for planned in plan(timetable, read_at, last, now)
        if planned.at <= now and (not wrong or planned.duty is Duty.SNAPSHOT)
    ]


def next_due(timetable: TimetableSection, read_at: Sequence[time], last: LastRuns, now: datetime) -> datetime:
    """The earliest instant at which anything may run, if nothing runs before; `now` where something is due."""
    return max(now, min(planned.at for planned in plan(timetable, read_at, last, now)))


def plan(timetable: TimetableSection, read_at: Sequence[time], last: LastRuns, now: datetime) -> list[Due]:
    """The next run of every duty, due or not, in the order of duties."""
    slots = _Slots(timetable, read_at, last, now)
    return [
        slots.snapshot(),
        slots.daily(Duty.ANNOUNCEMENTS, timetable.announcements_at),
        slots.daily(Duty.DETECT, timetable.detect_at, ready=slots.detect_ready),
        slots.weekly_update(),
        slots.daily(Duty.COST_UPDATE, timetable.cost_update_at, since=slots.begun, when=slots.off_week),
        *slots.digests(),
        slots.daily(Duty.BACKUP, timetable.backup_at),
    ]


def missed(
    timetable: TimetableSection, read_at: Sequence[time], last: LastRuns, now: datetime
) -> list[tuple[Duty, str]]:
    """The slots that passed without a run and will not be caught up: snapshots (a gap), and digests too old to send."""
    slots = [_read_instant(slot) for slot, runs in last.slots.items() if runs.last.duty == Duty.SNAPSHOT]
    known = [instant for instant in slots if instant <= now]  # those to come were done by a clock since set back
    gaps: list[tuple[Duty, str]] = []
    if known:
        newest = max(*known, now - LONGEST_ABSENCE)
        passed = [instant for instant in read_instants(read_at, newest, now) if newest < instant <= now]
        gaps = [(Duty.SNAPSHOT, read_slot(instant)) for instant in passed[:-1]]  # the latest is due, not missed
    return gaps + _Slots(timetable, read_at, last, now).digests_given_up()


def read_instants(read_at: Iterable[time], start: datetime, end: datetime) -> list[datetime]:
    """The instants of the reading times (UTC) on every UTC day from that of `start` to that of `end`, sorted."""
    first, last = utc_day(start), utc_day(end)
    days = [UtcDay(first + offset * _DAY) for offset in range((last - first).days + 1)]
    return sorted({datetime.combine(day, at.replace(second=0, microsecond=0), UTC) for day in days for at in read_at})


def read_slot(instant: datetime) -> str:
    """The slot of a reading of the Hub at an instant."""
    return f"{Duty.SNAPSHOT}:{instant:%Y-%m-%dT%H:%MZ}"


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failures in a row."""
    doublings = min(attempts - 1, 10)
    return min(BACK_OFF * (1 << doublings), BACK_OFF_MOST)


def month_of(slot: str) -> str:
    """The month a digest's slot stands for: `2026-01`."""
    return slot.removeprefix(f"{Duty.DIGEST}:")


def is_weekly(slot: str) -> bool:
    """Whether a cost update's slot is the weekly one, which is always told."""
    return "-W" in slot


def _always(_: object) -> bool:
    return True


@dataclass(frozen=True)
class _Slots:
    """The slots around `now`, one method per kind of duty."""

    timetable: TimetableSection
    read_at: Sequence[time]
    last: LastRuns
    now: datetime

    @property
    def begun(self) -> datetime:
        """When this watch began to run: nothing of before then is told by itself."""
        return min(self.last.first_at or self.now, self.now)

    def daily(
        self,
        duty: Duty,
        at: time,
        *,
        since: datetime | None = None,
        when: Callable[[CivilDay], bool] = _always,
        ready: Callable[[datetime], bool] = _always,
    ) -> Due:
        """A slot on each civil day that `when` chooses; it waits a while where it is not `ready`."""
        today = civil_day(self.now, self.timetable.zone)
        days = [CivilDay(today + offset * _DAY) for offset in range(-9, 10)]
        slots = [(f"{duty}:{day}", civil_instant(day, at, self.timetable.zone)) for day in days if when(day)]
        return self._one(duty, slots, since=since, ready=ready)

    def weekly_update(self) -> Due:
        """The cost update's slot of the week."""
        today = civil_day(self.now, self.timetable.zone)
        days = [CivilDay(today + offset * _DAY) for offset in range(-9, 10)]
        slots = [
            (f"{Duty.COST_UPDATE}:{day:%G-W%V}", civil_instant(day, self.timetable.cost_update_at, self.timetable.zone))
            for day in days
            if not self.off_week(day)
        ]
        return self._one(Duty.COST_UPDATE, slots, since=self.begun)

    def off_week(self, day: CivilDay) -> bool:
        """Whether a day is another than that of the weekly cost update."""
        return day.isoweekday() != self.timetable.cost_update_weekday

    def snapshot(self) -> Due:
        """The slot of the reading in force, or the next."""
        instants = read_instants(self.read_at, self.now - _DAY, self.now + 9 * _DAY)
        return self._one(Duty.SNAPSHOT, [(read_slot(instant), instant) for instant in instants])

    def detect_ready(self, planned: datetime) -> bool:
        """Whether the reading in force when detection was planned, or a later one, is in."""
        in_force = max(i for i in read_instants(self.read_at, planned - _DAY, planned) if i <= planned)
        return any(
            runs.last.outcome is RunOutcome.DONE
            or (runs.last.outcome is RunOutcome.INCOMPLETE and runs.attempts >= INCOMPLETE_TRIES)
            for slot, runs in self.last.slots.items()
            if runs.last.duty == Duty.SNAPSHOT and _read_instant(slot) >= in_force
        )

    def digests(self) -> list[Due]:
        """The digests not yet sent, oldest first, and that of the month in hand."""
        waiting = []
        for back in range(DIGEST_MONTHS, -1, -1):
            month = self._month(back)
            slot = f"{Duty.DIGEST}:{month}"
            if day_end(month_days(month)[1]) < self.begun or self._settled(slot):
                continue
            waiting.append(self._again(Duty.DIGEST, slot, self._digest_at(month)))
        return waiting

    def digests_given_up(self) -> list[tuple[Duty, str]]:
        """The digests too old to send that were never sent."""
        months = [self._month(back) for back in range(24, DIGEST_MONTHS, -1)]
        slots = [f"{Duty.DIGEST}:{month}" for month in months if day_end(month_days(month)[1]) >= self.begun]
        return [(Duty.DIGEST, slot) for slot in slots if slot not in self.last.slots]

    def _month(self, back: int) -> str:
        """The month so many months before that of the civil day `now`."""
        today = civil_day(self.now, self.timetable.zone)
        months = today.year * 12 + today.month - 1 - back
        return f"{months // 12:04}-{months % 12 + 1:02}"

    def _digest_at(self, month: str) -> datetime:
        """From the first of the next month once a reading closed its last UTC day, else on the latest day."""
        last_day = month_days(month)[1]
        closed = any(
            date.fromisoformat(runs.last.detail["closes"]) >= last_day
            for runs in self.last.slots.values()
            if runs.last.duty == Duty.SNAPSHOT and runs.last.outcome is RunOutcome.DONE and "closes" in runs.last.detail
        )
        first = last_day + _DAY
        on = first if closed else first.replace(day=self.timetable.digest_latest_day)
        return civil_instant(CivilDay(on), self.timetable.digest_at, self.timetable.zone)

    def _one(
        self,
        duty: Duty,
        slots: Sequence[tuple[str, datetime]],
        *,
        since: datetime | None = None,
        ready: Callable[[datetime], bool] = _always,
    ) -> Due:
        """The latest slot that has passed, unless it is settled or the next one comes first; else the next one."""
        future = [(key, instant) for key, instant in slots if instant > self.now]
        # After the clock was set back, slots to come may be done already.
        following, next_instant = next((slot for slot in future if not self._settled(slot[0])), future[-1])
        wait = timedelta() if ready(next_instant) else DETECT_PATIENCE
        coming = self._again(duty, following, next_instant, next_instant + wait)
        passed = [(key, instant) for key, instant in slots if instant <= self.now]
        if not passed or (since is not None and passed[-1][1] < since):
            return coming
        key, instant = passed[-1]
        if self._settled(key):
            return coming
        wait = timedelta() if ready(instant) else DETECT_PATIENCE
        pending = self._again(duty, key, instant, instant + wait)
        return min(pending, coming, key=lambda candidate: candidate.at)

    def _settled(self, slot: str) -> bool:
        """Whether nothing is to be done for a slot any more. One that a clock ahead of time gave up is not lost yet."""
        runs = self.last.slots.get(slot)
        if runs is None or runs.last.outcome not in (RunOutcome.DONE, RunOutcome.MISSED):
            return False
        return runs.last.outcome is RunOutcome.DONE or runs.last.finished_at <= self.now

    def _again(self, duty: Duty, slot: str, planned: datetime, at: datetime | None = None) -> Due:
        """A slot that is not settled: at its instant, or after the back-off where it was tried before."""
        at = at or planned
        runs = self.last.slots.get(slot)
        if runs is None:
            return Due(duty, slot, planned, at)
        failures = runs.attempts
        if runs.last.outcome is RunOutcome.STARTED:
            failures -= 1  # one crash is tried again at once; a loop of crashes is slowed down
        # A run that ended later than that was timed by a clock since set back: there is nothing to wait for.
        wait = (
            failures > 0
            and runs.last.finished_at <= max(self.now, at)
            and runs.last.outcome is not RunOutcome.INTERRUPTED
        )
        again = runs.last.finished_at + back_off(failures) if wait else at
        return Due(duty, slot, planned, max(at, again), runs.attempts + 1, runs.last.outcome)


def _read_instant(slot: str) -> datetime:
    return datetime.fromisoformat(slot.removeprefix(f"{Duty.SNAPSHOT}:"))
