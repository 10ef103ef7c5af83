"""How fast the excess of a spike halves, where its days can tell."""

import numpy as np

from alia_watch.findings.expectation import Floats

#: Half-lives that are tried, in days. One at either end is not told: the truth may lie beyond.
_HALF_LIVES = np.geomspace(0.4, 16.0, 45)
#: It is told where its 95 % interval (1.92 log-likelihoods down) spans no more than this factor.
_SPAN = 4.0
_DROP = 1.92


def half_life(counts: Floats, means: Floats, size: float) -> float | None:
    """The likeliest half-life of the excess, in days; None where the days leave it open.

    Args:
        counts: from the peak of the spike on, NaN where not measured.
        means: what was expected of these days.
        size: r of the negative binomial.
    """
    known = np.isfinite(counts)
    if known.sum() < 3:
        return None
    ages = np.arange(len(counts))[known]
    counts, means = counts[known], means[known]
    shapes = 2.0 ** (-ages / _HALF_LIVES[:, None])
    # The height of each shape: between what its first day says and what the whole run does, the likeliest.
    whole = np.maximum((counts - means).sum() / (shapes @ means), 0.01)
    heights = whole[:, None] * np.geomspace(0.4, 2.5, 25)
    raised = means * (1 + heights[..., None] * shapes[:, None])
    logs = (counts * np.log(raised) - (counts + size) * np.log(raised + size)).sum(axis=-1).max(axis=-1)
    likely = _HALF_LIVES[logs >= logs.max() - _DROP]
    best = float(_HALF_LIVES[int(logs.argmax())])
    open_ended = likely[0] == _HALF_LIVES[0] or likely[-1] == _HALF_LIVES[-1]
    return None if open_ended or likely[-1] > _SPAN * likely[0] else best
