"""Simulated day counts whose truth is known, to judge detectors and event studies on. None of them is a real repo's.

A count is negative binomial with mean mu and size r, so its variance is mu + mu²/r. On day t

    base(t) = level · weekday(t) · e^(g t/365) · level shifts so far
    mu(t)   = base(t) · (1 + sum over spikes that began of (M - 1) 2^(-(t - start)/h))

with g the trend a year, M a spike's multiple and h its half-life in days. Half of the series miss days. A poller that
minds a gap leaves the day after it unknown ("lost"); a careless one books the gap's total on it ("catch-up"). Some
counters are corrected once, by a large amount in one day. There is no season of the year and no holiday, and days are
independent unless asked otherwise (`ar`, `sd`, `outliers`): real repos are harder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from alia_watch.series.snapshot import Evidence, Reading

Split = Literal["dev", "short", "null"]
GapMode = Literal["lost", "catch-up"]
Floats = NDArray[np.float64]

LEVELS = (5, 20, 60, 300, 1_000, 10_000, 100_000)
MULTIPLES = (1.5, 2.0, 3.0, 5.0, 10.0)
#: The first row that is judged: what comes before is given to learn from.
WARM = {"dev": 56, "short": 14, "null": 56}
#: Series of each level, unless asked otherwise.
_PER_LEVEL = {"dev": 30, "short": 60, "null": 30}
_YEAR = 365
_SHORT_LENGTHS = (28, 35, 42, 56, 74)
_SIZES, _SHARES_OF_SIZES = (4.0, 12.0, 40.0, 150.0), (0.2, 0.35, 0.3, 0.15)
_WORKDAYS = (1.05, 1.08, 1.08, 1.05, 1.0)
#: A spike is over when its excess is planned to be less than this share of the base.
_OVER = 0.1
_ROLLING_DAYS = 30
_FIRST_DAY = date(2025, 1, 1)
_DAY = timedelta(days=1)
#: What rougher series are called, and what makes them so.
ROUGHER = {
    "wandering (`ar` 0.7, `sd` 0.15)": {"ar": 0.7, "sd": 0.15},
    "wandering far (`ar` 0.9, `sd` 0.25)": {"ar": 0.9, "sd": 0.25},
    "1 % lone odd days": {"outliers": 0.01},
}


@dataclass(frozen=True, slots=True)
class Planted:
    """A spike: rows `start` to `end`, the last on which its planned excess is a tenth of the base or more."""

    start: int
    end: int
    multiple: float
    half_life: float
    announced: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """From `row` on the base is multiplied by `factor`."""

    row: int
    factor: float


@dataclass(frozen=True, slots=True)
class Correction:
    """The counter was put right by `size` downloads (often negative) on `row`; they are no day's downloads."""

    row: int
    size: int


@dataclass(frozen=True, slots=True)
class Simulated:
    """One series and its truth. Row 0 is the day `start`; every sequence of days has one value for each row.

    Attributes:
        counts: what a poller books on each day; None where it knows none. A correction can make one negative.
        announcements: row, and the multiple of the spike that began on it; None where it moved nothing.
        base, mean: base(t) and mu(t) of the model, downloads a day; `size`: r.
        downloads: what was truly downloaded on each day.
        missing: rows on which nothing was read; `gap_mode`: what the poller does with the row after them.
        readings: both counters as read at the end of each row that was not missed, dated by that row's day.
    """

    id: str
    start: date
    level: int
    counts: list[int | None]
    announcements: list[tuple[int, float | None]]
    spikes: list[Planted]
    base: Floats
    mean: Floats
    size: float
    downloads: list[int]
    shifts: list[Shift]
    missing: list[int]
    gap_mode: GapMode
    corrections: list[Correction]
    readings: list[Reading]

    def day(self, row: int) -> date:
        """The UTC day of a row."""
        return self.start + _DAY * row


def generate(
    split: Split,
    *,
    per_level: int | None = None,
    seed: int,
    ar: float = 0.0,
    sd: float = 0.0,
    outliers: float = 0.0,
) -> list[Simulated]:
    """The series of a split, `per_level` of each level, the levels in their order.

    Args:
        split: `dev` has 365 days and spikes, `short` 28 to 74 days and spikes, `null` 365 days without any.
        seed: the same seed gives the same series.
        ar, sd: autocorrelation and standard deviation of a stationary AR(1) by which the logarithm of the mean wanders.
        outliers: the share of days that are lone odd ones, of twice to six times their mean, and no spikes.
    """
    draw = np.random.default_rng(seed)
    made = []
    for level in LEVELS:
        for number in range(_PER_LEVEL[split] if per_level is None else per_level):
            days = int(draw.choice(_SHORT_LENGTHS)) if split == "short" else _YEAR
            one = _Draw(draw, f"{split}-{seed}-{level}-{number}", level, days)
            made.append(one.series(spikes=split != "null", ar=ar, sd=sd, outliers=outliers))
    return made


class _Draw:
    """Draws one series."""

    def __init__(self, draw: np.random.Generator, name: str, level: int, days: int) -> None:
        self._draw, self._name, self._level, self._days = draw, name, level, days
        self._start = _FIRST_DAY + _DAY * int(draw.integers(_YEAR))

    def series(self, *, spikes: bool, ar: float, sd: float, outliers: float) -> Simulated:
        draw, days = self._draw, self._days
        size = float(draw.choice(_SIZES, p=_SHARES_OF_SIZES))
        base, shifts = self._base()
        planted, announcements = self._spikes() if spikes else ([], [])
        mean = base * (1 + sum((_excess(spike, days) for spike in planted), np.zeros(days)))
        if sd > 0:
            mean = mean * np.exp(_wander(draw, days, ar, sd) - sd**2 / 2)  # its own mean stays 1
        if outliers > 0:
            mean = mean * np.where(draw.random(days) < outliers, draw.uniform(2, 6, days), 1.0)
        downloads = draw.poisson(draw.gamma(size, np.maximum(mean, 1e-9) / size))
        corrections = self._corrections(base)
        missed, gap_mode = self._gaps()
        counter = int(draw.integers(50 * self._level + 1)) + np.cumsum(_booked(downloads, corrections))
        return Simulated(
            id=self._name,
            start=self._start,
            level=self._level,
            counts=_counts(counter, int(counter[0] - downloads[0]), missed, gap_mode),
            announcements=announcements,
            spikes=planted,
            base=base,
            mean=mean,
            size=size,
            downloads=downloads.tolist(),
            shifts=shifts,
            missing=np.flatnonzero(missed).tolist(),
            gap_mode=gap_mode,
            corrections=corrections,
            readings=self._readings(counter, int(counter[0] - downloads[0]), missed),
        )

    def _base(self) -> tuple[Floats, list[Shift]]:
        draw, rows = self._draw, np.arange(self._days)
        saturday = draw.uniform(0.45, 0.95)
        week = np.array([*_WORKDAYS, saturday, saturday * draw.uniform(0.9, 1.1)])
        trend = draw.normal(0, 0.5)
        base = self._level * (week / week.mean())[(self._start.weekday() + rows) % 7] * np.exp(trend * rows / _YEAR)
        shifts = []
        if draw.random() < 0.3 and self._days >= 90:
            row = int(draw.integers(60, self._days - 20))
            shifts.append(Shift(row, float(np.exp(draw.choice((-1, 1)) * draw.uniform(0.35, 1.1)))))
            base[row:] *= shifts[0].factor
        return base, shifts

    def _spikes(self) -> tuple[list[Planted], list[tuple[int, float | None]]]:
        """Spikes and announcements, weeks apart: announced ones, announcements that move nothing, unannounced ones."""
        draw, days = self._draw, self._days
        apart = 24 if days >= 200 else 14
        row = int(draw.integers(apart)) + (14 if days < 90 else 30)
        planted: list[Planted] = []
        announcements: list[tuple[int, float | None]] = []
        while row < days - 3:
            kind = draw.choice(("announced", "no effect", "unannounced"), p=(0.45, 0.3, 0.25))
            multiple, half_life = float(draw.choice(MULTIPLES)), float(draw.uniform(1, 4))
            if kind != "no effect":
                end = min(days - 1, _end(row, multiple, half_life))
                planted.append(Planted(row, end, multiple, half_life, announced=kind == "announced"))
            if kind != "unannounced":
                announcements.append((row, multiple if kind == "announced" else None))
            row += int(draw.integers(apart, 2 * apart + 8))
        return planted, announcements

    def _corrections(self, base: Floats) -> list[Correction]:
        draw = self._draw
        if draw.random() >= 0.15:
            return []
        row = int(draw.integers(10, self._days))
        return [Correction(row, round(float(draw.choice((-1, -1, 1)) * draw.uniform(1.5, 5) * base[row])))]

    def _gaps(self) -> tuple[NDArray[np.bool_], GapMode]:
        """Single missed days in half of the series, and one outage of two to four days in a fifth."""
        draw = self._draw
        missed = np.zeros(self._days, dtype=bool)
        if draw.random() < 0.5:
            missed |= draw.random(self._days) < 0.02
        if draw.random() < 0.2:
            first = int(draw.integers(5, self._days - 4))
            missed[first : first + int(draw.integers(2, 5))] = True
        missed[0] = False
        return missed, "lost" if draw.random() < 0.5 else "catch-up"

    def _readings(self, counter: NDArray[np.int64], before: int, missed: NDArray[np.bool_]) -> list[Reading]:
        """The rolling count holds what was booked on the last 30 rows, or on all of them where there are fewer."""
        earlier = np.concatenate((np.full(_ROLLING_DAYS, before), counter))[: len(counter)]
        return [
            Reading(
                repo_id=f"simulated/{self._name}",
                observed_at=self._start + _DAY * row,
                downloads_30d=int(counter[row] - earlier[row]),
                downloads_all_time=int(counter[row]),
                evidence=Evidence.FILE,
                sequence=row,
            )
            for row in np.flatnonzero(~missed).tolist()
        ]


def _end(start: int, multiple: float, half_life: float) -> int:
    """The last row of a spike; every spike has three at least."""
    return start + max(2, int(half_life * np.log2(max((multiple - 1) / _OVER, 1.0))))


def _excess(spike: Planted, days: int) -> Floats:
    """What a spike adds to each day, in multiples of its base."""
    age = np.arange(days) - spike.start
    excess: Floats = np.where(age >= 0, (spike.multiple - 1) * 2.0 ** (-np.maximum(age, 0) / spike.half_life), 0.0)
    return excess


def _wander(draw: np.random.Generator, days: int, ar: float, sd: float) -> Floats:
    """A stationary AR(1) path with standard deviation `sd`."""
    steps = draw.normal(0, sd * np.sqrt(1 - ar**2), days)
    steps[0] = draw.normal(0, sd)
    path: Floats = lfilter([1.0], [1.0, -ar], steps)
    return path


def _booked(downloads: NDArray[np.int64], corrections: Sequence[Correction]) -> NDArray[np.int64]:
    """What the counter moves by on each day."""
    booked = downloads.copy()
    for correction in corrections:
        booked[correction.row] += correction.size
    return booked


def _counts(counter: NDArray[np.int64], before: int, missed: NDArray[np.bool_], gap_mode: GapMode) -> list[int | None]:
    """The difference of each reading to the one before it; row 0's is to `before`, the counter as it stood before."""
    read = np.flatnonzero(~missed)
    steps = np.diff(counter[read], prepend=before)
    lost = np.diff(read, prepend=-1) > 1 if gap_mode == "lost" else np.zeros(len(read), dtype=bool)
    counts: list[int | None] = [None] * len(counter)
    for row, step, unknown in zip(read.tolist(), steps.tolist(), lost.tolist(), strict=True):
        counts[row] = None if unknown else step
    return counts
