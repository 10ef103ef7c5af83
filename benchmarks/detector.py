"""How often the detector is wrong by chance, and how small a spike it sees, on made-up series whose truth is known.

Counts are negative binomial around a level with quieter weekends; "drifting" levels grow or shrink over the year and
some shift once, as real ones do.
"""

import datetime as dt
import time

import numpy as np

YEARS = 150
_START = dt.date(2025, 1, 6)
_DAY = dt.timedelta(days=1)


def run() -> list[dict[str, object]]:
    """The rows."""
    from alia_watch.findings.detector import detect
    from alia_watch.findings.spike import Series

    rows: list[dict[str, object]] = []
    for drifting in (False, True):
        draw = np.random.default_rng(7)
        series = [_series(draw, level, drifting) for level in (5, 20, 60, 300) for _ in range(YEARS // 4)]
        began = time.perf_counter()
        said = detect([Series("a/b", _days(counts)) for counts in series])
        alarms = sum(len(each.alarms) for each in said)
        seconds = time.perf_counter() - began
        judged = sum(len(counts) - 14 for counts in series)
        kind = "drifting" if drifting else "steady"
        rows.append(
            {
                "figure": f"false alarms, {kind} levels",
                "value": f"{alarms / (judged / 365.25):.2f}",
                "unit": "per series-year",
                "note": f"{len(series)} series of a year without any spike, levels 5 to 300 a day, budget 1",
            }
        )
    rows.append(
        {
            "figure": "time",
            "value": f"{1000 * seconds / sum(len(counts) for counts in series):.3f}",
            "unit": "s per 1000 series-days",
            "note": "the replay day by day, the spikes with their half-lives, and the smallest spike of each series",
        }
    )
    draw = np.random.default_rng(11)
    for lift in (3, 5, 10):
        seen = 0
        for _ in range(200):
            counts = _series(draw, 6, drifting=False)[:120]
            counts[100] = int(draw.poisson(6 * lift))
            [said_of] = detect([Series("a/b", _days(counts))])
            seen += any(alarm.day == _START + _DAY * 100 for alarm in said_of.alarms)
        note = "200 series; one day alone"
        rows.append(
            {
                "figure": f"a day of {lift} times 6 downloads is seen",
                "value": f"{seen / 2:.0f}",
                "unit": "%",
                "note": note,
            }
        )
    quiet = [Series("a/b", _days(_series(draw, 6, drifting=False)[:56])) for _ in range(100)]
    least = [each.smallest.count for each in detect(quiet) if each.smallest]
    rows.append(
        {
            "figure": "smallest first day of a spike seen four times in five, at 6 downloads a day",
            "value": f"{np.median(least):.0f}",
            "unit": "downloads",
            "note": "median of 100 series of eight weeks, budget 1",
        }
    )
    return rows


def _series(draw: np.random.Generator, level: float, drifting: bool) -> list[int]:
    days = np.arange(365)
    weekend = (days % 7) >= 5
    mean = level * np.where(weekend, 0.7, 1.12)
    if drifting:
        mean = mean * np.exp(draw.normal(0, 0.5) * days / 365)
        if draw.random() < 0.3:
            mean[int(draw.integers(60, 345)) :] *= np.exp(draw.choice([-1, 1]) * draw.uniform(0.35, 1.1))
    size = draw.choice([4, 12, 40, 150], p=[0.2, 0.35, 0.3, 0.15])
    return [int(count) for count in draw.poisson(draw.gamma(size, mean / size))]


def _days(counts: list[int]) -> dict[dt.date, int]:
    return {_START + _DAY * n: count for n, count in enumerate(counts)}
