"""When evidence becomes an alarm: the budget of false alarms, and an alarm that stays is one alarm.

The threshold is the evidence that days without any spike reach as often as the budget allows. It was fitted to
simulated series without spikes (`benchmarks/detector.py` shows how well it holds), and falls with the logarithm of the
budget, as the tail of a Bayes factor does. Nothing that lies near an announcement has another threshold.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alia_watch.findings.expectation import Flags, Floats

#: Evidence reached once a year without a spike at a great level, and how much less is reached when the budget grows
#: e-fold; what is added to the one, and taken off the other, at five downloads a day, where counts are coarse; and with
#: which power of the level both fade. Below one download a day they grow no more.
AT_ONE_A_YEAR, FALL = 1.24, 0.7
_MORE_AT_FIVE, _LESS_FALL_AT_FIVE, _FADES = 0.36, 0.09, -0.6
#: Measured days before any day is judged: a birth has no baseline.
DAYS_NEEDED = 14
DAYS_A_YEAR = 365.25
#: Within so many days of the last alarm a new one needs twofold evidence, and a day higher than any since; the less of
#: both, the longer ago the last alarm was.
SAME_ALARM_DAYS = 7
_GROWN, _HIGHER = float(np.log(2.0)), 1.0
#: Evidence (about 150 to 1) of a spike that is sure: without one, such evidence comes once in some centuries. That day
#: and so many after it can hardly bring a false alarm.
_SURE, _AFTER_A_SPIKE = 5.0, 14
#: The other days may spend their part of the budget, and more: where sure spikes are frequent, smaller ones have
#: passed for scatter, and the evidence falls short of what it is on the days without spikes that were simulated. With
#: this power of the share of ordinary days the budget was met best. How many ordinary days are taken for granted
#: before a repo's own are counted, and below which share none is believed.
_SPENT = 3.0
_ORDINARY_DAYS = 60.0
_LEAST_SHARE = 0.5
#: The calibration rests on thousands of simulated years; of a single real repo nothing rarer than this can be claimed.
SMALLEST_PROBABILITY = 1e-4


def threshold(mean: Floats | float, false_alarms_per_year: Floats | float) -> Floats:
    """The evidence needed at an expected count, for a budget."""
    needed: Floats = AT_ONE_A_YEAR + _MORE_AT_FIVE * _coarse(mean) - _fall(mean) * np.log(false_alarms_per_year)
    return needed


def probability(evidence: float, mean: float) -> float:
    """How often a day without any spike shows so much evidence, as far as the calibration supports it."""
    a_year = float(np.exp((threshold(mean, 1.0) - evidence) / _fall(mean)))
    return min(max(a_year / DAYS_A_YEAR, SMALLEST_PROBABILITY), 1.0)


def _fall(mean: Floats | float) -> Floats:
    fall: Floats = FALL - _LESS_FALL_AT_FIVE * _coarse(mean)
    return fall


def _coarse(mean: Floats | float) -> Floats:
    """How much an expected count has of the coarseness of five a day."""
    coarse: Floats = (np.maximum(mean, 1.0) / 5) ** _FADES
    return coarse


class AlarmRule:
    """Which days raise an alarm, of many series at once, one day after the other."""

    def __init__(self, series: int, false_alarms_per_year: float) -> None:
        self._budget = false_alarms_per_year
        self._since = np.full(series, np.inf)  # days since the last alarm
        self._evidence = np.zeros(series)  # that the last alarm had
        self._lift = np.zeros(series)  # the highest since then
        self._judged = np.zeros(series)
        self._ordinary = np.zeros(series)
        self._since_sure = np.full(series, np.inf)  # days since the last evidence of a sure spike

    @property
    def state(self) -> list[NDArray[Any]]:
        """Everything that is carried from day to day, series last."""
        return [self._since, self._evidence, self._lift, self._judged, self._ordinary, self._since_sure]

    def decide(self, evidence: Floats, mean: Floats, lift: Floats, judged: Flags) -> tuple[Flags, Floats]:
        """Which series raise an alarm today, and the evidence that is needed for a first one.

        Args:
            lift: today's count over its expectation, `mean`.
        """
        self._since += 1
        self._since_sure = np.where(judged & (evidence >= _SURE), 0.0, self._since_sure + 1)
        share = (self._ordinary + _ORDINARY_DAYS) / (self._judged + _ORDINARY_DAYS)
        needed = threshold(mean, self._budget / np.maximum(share, _LEAST_SHARE) ** _SPENT)
        self._judged += judged
        self._ordinary += judged & (self._since_sure > _AFTER_A_SPIKE)
        memory = np.maximum(0.0, 1 - (self._since - 1) / SAME_ALARM_DAYS)
        again = needed + np.maximum(self._evidence + _GROWN - needed, 0.0) * memory
        higher = lift >= _HIGHER * self._lift * memory
        alarm = judged & (evidence >= again) & higher
        self._lift = np.where(alarm | (memory == 0), 0.0, self._lift)
        self._lift = np.where(judged, np.maximum(self._lift, lift), self._lift)
        self._since[alarm] = 0
        self._evidence[alarm] = evidence[alarm]
        return alarm, needed
