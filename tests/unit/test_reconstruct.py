"""From counters to days, case by case; the example is the one of docs/method.md."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alia_watch.series.hub_day import HubDay
from alia_watch.series.reconstruct import (
    DailySeries,
    DayCount,
    DayKind,
    Disagreement,
    Interval,
    Revision,
    latest,
    moment,
    reconstruct,
)
from alia_watch.series.snapshot import Evidence, ExactCount, Reading
from alia_watch.series.totals import total

HUB_DAY = HubDay(0, 1)
DAY = timedelta(days=1)


def january(day: int) -> date:
    """A day of January 2026."""
    return date(2026, 1, day)


def read(all_time: dict[int, int] | None = None, rolling: dict[int, int] | None = None) -> list[Reading]:
    """Readings of bare dates in January."""
    all_time, rolling = all_time or {}, rolling or {}
    days = sorted({*all_time, *rolling})
    return [Reading("a/b", january(day), rolling.get(day), all_time.get(day), Evidence.FILE) for day in days]


def made(readings: list[Reading], exact: dict[int, int] | None = None, born: date | None = None) -> DailySeries:
    """The series of these readings."""
    counts = [ExactCount("a/b", january(day), count) for day, count in (exact or {}).items()]
    return reconstruct("a/b", readings, counts, hub_day=HUB_DAY, born=born)


def test_the_example_of_the_method() -> None:
    """A first reading, a measured day, a gap, a revision, and a day after it."""
    series = made(read({10: 1000, 11: 1006, 14: 1024, 15: 1019, 16: 1026}))
    assert series.days == (
        DayCount(january(10), None, 0, None, DayKind.MISSING),
        DayCount(january(11), 6, 6, 6, DayKind.MEASURED),
        *(DayCount(january(day), None, 0, 18, DayKind.APPORTIONED) for day in (12, 13, 14)),
        DayCount(january(15), None, 0, None, DayKind.REVISED),
        DayCount(january(16), 7, 7, 7, DayKind.MEASURED),
    )
    assert series.intervals == (Interval(january(12), january(14), 18),)
    assert series.revisions == (Revision(january(15), -5),)


def test_a_revision_after_a_gap_leaves_the_gap_missing() -> None:
    """The counter went down somewhere in it: no day inside is known."""
    series = made(read({10: 1000, 13: 990, 14: 991}))
    assert [day.kind for day in series.days[1:]] == [
        DayKind.MISSING,
        DayKind.MISSING,
        DayKind.REVISED,
        DayKind.MEASURED,
    ]
    found = total(series, january(11), january(14))
    assert (found.count, found.low, found.high, found.known_days) == (None, 1, None, 1)


@pytest.mark.parametrize(
    ("exact", "kinds", "intervals"),
    [
        ({11: 4}, "maaa", [Interval(january(12), january(14), 16)]),
        ({11: 4, 12: 6, 13: 1}, "mmmm", []),
        ({12: 6}, "amaa", []),
        ({11: 40}, "m...", []),
        ({11: 4, 12: 6, 13: 1, 14: 9}, "mmmm", []),
    ],
)
def test_a_publishers_days_split_a_gap(exact: dict[int, int], kinds: str, intervals: list[Interval]) -> None:
    """What they leave of the total stays known where it can be; where the two disagree the publisher's days stand."""
    series = made(read({10: 1000, 14: 1020}), exact)
    signs = {DayKind.MEASURED: "m", DayKind.APPORTIONED: "a", DayKind.MISSING: "."}
    assert "".join(signs[day.kind] for day in series.days[1:]) == kinds
    assert list(series.intervals) == intervals


def test_what_is_left_of_a_split_gap_bounds_its_days() -> None:
    """Days on both sides of a known one share the rest: none of them is above it, and a sum over them is bounded."""
    series = made(read({10: 1000, 14: 1020}), {12: 6})
    assert [(day.low, day.high) for day in series.days[1:]] == [(0, 14), (6, 6), (0, 14), (0, 14)]
    found = total(series, january(11), january(14))
    assert found.count is None
    assert found.high is not None
    assert found.low <= 20 <= found.high


def test_two_counters_that_differ_are_written_down() -> None:
    """From birth on both tell each day: where they differ both stand there, and the all-time count is the count."""
    series = made(read({1: 5, 2: 9, 3: 12}, {1: 5, 2: 9, 3: 13}), born=january(1))
    assert series.disagreements == (Disagreement(january(3), 3, 4),)
    assert [day.count for day in series.days] == [5, 4, 3]


def test_a_rolling_count_below_what_is_in_its_window_is_a_revision() -> None:
    """Half the window vanished: nothing is concluded from it until it has come back, and then the total is known."""
    series = made(read(None, {1: 5, 2: 9, 3: 4, 4: 18}), born=january(1))
    assert series.revisions == (Revision(january(3), -5),)
    assert [day.count for day in series.days] == [5, 4, None, None]
    assert series.intervals == (Interval(january(3), january(4), 9),)
    assert total(series, january(1), january(4)).count == 18


def test_the_last_of_the_best_evidence_closes_a_day() -> None:
    """A file's later reading of a day does not replace our own; of our own the last counts; all stay in the level."""
    at = datetime(2026, 1, 12, tzinfo=UTC)
    readings = [
        Reading("a/b", january(10), None, 100, Evidence.FILE),
        Reading("a/b", at.replace(hour=8), None, 107, Evidence.OWN, sequence=1),
        Reading("a/b", at.replace(hour=20), None, 108, Evidence.OWN, sequence=2),
        Reading("a/b", january(11), None, 150, Evidence.THIRD_PARTY, sequence=3),
        Reading("a/b", january(11), None, 160, Evidence.FILE, sequence=4),
    ]
    series = made(readings)
    assert [day.count for day in series.days] == [None, 8]
    assert len(series.level) == 5
    readings.sort(key=moment)
    newest = latest(readings, lambda reading: reading.downloads_all_time)
    assert newest is not None
    assert newest.downloads_all_time == 108
    assert latest(readings, lambda reading: reading.downloads_30d) is None


def test_a_repo_without_a_counter_has_no_days() -> None:
    """Likes alone tell of no download, and a birth before the Hub kept births is none."""
    series = made([Reading("a/b", january(10), None, None, likes=4)], born=date(2022, 3, 2))
    assert (series.days, series.born, len(series.level)) == ((), None, 1)


@pytest.mark.parametrize("first", [20, 31])
def test_a_young_repo_is_known_from_birth(first: int) -> None:
    """First read within 30 days: what came before the first reading is an interval from birth on."""
    series = made(read({first: 40}), born=january(1))
    assert series.intervals == (Interval(january(1), january(first), 40),)
    assert series.days[0].day == january(1)


def test_an_older_repo_is_not_known_before_its_first_reading() -> None:
    """Thirty-one days after its birth is too late."""
    series = made(read({31: 40}), born=january(31) - DAY * 31)
    assert (series.intervals, len(series.days)) == ((), 1)
    assert series.days[0].kind is DayKind.MISSING
