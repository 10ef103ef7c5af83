"""Whatever the clock, the sleep and the failures do, the timetable keeps its promises."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alia_bot import timetable
from alia_bot.timetable import Due, Duty
from alia_watch.clock import CivilDay, civil_day, civil_instant
from alia_watch.config.sections import TimetableSection
from alia_watch.store.runs import RunOutcome
from tests.unit.test_timetable import Memory

times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
sections = st.builds(
    TimetableSection,
    zone=st.sampled_from(["Europe/Madrid", "UTC", "America/New_York", "Pacific/Apia"]),
    detect_at=times,
    digest_at=times,
    digest_latest_day=st.integers(1, 28),
    cost_update_weekday=st.integers(1, 7),
    cost_update_at=times,
    announcements_at=times,
    backup_at=times,
)
readings = st.lists(times, min_size=1, max_size=4, unique=True).map(tuple)
instants = st.integers(0, 3 * 365 * 1440).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
#: Minutes between two ticks: mostly short, sometimes days asleep, sometimes a clock set back.
steps = st.lists(
    st.one_of(st.integers(1, 120), st.integers(121, 20_000), st.integers(-300, -1)), min_size=1, max_size=25
)
outcomes = st.sampled_from(
    [RunOutcome.DONE, RunOutcome.DONE, RunOutcome.FAILED, RunOutcome.INCOMPLETE, RunOutcome.STARTED]
)


def tick(
    memory: Memory, section: TimetableSection, read_at: tuple[time, ...], now: datetime, data: st.DataObject
) -> list[tuple[Due, RunOutcome]]:
    """One tick of a daemon whose runs end in ways that hypothesis chooses."""
    ran: list[tuple[Due, RunOutcome]] = []
    for duty, slot in timetable.missed(section, read_at, memory.last(), now):
        memory.ran(Due(duty, slot, now, now), now, RunOutcome.MISSED)
    for one in timetable.due(section, read_at, memory.last(), now):
        outcome = data.draw(outcomes)
        detail = {"closes": (now.date() - timedelta(days=1)).isoformat()} if one.duty is Duty.SNAPSHOT else {}
        memory.ran(one, now, outcome, detail)
        ran.append((one, outcome))
    return ran


@settings(max_examples=40)
@given(section=sections, read_at=readings, start=instants, minutes=steps, data=st.data())
def test_no_slot_is_done_twice_and_none_before_its_time(
    section: TimetableSection, read_at: tuple[time, ...], start: datetime, minutes: list[int], data: st.DataObject
) -> None:
    """With sleep, failures and a clock set back, each slot is done at most once and never before its instant."""
    memory, now, done = Memory(), start, Counter[str]()
    for step in minutes:
        ran = tick(memory, section, read_at, now, data)
        assert len([one for one, _ in ran if one.duty is Duty.SNAPSHOT]) <= 1
        assert all(one.planned <= now for one, _ in ran)
        done.update(one.slot for one, outcome in ran if outcome is RunOutcome.DONE)
        now += timedelta(minutes=step)
    assert all(times == 1 for times in done.values())


@settings(max_examples=40)
@given(section=sections, read_at=readings, start=instants, minutes=steps, data=st.data())
def test_the_next_due_instant_is_exact(
    section: TimetableSection, read_at: tuple[time, ...], start: datetime, minutes: list[int], data: st.DataObject
) -> None:
    """At the instant named something is due, and at no instant before it."""
    memory, now = Memory(), start
    for step in minutes:
        tick(memory, section, read_at, now, data)
        now += timedelta(minutes=step)
    last = memory.last()
    soonest = timetable.next_due(section, read_at, last, now)
    assert soonest >= now
    assert timetable.due(section, read_at, last, soonest)
    if soonest > now:
        between = now + (soonest - now) * data.draw(st.floats(0, 0.999))
        assert timetable.due(section, read_at, last, between) == []


@settings(max_examples=40)
@given(section=sections, read_at=readings, start=instants)
def test_a_daemon_that_is_always_there_does_every_daily_duty_once_a_day(
    section: TimetableSection, read_at: tuple[time, ...], start: datetime
) -> None:
    """Over eight civil days, clock changes or not, each daily duty runs once a day and every reading is made."""
    memory, now, end = Memory(), start, start + timedelta(days=8)
    done: list[str] = []
    while now < end:
        assert timetable.missed(section, read_at, memory.last(), now) == []
        for one in timetable.due(section, read_at, memory.last(), now):
            memory.ran(one, now)
            done.append(one.slot)
        now = max(timetable.next_due(section, read_at, memory.last(), now), now + timedelta(seconds=1))
    assert len(done) == len(set(done))
    first, last = civil_day(start, section.zone), civil_day(end, section.zone)
    for offset in range(1, (last - first).days):
        day = CivilDay(first + timedelta(days=offset))
        if civil_instant(day, time(), section.zone) == civil_instant(
            CivilDay(day + timedelta(days=1)), time(), section.zone
        ):
            continue  # a civil day that its zone left out
        assert {f"announcements:{day}", f"detect:{day}", f"backup:{day}"} <= set(done)
    whole_days = [start.date() + timedelta(days=offset) for offset in range(1, 8)]
    assert {f"snapshot:{day}T{at:%H:%M}Z" for day in whole_days for at in read_at} <= set(done)


@settings(max_examples=40)
@given(section=sections, begun=st.dates(date(2025, 1, 1), date(2026, 12, 1)), days=st.integers(0, 600))
def test_every_month_of_the_watch_is_told_or_given_up(section: TimetableSection, begun: date, days: int) -> None:
    """However long the sleep, each closed month since the watch began is either due once or written down as missed."""
    start = datetime.combine(begun, time(12), UTC)
    memory, now, read_at = Memory(first_at=start), start + timedelta(days=days), (time(2, 15),)
    given_up = [slot for duty, slot in timetable.missed(section, read_at, memory.last(), now) if duty is Duty.DIGEST]
    waiting = [one.slot for one in timetable.plan(section, read_at, memory.last(), now) if one.duty is Duty.DIGEST]
    assert len(waiting) <= timetable.DIGEST_MONTHS + 1
    here = civil_day(now, section.zone)
    months = [
        f"digest:{m // 12}-{m % 12 + 1:02}"
        for m in range(begun.year * 12 + begun.month - 1, here.year * 12 + here.month)
    ]
    assert (given_up + waiting)[-len(months) :] == months
