"""How good alarms are, against the truth of simulated series.

A spike is *seen* where an alarm falls on one of its days. Alarms at most three days apart are one *episode*, and it is
the best of these that any of its days makes it:

    true      on a spike, or up to two days after its end
    artefact  on the day of a counter's correction or the day after it, or on the day after a missed one
    neutral   within 14 days after a level shift: neither good nor bad
    false     none of these

An alarm that never ends would so be one true episode. The *strict* count knows better: it looks at the false days
alone, also those of true episodes, and cuts their runs into episodes of at most seven days. A detector keeps to a
budget where both counts do.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from benchmarks._simulation import Floats, Simulated

Flags = NDArray[np.bool_]

#: False alarms and strict false alarms that one series may have in a year.
FALSE_A_YEAR, STRICT_A_YEAR = 1.0, 1.25
DAYS_A_YEAR = 365.25
_SAME_EPISODE, _LONGEST_STRICT = 3, 7
_AFTER_A_SPIKE, _AFTER_A_SHIFT = 2, 14
#: How many thresholds are tried, first far apart and then around the best of those.
_TRIED = 40
#: Between which budgets the one that keeps to ours is looked for, and how often their span is halved.
_BUDGETS, _HALVINGS = (0.2, 5.0), 6


class Artefact(IntEnum):
    """What a poller's book of the day makes look like a spike."""

    CATCH_UP = 0  # the gap's total, booked on one day
    GAP = 1  # after a gap that was minded
    CORRECTION = 2


@dataclass(frozen=True, slots=True)
class Score:
    """What was counted, over all series.

    Attributes:
        years: measured and judged days, in years of one series.
        spikes: that begin on a judged day and have a measured one; `seen`: of these; `delays`: days until each was.
        true, false, artefact, strict: episodes, as the module says.
        artefacts: episodes that are artefacts, by kind; one that touches two kinds counts with both.
        cells: by level and multiple, how many spikes were seen, and of how many.
    """

    years: float
    spikes: int
    seen: int
    delays: int
    true: int
    false: int
    artefact: int
    strict: int
    artefacts: dict[Artefact, int] = field(default_factory=dict)
    cells: dict[tuple[int, float], tuple[int, int]] = field(default_factory=dict)

    @property
    def recall(self) -> float:
        """The share of spikes that were seen."""
        return self.seen / max(self.spikes, 1)

    @property
    def precision(self) -> float:
        """The share of true episodes among the true and the false."""
        return self.true / max(self.true + self.false, 1)

    @property
    def mean_delay(self) -> float:
        """Days from the start of a spike to its first alarm, of those seen."""
        return self.delays / max(self.seen, 1)

    @property
    def false_a_year(self) -> float:
        """False episodes per series-year."""
        return self.false / self.years

    @property
    def strict_a_year(self) -> float:
        """Strict false episodes per series-year."""
        return self.strict / self.years

    @property
    def artefacts_a_year(self) -> float:
        """Artefact episodes per series-year."""
        return self.artefact / self.years

    @property
    def in_budget(self) -> bool:
        """Whether both counts of false alarms keep to the budget."""
        return self.false_a_year <= FALSE_A_YEAR and self.strict_a_year <= STRICT_A_YEAR


class Judge:
    """Scores alarms on some series; those before row `warm` do not count.

    Alarms, scores and counts are arrays of series by rows, as long as the longest series; what lies beyond a series'
    own end is NaN or False.

    Attributes:
        counts: what the poller booked.
        years: measured and judged days, in years of one series.
    """

    def __init__(self, series: Sequence[Simulated], *, warm: int) -> None:
        rows = max(len(one.counts) for one in series)
        shape = (len(series), rows)
        self._warm = warm
        self.counts: Floats = np.full(shape, np.nan)
        inside = np.zeros(shape, dtype=bool)
        self._true, self._neutral = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        self._artefacts = np.zeros((len(Artefact), *shape), dtype=bool)
        for place, one in enumerate(series):
            self.counts[place, : len(one.counts)] = [np.nan if count is None else count for count in one.counts]
            inside[place, warm : len(one.counts)] = True
            for spike in one.spikes:
                self._true[place, spike.start : spike.end + 1 + _AFTER_A_SPIKE] = True
            for shift in one.shifts:
                self._neutral[place, shift.row : shift.row + 1 + _AFTER_A_SHIFT] = True
            for correction in one.corrections:
                self._artefacts[Artefact.CORRECTION, place, correction.row : correction.row + 2] = True
            kind = Artefact.CATCH_UP if one.gap_mode == "catch-up" else Artefact.GAP
            for row in one.missing:
                self._artefacts[kind, place, row + 1 : row + 2] = True
        self._inside = inside
        self.years = float(np.isfinite(self.counts[:, warm:]).sum()) / DAYS_A_YEAR
        self._spikes = list(self._countable(series))

    def _countable(self, series: Sequence[Simulated]) -> Iterator[tuple[int, int, int, tuple[int, float]]]:
        """Place, first row, last row, level and multiple of each spike that could be seen."""
        for place, one in enumerate(series):
            for spike in one.spikes:
                if spike.start >= self._warm and np.isfinite(self.counts[place, spike.start : spike.end + 1]).any():
                    yield place, spike.start, spike.end, (one.level, spike.multiple)

    def score(self, alarms: Flags) -> Score:
        """The score of alarms, series by rows."""
        alarms = alarms & self._inside
        places, rows = np.nonzero(alarms)
        first = np.ones(len(rows), dtype=bool)
        first[1:] = (np.diff(places) != 0) | (np.diff(rows) > _SAME_EPISODE)
        starts = np.flatnonzero(first)

        def touches(zone: Flags) -> Flags:
            """Of each episode."""
            if not len(starts):
                return np.zeros(0, dtype=bool)
            return np.logical_or.reduceat(zone[places, rows], starts)

        true, neutral = touches(self._true), touches(self._neutral)
        by_kind = [touches(zone) & ~true for zone in self._artefacts]
        artefact = np.logical_or.reduce(by_kind)
        excused = self._true | self._neutral | self._artefacts.any(axis=0)
        delays, cells = self._seen(alarms)
        return Score(
            years=self.years,
            spikes=len(self._spikes),
            seen=len(delays),
            delays=sum(delays),
            true=int(true.sum()),
            false=int((~true & ~artefact & ~neutral).sum()),
            artefact=int(artefact.sum()),
            strict=_cut(alarms & ~excused),
            artefacts={kind: int(by_kind[kind].sum()) for kind in Artefact},
            cells=cells,
        )

    def _seen(self, alarms: Flags) -> tuple[list[int], dict[tuple[int, float], tuple[int, int]]]:
        """The delay of each spike that was seen, and the spikes seen by level and multiple."""
        delays = []
        cells: dict[tuple[int, float], tuple[int, int]] = {}
        for place, start, end, cell in self._spikes:
            days = np.flatnonzero(alarms[place, start : end + 1])
            delays += [int(day) for day in days[:1]]
            seen, of = cells.get(cell, (0, 0))
            cells[cell] = seen + bool(len(days)), of + 1
        return delays, dict(sorted(cells.items()))

    def tuned(self, scores: Floats) -> tuple[float, Score]:
        """The threshold at which a detector sees most while it keeps to the budget, and its score there.

        The threshold is looked for on the very series that are judged, which favours the detector. Scores are series
        by rows; an alarm is a score that reaches the threshold. A NaN never does.
        """
        known = np.sort(scores[self._inside & np.isfinite(scores)])[::-1]
        most = np.log(max(len(known) / 4, 2.0))
        places = np.unique(np.exp(np.linspace(0, most, _TRIED)).astype(int))
        at, _ = self._best(scores, known, places)
        around = np.linspace(places[max(at - 1, 0)], places[min(at + 1, len(places) - 1)], _TRIED)
        places = np.unique(around.astype(int))
        at, score = self._best(scores, known, places)
        return float(known[places[at]]), score

    def _best(self, scores: Floats, known: Floats, places: NDArray[np.intp]) -> tuple[int, Score]:
        """Of thresholds, by their place among the `known` scores (falling), the one in budget that sees most."""
        tried = [self.score(scores >= known[place]) for place in places]
        kept = [at for at, score in enumerate(tried) if score.in_budget] or [0]
        at = max(kept, key=lambda at: (tried[at].seen, -tried[at].strict))
        return at, tried[at]


def tuned_budget(score_at: Callable[[float], Score]) -> tuple[float, Score]:
    """The largest budget at which a detector keeps to ours, to a few per cent, and its score there.

    Args:
        score_at: the detector's score at a configured budget, in false alarms a year.
    """
    low, high = _BUDGETS
    best = None
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(low * high))
        score = score_at(middle)
        if score.in_budget:
            low, best = middle, (middle, score)
        else:
            high = middle
    return best or (low, score_at(low))


def _cut(days: Flags) -> int:
    """Runs of days (series by rows) at most three apart, cut into episodes of at most seven days."""
    count, place, first, last = 0, -1, 0, 0
    for at, row in zip(*(each.tolist() for each in np.nonzero(days)), strict=True):
        if at != place or row - last > _SAME_EPISODE or row - first >= _LONGEST_STRICT:
            count, first = count + 1, row
        place, last = at, row
    return count
