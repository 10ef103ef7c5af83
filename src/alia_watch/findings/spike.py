"""What is unusual: a day count above what the last weeks predict.

The rule, in words in docs/method.md: the measured days of the last eight weeks, without event windows, days on which
the whole Hub moved and days that were unusual themselves, give a mean for each weekday and a dispersion; a day is
unusual when a negative-binomial prediction from them would reach its count on fewer days than the budget of false
alarms allows. A day is judged with nothing later than itself.
"""

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scipy.special import betainc

from alia_watch.announcements.announcement import Announcement, coinciding, window_days


@dataclass(frozen=True, slots=True)
class Spike:
    """One unusual run of days of one repo, judged on each day with nothing later than it.

    Attributes:
        start, peak, end: UTC days; `end` is the last unusual day seen so far.
        observed, expected, low, high: downloads on the peak day, what was expected of it, and its 95 % interval.
        lift: observed / expected. `excess`: downloads above expectation over the whole run.
        probability: of a day this high or higher, were nothing unusual; never below what the rule supports.
        announcements: all whose event window holds any of the days. Coincidence, never cause.
        baseline_days: the measured days the expectation rests on.
    """

    repo_id: str
    start: date
    peak: date
    end: date
    observed: int
    expected: float
    low: int
    high: int
    lift: float
    excess: float
    probability: float
    baseline_days: int
    announcements: tuple[Announcement, ...] = ()

    @property
    def key(self) -> str:
        """The finding's key: `spike:repo:start`."""
        return f"spike:{self.repo_id}:{self.start.isoformat()}"


#: Fewer measured baseline days than this judge nothing.
DAYS_NEEDED = 14
#: So many unusual days among so many measured ones are a new level, on which the baseline then rests alone.
UNUSUAL_OF_A_NEW_LEVEL = 10
DAYS_OF_A_NEW_LEVEL = 14
#: Weekday factors are pulled to 1 by as many downloads as this many days of the mean, and at least by twenty.
_WEEKDAY_PULL_DAYS = 2.0
_WEEKDAY_PULL_DOWNLOADS = 20.0
#: A short stretch of counts tells little of how much they scatter: the dispersion 1/r is pulled to this one, by as much
#: evidence as fifteen days, and never below the least.
_DISPERSION = 0.15
_DISPERSION_PULL_DAYS = 15.0
_LEAST_DISPERSION = 0.02
#: No smaller probability is printed: the tail of so short a history supports none.
_SMALLEST_PROBABILITY = 1e-4
#: Levels drift and shift, and a dispersion learnt from eight weeks is a guess: spent whole, the budget would be overrun
#: twice on simulated series (`benchmarks/detector.py`), so the rule spends this share of it.
_SHARE_OF_BUDGET = 0.5
_DAYS_A_YEAR = 365.25
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a day's count should be: negative binomial with this mean and size, from `days` baseline days."""

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
        return self._smallest(lambda count: self.reaches(count + 1) <= 1 - probability)

    def smallest_unusual(self, rate: float) -> int:
        """The smallest count that is reached with a probability of at most `rate`."""
        return self._smallest(lambda count: self.reaches(count) <= rate)

    def _smallest(self, fits: Callable[[int], bool]) -> int:
        high = 1
        while not fits(high):
            high *= 2
        low = 0
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if fits(middle) else (middle + 1, high)
        return high


def detect(
    repo_id: str,
    counts: Mapping[date, int],
    *,
    announcements: Sequence[Announcement] = (),
    zone: str = "Europe/Madrid",
    hub_wide: Collection[date] = (),
    false_alarms_per_year: float = 1.0,
    baseline_days: int = 56,
) -> tuple[Spike, ...]:
    """Every spike of one repo, oldest first.

    Args:
        repo_id: whose counts these are.
        counts: the measured day counts, 0 or more; days that are not known are not in it.
        announcements: whose event windows the baseline leaves out, and which a spike may coincide with.
        zone: the civil days of the announcements.
        hub_wide: days on which the whole Hub moved; the baseline leaves them out.
        false_alarms_per_year: how many false alarms a year may be expected.
        baseline_days: how far back the baseline reaches.
    """
    left_out = window_days(announcements, zone) | set(hub_wide)
    unusual, _ = _judged(counts, left_out, _rate(false_alarms_per_year), baseline_days)
    runs: list[list[date]] = []
    for day in unusual:
        if runs and day - runs[-1][-1] == _DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return tuple(_spike(repo_id, run, counts, unusual, _coincidences(run, announcements, zone)) for run in runs)


def predict(
    counts: Mapping[date, int],
    day: date,
    *,
    announcements: Sequence[Announcement] = (),
    zone: str = "Europe/Madrid",
    hub_wide: Collection[date] = (),
    false_alarms_per_year: float = 1.0,
    baseline_days: int = 56,
) -> Prediction | None:
    """What a day's count should be, from the days before it as `detect` sees them; None where too few are measured."""
    left_out = window_days(announcements, zone) | set(hub_wide)
    before = {each: count for each, count in counts.items() if each < day}
    _, usual = _judged(before, left_out, _rate(false_alarms_per_year), baseline_days)
    return _predict(_recent(usual, day, baseline_days), day)


def smallest_detectable(prediction: Prediction, false_alarms_per_year: float) -> int:
    """The smallest day count that would be called unusual: what is below it cannot be seen in one day."""
    return prediction.smallest_unusual(_rate(false_alarms_per_year))


def _rate(false_alarms_per_year: float) -> float:
    """The probability below which a day is unusual."""
    return _SHARE_OF_BUDGET * false_alarms_per_year / _DAYS_A_YEAR


def _judged(
    counts: Mapping[date, int], left_out: Collection[date], rate: float, baseline_days: int
) -> tuple[dict[date, Prediction], dict[date, int]]:
    """The unusual days with what was expected of them, and the days a baseline may rest on afterwards."""
    unusual: dict[date, Prediction] = {}
    usual: dict[date, int] = {}
    lately: deque[date] = deque(maxlen=DAYS_OF_A_NEW_LEVEL)
    for day in sorted(counts):
        lately.append(day)
        prediction = _predict(_recent(usual, day, baseline_days), day)
        if prediction is not None and prediction.reaches(counts[day]) <= rate:
            unusual[day] = prediction
            if sum(each in unusual for each in lately) >= UNUSUAL_OF_A_NEW_LEVEL:
                usual = {each: counts[each] for each in lately}  # what was before is no guide any more
        elif day not in left_out:
            usual[day] = counts[day]
    return unusual, usual


def _recent(usual: Mapping[date, int], day: date, baseline_days: int) -> dict[date, int]:
    first = day - _DAY * baseline_days
    return {each: count for each, count in usual.items() if each >= first}


def _predict(usual: Mapping[date, int], day: date) -> Prediction | None:
    """A negative binomial for a day, from the days it may rest on."""
    if len(usual) < DAYS_NEEDED:
        return None
    total, days = sum(usual.values()), len(usual)
    mean = (total + 0.5) / days
    factors = _weekday_factors(usual, mean)
    mean = (total + 0.5) / sum(factors[each.weekday()] for each in usual)
    scatter = weight = 0.0
    for each, count in usual.items():
        expected = mean * factors[each.weekday()]
        scatter += (count - expected) ** 2 - expected
        weight += expected * expected
    pull = _DISPERSION_PULL_DAYS * mean * mean
    dispersion = max((scatter + _DISPERSION * pull) / (weight + pull), _LEAST_DISPERSION)
    # The mean itself is known only from `total` downloads: a gamma for it adds 1/total to the squared scatter.
    size = 1 / (dispersion + 1 / (total + 0.5))
    return Prediction(mean * factors[day.weekday()], size, days)


def _weekday_factors(usual: Mapping[date, int], mean: float) -> list[float]:
    """How each weekday differs from the mean, pulled to 1."""
    sums, days = [0] * 7, [0] * 7
    for each, count in usual.items():
        sums[each.weekday()] += count
        days[each.weekday()] += 1
    pull = max(_WEEKDAY_PULL_DAYS * mean, _WEEKDAY_PULL_DOWNLOADS)
    return [(same + pull) / (number * mean + pull) for same, number in zip(sums, days, strict=True)]


def _coincidences(run: Sequence[date], announcements: Sequence[Announcement], zone: str) -> tuple[Announcement, ...]:
    found = {each.id: each for day in run for each in coinciding(announcements, day, zone)}
    return tuple(sorted(found.values(), key=lambda each: (each.date, each.id)))


def _spike(
    repo_id: str,
    run: Sequence[date],
    counts: Mapping[date, int],
    unusual: Mapping[date, Prediction],
    announcements: tuple[Announcement, ...],
) -> Spike:
    peak = max(run, key=lambda day: (counts[day] - unusual[day].mean, -day.toordinal()))
    prediction = unusual[peak]
    return Spike(
        repo_id=repo_id,
        start=run[0],
        peak=peak,
        end=run[-1],
        observed=counts[peak],
        expected=prediction.mean,
        low=prediction.quantile(0.025),
        high=prediction.quantile(0.975),
        lift=counts[peak] / prediction.mean,
        excess=sum(counts[day] - unusual[day].mean for day in run),
        probability=max(prediction.reaches(counts[peak]), _SMALLEST_PROBABILITY),
        baseline_days=prediction.days,
        announcements=announcements,
    )
