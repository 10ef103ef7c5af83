"""What the spike detector promises by itself: the budget of false alarms it keeps, and how small a spike it sees.

All on simulated series. Takes about two minutes on one core, most of it for the budgets.
"""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import chi2

from alia_watch.findings.detector import detect
from alia_watch.findings.spike import Detection, Series
from benchmarks._ours import alarms_on_counts
from benchmarks._score import Flags, Judge
from benchmarks._simulation import LEVELS, WARM, Simulated, generate
from benchmarks._table import Table, progress

#: None of these seeds was used while the detector's constants were chosen.
SEEDS = (2301, 2302, 2303, 2304, 2305)
PER_LEVEL = 140  # of each seed
BUDGETS = (0.25, 1.0, 4.0)
_FIRST_JUDGED = 14
#: The repo of the rows: so many downloads a day, as ALIA's flagship had in January 2026, and the size of its counts.
_LEVEL, _SIZE = 6, 12.0
_WEEKEND, _WORKDAY = 0.7, 1.12
_START = dt.date(2025, 1, 6)
_DAY = dt.timedelta(days=1)


def run() -> list[dict[str, object]]:
    """How small a spike is seen at six downloads a day, and how long a judgement takes."""
    draw = np.random.default_rng(11)
    rows: list[dict[str, object]] = []
    for lift in (3, 5, 10):
        repos = [_quiet(draw, 120) for _ in range(200)]
        for counts in repos:
            counts[100] = int(draw.poisson(_LEVEL * lift))
        seen = sum(any(alarm.day == _START + _DAY * 100 for alarm in each.alarms) for each in _detected(repos))
        figure = f"a day of {lift} times {_LEVEL} downloads is seen"
        note = "200 simulated series, budget 1; one day alone"
        rows.append({"figure": figure, "value": f"{seen / 2:.0f}", "unit": "%", "note": note})
    weeks = _detected([_quiet(draw, 56) for _ in range(100)])
    least = [each.smallest.count for each in weeks if each.smallest]
    rows.append(
        {
            "figure": f"smallest first day of a spike seen four times in five, at {_LEVEL} downloads a day",
            "value": f"{np.median(least):.0f}",
            "unit": "downloads",
            "note": "median of 100 simulated series of eight weeks, budget 1",
        }
    )
    years = [_quiet(draw, 365) for _ in range(300)]
    began = time.process_time()
    _detected(years)
    rows.append(
        {
            "figure": "time",
            "value": f"{(time.process_time() - began) / (300 * 0.365):.4f}",
            "unit": "s per 1000 series-days",
            "note": "of the processor: the replay day by day, the spikes with their half-lives, the smallest spike",
        }
    )
    return rows


def tables() -> Iterator[Table]:
    """False alarms against the budget."""
    warm = WARM["null"]
    progress("detector: simulating series without spikes")
    series = [one for seed in SEEDS for one in generate("null", per_level=PER_LEVEL, seed=seed)]
    alarms = []
    for budget in BUDGETS:
        progress(f"detector: false alarms at budget {budget:g}")
        alarms.append(alarms_on_counts(series, budget))
    rows = []
    for level in LEVELS:
        places = [place for place, one in enumerate(series) if one.level == level]
        judge = Judge([series[place] for place in places], warm=warm)
        rows.append(_row(f"{level:,}", judge, [each[places] for each in alarms]))
    rows.append(_row("all", Judge(series, warm=warm), alarms))
    young = Judge([_until(one, warm) for one in series], warm=_FIRST_JUDGED)
    rows.append(_row(f"all, days {_FIRST_JUDGED} to {warm - 1}", young, [each[:, :warm] for each in alarms]))
    caption = (
        f"False alarms per series-year of our detector on {len(series):,} simulated series of a year without any spike "
        f"(seeds {SEEDS[0]} to {SEEDS[-1]}; trends, weekends, level shifts, gaps and corrections), by downloads a day "
        f"and by the configured budget, with 95 % Poisson intervals. Judged from day {warm} on, but in the last row."
    )
    header = ("downloads a day", "series-years", *(f"budget {budget:g}" for budget in BUDGETS))
    yield Table("False alarms against the budget", caption, header, rows)


def _row(name: str, judge: Judge, alarms: Sequence[Flags]) -> list[str]:
    counts = [judge.score(each).false for each in alarms]
    return [name, f"{judge.years:,.0f}", *(_rate(count, judge.years) for count in counts)]


def _rate(count: int, years: float) -> str:
    """A count as a rate, with its exact 95 % interval (Garwood 1936)."""
    low = float(chi2.ppf(0.025, 2 * count)) / 2 if count else 0.0
    high = float(chi2.ppf(0.975, 2 * count + 2)) / 2
    return f"{count / years:.2f} ({low / years:.2f} to {high / years:.2f})"


def _until(one: Simulated, row: int) -> Simulated:
    return replace(one, counts=one.counts[:row])


def _quiet(draw: np.random.Generator, days: int) -> list[int]:
    """The counts of a steady repo, from a Monday on."""
    mean = _LEVEL * np.where(np.arange(days) % 7 >= 5, _WEEKEND, _WORKDAY)
    counts: list[int] = draw.poisson(draw.gamma(_SIZE, mean / _SIZE)).tolist()
    return counts


def _detected(repos: Sequence[Sequence[int]]) -> tuple[Detection, ...]:
    """What the detector says of each at budget 1."""
    return detect([Series("a/b", {_START + _DAY * row: count for row, count in enumerate(each)}) for each in repos])
