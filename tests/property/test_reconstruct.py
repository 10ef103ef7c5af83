"""The reconstruction against simulated truth: its bounds hold it, and no download is made or lost."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alia_watch.series.document import series_json
from alia_watch.series.hub_day import HubDay
from alia_watch.series.reconstruct import DailySeries, DayKind, closing, reconstruct
from alia_watch.series.snapshot import Evidence, ExactCount, Reading
from alia_watch.series.standstill import standstills
from alia_watch.series.totals import from_day, total

START = date(2026, 1, 1)
HUB_DAY = HubDay(update_hour=5, lag_days=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class World:
    """What truly happened, and what was read of it."""

    truth: tuple[int, ...]
    readings: tuple[Reading, ...]
    revisions: dict[date, int]


def at(day: int) -> date:
    return START + DAY * day


@st.composite
def worlds(draw: st.DrawFn, *, revised: bool = True, rolling_only: bool = False, longest: int = 80) -> World:
    """A repo from its birth on, read on some days, at random hours after the update, or by date alone."""
    truth = draw(st.lists(st.integers(0, 12), min_size=2, max_size=longest))
    burst = draw(st.integers(0, len(truth) - 1))
    truth[burst] += draw(st.sampled_from([0, 0, 500]))
    polled = draw(st.lists(st.booleans(), min_size=len(truth), max_size=len(truth)))
    revisions = {}
    if revised and draw(st.booleans()):
        revisions[at(draw(st.integers(1, len(truth) - 1)))] = -draw(st.integers(1, 40))
    dated = draw(st.booleans())
    readings: list[Reading] = []
    for n, is_polled in enumerate(polled):
        if not is_polled:
            continue
        total_count = sum(truth[: n + 1]) + sum(size for day, size in revisions.items() if day <= at(n))
        rolling = sum(truth[max(0, n - 29) : n + 1])
        for _ in range(1 if dated else draw(st.integers(1, 3))):
            hour = draw(st.integers(5, 28))  # up to the next update: the last hours belong to the next civil day
            moment = datetime.combine(at(n + 1), time(), UTC) + timedelta(hours=hour)
            readings.append(
                Reading(
                    repo_id="a/b",
                    observed_at=at(n) if dated else moment,
                    downloads_30d=rolling,
                    downloads_all_time=None if rolling_only else total_count,
                    evidence=Evidence.FILE if dated else Evidence.OWN,
                    sequence=len(readings),
                )
            )
    return World(tuple(truth), tuple(readings), revisions)


def holds(series: DailySeries, truth: tuple[int, ...]) -> bool:
    """Whether every day's bounds, and every interval's total, are true."""
    for day in series.days:
        count = truth[(day.day - START).days]
        if not (day.low <= count and (day.high is None or count <= day.high)):
            return False
        if day.count is not None and day.count != count:
            return False
    return all(
        interval.total == sum(truth[(interval.start - START).days : (interval.end - START).days + 1])
        for interval in series.intervals
    )


@given(worlds())
def test_the_bounds_hold_the_truth_whatever_was_missed_or_revised(world: World) -> None:
    """Missed polls, several readings a day and a downward revision never put the truth outside the bounds."""
    series = reconstruct("a/b", world.readings, hub_day=HUB_DAY)
    clean = [interval for interval in series.intervals if not _touched(interval.start, interval.end, world)]
    assert holds(
        DailySeries("a/b", tuple(d for d in series.days if not _touched(d.day, d.day, world)), tuple(clean), (), ()),
        world.truth,
    )
    assert all(revision.size < 0 for revision in series.revisions)


@given(worlds(revised=False))
def test_without_revisions_every_day_and_interval_is_true(world: World) -> None:
    """Where the counter never goes down, all that is said is true."""
    assert holds(reconstruct("a/b", world.readings, hub_day=HUB_DAY), world.truth)


@given(worlds())
def test_totals_are_conserved(world: World) -> None:
    """Measured days, intervals and revisions add up to the difference of the first and last all-time count."""
    series = reconstruct("a/b", world.readings, hub_day=HUB_DAY)
    counts = [level.downloads_all_time for level in series.level]
    if not counts:
        return
    # the rolling count may add days that the all-time count cannot speak of, never others
    by_all_time = reconstruct(
        "a/b",
        [
            Reading(r.repo_id, r.observed_at, None, r.downloads_all_time, r.evidence, None, r.sequence)
            for r in world.readings
        ],
        hub_day=HUB_DAY,
    )
    known = sum(day.count for day in by_all_time.days if day.count is not None)
    intervals = sum(interval.total for interval in by_all_time.intervals)
    assert known + intervals + sum(r.size for r in by_all_time.revisions) == (counts[-1] or 0) - (counts[0] or 0)


@given(worlds(rolling_only=True, longest=110))
def test_the_rolling_count_alone_from_birth_is_true_wherever_it_speaks(world: World) -> None:
    """Followed from birth, the rolling count gives true days and intervals, through gaps and after them."""
    assert holds(reconstruct("a/b", world.readings, hub_day=HUB_DAY, born=START), world.truth)


@given(worlds(rolling_only=True))
def test_the_rolling_count_of_an_older_repo_gives_its_level_only(world: World) -> None:
    """Without 30 known days no day is known, and the fall after a burst is no event."""
    series = reconstruct("a/b", world.readings, hub_day=HUB_DAY)
    assert {day.kind for day in series.days} <= {DayKind.MISSING}
    assert (series.intervals, series.revisions) == ((), ())
    assert len(series.level) == len(world.readings)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_same_evidence_gives_the_same_bytes(world: World, shuffle: object) -> None:
    """The order in which readings come changes nothing."""
    mixed = list(world.readings)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    first, second = (reconstruct("a/b", readings, hub_day=HUB_DAY) for readings in (world.readings, mixed))
    assert json.dumps(series_json(first)) == json.dumps(series_json(second))


@given(world=worlds(), first=st.integers(-5, 90), after=st.integers(0, 60), length=st.integers(0, 60))
def test_a_total_needs_no_day_before_its_span(world: World, first: int, after: int, length: int) -> None:
    """A series of which the days before some day were let go of gives the same sums from that day on."""
    series = reconstruct("a/b", world.readings, hub_day=HUB_DAY, born=START)
    start, end = at(first + after), at(first + after + length)
    assert total(from_day(series, at(first)), start, end) == total(series, start, end)


@given(worlds(revised=False), st.integers(0, 79), st.integers(0, 79))
def test_a_span_total_holds_the_truth(world: World, one: int, other: int) -> None:
    """The sum over any span lies within its bounds, before birth too."""
    start, end = sorted((min(one, len(world.truth) - 1), min(other, len(world.truth) - 1)))
    series = reconstruct("a/b", world.readings, hub_day=HUB_DAY, born=START)
    found = total(series, at(start) - DAY * 3, at(end))
    true = sum(world.truth[start : end + 1]) if start == 0 else None
    if true is not None:
        assert found.low <= true
        assert found.high is None or true <= found.high
        assert found.count in (None, true)


@given(worlds(revised=False), st.data())
def test_a_publishers_counts_stand_above_every_reading(world: World, data: st.DataObject) -> None:
    """Exact counts fill and split what readings leave open, and everything stays true."""
    known = data.draw(st.sets(st.integers(0, len(world.truth) - 1)))
    exact = [ExactCount("a/b", at(n), world.truth[n]) for n in known]
    series = reconstruct("a/b", world.readings, exact, hub_day=HUB_DAY)
    assert holds(series, world.truth)
    assert {at(n) for n in known} <= {day.day for day in series.days if day.count is not None}


@given(st.lists(st.integers(3, 9), min_size=40, max_size=60), st.integers(30, 38), st.integers(1, 4))
def test_a_standstill_of_the_whole_basket_is_one_interval(truth: list[int], start: int, length: int) -> None:
    """Counters that stand still together and then catch up give an interval, not nothing and then a spike."""
    length = min(length, len(truth) - start - 1)
    basket = {}
    for n in range(8):
        readings = []
        for day in range(len(truth)):
            seen = start - 1 if start <= day < start + length else day
            readings.append(Reading(f"c/{n}", at(day), None, sum(truth[: seen + 1]), Evidence.FILE, None, day))
        basket[f"c/{n}"] = readings
    closed = {repo: closing(mine, HUB_DAY, lambda r: r.downloads_all_time) for repo, mine in basket.items()}
    spans = standstills(closed)
    series = reconstruct("c/0", basket["c/0"], hub_day=HUB_DAY, standstills=spans)
    assert [(i.start, i.end) for i in series.intervals] == [(at(start), at(start + length))]
    assert holds(series, tuple(truth))


def _touched(start: date, end: date, world: World) -> bool:
    """Whether a revision fell between the readings around a span: then its total is net of the revision."""
    closed = sorted(HUB_DAY.closes(r.observed_at) for r in world.readings)
    before = max((day for day in closed if day < start), default=START)
    after = min((day for day in closed if day >= end), default=end)
    return any(before < day <= after for day in world.revisions)
