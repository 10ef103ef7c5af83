"""What a day should bring, as a distribution of counts."""

import math
from dataclasses import dataclass

import numpy as np

from alia_watch.findings.expectation import Floats
from alia_watch.findings.special import betainc, nbdtrik


@dataclass(frozen=True, slots=True)
class Prediction:
    """A day's count: negative binomial with this mean and size, from `days` measured days.

    The variance is mean + mean²/size. The size holds both how the days scatter and how unsure the mean is.
    """

    mean: float
    size: float
    days: int

    def reaches(self, count: int) -> float:
        """The probability of `count` downloads or more."""
        if count <= 0:
            return 1.0
        return float(betainc(count, self.size, self.mean / (self.mean + self.size)))

    def quantile(self, probability: float) -> int:
        """The smallest count that is exceeded with at most 1 - `probability`."""
        guess: int = max(math.ceil(nbdtrik(probability, self.size, self.size / (self.size + self.mean))), 0)
        high = low = guess  # the inverse is a root that was searched for: near, but of great counts not exact
        step = 1
        while self.reaches(high + 1) > 1 - probability:
            high, step = high + step, 2 * step
        step = 1
        while low >= 0 and self.reaches(low + 1) <= 1 - probability:
            low, step = low - step, 2 * step
        low = max(low, -1)
        while high - low > 1:  # `high` suffices, `low` does not
            middle = (low + high) // 2
            low, high = (low, middle) if self.reaches(middle + 1) <= 1 - probability else (middle, high)
        return high


def reaches(count: Floats, mean: Floats, size: Floats) -> Floats:
    """`Prediction.reaches` of many counts, each with a mean and size of its own."""
    chance: Floats = np.where(count <= 0, 1.0, betainc(np.maximum(count, 1e-9), size, mean / (mean + size)))
    return chance
