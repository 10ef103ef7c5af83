"""A run of high or low days that stays is a new level, and no endless spike."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alia_watch.findings.expectation import Flags, Floats, Places

#: So many days are looked at, of which so many must lie on the same side, further than this many standard deviations.
DAYS = 14
_SAME_SIDE, _BEYOND = 10, 0.3
#: Measured days before which a level is still being learnt.
_DAYS_FIRST = 21
#: A new level must fit by so much better than the old one, and than any spike that dies away (log-likelihoods).
_BETTER_THAN_NONE, _BETTER_THAN_A_SPIKE = 4.0, 1.0
#: How sure the new level is, as the standard deviation of its logarithm.
ERROR = 0.15
_HALF_LIVES = (1.5, 3.0, 5.0)
#: The spikes it is compared with: from every other day on, of each half-life. Fits by days.
_STARTS = np.repeat(np.arange(0, DAYS - 3, 2), len(_HALF_LIVES))
_AGES = np.arange(DAYS) - _STARTS[:, None]
_SHAPES = np.where(_AGES >= 0, 2.0 ** (-_AGES / np.tile(_HALF_LIVES, DAYS // 2 - 1)[:, None]), 0.0)
_NOT_KNOWN = 1e-9


class LevelShifts:
    """The last two weeks of each series against what was expected of them."""

    def __init__(self, series: int, *, begins: int = 0) -> None:
        """
        Args:
            begins: the first row that is looked at; what was known then is put into `state`.
        """
        self._counts = np.zeros((DAYS, series))
        self._means = np.zeros((DAYS, series))  # 0 where the day is not known
        self._sides = np.zeros((DAYS, series))
        self._row = begins - 1

    @property
    def state(self) -> list[NDArray[Any]]:
        """Everything that is carried from day to day, series last."""
        return [self._counts, self._means, self._sides]

    def find(
        self, counts: Floats, mean: Floats, spread: Floats, size: Floats, *, known: Flags, days: Places
    ) -> tuple[Places, Floats]:
        """Add a day, and tell which series are on a new level, and the logarithm of its factor.

        Args:
            counts, mean, spread: today's, what was expected, and the standard deviation of (count - mean) / mean.
            size: r of each series.
            known: measured today; `days`: how many days were measured so far, today's too.
        """
        self._row += 1
        slot = self._row % DAYS
        far = (counts - mean) / (mean * spread)
        self._counts[slot] = np.where(known, counts, 0.0)
        self._means[slot] = np.where(known, mean, 0.0)
        self._sides[slot] = np.where(known & (np.abs(far) > _BEYOND), np.sign(far), 0.0)
        aside = np.maximum((self._sides > 0).sum(axis=0), (self._sides < 0).sum(axis=0))
        which = np.flatnonzero((aside >= _SAME_SIDE) & (days >= _DAYS_FIRST))
        if not len(which):
            return which, np.zeros(0)
        order = (self._row + 1 + np.arange(DAYS)) % DAYS  # oldest first
        counts, means, size = self._counts[order][:, which], self._means[order][:, which], size[which]
        factor = (counts.sum(axis=0) + 0.5) / (means.sum(axis=0) + 0.5)
        of_level = _likelihood(counts, means * factor, size)
        some = np.flatnonzero(of_level - _likelihood(counts, means, size) > _BETTER_THAN_NONE)
        if len(some):
            of_spike = _of_spikes(counts[:, some], means[:, some], size[some])
            some = some[of_level[some] - of_spike > _BETTER_THAN_A_SPIKE]
        which, factor = which[some], factor[some]
        self._sides[:, which] = 0.0
        return which, np.log(factor)


def _likelihood(counts: Floats, means: Floats, size: Floats) -> Floats:
    """Negative-binomial log-likelihood of the days (last axis but one), but for what no mean changes."""
    logs = counts * np.log(np.maximum(means, _NOT_KNOWN)) - (counts + size) * np.log(means + size)
    total: Floats = np.where(means > 0, logs, 0.0).sum(axis=-2)
    return total


def _of_spikes(counts: Floats, means: Floats, size: Floats) -> Floats:
    """The likelihood of the best spike that dies away. Days by series, oldest first."""
    above = np.maximum((counts - means)[::-1].cumsum(axis=0)[::-1][_STARTS], 0.0)  # from each start on
    of_shape = (_SHAPES[:, :, None] * means).sum(axis=1)  # not `@`: that rounds by how many series there are
    height = above / np.maximum(of_shape, _NOT_KNOWN)
    raised = means * (1 + height[:, None] * _SHAPES[:, :, None])
    best: Floats = _likelihood(counts, raised, size).max(axis=0)
    return best
