"""By whose clock a reading is dated."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from alia_watch.sources.hub_clock import TOLERANCE, HubClock

HERE = datetime(2026, 1, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def heard(there: datetime, age: str | None = None) -> HubClock:
    """This machine's clock stands at `HERE`; an answer is dated `there`."""
    clock = HubClock(lambda: HERE)
    clock.heard(format_datetime(there, usegmt=True), age)
    return clock


@pytest.mark.parametrize("apart", [timedelta(days=3), TOLERANCE + SECOND, -TOLERANCE - SECOND, timedelta(hours=-3)])
def test_a_clock_far_from_the_hubs_is_put_right(apart: timedelta) -> None:
    """What is read is dated by the Hub, whichever way the clocks differ."""
    clock = heard(HERE - apart)
    assert (clock.ahead, clock()) == (apart, HERE - apart)


@pytest.mark.parametrize("apart", [timedelta(), TOLERANCE, -TOLERANCE])
def test_a_clock_near_the_hubs_stays_as_it_is(apart: timedelta) -> None:
    """A slow answer is no wrong clock."""
    assert heard(HERE - apart).ahead == timedelta()


@pytest.mark.parametrize(("age", "ahead"), [("3600", 0), ("60", 59 * 60), (None, 3600), ("soon", 0), ("9" * 20, 0)])
def test_an_answer_out_of_a_cache_says_how_old_it_is(age: str | None, ahead: int) -> None:
    """An answer of an hour ago is no sign of a clock that is an hour fast; an age that is none tells nothing."""
    assert heard(HERE - timedelta(hours=1), age).ahead == timedelta(seconds=ahead)


@pytest.mark.parametrize("date", [None, "", "yesterday", "Fri, 23 Jan 2026 08:00:00"])
def test_an_answer_without_a_date_changes_nothing(date: str | None) -> None:
    """Nobody can tell then."""
    clock = HubClock(lambda: HERE)
    clock.heard(date)
    assert clock.ahead == timedelta()
