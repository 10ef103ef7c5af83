"""The event study: as often wrong as it says, blind to its own window, and silent where it knows nothing."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alia_watch.announcements.announcement import Announcement, Kind, Precision
from alia_watch.findings.detector import detect
from alia_watch.findings.event_study import Study, study
from alia_watch.findings.event_test import DAYS_AROUND, DAYS_BEFORE, Pair, TooLittle
from alia_watch.findings.organic import DAYS_FOR_TREND
from alia_watch.findings.spike import Series
from alia_watch.series.basket import BasketQuality, CommonMovement, Movement
from tests.fuzz import peak
from tests.noise import DAY, START, by_day, noise


def announced(*rows: int, kind: Kind = Kind.OFFICIAL) -> tuple[Announcement, ...]:
    """Announcements on some days from the start on."""
    return tuple(Announcement(f"on-{row}", START + DAY * row, Precision.DAY, kind, f"On day {row}") for row in rows)


def studied(*many: list[int], announcements: tuple[Announcement, ...], **more: object) -> Study:
    """The study of some series, named by their places, with the spikes the detector finds."""
    series = [Series(f"a/{n}", by_day(counts), announcements) for n, counts in enumerate(many)]
    spikes = {one.repo_id: one.spikes for one in detect(series, zone="UTC")}
    return study(series, spikes, zone="UTC", **more)  # type: ignore[arg-type]


def one(counts: list[int], *rows: int, **more: object) -> Pair:
    """The first pair of one series."""
    return studied(counts, announcements=announced(*rows), **more).pairs[0]


def told(pair: Pair) -> tuple[int, float, float, float, float]:
    """The figures of a pair that has an answer."""
    figures = (pair.observed, pair.ratio, pair.low, pair.high, pair.p)
    assert None not in figures
    return figures  # type: ignore[return-value]


@pytest.mark.parametrize("mean", [5, 40, 6000])
def test_chance_alone_is_called_unusual_one_time_in_twenty(mean: float) -> None:
    """And the interval of the ratio holds 1 nineteen times in twenty, in days of every roughness."""
    rows = tuple(range(25, 330, 43))
    sizes = (4.0, 12.0, 12.0, 40.0, 150.0)
    many = [noise(seed, mean, 365, size=sizes[seed % 5]) for seed in range(130)]
    figures = [told(pair) for pair in studied(*many, announcements=announced(*rows)).pairs]
    assert len(figures) == 130 * 8
    assert 0.03 <= np.mean([p < 0.05 for *_, p in figures]) <= 0.07
    assert 0.92 <= np.mean([low <= 1 <= high for _, _, low, high, _ in figures]) <= 0.98


@pytest.mark.parametrize(("growth", "row"), [(3.0, 293), (1.0, 293), (-1.0, 283), (2.0, 20)])
def test_growth_alone_is_not_unusual_at_the_end_of_what_is_known(growth: float, row: int) -> None:
    """Where all baseline days lie to one side, their slope carries on: a young repo's growth is no rise in a window."""
    days = np.arange(300)
    many = []
    for seed in range(120):
        draw = np.random.default_rng(seed)
        mean = 40 * np.exp(growth * (days - 150) / 365)
        many.append([int(n) for n in draw.poisson(mean * draw.gamma(14, 1 / 14, 300))])
    pairs = studied(*many, announcements=announced(row)).pairs
    assert np.mean([told(pair)[-1] < 0.05 for pair in pairs]) <= 0.13
    assert np.mean([pair.p_placebo is not None and pair.p_placebo <= 0.05 for pair in pairs]) <= 0.1
    assert 0.95 <= np.median([told(pair)[1] for pair in pairs]) <= 1.05


def test_a_ratio_of_few_downloads_has_a_wide_interval() -> None:
    """One download where a tenth was to be expected: the exact interval of a count of one reaches from 0.025 to 5.6."""
    counts = [int(n % 70 == 0) for n in range(300)]
    counts[153] = 1
    pair = one(counts, 150)
    assert pair.observed == 1
    assert pair.expected is not None
    _, ratio, low, high, _ = told(pair)
    assert low < 0.03 * ratio
    assert high > 5.5 * ratio


def test_years_without_a_count_cost_no_memory() -> None:
    """A year of days, two years of nothing, and another year: answered of the days near by."""
    counts = noise(1, 20, 365) + [-1] * 730 + noise(2, 20, 200)
    with peak() as most:
        near, silent, late = studied(counts, announcements=announced(100, 700, 1195)).pairs
    assert (near.too_little, silent.too_little, late.too_little) == (None, TooLittle.NOTHING_BEFORE, None)
    assert late.expected == pytest.approx(140, rel=0.15)
    assert most.bytes < 5e6


def test_a_doubled_week_is_seen_and_its_ratio_held() -> None:
    """Twice as many downloads for a week, at forty a day: told from chance, and 2 lies in the interval."""
    many = [noise(seed, 40, 200) for seed in range(40)]
    for counts in many:
        counts[100:107] = [2 * count for count in counts[100:107]]
    figures = [told(pair) for pair in studied(*many, announcements=announced(100)).pairs]
    assert sum(p < 0.05 for *_, p in figures) >= 38
    assert sum(low <= 2 <= high for _, _, low, high, _ in figures) >= 35


def test_what_would_be_seen_is_seen_four_times_in_five() -> None:
    """The detectable ratio is no empty promise."""
    many = [noise(seed, 30, 200) for seed in range(100)]
    draw = np.random.default_rng(1)
    for counts, pair in zip(many, studied(*many, announcements=announced(100)).pairs, strict=True):
        assert pair.detectable is not None
        for n in range(100, 107):
            counts[n] += int(draw.poisson((pair.detectable - 1) * counts[n]))
    seen = sum(told(pair)[-1] < 0.05 for pair in studied(*many, announcements=announced(100)).pairs)
    assert 68 <= seen <= 95


@given(st.integers(0, 400), st.integers(0, 6), st.integers(1, 500))
@settings(max_examples=25)
def test_a_window_does_not_know_its_own_days(seed: int, row: int, more: int) -> None:
    """Downloads added inside it change nothing of what was expected, and never make it likelier by chance."""
    counts = noise(seed, 20, 120)
    raised = [count + more * (n == 80 + row) for n, count in enumerate(counts)]
    before, after = (
        study([Series("a", by_day(each), announced(80))], {}, zone="UTC").pairs[0] for each in (counts, raised)
    )
    assert after.expected == before.expected
    assert after.observed == (before.observed or 0) + more
    assert told(after)[-1] <= told(before)[-1]


def test_overlapping_windows_are_one_and_say_so() -> None:
    """Two announcements two days apart share a window of nine days; a third is by itself."""
    found = studied(noise(1, 20, 200), announcements=announced(100, 102, 150)).pairs
    assert [[each.id for each in pair.window.announcements] for pair in found] == [["on-100", "on-102"], ["on-150"]]
    assert [pair.window.days for pair in found] == [9, 7]
    assert [pair.days for pair in found] == [9, 7]


def test_a_rise_that_came_before_is_said() -> None:
    """A week that was high before has a small p of its own; where another window lies there is none."""
    counts = noise(3, 40, 200)
    assert (one(counts, 100).pre_trend_p or 0) > 0.02
    counts[93:100] = [3 * count for count in counts[93:100]]
    assert (one(counts, 100).pre_trend_p or 1) < 0.01
    _, second = studied(counts, announcements=announced(94, 102)).pairs
    assert second.pre_trend_p is None


def test_how_fast_it_died_away_is_told_where_it_can_be() -> None:
    """A tenfold burst that halves every two days says so; nothing says nothing."""
    many = [noise(seed, 60, 200) for seed in range(8)]
    for counts in many:
        for n in range(20):
            counts[100 + n] = int(counts[100 + n] * (1 + 9 * 2 ** (-n / 2)))
    halves = [pair.half_life for pair in studied(*many, announcements=announced(100)).pairs]
    found = [each for each in halves if each is not None]
    assert len(found) >= 6
    assert 1.5 < float(np.median(found)) < 2.7
    assert one(noise(1, 60, 200), 100).half_life is None


def test_too_little_is_an_answer_with_the_days_that_are_needed() -> None:
    """A birth has no baseline; a window that is not over, or not measured, says which of the two it is."""
    steady = noise(1, 20, 60)
    birth = one(steady, DAYS_BEFORE - 1)
    assert (birth.too_little, birth.days_needed, birth.p) == (TooLittle.NOTHING_BEFORE, None, None)
    assert one(steady, DAYS_BEFORE).p is not None
    running = one(steady, 58)
    assert (running.too_little, running.days, running.days_needed) == (TooLittle.NOT_OVER, 2, 2)
    early = one(steady[: DAYS_BEFORE + 8], DAYS_BEFORE)
    assert (early.too_little, early.days_needed) == (TooLittle.FEW_DAYS, DAYS_AROUND - DAYS_BEFORE - 1)
    holes = [*steady[:30], *[-1] * 5, *steady[35:]]
    assert one(holes, 30).too_little is TooLittle.NOT_MEASURED
    later = one(steady, 200)
    assert (later.too_little, later.days_needed) == (TooLittle.NOT_OVER, 200 - 60 + 4)
    nothing = studied([], announcements=announced(3))
    assert [pair.too_little for pair in nothing.pairs] == [TooLittle.NOT_MEASURED]
    assert nothing.summary.share.share is None
    assert nothing.summary.coincidence.p is None
    assert studied(announcements=announced(3)).pairs == ()


def test_a_month_is_no_event_date() -> None:
    """An announcement known to the month only has no window."""
    month = Announcement("m", START + DAY * 60, Precision.MONTH, Kind.OFFICIAL, "In March")
    assert studied(noise(1, 20, 200), announcements=(month,)).pairs == ()


def test_q_is_p_adjusted_for_all_pairs() -> None:
    """Benjamini and Hochberg, written out."""
    rows = tuple(range(20, 330, 31))
    found = studied(noise(1, 20, 365), noise(2, 20, 365), announcements=announced(*rows)).pairs
    p = np.array([told(pair)[-1] for pair in found])
    for pair, mine in zip(found, p, strict=True):
        others = p[p >= mine]
        assert pair.q == pytest.approx(min(1.0, *(len(p) * other / (p <= other).sum() for other in others)))


def test_p_of_placebo_windows_counts_windows() -> None:
    """The rank among the windows elsewhere in the series, itself included; too few of them give none."""
    counts = noise(4, 20, 365)
    quiet = one(counts, 150)
    counts[150:157] = [6 * count for count in counts[150:157]]
    great = one(counts, 150)
    assert great.p_placebo == 1 / (1 + great.placebos)
    assert (quiet.p_placebo or 0) > great.p_placebo
    assert great.p == pytest.approx(1e-4)  # no smaller one is claimed
    assert one(noise(1, 20, 36), 20).p_placebo is None


def test_a_step_of_the_whole_hub_is_no_effect() -> None:
    """When the Hub begins to count twice as much on the day of an announcement, the repo did nothing."""
    counts = noise(5, 60, 200)
    doubled = [*counts[:100], *(2 * count for count in counts[100:])]
    day = START + DAY * 100
    movement = Movement(day, 2.0, 1.8, 2.2, 0.05, 20, None, BasketQuality.GOOD)
    hub = CommonMovement({day: movement}, frozenset([day]), ((day, 2.0),))
    rebased = study([Series("a", by_day(doubled), announced(100), hub=hub)], {}, zone="UTC").pairs[0]
    plain = study([Series("a", by_day(counts), announced(100))], {}, zone="UTC").pairs[0]
    assert 0.8 < told(rebased)[1] / told(plain)[1] < 1.25


def test_spikes_in_windows_against_every_shift() -> None:
    """Four bursts in four windows are more than a turned calendar brings; the same four beside them are not."""
    rows = (60, 130, 210, 290)
    inside, beside = noise(1, 60, 365, size=40.0), noise(1, 60, 365, size=40.0)
    for row in rows:
        for n in range(4):
            inside[row + 1 + n] *= 5 - n
            beside[row + 30 + n] *= 5 - n
    found = studied(inside, announcements=announced(*rows)).summary
    assert (found.coincidence.in_windows, found.coincidence.window_days) == (4, 28)
    assert found.coincidence.expected < 1.5
    assert (found.coincidence.p or 1) < 0.05
    apart = studied(beside, announcements=announced(*rows)).summary.coincidence
    assert (apart.p or 0) > 0.3
    media = studied(inside, announcements=announced(*rows, kind=Kind.MEDIA)).summary
    assert (media.coincidence.in_windows, media.official.in_windows, media.official.p) == (4, 0, None)


def test_each_series_is_shifted_around_its_own_calendar() -> None:
    """A longer series without a spike changes nothing of what chance would bring in a shorter one."""
    short = noise(1, 60, 160, size=40.0)
    for n in range(4):
        short[101 + n] *= 6 - n
    alone = studied(short, announcements=announced(100)).summary.coincidence
    beside = studied(short, [60] * 300, announcements=announced(100)).summary.coincidence
    assert (alone.spikes, beside.spikes) == (1, 1)
    assert beside.expected == pytest.approx(alone.expected, rel=0.1)


def test_the_organic_share_is_a_sum_of_days() -> None:
    """Downloads outside windows over all, on measured days; the excess is what the windows brought above the usual."""
    counts = noise(1, 20, 200)
    counts[20] = -1
    counts[100:107] = [5 * count for count in counts[100:107]]
    found = studied(counts, announcements=announced(100)).summary.share
    inside, whole = sum(counts[100:107]), sum(count for count in counts if count >= 0)
    assert (found.inside, found.outside, found.missing, found.days) == (inside, whole - inside, 1, 199)
    assert found.share is not None
    assert found.share.value == pytest.approx(1 - inside / whole)
    assert found.share.low < found.share.value < found.share.high
    assert found.days_share == pytest.approx(192 / 199)
    assert found.expected == pytest.approx(192 / 199, abs=0.005)
    assert found.excess is not None
    assert found.excess.low < inside * 0.8 < found.excess.high
    launch = studied(counts[100:160], announcements=announced(0)).summary.share
    assert (launch.excess, launch.not_judged, launch.inside) == (None, 1, 0)


def test_the_organic_share_is_set_beside_what_the_level_lets_expect() -> None:
    """Of a repo that grew tenfold, quiet late windows hold more than their part of the days, and that is expected."""
    rate = 10 * 10 ** (np.arange(300) / 300)
    many = [[int(n) for n in np.random.default_rng(seed).poisson(rate)] for seed in range(30)]
    rows = (230, 250, 270, 290)
    shares = [each.share for each in studied(*many, announcements=announced(*rows)).by_series.values()]
    held = [
        share.share is not None and share.share.low <= (share.expected or 0) <= share.share.high for share in shares
    ]
    assert sum(held) >= 26
    assert all(share.days_share is not None and share.days_share > (share.expected or 1) + 0.05 for share in shares)
    quiet = [share.excess is not None and share.excess.low <= 0 <= share.excess.high for share in shares]
    assert sum(quiet) >= 26


@pytest.mark.parametrize("growth", [-8.0, 0.0, 5.0])
def test_the_trend_outside_windows_is_held_by_its_interval(growth: float) -> None:
    """Known growth lies in the 95 % interval nearly always, though the windows are full of bursts."""
    rate = 40 * (1 + growth / 100) ** (np.arange(240) * 12 / 365.25)
    many = []
    for seed in range(30):
        draw = np.random.default_rng(seed)
        counts = [int(draw.poisson(each)) for each in draw.gamma(12, rate / 12)]
        counts[200:207] = [10 * count for count in counts[200:207]]
        many.append(counts)
    trends = [each.trend.percent for each in studied(*many, announcements=announced(200)).by_series.values()]
    assert sum(each is not None and each.low <= growth <= each.high for each in trends) >= 26


def test_a_trend_needs_weeks() -> None:
    """And says how many days are missing."""
    found = studied(noise(1, 20, 50), announcements=announced(30)).summary.trend
    assert (found.percent, found.days_needed) == (None, DAYS_FOR_TREND - 43)


def test_a_trend_of_nothing_is_none_and_one_of_much_is_right() -> None:
    """A hundred days of zeros have no growth; a hundred of more than a million millions have theirs."""
    nothing = studied([0] * 120, announcements=announced(30)).summary.trend
    assert (nothing.percent, nothing.days_needed) == (None, 0)
    much = studied([10**14 + 10**11 * n for n in range(200)], announcements=announced(60)).summary.trend.percent
    assert much is not None
    assert 2.5 < much.value < 3.1


def test_series_are_summed_as_they_were_asked_for() -> None:
    """A group is studied beside its repos, and counted in no sum a second time."""
    first, second = noise(1, 20, 200), noise(2, 20, 200)
    both = [a + b for a, b in zip(first, second, strict=True)]
    found = studied(first, second, both, announcements=announced(100), summed=("a/0", "a/1"))
    assert len(found.pairs) == 3
    assert found.summary.share.outside + found.summary.share.inside == sum(both)
    assert found.by_series["a/2"].share.outside == found.summary.share.outside


def test_dates_of_the_window_are_utc_days() -> None:
    """A Madrid day touches two UTC days; its window opens on the first."""
    series = Series("a", by_day(noise(1, 20, 200)), announced(100))
    assert study([series], {}).pairs[0].window.first == START + DAY * 99
    assert study([series], {}, zone="UTC").pairs[0].window.first == date(2025, 4, 11)
