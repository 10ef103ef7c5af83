"""The project's question: do downloads peak only around announcements? What each announcement coincided with, and all
of them together.

A study says of each event window and series how many downloads there were beside what was to be expected
(`event_test.py`), how many spikes fall into windows against chance (`coincidence.py`), and how large the share outside
windows is, and whether it grows (`organic.py`). It says what fell together in time, and never why.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import log

import numpy as np

from alia_watch.announcements.announcement import Announcement
from alia_watch.findings.coincidence import Coincidence, coincidence
from alia_watch.findings.event_test import EventTest, Pair, TooLittle
from alia_watch.findings.event_window import EventWindow, event_windows
from alia_watch.findings.expectation import Flags, Floats
from alia_watch.findings.organic import OrganicShare, Trend, organic_share, trend
from alia_watch.findings.spike import Series, Spike
from alia_watch.series.reconstruct import days_between


@dataclass(frozen=True, slots=True)
class Summary:
    """All event windows of some series together.

    Attributes:
        coincidence: of spikes with any window; `official`: with those that hold an official act.
        share: of downloads outside windows; `trend`: their growth.
    """

    coincidence: Coincidence
    official: Coincidence
    share: OrganicShare
    trend: Trend


@dataclass(frozen=True, slots=True)
class Study:
    """What announcements coincided with.

    Attributes:
        pairs: each window and series, in the order of the series and then of time.
        summary: of the series it was asked for; `by_series`: of each by itself, in their order.
    """

    pairs: tuple[Pair, ...]
    summary: Summary
    by_series: Mapping[str, Summary]


def study(
    series: Iterable[Series],
    spikes: Mapping[str, Sequence[Spike]],
    *,
    zone: str = "Europe/Madrid",
    summed: Collection[str] | None = None,
    closely: Collection[str] | None = None,
) -> Study:
    """Set the announcements of each series beside its counts.

    Args:
        series: each once; counts that may hold more than their day are left out, as the detector does. The Hub's
            movement adjusts what was to be expected, and its days are no baseline.
        spikes: by series, what the detector found.
        zone: the civil days of the announcements.
        summed: the series that the summary is of; all where none are named.
        closely: the series that are told of one by one, all where none are named; of the others there is no summary,
            and their pairs have only what sums over series take (`EventTest.pairs`).
    """
    windows: dict[tuple[Announcement, ...], tuple[EventWindow, ...]] = {}
    looked: dict[str, _Looked] = {}
    hub_days: dict[tuple[int, date, date], tuple[Floats, Flags]] = {}  # of series that stand in the same days
    pairs: list[Pair] = []
    for one in series:
        if one.announcements not in windows:
            windows[one.announcements] = event_windows(one.announcements, zone)
        mine = windows[one.announcements]
        sound = one.sound()
        if not sound.counts:
            pairs += [Pair(each, one.repo_id, 0, too_little=TooLittle.NOT_MEASURED) for each in mine]
            looked[one.repo_id] = _Looked(None, (), ())
            continue
        span = (id(sound.hub), min(sound.counts), max(sound.counts))
        if span not in hub_days:
            hub_days[span] = _hub_days(sound)
        test = EventTest(sound, mine, spikes.get(one.repo_id, ()), *hub_days[span])
        found = test.pairs(closely=closely is None or one.repo_id in closely)
        pairs += found
        looked[one.repo_id] = _Looked(test, found, tuple(spikes.get(one.repo_id, ())))
    return Study(
        pairs=_adjusted(pairs),
        summary=_summary(one for name, one in looked.items() if summed is None or name in summed),
        by_series={name: _summary([one]) for name, one in looked.items() if closely is None or name in closely},
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """One series as looked at: its test (None where nothing is measured), its windows' answers and its spikes."""

    test: EventTest | None
    pairs: Sequence[Pair]
    spikes: Sequence[Spike]


def _hub_days(series: Series) -> tuple[Floats, Flags]:
    """By day of the series, the logarithm of what the Hub's movement multiplies, and whether the whole Hub moved."""
    days = days_between(min(series.counts), max(series.counts))
    hub = series.hub
    if hub is None:
        return np.zeros(len(days)), np.zeros(len(days), dtype=bool)
    offset = np.array([log(hub.expectation(day)) for day in days])
    for since, factor in hub.rebased:
        offset += np.array([log(factor) if day >= since else 0.0 for day in days])
    return offset, np.array([day in hub.hub_wide for day in days])


def _adjusted(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """With q: the share of false ones to expect among all pairs at least as unusual (Benjamini and Hochberg 1995)."""
    told = sorted((pair.p, place) for place, pair in enumerate(pairs) if pair.p is not None)
    adjusted = list(pairs)
    q = 1.0
    for rank, (p, place) in reversed(list(enumerate(told, start=1))):
        q = min(q, p * len(told) / rank)
        adjusted[place] = replace(pairs[place], q=q)
    return tuple(adjusted)


def _summary(looked: Iterable[_Looked]) -> Summary:
    told = [(one, one.test) for one in looked if one.test is not None]
    return Summary(
        coincidence=coincidence([(test.inside, _rows(one, test)) for one, test in told]),
        official=coincidence([(test.official, _rows(one, test)) for one, test in told]),
        share=organic_share((test, one.pairs) for one, test in told),
        trend=trend([test for _, test in told]),
    )


def _rows(looked: _Looked, test: EventTest) -> list[tuple[int, int]]:
    return [(test.row(spike.start), test.row(spike.end)) for spike in looked.spikes]
