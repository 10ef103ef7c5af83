"""How fast the excess of a spike halves, where its days can tell."""

import numpy as np

from alia_watch.findings.expectation import Floats

#: Days from the peak on in which its excess is followed for its half-life; of a lower peak none could be told.
DAYS_OF_DECAY, LIFT_OF_DECAY = 14, 2.5
#: Half-lives that are tried, in days. One at either end is not told: the truth may lie beyond.
_HALF_LIVES = np.geomspace(0.4, 16.0, 45)
#: It is told where its 95 % interval (1.92 log-likelihoods down) spans no more than this factor.
_SPAN = 4.0
_DROP = 1.92
#: Steps to the likeliest height; no more change a half-life that is told. A spike has some height.
_STEPS, _LEAST_HEIGHT = 3, 0.01


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
    # The likeliest height of each shape: from what the whole run says, by Fisher's scoring.
    height = np.maximum((counts - means).sum() / (shapes @ means), _LEAST_HEIGHT)[:, None]
    for _ in range(_STEPS):
        factor = 1 + height * shapes
        noise = factor * (means * factor + size)
        slope = ((counts - means * factor) * shapes * size / noise).sum(axis=-1, keepdims=True)
        bend = (means * shapes**2 * size / noise).sum(axis=-1, keepdims=True)
        height = np.maximum(height + slope / bend, _LEAST_HEIGHT)
    raised = means * (1 + height * shapes)
    logs = (counts * np.log(raised) - (counts + size) * np.log(raised + size)).sum(axis=-1)
    likely = _HALF_LIVES[logs >= logs.max() - _DROP]
    best = float(_HALF_LIVES[int(logs.argmax())])
    open_ended = likely[0] == _HALF_LIVES[0] or likely[-1] == _HALF_LIVES[-1]
    return None if open_ended or likely[-1] > _SPAN * likely[0] else best
