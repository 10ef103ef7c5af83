"""Round counts, record months, passed amounts and spikes that are over: each found once, and only when it is so."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from alia_watch.findings.milestone import DAYS_AFTER, faded, milestones, record_month, thresholds
from alia_watch.findings.notice import Finding, FindingKind
from alia_watch.findings.spike import Spike
from alia_watch.series.totals import Total

DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)
VALUES = tuple(Decimal(value) for value in (100_000, 50_000, 20_000, 10_000))


@given(st.lists(st.integers(-40, 400), min_size=2, max_size=80), st.integers(0, 6000))
def test_a_round_count_is_passed_once(steps: list[int], start: int) -> None:
    """Each milestone lies above all that was read before it, and at or below what passed it; none comes twice."""
    all_time, total = {}, start
    for n, step in enumerate(steps):
        total = max(total + step, 0)
        all_time[FIRST + DAY * n] = total
    found = list(milestones("a/b", all_time, date.min))
    values = [each.facts["value"] for each in found]
    assert values == sorted(set(values))
    for each in found:
        before = [count for day, count in all_time.items() if day < each.day]
        assert max(before) < each.facts["value"] <= all_time[each.day] == each.facts["count"]
        assert each.facts["before"] == all_time[each.day - DAY]
        assert str(each.facts["value"]).rstrip("0") in ("1", "2", "5")
    assert values == [v for v in values if v >= 1000]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 80), st.booleans()), min_size=1, max_size=14))
def test_a_record_is_more_than_any_month_could_have_had(months: list[tuple[int, int, bool]]) -> None:
    """Of the last month alone, where it is whole, three before it are exact and all of them bounded."""
    made = []
    for n, (low, more, bounded) in enumerate(months):
        first = date(2025 + n // 12, n % 12 + 1, 1)
        last = (first + timedelta(days=31)).replace(day=1) - DAY
        exact = more % 2 == 0
        high = low if exact else low + more if bounded else None
        made.append(Total(first, last, low if exact else None, low, high, 28, (last - first).days + 1))
    found = record_month("a/b", made)
    *before, last_month = made
    known = sum(each.count is not None for each in before) >= 3
    beyond = all(each.high is not None and each.high < (last_month.count or 0) for each in before)
    assert (found is not None) == (last_month.count is not None and known and beyond)
    if found:
        assert (found.facts["months"], found.facts["count"]) == (len(before), last_month.count)
        assert found.facts["before_high"] == max(each.high or 0 for each in before)


@given(st.lists(st.integers(0, 2000), min_size=2, max_size=60))
def test_an_amount_is_passed_between_two_readings(rolling: list[int]) -> None:
    """What is told lies between the two quotients; one a day, and each at most once a month and way."""
    by_day = {FIRST + DAY * n: count for n, count in enumerate(rolling)}
    found = list(thresholds("a/b", Decimal(10_200_000), "EUR", by_day, values=VALUES, since=date.min))
    assert len({each.day for each in found}) == len(found)
    for each in found:
        value = Decimal(each.facts["value"])
        before, after = (Decimal(10_200_000) / by_day[day] for day in (each.day - DAY, each.day))
        assert min(before, after) < value <= max(before, after)
        farther = [v for v in VALUES if (after <= v < value if after < before else value < v <= after)]
        assert each.facts["way"] == ("down" if after < before else "up")
        assert farther in ([], [after])


def test_a_spike_is_over_after_four_measured_days() -> None:
    """Of one that was told; days that were not measured do not count."""
    spike = Spike(
        "a/b", FIRST, FIRST, FIRST + DAY, FIRST, 60, 5.0, 1, 10, 12.0, 8.0, 15.0, 70.0, 50.0, 90.0, 0.001, 40
    )  # fmt: skip
    told = {spike.key: Finding(spike.key, FindingKind.SPIKE, "a/b", FIRST, {})}
    after = [FIRST + DAY * n for n in (2, 3, 6, 9, 10)]
    assert list(faded([spike], told, after[: DAYS_AFTER - 1])) == []
    assert list(faded([spike], {}, after)) == []
    [found] = faded([spike], told, after)
    assert (found.key, found.day, found.facts["excess"]) == (f"faded:{spike.key}", after[DAYS_AFTER - 1], 70)
