"""What a day should bring, as a distribution of counts."""

import math
from dataclasses import dataclass

from scipy.special import betainc, nbdtrik


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
        count: int = math.ceil(nbdtrik(probability, self.size, self.size / (self.size + self.mean)))
        while self.reaches(count + 1) > 1 - probability:  # the inverse is a root that was searched for: one off at most
            count += 1
        while count > 0 and self.reaches(count) <= 1 - probability:
            count -= 1
        return count
