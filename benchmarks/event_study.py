"""How often the event study is wrong, and what it sees, on simulated series whose truth is known.

Takes about two minutes on one core.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from alia_watch.findings.detector import detect
from alia_watch.findings.event_study import Study, study
from alia_watch.findings.event_test import Pair
from alia_watch.findings.spike import Series
from benchmarks._ours import announced, booked
from benchmarks._simulation import LEVELS, ROUGHER, Floats, Simulated, generate
from benchmarks._table import Table, progress

#: Chosen on series of seed 1 to 9; the figures come from others.
SEEDS = (2101, 2102, 2103, 2104, 2105)
_PER_LEVEL = 60  # by seed, of series without spikes: more than 2,000 placebo dates to a level
_DATES, _EVERY = 8, 42
_DOUBLED = 2.0
_GROWTHS = (0.0, 1.0, 3.0)
_LAST = 364


@dataclass
class _Counted:
    """Pairs by level, each with the multiple that truly began on its day (1: nothing did)."""

    pairs: dict[int, list[tuple[Pair, float]]] = field(default_factory=lambda: defaultdict(list))
    trends: list[bool] = field(default_factory=list)
    seconds: float = 0.0
    days: int = 0

    def add(self, simulated: Sequence[Simulated], dates: Sequence[Sequence[tuple[int, float | None]]]) -> None:
        """Study these series with announcements on these rows."""
        series = [
            Series(one.id, booked(one), announced(one, rows), catches_up=True)
            for one, rows in zip(simulated, dates, strict=True)
        ]
        spikes = {one.repo_id: one.spikes for one in detect(series, zone="UTC")}
        began = time.process_time()
        found = study(series, spikes, zone="UTC")
        self.seconds += time.process_time() - began
        self.days += sum(len(one.counts) for one in simulated)
        self._pairs(found, simulated, dates)
        for one in simulated:
            trend = found.by_series[one.id].trend.percent
            if trend is not None and not one.shifts:
                growth = 100 * float(np.expm1(np.polyfit(np.arange(len(one.base)), _smooth(one), 1)[0] * 365.25 / 12))
                self.trends.append(trend.low <= growth <= trend.high)

    def _pairs(
        self, found: Study, simulated: Sequence[Simulated], dates: Sequence[Sequence[tuple[int, float | None]]]
    ) -> None:
        level = {one.id: one.level for one in simulated}
        truth = {
            (one.id, one.day(row)): multiple or 1.0
            for one, rows in zip(simulated, dates, strict=True)
            for row, multiple in rows
        }
        for pair in found.pairs:
            if pair.p is not None:
                self.pairs[level[pair.series]].append((pair, truth[pair.series, pair.window.first]))

    def chosen(self, multiple: float, *levels: int) -> list[Pair]:
        """The pairs of a true multiple, of some levels or of all."""
        return [pair for level in levels or LEVELS for pair, truth in self.pairs[level] if truth == multiple]


def tables() -> Iterator[Table]:
    """The tables, as they are made."""
    progress("event study: placebo dates")
    placebo = _placebo()
    progress("event study: announcements with and without a spike")
    mixed = _Counted()
    for seed in SEEDS:
        series = generate("dev", seed=seed)
        mixed.add(series, [one.announcements for one in series])
    yield _size(placebo, mixed)
    yield _rough()
    yield _at_the_end()
    yield _others(placebo, mixed)


def _placebo(**rougher: float) -> _Counted:
    counted = _Counted()
    for seed in SEEDS:
        series = generate("null", per_level=_PER_LEVEL, seed=seed, **rougher)
        draw = np.random.default_rng(seed)
        dates = [
            [(int(row), None) for row in np.arange(_DATES) * _EVERY + 20 + draw.integers(0, _EVERY - 12, _DATES)]
            for _ in series
        ]
        counted.add(series, dates)
    return counted


def _size(placebo: _Counted, mixed: _Counted) -> Table:
    rows = []
    for name, levels in [*((f"{level:,}", (level,)) for level in LEVELS), ("all", ())]:
        quiet, none, twice = (
            placebo.chosen(1.0, *levels),
            mixed.chosen(1.0, *levels),
            mixed.chosen(_DOUBLED, *levels),
        )
        rows.append(
            (
                name,
                f"{len(quiet):,}",
                _below(quiet),
                f"{len(none):,}",
                _below(none),
                _below(none, placebo=True),
                f"{len(twice):,}",
                _below(twice),
                _below(twice, placebo=True),
            )
        )
    return Table(
        "Announcements: how often the test is wrong, and what it sees",
        f"Simulated series of 365 days (seeds {SEEDS[0]} to {SEEDS[-1]}), by downloads a day. The share with p below"
        " 0.05, of windows [0, +6]. Placebo dates: eight to a series without any spike (trends, weekends, level shifts,"
        " gaps and corrections are there). Without effect: announcements that nothing followed, in series that have"
        " other spikes, announced or not. Doubled: announcements on whose day a spike of twice the usual count began,"
        " which halves every one to four days. By windows: p from the series' own other windows, unannounced spikes"
        " among them, which makes it cautious.",
        (
            "downloads a day", "placebo dates", "p < 0.05", "without effect", "p < 0.05", "by windows", "doubled",
            "p < 0.05", "by windows",
        ),
        rows,
    )  # fmt: skip


def _rough() -> Table:
    rows = []
    for name, rougher in ROUGHER.items():
        progress(f"event study: {name}")
        pairs = _placebo(**rougher).chosen(1.0)
        rows.append((name, f"{len(pairs):,}", _below(pairs), _below(pairs, placebo=True)))
    return Table(
        "Announcements in rougher series",
        "The same placebo dates in simulated series whose rate wanders or that have lone odd days. The test's own p is"
        " then too small more often than it says; the p by the series' other windows is not, so both are printed.",
        ("series", "placebo dates", "p < 0.05", "by windows"),
        rows,
    )


def _at_the_end() -> Table:
    """Windows that end with the last day known, in series that grow: each count is thinned, day by day less."""
    rows = []
    for growth in _GROWTHS:
        progress(f"event study: the last days of growth {growth:g}")
        found = {"the middle": _Counted(), "a fortnight before the end": _Counted(), "the end": _Counted()}
        for seed in SEEDS:
            series = generate("null", per_level=_PER_LEVEL, seed=seed)
            draw = np.random.default_rng(seed)
            grown = [_thinned(one, growth, draw) for one in series]
            for counted, row in zip(found.values(), (180, _LAST - 13, _LAST - 6), strict=True):
                counted.add(grown, [[(row, None)]] * len(grown))
        for where, counted in found.items():
            pairs = counted.chosen(1.0)
            held = [pair.low <= 1 <= pair.high for pair in pairs if pair.low is not None and pair.high is not None]
            rows.append(
                (
                    f"{growth:g}",
                    where,
                    f"{len(pairs):,}",
                    _below(pairs),
                    _below(pairs, placebo=True),
                    f"{np.mean(held):.3f}",
                )
            )
    return Table(
        "Announcements at the end of what is known",
        "The same series made to grow by so many logarithms a year (1: to 2.7 times, 3: to 20 times), one window each."
        " At the end the days before a window are all there is, and their slope has to carry on.",
        ("growth", "window at", "placebo dates", "p < 0.05", "by windows", "95 % interval holds 1"),
        rows,
    )


def _thinned(one: Simulated, growth: float, draw: np.random.Generator) -> Simulated:
    """Of each download of a day so many days before the end, this share is kept."""
    days = np.arange(len(one.counts))
    kept = np.exp(growth * (days - days[-1]) / 365)
    counts = [
        count if count is None or count < 0 else int(draw.binomial(count, share))
        for count, share in zip(one.counts, kept, strict=True)
    ]
    return replace(one, counts=counts, base=one.base * kept)


def _others(placebo: _Counted, mixed: _Counted) -> Table:
    quiet = placebo.chosen(1.0)
    before = [pair.pre_trend_p < 0.05 for pair in quiet if pair.pre_trend_p is not None]
    held = [pair.low <= 1 <= pair.high for pair in quiet if pair.low is not None and pair.high is not None]
    rows = [
        ("95 % interval of the ratio holds 1 on placebo dates", f"{np.mean(held):.3f}"),
        ("week before: p < 0.05 on placebo dates", f"{np.mean(before):.3f}"),
        ("95 % interval of the trend holds it, no level shift, no spike", f"{np.mean(placebo.trends):.3f}"),
        ("the same, with announced and other spikes", f"{np.mean(mixed.trends):.3f}"),
        ("s per 1000 series-days, placebo windows too", f"{1000 * mixed.seconds / mixed.days:.4f}"),
    ]
    return Table("Announcements: intervals and time", "On the simulated series above.", ("figure", "value"), rows)


def _below(pairs: Sequence[Pair], *, placebo: bool = False) -> str:
    """The share of pairs with p below 0.05; of p by windows, at most 0.05, for it is a rank."""
    if placebo:
        ranks = [pair.p_placebo for pair in pairs if pair.p_placebo is not None]
        return f"{np.mean([rank <= 0.05 for rank in ranks]):.3f}"
    return f"{np.mean([pair.p is not None and pair.p < 0.05 for pair in pairs]):.3f}"


def _smooth(one: Simulated) -> Floats:
    """The logarithm of the true base without its week: the mean of each seven days."""
    logs = np.log(one.base)
    week = np.convolve(logs, np.ones(7) / 7, "same")
    week[:3], week[-3:] = week[3], week[-4]
    return week
