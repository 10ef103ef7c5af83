"""The simulated series, the scorer and the peers that the detector's figures rest on."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from alia_watch.series.snapshot import Reading
from benchmarks._ours import alarms_on_counts, alarms_on_readings
from benchmarks._peers import Peer, oracles, peers, z_score
from benchmarks._score import Artefact, Flags, Judge, Score, tuned_budget
from benchmarks._simulation import LEVELS, Correction, Planted, Shift, Simulated, generate
from benchmarks._table import Table

DAYS = 100
SPIKE = Planted(start=50, end=56, multiple=5.0, half_life=2.0, announced=False)


def quiet(**truth: object) -> Simulated:
    """A hundred days of ten downloads, without anything unusual but what is given."""
    plain = Simulated(
        id="made",
        start=dt.date(2025, 1, 1),
        level=5,
        counts=[10] * DAYS,
        announcements=[],
        spikes=[],
        base=np.full(DAYS, 10.0),
        mean=np.full(DAYS, 10.0),
        size=12.0,
        downloads=[10] * DAYS,
        shifts=[],
        missing=[],
        gap_mode="catch-up",
        corrections=[],
        readings=[],
    )
    return replace(plain, **truth)  # type: ignore[arg-type]


def judged(one: Simulated, *rows: int, warm: int = 20) -> Score:
    """The score of alarms on these rows."""
    alarms: Flags = np.zeros((1, DAYS), dtype=bool)
    alarms[0, list(rows)] = True
    return Judge([one], warm=warm).score(alarms)


@pytest.fixture(scope="module")
def year() -> list[Simulated]:
    return generate("dev", per_level=6, seed=1)


def test_alarms_three_days_apart_are_one_episode() -> None:
    """Three days later is the same episode, four days later another."""
    assert judged(quiet(), 30, 33).false == 1
    assert judged(quiet(), 30, 34).false == 2


def test_an_alarm_before_the_judged_days_does_not_count() -> None:
    """The warm rows are there to learn from."""
    assert judged(quiet(), 5, 19).false == 0
    assert judged(quiet(), 20).false == 1


def test_a_spike_is_seen_on_its_own_days_only_and_excuses_two_more() -> None:
    """Two days after the end an alarm is true but sees nothing; on the third it is false."""
    one = quiet(spikes=[SPIKE])
    seen = judged(one, 52, 53)
    assert (seen.seen, seen.spikes, seen.true, seen.false, seen.mean_delay) == (1, 1, 1, 0, 2)
    assert (judged(one, 58).seen, judged(one, 58).true) == (0, 1)
    assert (judged(one, 59).true, judged(one, 59).false) == (0, 1)


def test_a_spike_that_nobody_measured_is_not_asked_for() -> None:
    """Without one measured day, or with a start among the warm rows, a spike is none of the countable ones."""
    counts = [None if 50 <= row <= 56 else 10 for row in range(DAYS)]
    assert judged(quiet(spikes=[SPIKE], counts=counts)).spikes == 0
    assert judged(quiet(spikes=[SPIKE]), warm=51).spikes == 0


def test_two_weeks_after_a_level_shift_are_neutral() -> None:
    """Until the fourteenth day after it an alarm is neither good nor bad."""
    one = quiet(shifts=[Shift(row=50, factor=2.0)])
    assert (judged(one, 64).false, judged(one, 64).true, judged(one, 64).strict) == (0, 0, 0)
    assert judged(one, 65).false == 1


def test_artefacts_are_counted_apart_and_by_kind() -> None:
    """The day after a missed one, a correction's day and the next: artefacts, unless a spike is there."""
    one = quiet(missing=[30], corrections=[Correction(row=40, size=-50)])
    score = judged(one, 31, 41, 42)
    assert (score.artefact, score.false, score.strict) == (2, 0, 1)
    assert score.artefacts == {Artefact.CATCH_UP: 1, Artefact.GAP: 0, Artefact.CORRECTION: 1}
    assert judged(replace(one, gap_mode="lost"), 31).artefacts[Artefact.GAP] == 1
    assert judged(quiet(missing=[51], spikes=[SPIKE]), 52).artefact == 0


def test_an_alarm_that_never_ends_is_cut_by_the_strict_count() -> None:
    """One true episode over eighty days is many strict ones: seven days each, of those outside every zone."""
    endless = judged(quiet(spikes=[SPIKE]), *range(20, 100))
    assert (endless.true, endless.false) == (1, 0)
    assert endless.strict == 5 + 6  # 30 days before the spike, 41 after the two days it excuses
    assert not endless.in_budget


def test_the_tuned_threshold_keeps_to_the_budget_and_sees_what_it_can(year: list[Simulated]) -> None:
    """A threshold with a lower one also in budget is not the tuned one; perfect scores see every spike."""
    judge = Judge(year, warm=56)
    threshold, tuned = judge.tuned(z_score(judge.counts, days=28))
    lower = judge.score(z_score(judge.counts, days=28) >= 0.8 * threshold)
    assert tuned.in_budget
    assert not lower.in_budget
    assert lower.recall >= tuned.recall
    perfect = np.zeros(judge.counts.shape)
    for place, one in enumerate(year):
        for spike in one.spikes:
            perfect[place, spike.start : spike.end + 1] = 1.0
    assert judge.tuned(perfect)[1].recall == 1


def test_the_tuned_budget_is_the_largest_that_keeps_to_ours() -> None:
    """A detector with twice as many false alarms as configured is given half the budget."""
    plain = judged(quiet(), 30)
    budget, score = tuned_budget(lambda asked: replace(plain, years=1000.0, false=int(2000 * asked), strict=0))
    assert budget == pytest.approx(0.5, rel=0.06)
    assert score.in_budget


def test_counts_have_the_mean_and_variance_of_their_negative_binomial() -> None:
    """Over many days (downloads - mean)² is mean + mean²/r, and their average is the mean."""
    series = generate("null", per_level=20, seed=2)
    mean = np.concatenate([one.mean for one in series])
    size = np.concatenate([np.full(len(one.mean), one.size) for one in series])
    downloads = np.concatenate([np.array(one.downloads) for one in series])
    error = (downloads - mean) / np.sqrt(mean + mean**2 / size)
    assert error.mean() == pytest.approx(0, abs=0.02)
    assert (error**2).mean() == pytest.approx(1, abs=0.05)


def test_a_spike_lifts_its_first_day_by_its_multiple_and_halves() -> None:
    """The planned excess is M - 1 on the first day, half of that a half-life later, and a tenth or more until `end`."""
    one = next(one for one in generate("dev", per_level=1, seed=3) if len(one.spikes) > 1)
    spike = max(one.spikes, key=lambda each: each.multiple)
    alone = [each for each in one.spikes if each.start < spike.start]
    day = np.arange(spike.start, spike.end + 1)
    before = sum((each.multiple - 1) * 2.0 ** (-(day - each.start) / each.half_life) for each in alone)
    excess = one.mean[day] / one.base[day] - 1 - before
    assert excess == pytest.approx((spike.multiple - 1) * 2.0 ** (-(day - spike.start) / spike.half_life))
    assert excess[-1] >= 0.1


def test_splits_differ_in_length_and_in_spikes() -> None:
    """`dev` and `null` last a year, `null` has nothing unusual or announced, `short` lasts 28 to 74 days."""
    null, short = generate("null", per_level=4, seed=4), generate("short", per_level=30, seed=4)
    assert not any(one.spikes or one.announcements for one in null)
    assert {len(one.counts) for one in short} == {28, 35, 42, 56, 74}
    assert [one.level for one in null] == [level for level in LEVELS for _ in range(4)]


def test_a_seed_gives_the_same_series_again() -> None:
    """Figures can be made again."""
    one, other = generate("short", per_level=3, seed=5), generate("short", per_level=3, seed=5)
    assert [each.counts for each in one] == [each.counts for each in other]
    assert generate("short", per_level=3, seed=6)[0].counts != one[0].counts


def test_announcements_tell_which_of_them_moved_anything(year: list[Simulated]) -> None:
    """One with a multiple is the start of an announced spike of it; one without has no spike on its day."""
    for one in year:
        announced = {spike.start: spike.multiple for spike in one.spikes if spike.announced}
        assert {row: multiple for row, multiple in one.announcements if multiple is not None} == announced
        starts = {spike.start for spike in one.spikes}
        assert not starts & {row for row, multiple in one.announcements if multiple is None}


def test_a_careless_poller_books_the_gaps_total_and_a_careful_one_leaves_a_hole(year: list[Simulated]) -> None:
    """Missed days are None; what follows them is their sum and its own, or None."""
    told = 0
    for one in year:
        booked = np.array(one.downloads)
        for correction in one.corrections:
            booked[correction.row] += correction.size
        assert all(one.counts[row] is None for row in one.missing)
        since = 0
        for row, count in enumerate(one.counts):
            after_a_gap = row > 0 and row - 1 in one.missing
            if row in one.missing:
                continue
            if after_a_gap and one.gap_mode == "lost":
                assert count is None
            else:
                assert count == booked[since : row + 1].sum()
            told += after_a_gap
            since = row + 1
    assert told > 20


def test_the_counters_are_read_as_they_stood(year: list[Simulated]) -> None:
    """All-time steps are the booked days; the rolling count is the sum of the last thirty; missed days have none."""
    one = next(one for one in year if one.corrections and one.missing)
    booked = np.array(one.downloads)
    for correction in one.corrections:
        booked[correction.row] += correction.size
    assert {each.observed_at for each in one.readings} == {
        one.day(row) for row in range(len(one.counts)) if row not in one.missing
    }
    first, last = one.readings[0], one.readings[-1]
    assert all_time(last) - all_time(first) == booked[1 : last.sequence + 1].sum()
    assert last.downloads_30d == booked[last.sequence - 29 : last.sequence + 1].sum()
    assert one.readings[9].downloads_30d == booked[: one.readings[9].sequence + 1].sum()


def all_time(reading: Reading) -> int:
    assert reading.downloads_all_time is not None
    return reading.downloads_all_time


def test_rougher_series_wander_and_have_odd_days() -> None:
    """`sd` is the deviation of the mean's logarithm, `ar` its memory; `outliers` is the share of lifted days."""
    wandering = generate("null", per_level=8, seed=7, ar=0.9, sd=0.25)
    path = np.array([np.log(one.mean / one.base) for one in wandering])
    assert path.std() == pytest.approx(0.25, abs=0.02)
    assert np.corrcoef(path[:, 1:].ravel(), path[:, :-1].ravel())[0, 1] == pytest.approx(0.9, abs=0.03)
    assert np.exp(path).mean() == pytest.approx(1, abs=0.03)
    odd = np.array([one.mean / one.base for one in generate("null", per_level=8, seed=7, outliers=0.05)])
    assert np.mean(odd > 1.5) == pytest.approx(0.05, abs=0.01)
    assert odd.max() <= 6


#: The decompositions are of a library that `make bench` and `make peers` install.
PEERS = [pytest.param(peer, marks=pytest.mark.peers) if peer.sees_future else peer for peer in peers()]


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_only_the_peers_that_say_so_see_the_future(year: list[Simulated], peer: Peer) -> None:
    """A causal peer scores the first 200 days alike, whatever follows them; the others do not."""
    counts = Judge(year[::3], warm=0).counts
    whole, cut = peer.scores(counts)[:, :200], peer.scores(counts[:, :200])
    assert np.array_equal(whole, cut, equal_nan=True) != peer.sees_future


@pytest.mark.parametrize("peer", [*PEERS, None], ids=lambda peer: peer.name if peer else "oracles")
def test_an_unknown_day_has_no_score_and_a_high_one_has_the_highest(year: list[Simulated], peer: Peer | None) -> None:
    """Every peer and oracle scores the one huge day above all others, and days without a count not at all."""
    some = year[10:14]
    counts = Judge(some, warm=0).counts.copy()
    counts[:, 300] = 5 * np.nanmax(counts, axis=1)
    for scores_of in oracles(some).values() if peer is None else [peer.scores]:
        scores = scores_of(counts)
        assert np.isnan(scores[np.isnan(counts)]).all()
        assert (np.nanargmax(scores, axis=1) == 300).all()


def test_who_knows_the_truth_sees_more(year: list[Simulated]) -> None:
    """Both oracles beat the z-score at the same false alarms, and pooling days beats single ones."""
    judge = Judge(year, warm=56)
    plain = judge.tuned(z_score(judge.counts, days=28))[1].recall
    single, pooled = (judge.tuned(scores_of(judge.counts))[1].recall for scores_of in oracles(year).values())
    assert plain + 0.05 < single < pooled


def test_ours_judges_files_of_counts_and_of_readings_alike(year: list[Simulated]) -> None:
    """Both ways see most spikes, and neither takes the day after a gap for one."""
    judge = Judge(year, warm=56)
    for alarms in (alarms_on_counts(year, 1.0), alarms_on_readings(year, 1.0)):
        score = judge.score(alarms)
        assert score.recall > 0.65
        assert score.artefacts[Artefact.CATCH_UP] == score.artefacts[Artefact.GAP] == 0


def test_a_table_is_a_section_with_its_caption() -> None:
    """Title, how it was made, and the rows, as Markdown."""
    table = Table("Seen", "How.", ("who", "recall"), [["ours", "0.8"]])
    assert table.markdown() == "## Seen\n\nHow.\n\n| who | recall |\n| --- | ---: |\n| ours | 0.8 |\n"
