"""Do spikes fall into event windows more often than chance would have it?

The spikes stay where they are; the windows are turned around the calendar of each series as around a circle, by every
number of days, all series together. So the windows keep their number, their length and their distances, and the spikes
theirs, and nothing is assumed of either (a circular shift test). A spike is in a window where any of its days is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alia_watch.findings.expectation import Flags, Places


@dataclass(frozen=True, slots=True)
class Coincidence:
    """How many spikes fall into event windows.

    Attributes:
        spikes: how many there are; `in_windows`: how many of them meet a window.
        expected: how many would meet one if the windows lay elsewhere, on the mean of all shifts.
        p: the share of shifts that bring as many or more; None without a spike or a window, or where two months are
            not seen: of so few shifts nothing follows.
        days: how many days were looked at, `window_days` of them inside windows.
    """

    spikes: int
    in_windows: int
    expected: float
    p: float | None
    days: int
    window_days: int


#: Fewer days than this can be shifted by too little to tell chance from anything.
DAYS_TO_SHIFT = 60


def coincidence(looked: Sequence[tuple[Flags, Sequence[tuple[int, int]]]]) -> Coincidence:
    """The coincidence of spikes and windows over some series.

    Args:
        looked: by series, which of its days are inside windows, and first and last row of each of its spikes.
    """
    longest = max((len(inside) for inside, _ in looked), default=0)
    by_shift = np.zeros(longest, dtype=np.intp)  # place 0: as it was
    for inside, spikes in looked:
        turns = np.arange(longest) * len(inside) // longest  # once around in each, however long it is
        for first, last in spikes:
            by_shift += _met(inside, first, last)[turns]
    spikes_seen = sum(len(spikes) for _, spikes in looked)
    window_days = sum(int(inside.sum()) for inside, _ in looked)
    observed = int(by_shift[0]) if longest else 0
    shifted = max((len(inside) for inside, spikes in looked if spikes and inside.any()), default=0)
    told = shifted >= DAYS_TO_SHIFT
    return Coincidence(
        spikes=spikes_seen,
        in_windows=observed,
        expected=float(by_shift.mean()) if longest else 0.0,
        p=float((by_shift >= observed).mean()) if told else None,
        days=sum(len(inside) for inside, _ in looked),
        window_days=window_days,
    )


def _met(inside: Flags, first: int, last: int) -> Places:
    """By shift of the windows, whether a spike of these rows meets one."""
    days = len(inside)
    rows = (np.arange(first, last + 1)[None] - np.arange(days)[:, None]) % days
    met: Places = inside[rows].any(axis=1).astype(np.intp)
    return met
