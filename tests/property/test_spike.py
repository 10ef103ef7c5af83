"""The detector: honest about chance, causal, calibrated, and never worse for seeing more."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alia_watch.announcements.announcement import Announcement, Kind, Precision
from alia_watch.findings.detector import detect
from alia_watch.findings.prediction import Prediction
from alia_watch.findings.spike import Detection, Series
from alia_watch.findings.threshold import DAYS_NEEDED, probability, threshold
from tests.noise import DAY, START, by_day, noise


def series(counts: list[int], **more: object) -> Series:
    """Counts by day from the start on; negative ones were not measured."""
    return Series("a/b", by_day(counts), **more)  # type: ignore[arg-type]


def found(counts: list[int], budget: float = 1.0, **more: object) -> Detection:
    """What is said of one series."""
    return detect([series(counts, **more)], zone="UTC", false_alarms_per_year=budget)[0]


def all_found(many: list[list[int]], budget: float = 1.0) -> Sequence[Detection]:
    """What is said of each of many series, judged in one go."""
    return detect([series(counts) for counts in many], zone="UTC", false_alarms_per_year=budget)


@pytest.mark.parametrize("budget", [0.5, 4.0])
@pytest.mark.parametrize("mean", [2, 6, 40, 6000])
def test_chance_alone_keeps_to_the_budget(mean: float, budget: float) -> None:
    """Steady noise raises as many alarms as were budgeted, within a quarter and the luck of 150 years."""
    years = 150
    many = [series(noise(seed, mean, 379, size=[4.0, 12.0, 12.0, 40.0, 150.0][seed % 5])) for seed in range(years)]
    alarms = sum(len(each.alarms) for each in detect(many, false_alarms_per_year=budget))
    assert abs(alarms - budget * years) <= 0.25 * budget * years + 2.6 * (budget * years) ** 0.5


def test_a_rough_series_raises_its_own_threshold() -> None:
    """A rate that strays costs no more false alarms than twice the budget: a fixed rule brings four times it."""
    rough = [series(noise(seed, 60, 379, size=40.0, wander=0.25)) for seed in range(60)]
    assert sum(len(each.alarms) for each in detect(rough)) <= 2 * 60
    steady = detect([series(noise(1, 60, 379, size=40.0))])[0]
    assert (steady.wander or 0) < (detect(rough[:1])[0].wander or 0)


def test_the_scatter_says_how_sure_it_is() -> None:
    """Its interval holds the truth, and is the narrower the more days were measured."""
    months, weeks = (detect([series(noise(seed, 300, days)) for seed in range(40)]) for days in (360, 28))
    for said in (months, weeks):
        held = [(one.scatter_low or 0) <= 12**-0.5 <= (one.scatter_high or 0) for one in said]
        assert sum(held) >= 34
    widths = [np.mean([(one.scatter_high or 0) - (one.scatter_low or 0) for one in said]) for said in (months, weeks)]
    assert widths[0] < widths[1] / 1.5


@pytest.mark.parametrize(("mean", "lift"), [(6, 6), (40, 3), (600, 3)])
def test_a_burst_is_seen_on_its_first_day(mean: float, lift: int) -> None:
    """One clear day among noise is one spike, with its excess."""
    seen = 0
    many = [noise(seed, mean, 100) for seed in range(20)]
    for counts in many:
        counts[80] = int(mean * lift * 1.12)
    for each in all_found(many):
        spikes = [spike for spike in each.spikes if spike.start == START + DAY * 80]
        seen += len(spikes)
        assert all(spike.low <= spike.expected <= spike.high < spike.observed for spike in spikes)
        assert all(spike.excess_low < spike.excess < spike.excess_high for spike in spikes)
        assert all(spike.lift_low < spike.lift < spike.lift_high for spike in spikes)
    assert seen >= 17


def test_days_that_are_high_together_are_seen_though_none_is_alone() -> None:
    """Five days of twice the usual count are an alarm; the same days scattered over a year are none."""
    together, apart = ([noise(seed, 60, 200, size=40.0) for seed in range(20)] for _ in range(2))
    for counts, lone in zip(together, apart, strict=True):
        for n in range(5):
            counts[150 + n] = int(counts[150 + n] * (1.8 - 0.1 * n))
            lone[60 + 25 * n] = int(lone[60 + 25 * n] * 1.5)
    seen = [any(149 <= (alarm.day - START).days <= 156 for alarm in each.alarms) for each in all_found(together, 0.25)]
    assert sum(seen) >= 16
    assert sum(len(each.alarms) for each in all_found(apart, 0.25)) <= 10


COUNTS = st.lists(st.integers(-1, 40), min_size=DAYS_NEEDED, max_size=90)


@given(COUNTS, st.integers(1, 60))
@settings(max_examples=60)
def test_nothing_later_is_used(counts: list[int], cut: int) -> None:
    """The alarms of the first days are the same, figure by figure, whether or not anything came after."""
    last = START + DAY * (cut - 1)
    assert tuple(a for a in found(counts).alarms if a.day <= last) == found(counts[:cut]).alarms


@pytest.mark.parametrize("mean", [6, 60, 6000])
def test_an_alarm_is_told_as_it_looked_on_its_day(mean: float) -> None:
    """Also one within a spike whose likeliest start is seen only later: no figure of it changes afterwards."""
    told = 0
    for seed in range(4):
        counts = noise(seed, mean, 130, size=40.0)
        for n in range(10):
            counts[90 + n] = round(counts[90 + n] * (1 + 0.6 * (n + 1) * 2 ** (-n / 4)))
        whole = found(counts, 4.0)
        for alarm in whole.alarms:
            told += 1
            assert found(counts[: (alarm.day - START).days + 1], 4.0).alarms[-1] == alarm
    assert told >= 6


@given(st.lists(COUNTS, min_size=2, max_size=4))
@settings(max_examples=20)
def test_many_series_are_as_each_alone(many: list[list[int]]) -> None:
    """No series knows of its neighbours."""
    together = detect([series(counts) for counts in many])
    for counts, one in zip(many, together, strict=True):
        alone = detect([series(counts)])[0]
        assert [alarm.day for alarm in one.alarms] == [alarm.day for alarm in alone.alarms]
        assert [spike.start for spike in one.spikes] == [spike.start for spike in alone.spikes]


@given(st.floats(0.2, 500), st.floats(0.5, 50))
@settings(max_examples=60)
def test_a_prediction_is_a_distribution(mean: float, size: float) -> None:
    """Reaching more is never likelier, and the quantiles are where they say."""
    prediction = Prediction(mean, size, 56)
    chances = [prediction.reaches(count) for count in range(0, 400, 7)]
    assert chances == sorted(chances, reverse=True)
    median = prediction.quantile(0.5)
    assert prediction.reaches(median + 1) <= 0.5
    assert median == 0 or prediction.reaches(median) > 0.5


@pytest.mark.parametrize("mean", [1e9, 1e14])
def test_a_quantile_of_a_great_count_is_found_at_once(mean: float) -> None:
    """Also where the inverse of the distribution is millions off."""
    prediction = Prediction(mean, 12.0, 56)
    for share in (0.025, 0.5, 0.975):
        count = prediction.quantile(share)
        assert prediction.reaches(count + 1) <= 1 - share < prediction.reaches(count)


@given(st.floats(0.1, 1e6), st.floats(0.05, 50), st.floats(-5, 60))
def test_less_budget_needs_more_evidence(mean: float, budget: float, evidence: float) -> None:
    """The threshold falls with the budget, and no probability is smaller than the calibration supports."""
    assert threshold(mean, budget) > threshold(mean, 2 * budget)
    assert 1e-4 <= probability(evidence, mean) <= 1


def test_too_few_days_judge_nothing() -> None:
    """Thirteen measured days are no baseline, whatever follows; and it is said how many are missing."""
    steady = [5, 4, 6, 5, 7, 3, 4] * 2
    assert found([*steady[:13], 500]).spikes == ()
    assert found(steady[:13]).next_day is None
    assert found(steady[:13]).days_needed == 1
    assert found([]).days_needed == DAYS_NEEDED
    assert [spike.observed for spike in found([*steady, 500]).spikes] == [500]


def test_a_run_of_high_days_becomes_the_level() -> None:
    """After two weeks a higher level is what is expected, said as such, and no endless spike."""
    said = found(noise(3, 6, 60) + noise(4, 60, 60))
    [spike] = [each for each in said.spikes if each.start >= START + DAY * 55]
    assert spike.start == START + DAY * 60
    assert spike.level_shift is not None
    assert START + DAY * 70 <= spike.level_shift <= START + DAY * 76
    assert said.next_day is not None
    assert 40 < said.next_day.mean < 90


def test_the_half_life_of_a_great_spike_is_told_and_of_a_small_one_not() -> None:
    """A tenfold spike tells how fast it went; a double one of a small repo does not."""
    told = []
    for seed in range(12):
        counts = noise(seed, 60, 130)
        for n in range(20):
            counts[100 + n] = int(counts[100 + n] * (1 + 9 * 2 ** (-n / 2)))
        spike = next(each for each in found(counts).spikes if each.start == START + DAY * 100)
        told.append(spike.half_life)
    halves = [each for each in told if each is not None]
    assert len(halves) >= 9
    assert 1.5 < float(np.median(halves)) < 2.7
    small = noise(1, 6, 130)
    small[100] = 14
    assert all(spike.half_life is None for spike in found(small).spikes)


def test_an_alarm_that_stays_is_one_alarm() -> None:
    """A plateau alarms as its evidence doubles, not every day; a second spike a week later alarms again."""
    for seed in range(5):
        counts = noise(seed, 100, 120, size=40.0)
        for n in range(5):
            counts[80 + n] *= 3
        once = [alarm for alarm in found(counts).alarms if START + DAY * 80 <= alarm.day <= START + DAY * 92]
        assert len(once) <= 3
        counts[92] *= 12
        assert START + DAY * 92 in [alarm.day for alarm in found(counts).alarms]


def test_the_smallest_spike_is_seen_four_times_in_five() -> None:
    """What is said to be seen with 80 % probability is seen about as often, in days of the same kind."""
    many = [noise(1000 + seed, 20, 120, size=12.0) for seed in range(60)]
    for counts, said in zip(many, all_found([counts[:100] for counts in many]), strict=True):
        assert said.smallest is not None
        for n in range(5):
            counts[100 + n] = round(counts[100 + n] * (1 + (said.smallest.multiple - 1) * 2 ** (-n / 2)))
    after = (START + DAY * 100, START + DAY * 105)
    seen = sum(any(after[0] <= alarm.day <= after[1] for alarm in each.alarms) for each in all_found(many))
    assert 40 <= seen <= 58


def test_a_count_after_a_gap_may_hold_the_gap() -> None:
    """A careless file books three days on one: no alarm; a series that knows better judges the day."""
    counts = noise(2, 50, 100)
    counts[90:92] = [-1, -1]
    counts[92] *= 6
    assert found(counts, catches_up=True).alarms == ()
    assert [alarm.day for alarm in found(counts).alarms] == [START + DAY * 92]
    counts[93:96] = [3 * count for count in counts[93:96]]
    [spike] = found(counts, catches_up=True).spikes
    assert spike.observed == max(counts[93:96])


def test_event_windows_are_left_out_of_the_baseline_and_told() -> None:
    """A launch does not teach what is usual; a spike in a window names the announcement, and needs no less evidence."""
    launch = Announcement("x", START + DAY * 30, Precision.DAY, Kind.MEDIA, "A critical article")
    counts = noise(5, 6, 80)
    counts[30:33] = [60, 70, 50]
    [spike] = [each for each in found(counts, announcements=(launch,)).spikes if each.start == START + DAY * 30]
    assert [each.id for each in spike.announcements] == ["x"]
    assert spike.probability >= 1e-4
    plain = noise(7, 30, 120)
    with_window = found(plain, announcements=(Announcement("y", START + DAY * 90, Precision.DAY, Kind.MEDIA, "y"),))
    assert [a.day for a in with_window.alarms if a.day < START + DAY * 97] == [
        a.day for a in found(plain).alarms if a.day < START + DAY * 97
    ]
