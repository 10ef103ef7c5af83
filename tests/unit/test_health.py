"""When the watch is called healthy, and what is said when it is not."""

from datetime import UTC, date, datetime, time, timedelta

from alia_bot import health, timetable
from alia_bot.health import Outbox
from alia_bot.timetable import Duty
from alia_watch.config.sections import TimetableSection
from alia_watch.store.runs import LastRuns, Run, RunOutcome, SlotRuns

NOW = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
READ_AT = (time(2, 15), time(14, 15))
QUIET = Outbox({}, None)


def remembering(*runs: Run, attempts: int = 0) -> LastRuns:
    return LastRuns({run.slot: SlotRuns(run, attempts) for run in runs}, NOW - 100 * HOUR)


def a_run(duty: Duty, slot: str, outcome: RunOutcome = RunOutcome.DONE, at: datetime = NOW) -> Run:
    return Run(duty.value, f"{duty}:{slot}", at, at, outcome, {"error": "it broke"})


def all_done() -> LastRuns:
    """Everything that was due at noon was done."""
    return remembering(
        a_run(Duty.ANNOUNCEMENTS, "2026-01-23"),
        a_run(Duty.SNAPSHOT, "2026-01-23T02:15Z"),
        a_run(Duty.DETECT, "2026-01-23"),
        a_run(Duty.COST_UPDATE, "2026-W04"),
        a_run(Duty.COST_UPDATE, "2026-01-23"),
        a_run(Duty.BACKUP, "2026-01-23"),
    )


def found(last: LastRuns, *, last_complete: datetime | None = NOW - HOUR, outbox: Outbox = QUIET) -> list[str]:
    plan = timetable.plan(TimetableSection(), READ_AT, last, NOW)
    return health.faults(now=NOW, last=last, plan=plan, last_complete=last_complete, outbox=outbox)


def test_a_watch_that_did_everything_is_healthy() -> None:
    """With all duties done and a fresh snapshot there is no fault."""
    assert found(all_done()) == []


def test_a_watch_driven_by_hand_is_not_blamed_for_duties() -> None:
    """Where no daemon ever ran, a fresh snapshot is enough: nothing is overdue."""
    assert found(LastRuns()) == []


def test_a_snapshot_of_yesterday_morning_is_a_fault() -> None:
    """After 26 hours without a complete snapshot the watch is not healthy, and neither is one that has none."""
    assert found(all_done(), last_complete=NOW - 26 * HOUR) == []
    assert found(all_done(), last_complete=NOW - 27 * HOUR) == ["The last complete snapshot is 27 hours old."]
    assert found(all_done(), last_complete=NOW - 97 * HOUR) == ["The last complete snapshot is 4 days old."]
    assert found(all_done(), last_complete=None) == ["There is no complete snapshot."]


def test_a_duty_that_keeps_failing_is_named_with_its_error() -> None:
    """The third failure for one slot is a fault, the second is not yet."""
    broken = a_run(Duty.BACKUP, "2026-01-23", RunOutcome.FAILED)
    slots = dict(all_done().slots)
    assert found(LastRuns({**slots, broken.slot: SlotRuns(broken, 2)}, NOW - 100 * HOUR)) == []
    [fault] = found(LastRuns({**slots, broken.slot: SlotRuns(broken, 3)}, NOW - 100 * HOUR))
    assert fault == "backup:2026-01-23 did not end well 3 times: it broke"


def test_a_duty_that_nobody_does_is_a_fault() -> None:
    """A duty that has been due for hours says that the daemon may not be running."""
    slots = {slot: runs for slot, runs in all_done().slots.items() if not slot.startswith("backup")}
    [fault] = found(LastRuns(slots, NOW - 100 * HOUR))
    assert fault.startswith("backup:2026-01-23 has been due for 8 hours")


def test_a_message_that_waits_for_hours_is_a_fault() -> None:
    """What should have been sent three hours ago and was not is told; what fell due just now is not."""
    assert found(all_done(), outbox=Outbox({"due": 1}, NOW - 2 * HOUR)) == []
    [fault] = found(all_done(), outbox=Outbox({"due": 1}, NOW - 5 * HOUR))
    assert fault == "A message has been waiting to be sent for 5 hours."


def test_a_channel_that_refuses_us_is_a_fault() -> None:
    """A channel at rest is named with its reason."""
    [fault] = found(all_done(), outbox=Outbox({}, None, (("telegram", NOW + HOUR, "the token is not valid"),)))
    assert fault == "The channel telegram rests until 2026-01-23T13:00:00Z: the token is not valid"


def test_a_run_of_the_future_tells_of_the_clock() -> None:
    """A run dated well after now means that the clock was set back; a few minutes are nothing."""
    slots = dict(all_done().slots)
    soon = a_run(Duty.BACKUP, "2026-01-23", at=NOW + timedelta(minutes=4))
    assert found(LastRuns({**slots, soon.slot: SlotRuns(soon, 0)}, NOW - 100 * HOUR)) == []
    ahead = a_run(Duty.BACKUP, "2026-01-23", at=NOW + 50 * HOUR)
    [fault] = found(LastRuns({**slots, ahead.slot: SlotRuns(ahead, 0)}, NOW - 100 * HOUR))
    assert "2026-01-25T14:00:00Z" in fault


def test_gaps_are_runs_of_days() -> None:
    """Days that were not read are given as first and last day, both included."""
    read = [date(2026, 1, day) for day in (3, 4, 7, 9)]
    assert health.gaps(read, since=date(2026, 1, 2), until=date(2026, 1, 10)) == [
        (date(2026, 1, 2), date(2026, 1, 2)),
        (date(2026, 1, 5), date(2026, 1, 6)),
        (date(2026, 1, 8), date(2026, 1, 8)),
        (date(2026, 1, 10), date(2026, 1, 10)),
    ]
    assert health.gaps(read, since=date(2026, 1, 3), until=date(2026, 1, 4)) == []


def test_each_duty_shows_its_last_run_and_its_next() -> None:
    """A row for every duty, whether it ever ran or not."""
    last = all_done()
    rows = {row["duty"]: row for row in health.duty_rows(last, timetable.plan(TimetableSection(), READ_AT, last, NOW))}
    assert list(rows) == [duty.value for duty in Duty]
    assert rows["snapshot"]["slot"] == "snapshot:2026-01-23T02:15Z"
    assert rows["snapshot"]["next_at"] == "2026-01-23T14:15:00Z"
    assert rows["digest"]["outcome"] is None
    assert rows["digest"]["next_slot"] == "digest:2026-01"
