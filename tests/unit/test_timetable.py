"""What is due, at the hours when clocks, sleep and failures get in the way."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from alia_bot import timetable
from alia_bot.timetable import Due, Duty
from alia_watch.config.sections import TimetableSection
from alia_watch.store.runs import LastRuns, Run, RunOutcome, SlotRuns

READ_AT = (time(2, 15), time(8, 15), time(14, 15), time(20, 15))
MADRID = TimetableSection()
BAD = (RunOutcome.STARTED, RunOutcome.INCOMPLETE, RunOutcome.FAILED)


@dataclass
class Memory:
    """The runs table, in a dictionary."""

    slots: dict[str, SlotRuns] = field(default_factory=dict)
    first_at: datetime | None = None

    def ran(
        self, due: Due, now: datetime, outcome: RunOutcome = RunOutcome.DONE, detail: dict[str, Any] | None = None
    ) -> None:
        before = self.slots[due.slot].attempts if due.slot in self.slots else 0
        run = Run(due.duty, due.slot, now, now, outcome, detail or {})
        self.slots[due.slot] = SlotRuns(run, before + (outcome in BAD))
        self.first_at = min(self.first_at or now, now)

    def last(self) -> LastRuns:
        return LastRuns(dict(self.slots), self.first_at)


def due(memory: Memory, now: datetime, section: TimetableSection = MADRID) -> list[Due]:
    return timetable.due(section, READ_AT, memory.last(), now)


def run_all(memory: Memory, now: datetime, section: TimetableSection = MADRID, closes: date | None = None) -> list[str]:
    """Do everything that is due, as the daemon does, and say which slots were done."""
    done: list[str] = []
    while waiting := due(memory, now, section):
        for one in waiting:
            detail = {"closes": closes.isoformat()} if closes and one.duty is Duty.SNAPSHOT else {}
            memory.ran(one, now, detail=detail)
            done.append(one.slot)
    return done


def live(memory: Memory, start: datetime, end: datetime, step: timedelta = timedelta(minutes=1)) -> list[str]:
    """A daemon that ticks from `start` to `end`."""
    done: list[str] = []
    now = start
    while now <= end:
        done += run_all(memory, now)
        now += step
    return done


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_fresh_watch_reads_at_once_and_tells_nothing_of_before_it_began() -> None:
    """The first tick gathers, detects and backs up, and neither a digest nor a cost update is due."""
    slots = run_all(Memory(), utc("2026-01-23T10:00"))
    assert slots == [
        "snapshot:2026-01-23T08:15Z",
        "announcements:2026-01-23",
        "backup:2026-01-23",
        "detect:2026-01-23",
    ]


def test_the_first_weekly_update_and_digest_come_when_their_time_comes() -> None:
    """A watch begun on a Friday sends its first cost update on Monday and its first digest in the next month."""
    memory = Memory()
    done = live(memory, utc("2026-01-23T10:00"), utc("2026-02-04T09:00"), timedelta(minutes=15))
    weekly = [slot for slot in done if "-W" in slot]
    assert weekly == ["cost_update:2026-W05", "cost_update:2026-W06"]
    assert [slot for slot in done if slot.startswith("digest")] == ["digest:2026-01"]


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-10", 24)],
)
def test_a_clock_change_day_has_every_daily_duty_once(day: str, hours: int) -> None:
    """On a civil day of 23, 24 or 25 hours every daily duty is done once, and all four readings are made."""
    memory = Memory()
    midnight = timetable.civil_instant(timetable.CivilDay(date.fromisoformat(day)), time(), "Europe/Madrid")
    run_all(memory, midnight - timedelta(minutes=1))
    done = live(memory, midnight, midnight + timedelta(hours=hours, minutes=-1))
    assert sorted(slot for slot in done if slot.endswith(day)) == sorted(
        [f"announcements:{day}", f"detect:{day}", f"backup:{day}"]
        + ([f"cost_update:{day}"] if date.fromisoformat(day).isoweekday() != 1 else [])
    )
    assert len([slot for slot in done if slot.startswith("snapshot")]) == 4


def test_an_hour_that_the_clock_skips_is_not_skipped() -> None:
    """A duty planned at 02:30 on the night that has no 02:30 falls due once, right after the gap."""
    section = MADRID.model_copy(update={"backup_at": time(2, 30)})
    memory = Memory()
    run_all(memory, utc("2026-03-28T23:00"), section)
    before = [one.slot for one in due(memory, utc("2026-03-29T01:29"), section)]
    after = [one.slot for one in due(memory, utc("2026-03-29T01:30"), section)]
    assert "backup:2026-03-29" not in before
    assert "backup:2026-03-29" in after


def test_an_hour_that_comes_twice_runs_a_duty_once() -> None:
    """A duty planned at 02:30 on the night that has two of them is done at the first and not at the second."""
    section = MADRID.model_copy(update={"backup_at": time(2, 30)})
    memory = Memory()
    run_all(memory, utc("2026-10-24T22:00"), section)
    assert "backup:2026-10-25" in run_all(memory, utc("2026-10-25T00:30"), section)
    assert "backup:2026-10-25" not in run_all(memory, utc("2026-10-25T01:30"), section)


def test_a_clock_set_back_repeats_nothing() -> None:
    """After the clock went back two hours, what was done is not done again, and the next slots come as planned."""
    memory = Memory()
    live(memory, utc("2026-01-23T00:00"), utc("2026-01-23T10:00"))
    done_before = set(memory.slots)
    again = live(memory, utc("2026-01-23T08:00"), utc("2026-01-23T14:15"))
    assert not set(again) & done_before
    assert again == ["snapshot:2026-01-23T14:15Z"]


def test_a_failure_timed_by_a_wrong_clock_is_tried_again_at_once() -> None:
    """A back-off that would end in a future which the clock has left is not waited for."""
    memory = Memory()
    run_all(memory, utc("2026-01-23T08:16"))
    [snapshot] = due(memory, utc("2026-01-23T14:15"))
    memory.ran(snapshot, utc("2027-05-01T00:00"), RunOutcome.FAILED)
    assert [one.slot for one in due(memory, utc("2026-01-23T14:16"))] == [snapshot.slot]


def test_five_days_asleep_give_one_snapshot_and_recorded_gaps() -> None:
    """Waking after five days makes one snapshot; each reading in between is a gap, named."""
    memory = Memory()
    run_all(memory, utc("2026-01-19T09:00"))
    now = utc("2026-01-24T09:00")
    gaps = timetable.missed(MADRID, READ_AT, memory.last(), now)
    slots = [one.slot for one in due(memory, now)]
    assert [slot for slot in slots if slot.startswith("snapshot")] == ["snapshot:2026-01-24T08:15Z"]
    assert len(gaps) == 5 * 4 - 1
    assert gaps[0] == (Duty.SNAPSHOT, "snapshot:2026-01-19T14:15Z")
    assert gaps[-1] == (Duty.SNAPSHOT, "snapshot:2026-01-24T02:15Z")


def test_gaps_are_recorded_after_an_absence_of_many_months() -> None:
    """However long the process was away, its gaps are known from the last snapshot there was, up to a bound."""
    memory = Memory()
    run_all(memory, utc("2024-01-01T09:00"))
    gaps = timetable.missed(MADRID, READ_AT, memory.last(), utc("2026-01-24T09:00"))
    snapshots = [slot for duty, slot in gaps if duty is Duty.SNAPSHOT]
    assert len(snapshots) == 400 * 4 - 1


def test_a_restart_one_minute_late_still_does_the_slot() -> None:
    """A process that starts a minute after a slot does it; one that did it before does not repeat it."""
    memory = Memory()
    run_all(memory, utc("2026-01-23T08:01"))
    assert run_all(memory, utc("2026-01-23T08:16")) == ["snapshot:2026-01-23T08:15Z", "cost_update:2026-01-23"]
    assert run_all(memory, utc("2026-01-23T08:17")) == []


def test_a_failure_is_tried_again_after_a_growing_wait_until_the_next_slot() -> None:
    """A failing snapshot waits 5, 10, 20, 40, 60, 60 … minutes, and the next reading time takes over from it."""
    memory = Memory()
    run_all(memory, utc("2026-01-23T08:01"))
    now, tries = utc("2026-01-23T08:15"), []
    while now < utc("2026-01-23T14:15"):
        for one in due(memory, now):
            outcome = RunOutcome.FAILED if one.duty is Duty.SNAPSHOT else RunOutcome.DONE
            memory.ran(one, now, outcome)
            if one.duty is Duty.SNAPSHOT:
                tries.append((now - one.planned) // timedelta(minutes=1))
        now += timedelta(minutes=1)
    assert tries == [0, 5, 15, 35, 75, 135, 195, 255, 315]
    assert [one.slot for one in due(memory, now)] == ["snapshot:2026-01-23T14:15Z"]


def test_an_incomplete_snapshot_is_tried_again_the_same_day() -> None:
    """What could not be read is asked for again five minutes later."""
    memory = Memory()
    run_all(memory, utc("2026-01-23T08:16"))
    now = utc("2026-01-23T14:15")
    [snapshot] = due(memory, now)
    memory.ran(snapshot, now, RunOutcome.INCOMPLETE)
    assert due(memory, now + timedelta(minutes=4)) == []
    [again] = due(memory, now + timedelta(minutes=5))
    assert (again.slot, again.attempt) == (snapshot.slot, 2)


def test_a_crash_is_tried_again_at_once_and_a_loop_of_crashes_is_slowed() -> None:
    """A run that the process did not survive is repeated at once; the second time it waits."""
    memory = Memory()
    run_all(memory, utc("2026-01-23T08:16"))
    now = utc("2026-01-23T14:15")
    [snapshot] = due(memory, now)
    memory.ran(snapshot, now, RunOutcome.STARTED)
    assert [one.slot for one in due(memory, now)] == [snapshot.slot]
    memory.ran(snapshot, now, RunOutcome.STARTED)
    assert due(memory, now + timedelta(minutes=4)) == []
    assert [one.slot for one in due(memory, now + timedelta(minutes=5))] == [snapshot.slot]


def test_an_interrupted_run_is_taken_up_at_once() -> None:
    """A run cut short by a stop waits for nothing when the process is back."""
    memory = Memory()
    run_all(memory, utc("2026-01-23T08:16"))
    now = utc("2026-01-23T14:15")
    [snapshot] = due(memory, now)
    memory.ran(snapshot, now, RunOutcome.INTERRUPTED)
    assert [one.slot for one in due(memory, now)] == [snapshot.slot]


def test_detection_waits_for_the_reading_it_rests_on() -> None:
    """While the Hub is away detection waits, runs as soon as a reading is in, and after half a day without one."""
    memory = Memory()
    run_all(memory, utc("2026-01-23T01:00"))
    now = utc("2026-01-23T02:15")
    [snapshot] = due(memory, now)
    memory.ran(snapshot, utc("2026-01-23T07:59"), RunOutcome.FAILED)
    at_nine = utc("2026-01-23T08:00")
    assert Duty.DETECT not in [one.duty for one in due(memory, at_nine)]
    assert Duty.DETECT in [one.duty for one in due(memory, at_nine + timedelta(hours=12))]
    later = Memory(dict(memory.slots), memory.first_at)
    later.ran(replace(snapshot, slot="snapshot:2026-01-23T08:15Z"), utc("2026-01-23T08:16"))
    assert Duty.DETECT in [one.duty for one in due(later, utc("2026-01-23T08:17"))]


def test_detection_takes_a_snapshot_that_stays_incomplete_for_good_enough() -> None:
    """One repo that never answers does not keep detection waiting past the third try."""
    memory = Memory()
    run_all(memory, utc("2026-01-23T01:00"))
    [snapshot] = due(memory, utc("2026-01-23T02:15"))
    for _ in range(2):
        memory.ran(snapshot, utc("2026-01-23T03:00"), RunOutcome.INCOMPLETE)
    assert Duty.DETECT not in [one.duty for one in due(memory, utc("2026-01-23T08:00"))]
    memory.ran(snapshot, utc("2026-01-23T03:00"), RunOutcome.INCOMPLETE)
    assert Duty.DETECT in [one.duty for one in due(memory, utc("2026-01-23T08:00"))]


def test_a_digest_waits_for_its_last_day_to_be_closed() -> None:
    """On the 1st at half past nine, but not before a reading closed the last UTC day of the month."""
    memory = Memory()
    run_all(memory, utc("2026-01-31T21:00"), closes=date(2026, 1, 30))
    run_all(memory, utc("2026-02-01T07:00"), closes=date(2026, 1, 30))
    assert "digest:2026-01" not in run_all(memory, utc("2026-02-01T08:31"), closes=date(2026, 1, 30))
    assert "digest:2026-01" in run_all(memory, utc("2026-02-01T14:16"), closes=date(2026, 1, 31))


def test_a_digest_is_not_sent_before_its_hour() -> None:
    """A month closed in the night is told at half past nine in Madrid, not before."""
    memory = Memory()
    run_all(memory, utc("2026-01-31T21:00"))
    assert "digest:2026-01" not in run_all(memory, utc("2026-02-01T08:29"), closes=date(2026, 1, 31))
    assert "digest:2026-01" in run_all(memory, utc("2026-02-01T08:30"))


def test_a_digest_whose_month_never_closes_goes_out_on_the_latest_day() -> None:
    """On the 4th the digest goes out with what is missing shown."""
    memory = Memory()
    run_all(memory, utc("2026-01-31T21:00"), closes=date(2026, 1, 30))
    assert "digest:2026-01" not in run_all(memory, utc("2026-02-04T08:29"), closes=date(2026, 1, 30))
    assert "digest:2026-01" in run_all(memory, utc("2026-02-04T08:30"), closes=date(2026, 1, 30))


def test_a_missed_digest_is_sent_once() -> None:
    """A process that slept over the 4th sends the digest when it wakes, and never again."""
    memory = Memory()
    run_all(memory, utc("2026-01-20T12:00"))
    done = run_all(memory, utc("2026-02-19T12:00"))
    assert done.count("digest:2026-01") == 1
    assert "digest:2026-01" not in run_all(memory, utc("2026-02-20T12:00"))


def test_after_months_asleep_the_last_three_digests_are_sent_and_older_ones_given_up() -> None:
    """Each missed month is told once, oldest first, up to three; older ones are written down as missed."""
    memory = Memory()
    run_all(memory, utc("2025-08-20T12:00"))
    now = utc("2026-01-20T12:00")
    gone = [slot for duty, slot in timetable.missed(MADRID, READ_AT, memory.last(), now) if duty is Duty.DIGEST]
    assert gone == ["digest:2025-08", "digest:2025-09"]
    digests = [one.slot for one in due(memory, now) if one.duty is Duty.DIGEST]
    assert digests == ["digest:2025-10", "digest:2025-11", "digest:2025-12"]


def test_a_missed_weekly_update_is_told_late_and_only_the_latest() -> None:
    """Three weeks asleep give one cost update, of this week."""
    memory = Memory()
    run_all(memory, utc("2026-01-05T12:00"))
    done = run_all(memory, utc("2026-01-28T12:00"))
    assert [slot for slot in done if timetable.is_weekly(slot)] == ["cost_update:2026-W05"]


def test_the_week_of_a_cost_update_is_the_iso_week() -> None:
    """The Monday before New Year belongs to the first week of the new year."""
    memory = Memory()
    run_all(memory, utc("2025-12-28T12:00"))
    assert "cost_update:2026-W01" in run_all(memory, utc("2025-12-29T12:00"))


def test_the_next_due_is_the_nearest_of_all_duties() -> None:
    """With everything done in the morning, the next thing is the afternoon's reading."""
    memory = Memory()
    now = utc("2026-01-23T10:00")
    run_all(memory, now)
    assert timetable.next_due(MADRID, READ_AT, memory.last(), now) == utc("2026-01-23T14:15")


def test_a_slot_names_its_month() -> None:
    """The month of a digest is read from its slot."""
    assert timetable.month_of("digest:2026-01") == "2026-01"
