"""Which day a reading closes, and how the update hour and the lag are learnt."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alia_watch.series.hub_day import HubDay, changes_between, lag_from_births, lag_from_exact, learn_hour
from alia_watch.series.snapshot import ExactCount, Reading

DAY = timedelta(days=1)


def polled(update_hour: int, *, days: int = 30, hours: tuple[int, ...] = (2, 8, 14, 20), lag: int = 1) -> list[Reading]:
    """Readings of a repo whose counter moves every day at one hour; the day closed is `lag` days before."""
    readings = []
    for n in range(days):
        for hour in hours:
            moment = datetime(2026, 1, 1, hour, 15, tzinfo=UTC) + DAY * n
            updated = (moment - timedelta(hours=update_hour)).date() - DAY * lag
            count = sum(true_count(date(2025, 12, 1) + DAY * k) for k in range((updated - date(2025, 12, 1)).days + 1))
            readings.append(Reading("a/b", moment, None, count, sequence=len(readings)))
    return readings


def true_count(day: date) -> int:
    return 3 + day.toordinal() % 7


@pytest.mark.parametrize(
    ("instant", "closed"),
    [
        (datetime(2026, 1, 24, 4, 59, tzinfo=UTC), date(2026, 1, 22)),
        (datetime(2026, 1, 24, 5, 0, tzinfo=UTC), date(2026, 1, 23)),
        (datetime(2026, 1, 25, 4, 59, tzinfo=UTC), date(2026, 1, 23)),
    ],
)
def test_a_reading_closes_the_day_of_the_last_update_before_it(instant: datetime, closed: date) -> None:
    """Before the hour of the update a reading still shows the day before."""
    assert HubDay(update_hour=5, lag_days=1).closes(instant) == closed


def test_a_bare_date_closes_itself() -> None:
    """A file that gives dates only is taken at its word."""
    assert HubDay(update_hour=5, lag_days=1).closes(date(2026, 1, 23)) == date(2026, 1, 23)


@pytest.mark.parametrize("update_hour", [0, 3, 7, 12, 19, 23])
def test_the_update_hour_is_learnt_within_what_the_readings_can_tell(update_hour: int) -> None:
    """Four readings a day leave six hours: the true one is named, and readings are told apart as they should.

    Around midnight an hour before it with one lag looks like an hour after it with another: the labels agree but for
    one and the same day.
    """
    learnt = learn_hour(changes_between(polled(update_hour)))
    assert learnt is not None
    named = {(learnt.earliest + n) % 24 for n in range((learnt.latest - learnt.earliest) % 24 + 1)}
    assert update_hour in named
    true, guessed = HubDay(update_hour), HubDay(learnt.hour)
    shifts = {true.closes(r.observed_at) - guessed.closes(r.observed_at) for r in polled(update_hour)}
    assert len(shifts) == 1
    assert shifts == {timedelta(0)} or learnt.earliest > learnt.latest


def test_few_changes_teach_nothing() -> None:
    """Nine changes are not enough to name an hour."""
    assert learn_hour(changes_between(polled(5, days=9))) is None


def test_changes_all_over_the_clock_teach_nothing() -> None:
    """Where no hour explains most changes, none is named."""
    spans = [(datetime(2026, 1, n, n, 0, tzinfo=UTC), datetime(2026, 1, n, n + 1, 0, tzinfo=UTC)) for n in range(1, 20)]
    assert learn_hour(spans) is None


@pytest.mark.parametrize("lag", [0, 1, 2])
def test_a_publishers_counts_teach_the_lag(lag: int) -> None:
    """The lag under which our day counts are the publisher's is the lag."""
    exact = [
        ExactCount("a/b", date(2025, 12, 20) + DAY * n, true_count(date(2025, 12, 20) + DAY * n)) for n in range(40)
    ]
    learnt = lag_from_exact({"a/b": polled(5, lag=lag)}, exact, 5)
    assert learnt is not None
    assert (learnt.at_least, learnt.at_most) == (lag, lag)


def test_births_bound_the_lag() -> None:
    """A repo whose first download shows on the second update after its birth lags by one day at most."""
    birth = date(2026, 1, 10)
    readings = [Reading("a/b", datetime(2026, 1, 11, 6, tzinfo=UTC), 4, 4)]
    learnt = lag_from_births({"a/b": readings}, {"a/b": birth}, 5)
    assert learnt is not None
    assert (learnt.at_least, learnt.at_most) == (0, 1)
