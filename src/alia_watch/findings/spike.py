"""What is unusual: a run of days above what the days before them, of the same repo, let expect.

The rule, in words in docs/method.md: a filter tells what each day should bring (`expectation.py`), from days that are
not under suspicion themselves (`scatter.py`, `level_shift.py`); the evidence that a spike began in the last five days
(`evidence.py`) raises an alarm where it passes what the budget of false alarms allows (`threshold.py`). A day is judged
with nothing later than itself. `detector.py` joins them; here is what comes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from alia_watch.announcements.announcement import Announcement
from alia_watch.findings.detectable import Smallest
from alia_watch.findings.prediction import Prediction
from alia_watch.series.basket import CommonMovement

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Series:
    """The day counts of one repo, and what is known around them.

    Attributes:
        counts: by UTC day, the measured ones, 0 or more; days that are not known are not in it.
        announcements: whose event windows the baseline leaves out, and which a spike may coincide with.
        catches_up: the first measured day after unmeasured ones may hold their downloads too, and is not judged.
        hub: the Hub's common movement: it adjusts the expectation of a day, re-bases the series where the whole Hub is
            on a new level, and its days teach nothing.
    """

    repo_id: str
    counts: Mapping[date, int]
    announcements: tuple[Announcement, ...] = ()
    catches_up: bool = False
    hub: CommonMovement | None = None

    def sound(self) -> "Series":
        """Without the counts that may hold more than their day."""
        if not self.catches_up:
            return self
        first = min(self.counts, default=None)
        sound = {day: count for day, count in self.counts.items() if day == first or day - _DAY in self.counts}
        return replace(self, counts=sound, catches_up=False)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A day on which an alarm would have been raised, as it looked on that day.

    Attributes:
        observed, expected, low, high: that day's downloads, what was expected of it, and its 95 % interval.
        lift: observed / expected.
        probability: how often a usual day brings such evidence; never below what the calibration supports.
    """

    day: date
    observed: int
    expected: float
    low: int
    high: int
    lift: float
    probability: float


@dataclass(frozen=True, slots=True)
class Spike:
    """One run of unusual days of one repo.

    Attributes:
        start, peak, end: UTC days; the start is the likeliest one when the alarm was raised, `end` the last high day.
        alarm: the day on which it was noticed.
        observed, expected, low, high: downloads on the peak day, what was expected of it, and its 95 % interval.
        lift, lift_low, lift_high: observed / expected, and the 95 % interval of the day's multiple.
        excess, excess_low, excess_high: downloads above expectation over the whole run, with its 95 % interval.
        probability: how often a usual day brings such evidence; never below what the calibration supports.
        half_life: days in which the excess halves, where it can be told.
        level_shift: the day on which the run was taken to be a new level, if it was.
        announcements: all whose event window holds any of the days. Coincidence, never cause.
        baseline_days: the measured days before the peak.
    """

    repo_id: str
    start: date
    peak: date
    end: date
    alarm: date
    observed: int
    expected: float
    low: int
    high: int
    lift: float
    lift_low: float
    lift_high: float
    excess: float
    excess_low: float
    excess_high: float
    probability: float
    baseline_days: int
    half_life: float | None = None
    level_shift: date | None = None
    announcements: tuple[Announcement, ...] = ()

    @property
    def key(self) -> str:
        """The finding's key: `spike:repo:start`."""
        return f"spike:{self.repo_id}:{self.start.isoformat()}"


@dataclass(frozen=True, slots=True)
class Detection:
    """What the detector says of one repo.

    Attributes:
        alarms, spikes: oldest first.
        next_day: what the day after the last measured one should bring; None where too few days are measured.
        smallest: the smallest spike that its counts could show; None where that cannot be said.
        days_needed: how many more measured days before anything can be judged.
        scatter: how far its days scatter around their rate, and `wander`: how far the rate itself strays for some
            days; both as standard deviations of a logarithm, learnt from its own past. None without any count.
        scatter_low, scatter_high: how sure that is: they hold it with 95 % probability.
    """

    repo_id: str
    alarms: tuple[Alarm, ...]
    spikes: tuple[Spike, ...]
    next_day: Prediction | None
    smallest: Smallest | None
    days_needed: int
    scatter: float | None
    scatter_low: float | None
    scatter_high: float | None
    wander: float | None
