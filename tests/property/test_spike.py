"""The first detector: honest about chance, causal, and never worse for seeing more."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alia_watch.announcements.announcement import Announcement, Kind, Precision
from alia_watch.findings.spike import DAYS_NEEDED, Prediction, detect, predict, smallest_detectable

START = date(2025, 1, 1)
DAY = timedelta(days=1)


def days(counts: list[int]) -> dict[date, int]:
    """Counts by day from the start on; negative ones were not measured."""
    return {START + DAY * n: count for n, count in enumerate(counts) if count >= 0}


def noise(seed: int, mean: float, length: int, size: float = 12.0) -> list[int]:
    """Negative-binomial days with quieter weekends."""
    draw = np.random.default_rng(seed)
    factor = [1.12 if (START + DAY * n).weekday() < 5 else 0.7 for n in range(length)]
    return [int(draw.poisson(draw.gamma(size, mean * f / size))) for f in factor]


@pytest.mark.parametrize("mean", [1, 6, 40, 600])
def test_chance_alone_stays_within_the_budget(mean: float) -> None:
    """Steady noise raises about the budgeted alarms at most: a quarter more over 60 years, with room for luck."""
    alarms = sum(len(detect("a/b", days(noise(seed, mean, 365)))) for seed in range(60))
    assert alarms <= 1.25 * 60 + 3.1 * 60**0.5


@pytest.mark.parametrize(("mean", "lift"), [(6, 6), (40, 3), (600, 3)])
def test_a_burst_is_seen_on_its_first_day(mean: float, lift: int) -> None:
    """One clear day among noise is one spike, with its excess."""
    seen = 0
    for seed in range(20):
        counts = noise(seed, mean, 100)
        counts[80] = int(mean * lift * 1.12)
        spikes = [spike for spike in detect("a/b", days(counts)) if spike.start == START + DAY * 80]
        seen += len(spikes)
        assert all(spike.low <= spike.expected <= spike.high < spike.observed for spike in spikes)
    assert seen >= 18


COUNTS = st.lists(st.integers(-1, 40), min_size=DAYS_NEEDED, max_size=90)


@given(COUNTS, st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_nothing_later_is_used(counts: list[int], cut: int) -> None:
    """The alarms of the first days are the same whether or not anything came after."""
    whole, part = days(counts), days(counts[:cut])
    last = START + DAY * (cut - 1)
    unusual = {s.start for s in detect("a/b", whole) if s.start <= last}
    assert unusual == {s.start for s in detect("a/b", part)}


@given(COUNTS, st.integers(1, 1000))
@settings(max_examples=60, deadline=None)
def test_more_downloads_never_hide_a_spike(counts: list[int], more: int) -> None:
    """Adding to the last day keeps it unusual if it was."""
    counts[-1] = max(counts[-1], 0)
    before = {s.end for s in detect("a/b", days(counts))}
    counts[-1] += more
    after = {s.end for s in detect("a/b", days(counts))}
    last = START + DAY * (len(counts) - 1)
    assert last not in before or last in after


@given(st.floats(0.2, 500), st.floats(0.5, 50))
@settings(max_examples=60, deadline=None)
def test_a_prediction_is_a_distribution(mean: float, size: float) -> None:
    """Reaching more is never likelier, and the quantiles are where they say."""
    prediction = Prediction(mean, size, 56)
    chances = [prediction.reaches(count) for count in range(0, 400, 7)]
    assert chances == sorted(chances, reverse=True)
    median = prediction.quantile(0.5)
    assert prediction.reaches(median + 1) <= 0.5
    assert median == 0 or prediction.reaches(median) > 0.5
    least = smallest_detectable(prediction, 1.0)
    assert prediction.reaches(least) < prediction.reaches(least - 1)
    assert smallest_detectable(prediction, 4.0) <= least <= smallest_detectable(prediction, 0.25)


def test_too_few_days_judge_nothing() -> None:
    """Thirteen measured days are no baseline, whatever follows."""
    assert detect("a/b", days([5] * 13 + [500])) == ()
    assert predict(days([5] * 13), START + DAY * 13) is None
    assert len(detect("a/b", days([5] * 14 + [500]))) == 1


def test_a_run_of_high_days_becomes_the_level() -> None:
    """After two weeks a higher level is what is expected, and no endless spike."""
    spikes = detect("a/b", days(noise(3, 6, 60) + noise(4, 60, 60)))
    assert spikes[0].start == START + DAY * 60
    assert max(spike.end for spike in spikes) < START + DAY * 80


def test_event_windows_are_left_out_of_the_baseline_and_told() -> None:
    """A launch does not teach what is usual; a spike in a window names the announcement, whatever its kind."""
    launch = Announcement("x", START + DAY * 30, Precision.DAY, Kind.MEDIA, "A critical article")
    counts = noise(5, 6, 80)
    counts[30:33] = [60, 70, 50]
    plain = predict(days(counts), START + DAY * 60)
    without = predict(days(counts), START + DAY * 60, announcements=[launch])
    assert plain is not None
    assert without is not None
    assert without.mean < plain.mean
    [spike] = [s for s in detect("a/b", days(counts), announcements=[launch]) if s.start == START + DAY * 30]
    assert [each.id for each in spike.announcements] == ["x"]
    assert spike.probability >= 1e-4
