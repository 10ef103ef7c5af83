"""Which leaps of a counter are its return from a fall."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from alia_watch.series.counter_return import returns
from alia_watch.series.hub_day import HubDay
from alia_watch.series.reconstruct import reconstruct
from alia_watch.series.snapshot import Evidence, Reading

START, DAY = date(2026, 1, 1), timedelta(days=1)


@pytest.mark.parametrize(
    ("all_time", "leap"),
    [
        pytest.param([1000, 1006, 1012, 506, 509, 1030], 5, id="half, for two days"),
        pytest.param([1000, 1006, 500, 1019], 3, id="half, for one"),
        pytest.param([1000, 1006, 960, 1008], 3, id="a little less than it was"),
        pytest.param([1000, 1006, 966, 972, 978, 984, 990, 996, 1002, 1008], None, id="it grows on from below"),
        pytest.param([1000, 1006, 966, 972, 1040], None, id="a burst beyond what it lost"),
        pytest.param([1000, 1006, 1001, 1030], None, id="a burst after a small fall"),
        pytest.param([1000, 1006, 1012, 1090, 1096], None, id="a burst alone"),
        pytest.param([1000, 1006, 500, *range(506, 554, 6), 1060], None, id="back too late"),
    ],
)
def test_a_leap_back_is_told_from_growth_and_from_a_burst(all_time: list[int], leap: int | None) -> None:
    """By its size beside the fall's, where it ends, and how soon it comes."""
    readings = [
        Reading("a/b", datetime.combine(START + n * DAY, time(12), UTC), None, count, Evidence.OWN, None, n)
        for n, count in enumerate(all_time)
    ]
    series = reconstruct("a/b", readings, hub_day=HubDay(0, 1))
    first = series.days[0].day
    assert returns(series) == (frozenset() if leap is None else {first + leap * DAY})
