"""Whatever somebody chose, wherever they live: nothing comes early, in their quiet hours, or never."""

import json
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alia_watch.audience.preferences import SUMMARY_AT, Frequency, Preferences, due_at, rests_until
from alia_watch.clock import available_zones

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
#: Zones whose clocks change by an hour, by half of one, by two, at midnight, or the other way round, and all others.
TURNING = ("Europe/Madrid", "Australia/Lord_Howe", "Antarctica/Troll", "America/Havana", "Asia/Beirut", "Africa/Cairo")
#: Those that the database of zones gives only to programs, such as `localtime`, depend on the machine.
zones = st.sampled_from(TURNING) | st.sampled_from(sorted(each for each in available_zones() if "/" in each))
times = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
#: The hours in which clocks change in Madrid.
near = st.integers(60, 240).map(lambda minute: time(minute // 60, minute % 60))
instants = st.integers(0, 5 * 366 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)
turns = st.sampled_from(  # the nights on which clocks change in Madrid
    [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)]
)
preferences = st.builds(
    Preferences,
    zone=zones,
    quiet=st.none() | st.tuples(times, times),
    frequency=st.sampled_from(Frequency),
    threshold=st.none() | st.floats(1, 1000, exclude_min=True),
    silent=st.booleans(),
    muted_until=st.none() | instants,
)


def wall(instant: datetime, zone: str) -> time:
    """What a clock on the wall shows."""
    return instant.astimezone(ZoneInfo(zone)).time()


def quiet_at(chosen: Preferences, instant: datetime) -> bool:
    """Whether the wall's clock shows quiet hours, minute by minute as one would look it up."""
    if chosen.quiet is None:
        return False
    first, last = chosen.quiet
    shown = wall(instant, chosen.zone)
    return first <= shown < last if first <= last else not last <= shown < first


def length_of_quiet(chosen: Preferences) -> timedelta:
    """How long quiet hours are on a day without a change of clocks."""
    if chosen.quiet is None:
        return timedelta()
    first, last = (timedelta(hours=each.hour, minutes=each.minute) for each in chosen.quiet)
    return (last - first) % DAY


@settings(max_examples=200)
@given(chosen=preferences, now=instants, waits=st.booleans())
def test_nothing_goes_early_and_nothing_in_quiet_hours(chosen: Preferences, now: datetime, waits: bool) -> None:
    """A message goes no sooner than it is ready, after every silence, and at an hour that is not quiet on the wall."""
    for at in (due_at(chosen, now, waits=waits), rests_until(chosen, now)):
        assert at >= now
        assert chosen.muted_until is None or at >= chosen.muted_until
        assert not quiet_at(chosen, at)


@settings(max_examples=200)
@given(chosen=preferences, now=instants, waits=st.booleans())
def test_nothing_waits_for_ever(chosen: Preferences, now: datetime, waits: bool) -> None:
    """The wait after a mute is at most that for the summary and the quiet hours; with the hours of a clock change."""
    ready = max(now, chosen.muted_until or now)
    summary = {Frequency.AT_ONCE: timedelta(), Frequency.DAILY: DAY, Frequency.WEEKLY: 7 * DAY}
    longest = (summary[chosen.frequency] if waits else timedelta()) + length_of_quiet(chosen)
    turning = timedelta(hours=4)  # the widest change of clocks since 2026, both ways
    whole_day = DAY if length_of_quiet(chosen) > DAY - turning else timedelta()  # the gap's hour was all that was left
    assert due_at(chosen, now, waits=waits) - ready <= longest + turning + whole_day


@settings(max_examples=150)
@given(chosen=preferences, now=instants, waits=st.booleans())
def test_what_is_due_does_not_wait_again(chosen: Preferences, now: datetime, waits: bool) -> None:
    """At the instant that was given out, the message goes: there is no second wait for the same reason."""
    at = due_at(chosen, now, waits=waits)
    assert rests_until(chosen, at) == at


@settings(max_examples=150)
@given(chosen=preferences, now=instants)
def test_a_summary_comes_at_nine_unless_silence_lasts_longer(chosen: Preferences, now: datetime) -> None:
    """Daily at nine by the subscriber's own clock, weekly on a Monday: the first such hour, no other."""
    assume(chosen.frequency is not Frequency.AT_ONCE)
    free = Preferences(zone=chosen.zone, frequency=chosen.frequency)
    at = due_at(free, now, waits=True)
    shown = at.astimezone(ZoneInfo(chosen.zone))
    assert shown.time() == SUMMARY_AT
    step = DAY if chosen.frequency is Frequency.DAILY else 7 * DAY
    assert chosen.frequency is Frequency.DAILY or shown.isoweekday() == 1
    before = datetime.combine(shown.date() - step, SUMMARY_AT, shown.tzinfo)
    assert before.astimezone(UTC) <= now < at
    assert due_at(free, now, waits=False) == now


@settings(max_examples=150)
@given(turn=turns, minutes=st.integers(-90, 150), quiet=st.tuples(times | near, near) | st.tuples(near, times))
def test_on_nights_when_clocks_change_quiet_hours_follow_the_wall(
    turn: datetime, minutes: int, quiet: tuple[time, time]
) -> None:
    """Around both changes: silent only where the clock shows quiet hours, and never sooner than at their end."""
    chosen = Preferences(quiet=quiet)
    now = turn + minutes * MINUTE
    at = rests_until(chosen, now)
    assert not quiet_at(chosen, at)
    if not quiet_at(chosen, now):
        assert at == now
    waited = (now + n * MINUTE for n in range(int((at - now) / MINUTE)))
    spoken = [each for each in waited if not quiet_at(chosen, each)]
    assert len(spoken) <= 60, "only the hour that is skipped, or shown twice, may be silent beyond what was asked for"


@settings(max_examples=150)
@given(chosen=preferences)
def test_what_was_chosen_is_kept_as_it_is(chosen: Preferences) -> None:
    """Through JSON and back nothing changes; what stands at its default is not written."""
    document = json.loads(json.dumps(chosen.document()))
    assert Preferences.of(document) == chosen
    usual = Preferences()
    assert set(document) == {name for name in Preferences.__slots__ if getattr(chosen, name) != getattr(usual, name)}


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("2026-01-01T00:00:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=150)
@given(document=st.dictionaries(st.sampled_from([*Preferences.__slots__, "colour"]), junk, max_size=4), now=instants)
def test_a_document_is_read_or_refused_with_a_sentence(document: dict[str, object], now: datetime) -> None:
    """Whatever stands in it, it makes preferences that work, or a refusal that names what is wrong."""
    try:
        chosen = Preferences.of(document)
    except ValueError as error:
        refusal = str(error)
    else:
        assert due_at(chosen, now, waits=True) >= now
        return
    assert refusal.startswith("preferences: ")
    assert any(name in refusal for name in document)
