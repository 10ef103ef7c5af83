"""When a message may go: the nights, the mutes and the documents that rules are most easily wrong about."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from alia_watch.audience.preferences import Frequency, Preferences, due_at, rests_until

NIGHT = (time(22), time(8))


def utc(text: str) -> datetime:
    """An instant."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-02-03 20:59", "2026-02-03 20:59"),  # 21:59 in Madrid
        ("2026-02-03 21:00", "2026-02-04 07:00"),
        ("2026-02-04 06:59", "2026-02-04 07:00"),
        ("2026-02-04 07:00", "2026-02-04 07:00"),
        ("2026-07-03 20:00", "2026-07-04 06:00"),  # in summer an hour earlier
    ],
)
def test_a_night_begins_and_ends_by_the_clock_on_the_wall(now: str, until: str) -> None:
    """The first minute is quiet, the last is not, in winter and in summer."""
    assert rests_until(Preferences(quiet=NIGHT), utc(now)) == utc(until)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        # 29 March 2026: 02:00 is followed by 03:00, at 01:00 UTC
        (("22:00", "08:00"), "2026-03-28 23:00", "2026-03-29 06:00"),  # a night of nine hours
        (("02:30", "07:00"), "2026-03-29 00:59", "2026-03-29 00:59"),
        (("02:30", "07:00"), "2026-03-29 01:10", "2026-03-29 05:00"),  # it began while the clock leapt over it
        (("22:00", "02:30"), "2026-03-29 00:30", "2026-03-29 01:30"),  # its end is leapt over: as long as it would last
        (("02:10", "02:50"), "2026-03-29 01:20", "2026-03-29 01:20"),  # it does not happen
        # 25 October 2026: 03:00 is followed by 02:00, at 01:00 UTC
        (("22:00", "08:00"), "2026-10-24 21:00", "2026-10-25 07:00"),  # a night of eleven hours
        (("22:00", "02:30"), "2026-10-25 00:10", "2026-10-25 00:30"),
        (("22:00", "02:30"), "2026-10-25 01:10", "2026-10-25 01:30"),  # 02:10 is shown for the second time
        (("02:15", "02:45"), "2026-10-25 01:20", "2026-10-25 01:45"),
        (("02:30", "07:00"), "2026-10-25 00:40", "2026-10-25 06:00"),
    ],
)
def test_nights_when_clocks_change_are_as_quiet_as_others(quiet: tuple[str, str], now: str, until: str) -> None:
    """An hour shown twice is quiet twice; one that is skipped neither begins a night late nor ends it early."""
    first, last = (time.fromisoformat(each) for each in quiet)
    assert rests_until(Preferences(quiet=(first, last)), utc(now)) == utc(until)


def test_quiet_hours_that_end_as_they_begin_are_none() -> None:
    """From eight to eight is not a whole day, or nothing would ever come."""
    assert rests_until(Preferences(quiet=(time(8), time(8))), utc("2026-02-03 07:00")) == utc("2026-02-03 07:00")


def test_a_mute_that_ends_at_night_lasts_until_morning() -> None:
    """The one silence follows the other."""
    chosen = Preferences(quiet=NIGHT, muted_until=utc("2026-02-05 23:30"))
    assert rests_until(chosen, utc("2026-02-03 12:00")) == utc("2026-02-06 07:00")


def test_a_mute_that_is_over_holds_nothing_back() -> None:
    """What was once chosen and has passed is as if it never was."""
    chosen = Preferences(muted_until=utc("2026-02-03 11:59"))
    assert rests_until(chosen, utc("2026-02-03 12:00")) == utc("2026-02-03 12:00")


@pytest.mark.parametrize(
    ("frequency", "now", "at"),
    [
        (Frequency.DAILY, "2026-02-03 07:59", "2026-02-03 08:00"),
        (Frequency.DAILY, "2026-02-03 08:00", "2026-02-04 08:00"),  # at nine sharp it is the next day's
        (Frequency.WEEKLY, "2026-02-02 07:59", "2026-02-02 08:00"),  # a Monday
        (Frequency.WEEKLY, "2026-02-02 08:00", "2026-02-09 08:00"),
        (Frequency.WEEKLY, "2026-03-28 12:00", "2026-03-30 07:00"),  # the clock has changed on the Sunday between
        (Frequency.AT_ONCE, "2026-02-03 07:59", "2026-02-03 07:59"),
    ],
)
def test_summaries_come_at_nine(frequency: Frequency, now: str, at: str) -> None:
    """By the subscriber's clock, on the next day or Monday that has not begun its summary yet."""
    assert due_at(Preferences(frequency=frequency), utc(now), waits=True) == utc(at)


def test_what_does_not_wait_comes_at_once_for_who_wants_summaries() -> None:
    """A digest is no alert: weekly or not, it comes when it is ready, but not at night."""
    chosen = Preferences(frequency=Frequency.WEEKLY, quiet=NIGHT)
    assert due_at(chosen, utc("2026-02-03 12:00"), waits=False) == utc("2026-02-03 12:00")
    assert due_at(chosen, utc("2026-02-03 22:00"), waits=False) == utc("2026-02-04 07:00")


def test_a_summary_in_quiet_hours_waits_for_their_end() -> None:
    """Who sleeps until ten gets the summary of nine at ten."""
    chosen = Preferences(frequency=Frequency.DAILY, quiet=(time(1), time(10)))
    assert due_at(chosen, utc("2026-02-03 12:00"), waits=True) == utc("2026-02-04 09:00")


def test_quiet_hours_are_meant_where_the_subscriber_lives() -> None:
    """The same night is another night in Tokyo."""
    tokyo, madrid = (Preferences(zone=zone, quiet=NIGHT) for zone in ("Asia/Tokyo", "Europe/Madrid"))
    now = utc("2026-02-03 14:00")
    assert rests_until(tokyo, now) - now == timedelta(hours=9)
    assert rests_until(madrid, now) == now


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"zone": "Mars/Olympus"}, "'Mars/Olympus' is no zone"),
        ({"quiet": ["22:00"]}, "is no quiet"),
        ({"quiet": ["22:00", "25:00"]}, "is no quiet"),
        ({"quiet": ["22:00+01:00", "08:00"]}, "is no quiet"),
        ({"frequency": "hourly"}, "'hourly' is no frequency"),
        ({"threshold": "2"}, "'2' is no threshold"),
        ({"threshold": float("nan")}, "nan is no threshold"),
        ({"silent": "no"}, "'no' is no silent"),
        ({"muted_until": "2026-02-03T10:00:00"}, "is no muted_until"),  # whose clock?
        ({"colour": "red"}, "there is no 'colour'"),
    ],
)
def test_a_bad_document_is_refused_with_what_is_wrong(document: dict[str, Any], words: str) -> None:
    """Not hours later, at the first message, and not with a mere name of a zone."""
    with pytest.raises(ValueError, match=r"^preferences: ") as refusal:
        Preferences.of(document)
    assert words in str(refusal.value)
