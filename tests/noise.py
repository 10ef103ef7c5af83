"""Made-up day counts whose truth is known, for tests of what is unusual."""

from datetime import date, timedelta

import numpy as np

START = date(2025, 1, 1)
DAY = timedelta(days=1)


def noise(seed: int, mean: float, length: int, size: float = 12.0, wander: float = 0.0) -> list[int]:
    """Negative-binomial days with quieter weekends, and a rate that strays for some days."""
    draw = np.random.default_rng(seed)
    strays, counts = 0.0, []
    for n in range(length):
        strays = 0.85 * strays + draw.normal(0, wander * (1 - 0.85**2) ** 0.5)
        rate = mean * (1.12 if (START + DAY * n).weekday() < 5 else 0.7) * np.exp(strays)
        counts.append(int(draw.poisson(draw.gamma(size, rate / size))))
    return counts


def by_day(counts: list[int]) -> dict[date, int]:
    """Counts by day from the start on; negative ones were not measured."""
    return {START + DAY * n: count for n, count in enumerate(counts) if count >= 0}
