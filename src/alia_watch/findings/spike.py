"""What is unusual: a day count above what the last weeks predict.

The rule, in words in docs/method.md: the measured days of the last eight weeks, without event windows, days on which
the whole Hub moved and days that were unusual themselves, give a mean for each weekday and a dispersion; a day is
unusual when a negative-binomial prediction from them would reach its count on fewer days than the budget of false
alarms allows. A day is judged with nothing later than itself.
"""

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
#: So many unusual days in a row are a new level, which the baseline then takes in.
DAYS_OF_A_NEW_LEVEL = 14
#: Weekday factors are pulled to 1 by as many downloads as this many days of the mean, and at least by twenty.
_WEEKDAY_PULL_DAYS = 2.0
_WEEKDAY_PULL_DOWNLOADS = 20.0
#: Real counts scatter more than any short stretch of them shows: dispersion 1/r never below this, and pulled to it by
#: as much evidence as ten days.
_DISPERSION = 0.05
_DISPERSION_PULL_DAYS = 10.0
#: No smaller probability is printed: the tail of so short a history supports none.
_SMALLEST_PROBABILITY = 1e-4
#: Levels drift and shift, which this rule does not follow: spent whole, the budget is overrun threefold on simulated
#: series that do (`benchmarks/detector.py`), so it spends this share of it on chance.
_SHARE_OF_BUDGET = 0.3
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
    rate = _rate(false_alarms_per_year)
    left_out = window_days(announcements, zone) | set(hub_wide)
    unusual: dict[date, Prediction] = {}
    runs: list[list[date]] = []
    for day in sorted(counts):
        prediction = _predict(counts, day, baseline_days, left_out, unusual)
        if prediction is None or prediction.reaches(counts[day]) > rate:
            continue
        unusual[day] = prediction
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
    baseline_days: int = 56,
) -> Prediction | None:
    """What a day's count should be, from the days before it; None where too few are measured."""
    return _predict(counts, day, baseline_days, window_days(announcements, zone) | set(hub_wide), {})


def smallest_detectable(prediction: Prediction, false_alarms_per_year: float) -> int:
    """The smallest day count that would be called unusual: what is below it cannot be seen in one day."""
    return prediction.smallest_unusual(_rate(false_alarms_per_year))


def _rate(false_alarms_per_year: float) -> float:
    """The probability below which a day is unusual."""
    return _SHARE_OF_BUDGET * false_alarms_per_year / _DAYS_A_YEAR


def _predict(
    counts: Mapping[date, int],
    day: date,
    baseline_days: int,
    left_out: Collection[date],
    unusual: Mapping[date, Prediction],
) -> Prediction | None:
    past = [day - _DAY * n for n in range(1, baseline_days + 1) if day - _DAY * n in counts]
    recent = past[:DAYS_OF_A_NEW_LEVEL]
    if len(recent) == DAYS_OF_A_NEW_LEVEL and all(each in unusual for each in recent):
        days = recent  # a new level: what was before it is no guide any more
    else:
        days = [each for each in past if each not in left_out and each not in unusual]
    if len(days) < DAYS_NEEDED:
        return None
    total = sum(counts[each] for each in days)
    mean = (total + 0.5) / len(days)
    factors = [_weekday_factor(counts, days, weekday, mean) for weekday in range(7)]
    mean = (total + 0.5) / sum(factors[each.weekday()] for each in days)
    expected = [mean * factors[each.weekday()] for each in days]
    scatter = sum((counts[each] - m) ** 2 - m for each, m in zip(days, expected, strict=True))
    weight = sum(m * m for m in expected)
    pull = _DISPERSION_PULL_DAYS * mean * mean
    dispersion = max((scatter + _DISPERSION * pull) / (weight + pull), _DISPERSION)
    # The mean itself is known only from `total` downloads: a gamma for it adds 1/total to the squared scatter.
    size = 1 / (dispersion + 1 / (total + 0.5))
    return Prediction(mean * factors[day.weekday()], size, len(days))


def _weekday_factor(counts: Mapping[date, int], days: Sequence[date], weekday: int, mean: float) -> float:
    same = [counts[each] for each in days if each.weekday() == weekday]
    pull = max(_WEEKDAY_PULL_DAYS * mean, _WEEKDAY_PULL_DOWNLOADS)
    return (sum(same) + pull) / (len(same) * mean + pull)


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
