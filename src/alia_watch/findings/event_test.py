"""One series' event windows against what its other days let expect of them.

The sum of a window's days is set beside its expectation (`local_level.py`). Its p is the probability that days without
any cause bring so many or more: negative binomial, with how the days scatter and how unsure the expectation is. Beside
it stands a p without any such model: how many windows of the same length, elsewhere in the same series, show as much.
Those windows also tell how much wider than foretold the sums truly scatter, and the first p takes that in. They see no
more of the days before and after them than the window itself does: at the end of what is known, where a level can only
be carried on, all are judged alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from alia_watch.announcements.announcement import WINDOW_DAYS
from alia_watch.findings.decay import DAYS_OF_DECAY, LIFT_OF_DECAY, half_life
from alia_watch.findings.event_window import EventWindow, pre_window
from alia_watch.findings.expectation import Flags, Floats
from alia_watch.findings.local_level import REACH, LocalLevel, Spans, View
from alia_watch.findings.spike import Series, Spike
from alia_watch.findings.threshold import SMALLEST_PROBABILITY
from alia_watch.findings.window_sum import LEVEL, Excess, chance, detectable, excess, interval, scatter_of

#: Measured baseline days needed before a window, and in all around it: a birth has no baseline.
DAYS_BEFORE, DAYS_AROUND = 7, 14
#: The share of a window's days that must be measured.
SHARE_MEASURED = 0.55
#: Fewer placebo windows than this give no p of their own.
PLACEBOS_NEEDED = 20
#: A window with so many days on a side sees as good as all: the farther ones have a twentieth of the weight.
_SEES_ALL = 63
#: For so many days after a window what it brought may still be dying away: no placebo window begins there.
_TAIL_DAYS = 7
_DAY = timedelta(days=1)


class TooLittle(StrEnum):
    """Why a window has no answer."""

    NOTHING_BEFORE = "nothing_before"  # the series begins with it or hardly before: a birth has no baseline
    FEW_DAYS = "few_days"  # too few measured days around it, so far
    NOT_OVER = "not_over"  # too few of its days are closed yet
    NOT_MEASURED = "not_measured"  # too few of its days were measured


@dataclass(frozen=True, slots=True)
class Pair:
    """One event window and one series. Figures are None where `too_little` says why.

    Attributes:
        days: measured days of the window; `observed` and `expected` speak of these.
        low, high: 95 % interval of `ratio`, observed over expected.
        excess: observed - expected, with what is not known of it.
        p: the probability of so many downloads or more where nothing is unusual; one-sided, and never below what the
            calibration supports.
        p_placebo: the share of windows of the series that are as unusual, this one and its `placebos` together.
        q: p adjusted for all pairs of the study (Benjamini and Hochberg 1995).
        pre_trend_p: the same p of the seven days before; None where they meet another window or are too little.
        half_life: days in which the excess halves, where it can be told.
        detectable: the ratio that would be told from chance (p below 5 %) in four windows of five.
        days_needed: how many more measured days before there can be an answer; None where waiting does not help.
    """

    window: EventWindow
    series: str
    days: int
    observed: int | None = None
    expected: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    excess: Excess | None = None
    p: float | None = None
    p_placebo: float | None = None
    placebos: int = 0
    q: float | None = None
    pre_trend_p: float | None = None
    half_life: float | None = None
    detectable: float | None = None
    too_little: TooLittle | None = None
    days_needed: int | None = None


class EventTest:
    """One series, its windows, and what is usual of it outside them."""

    def __init__(
        self, series: Series, windows: Sequence[EventWindow], spikes: Iterable[Spike], offset: Floats, apart: Flags
    ) -> None:
        """
        Args:
            series: with at least one count.
            windows: those of the announcements, merged.
            spikes: of this series; their days are no baseline.
            offset: by day from the first measured one on, the logarithm of the Hub's movement.
            apart: by day, whether it is no baseline for other reasons, such as that the whole Hub moved.
        """
        self.name = series.repo_id
        self.windows = windows
        self.first = min(series.counts)
        self.days = len(offset)
        self.counts = np.full(self.days, np.nan)
        for day, count in series.counts.items():
            self.counts[(day - self.first).days] = count
        self.inside = self._of(windows, 0)
        self.official = self._of((window for window in windows if window.official), 0)
        self._near = self._of(windows, _TAIL_DAYS)
        self._spikes = np.zeros(self.days, dtype=bool)
        for spike in spikes:
            self._spikes[self.row(spike.start) : self.row(spike.end) + 1] = True
        baseline = ~(self.inside | self._spikes | apart)
        self.level = LocalLevel(self.counts, baseline, offset, self.first.weekday())
        self._spans: dict[tuple[int, View], Spans] = {}
        self._widths: dict[View, float] = {}
        self._placebos: dict[tuple[int, View], Floats] = {}
        self.wider = self._wider(View())

    def pairs(self, *, closely: bool = True) -> tuple[Pair, ...]:
        """Each window's answer, without q; not `closely`, without what no sum over series takes either: `p_placebo`,
        `pre_trend_p`, `half_life`, `detectable`."""
        found = tuple(self._pair(window, closely=closely) for window in self.windows)
        self._spans.clear()  # many series are studied together: what is not asked again is not kept
        self._placebos.clear()
        return found

    def row(self, day: date) -> int:
        """Where a day stands in the arrays; outside them where the series does not reach it."""
        return (day - self.first).days

    def _of(self, windows: Iterable[EventWindow], tail: int) -> Flags:
        inside = np.zeros(self.days, dtype=bool)
        for window in windows:
            inside[max(self.row(window.first), 0) : max(self.row(window.last) + 1 + tail, 0)] = True
        return inside

    def _placebos_of(self, length: int, view: View, away: Flags) -> Spans:
        """The spans that may be placebo windows: whole, and none of their days among those to keep away from."""
        spans = self._seen(length, view)
        met = np.concatenate([[0], np.cumsum(away)])
        whole = max(self.days - length + 1, 0)
        free = _enough(spans, length)
        free[whole:] = False
        free[:whole] &= met[length:] == met[:whole]
        return spans.some(free)

    def _view(self, start: int, length: int) -> View:
        """How far the days around a span reach before they end."""
        sides = start, self.days - (start + length)
        return View(*(REACH if days >= _SEES_ALL else max(days, 0) for days in sides))

    def _seen(self, length: int, view: View) -> Spans:
        """The spans that begin on each day."""
        if (length, view) not in self._spans:
            self._spans[length, view] = self.level.spans(length, view)
        return self._spans[length, view]

    def _span(self, start: int, length: int, view: View) -> Spans:
        """The one span that begins on a day."""
        return self._seen(length, view).some(np.array([start]))

    def _wider(self, view: View) -> float:
        """How much wider than foretold the sums of quiet weeks scatter, as a factor of their variance, 1 or more."""
        if view not in self._widths:
            quiet = self._placebos_of(WINDOW_DAYS, view, self._near | self._spikes)
            self._widths[view] = scatter_of(quiet, WINDOW_DAYS)
        return self._widths[view]

    def _chance(self, spans: Spans, view: View) -> Floats:
        """The probability of so many downloads or more."""
        return chance(spans, self._wider(view))

    def _placebo(self, length: int, view: View) -> Floats:
        """The p of every placebo window of a length that sees so much, sorted."""
        if (length, view) not in self._placebos:
            spans = self._placebos_of(length, view, self._near)
            self._placebos[length, view] = np.sort(self._chance(spans, view))
        return self._placebos[length, view]

    def _pair(self, window: EventWindow, *, closely: bool) -> Pair:
        start, length = self.row(window.first), window.days
        if start >= self.days:
            days = start - self.days + _days_needed(length)
            return Pair(window, self.name, 0, too_little=TooLittle.NOT_OVER, days_needed=days)
        if start < 0:
            meets = start + length > 0
            return Pair(window, self.name, 0, too_little=TooLittle.NOTHING_BEFORE if meets else TooLittle.NOT_MEASURED)
        view = self._view(start, length)
        spans = self._span(start, length, view)
        days = int(spans.measured[0])
        reason, needed = self._too_little(spans, start, length)
        if reason is not None:
            return Pair(window, self.name, days, too_little=reason, days_needed=needed)
        observed, expected = float(spans.observed[0]), float(spans.expected[0])
        p, wider = float(self._chance(spans, view)[0]), self._wider(view)
        low, high = interval(spans, wider)
        pair = Pair(
            window,
            self.name,
            days,
            observed=int(observed),
            expected=expected,
            ratio=observed / expected,
            low=low,
            high=high,
            excess=excess(spans, wider),
            p=max(p, SMALLEST_PROBABILITY),
        )
        if not closely:
            return pair
        placebos = self._placebo(length, view)
        as_unusual = 1 + int(np.searchsorted(placebos, p, side="right"))
        return replace(
            pair,
            p_placebo=as_unusual / (1 + len(placebos)) if len(placebos) >= PLACEBOS_NEEDED else None,
            placebos=len(placebos),
            pre_trend_p=self._pre_trend(window),
            half_life=self._half_life(window, float(spans.level[0])) if p < LEVEL else None,
            detectable=detectable(spans, wider),
        )

    def _too_little(self, spans: Spans, start: int, length: int) -> tuple[TooLittle | None, int | None]:
        days, needed = int(spans.measured[0]), _days_needed(length)
        if spans.before[0] < DAYS_BEFORE:
            return TooLittle.NOTHING_BEFORE, None
        if days < needed:
            over = start + length <= self.days
            return (TooLittle.NOT_MEASURED, None) if over else (TooLittle.NOT_OVER, needed - days)
        if spans.around[0] < DAYS_AROUND:
            return TooLittle.FEW_DAYS, DAYS_AROUND - int(spans.around[0])
        return None, None

    def _pre_trend(self, window: EventWindow) -> float | None:
        first, last = pre_window(window)
        if self.row(first) < 0 or any(each.meets(first, last) for each in self.windows):
            return None
        view = self._view(self.row(first), WINDOW_DAYS)
        spans = self._span(self.row(first), WINDOW_DAYS, view)
        if not _enough(spans, WINDOW_DAYS)[0]:
            return None
        return max(float(self._chance(spans, view)[0]), SMALLEST_PROBABILITY)

    def _half_life(self, window: EventWindow, level: float) -> float | None:
        rows = np.arange(self.row(window.first), min(self.row(window.last) + 1, self.days))
        means = level * self.level.factor
        peak = int(rows[np.argmax(np.where(np.isfinite(self.counts[rows]), self.counts[rows] / means[rows], 0.0))])
        if self.counts[peak] < LIFT_OF_DECAY * means[peak]:
            return None
        after = [self.row(each.first) for each in self.windows if each.first > window.last]
        end = min([peak + DAYS_OF_DECAY, self.days, *after])
        return half_life(self.counts[peak:end], means[peak:end], 1 / self.level.dispersion)


def _days_needed(length: int) -> int:
    return int(np.ceil(SHARE_MEASURED * length))


def _enough(spans: Spans, length: int) -> Flags:
    enough: Flags = (
        (spans.measured >= _days_needed(length)) & (spans.before >= DAYS_BEFORE) & (spans.around >= DAYS_AROUND)
    )
    return enough
