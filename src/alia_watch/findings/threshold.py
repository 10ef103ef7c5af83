"""When evidence becomes an alarm: the budget of false alarms, and an alarm that stays is one alarm.

The threshold is the evidence that days without any spike reach as often as the budget allows. It was fitted to
simulated series without spikes (`benchmarks/detector.py` shows how well it holds), and falls with the logarithm of the
budget, as the tail of a Bayes factor does. Nothing that lies near an announcement has another threshold.
"""

import numpy as np

from alia_watch.findings.expectation import Flags, Floats

#: Evidence reached once a year without a spike at a great level; what is to be added at five downloads a day, where
#: counts are coarse, and with which power of the level that falls away; and how much the threshold falls when the
#: budget grows e-fold. Below one download a day nothing more is added.
AT_ONE_A_YEAR, _AT_FIVE_A_DAY, _FADES, FALL = 1.24, 0.36, -0.6, 0.7
#: Measured days before any day is judged: a birth has no baseline.
DAYS_NEEDED = 14
DAYS_A_YEAR = 365.25
#: Within so many days of the last alarm a new one needs tenfold evidence, and a day so much higher than any since; the
#: less of both, the longer ago the last alarm was.
SAME_ALARM_DAYS = 14
_GROWN, _HIGHER = float(np.log(10.0)), 1.5
#: Days within that span can hardly bring a false alarm: the others may spend their part of the budget. How many
#: ordinary days are taken for granted before a repo's own are counted.
_ORDINARY_DAYS = 60.0
_LEAST_SHARE = 0.3
#: The calibration rests on thousands of simulated years; of a single real repo nothing rarer than this can be claimed.
SMALLEST_PROBABILITY = 1e-4


def threshold(mean: Floats | float, false_alarms_per_year: Floats | float) -> Floats:
    """The evidence needed at an expected count, for a budget."""
    at_one: Floats = AT_ONE_A_YEAR + _AT_FIVE_A_DAY * (np.maximum(mean, 1.0) / 5) ** _FADES
    return at_one - FALL * np.log(false_alarms_per_year)


def probability(evidence: float, mean: float) -> float:
    """How often a day without any spike shows so much evidence, as far as the calibration supports it."""
    a_year = float(np.exp((threshold(mean, 1.0) - evidence) / FALL))
    return min(max(a_year / DAYS_A_YEAR, SMALLEST_PROBABILITY), 1.0)


class AlarmRule:
    """Which days raise an alarm, of many series at once, one day after the other."""

    def __init__(self, series: int, false_alarms_per_year: float) -> None:
        self._budget = false_alarms_per_year
        self._since = np.full(series, np.inf)  # days since the last alarm
        self._evidence = np.zeros(series)  # that the last alarm had
        self._lift = np.zeros(series)  # the highest since then
        self._judged = np.zeros(series)
        self._ordinary = np.zeros(series)

    def decide(self, evidence: Floats, mean: Floats, lift: Floats, judged: Flags) -> tuple[Flags, Floats]:
        """Which series raise an alarm today, and the evidence that is needed for a first one.

        Args:
            lift: today's count over its expectation, `mean`.
        """
        self._since += 1
        self._judged += judged
        self._ordinary += judged & (self._since > SAME_ALARM_DAYS)
        share = (self._ordinary + _ORDINARY_DAYS) / (self._judged + _ORDINARY_DAYS)
        needed = threshold(mean, self._budget / np.maximum(share, _LEAST_SHARE))
        memory = np.maximum(0.0, 1 - (self._since - 1) / SAME_ALARM_DAYS)
        again = needed + np.maximum(self._evidence + _GROWN - needed, 0.0) * memory
        higher = lift >= _HIGHER * self._lift * memory
        alarm = judged & (evidence >= again) & higher
        self._lift = np.where(alarm | (memory == 0), 0.0, self._lift)
        self._lift = np.where(judged, np.maximum(self._lift, lift), self._lift)
        self._since[alarm] = 0
        self._evidence[alarm] = evidence[alarm]
        return alarm, needed
