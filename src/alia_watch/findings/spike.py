"""What is unusual: a day count above what the last weeks predict."""

from dataclasses import dataclass
from datetime import date

from alia_watch.announcements.announcement import Announcement


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
