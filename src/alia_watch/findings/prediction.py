"""What a day should bring, as a distribution of counts."""

from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import betainc


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
        return _smallest(lambda count: self.reaches(count + 1) <= 1 - probability)


def _smallest(fits: Callable[[int], bool]) -> int:
    high = 1
    while not fits(high):
        high *= 2
    low = 0
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return high
