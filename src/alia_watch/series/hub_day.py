"""Which UTC day a reading closes: the Hub updates its counters once a day, at an hour and with a lag it does not tell.

Between two updates the counters stand still, so a reading belongs to the last update before it, and the difference of
two readings to the days between their updates (issue 2, "Series"; facts of the Hub in docs/method.md).
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alia_watch import clock
from alia_watch.series.snapshot import ExactCount, Reading

#: Fewer seen changes than this teach nothing.
CHANGES_NEEDED = 10
#: An hour is taken for learnt when it explains at least this share of the changes.
SHARE_NEEDED = 0.8
#: How long a lag is looked for, in days.
LONGEST_LAG = 4

_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class HubDay:
    """The hour of day (UTC) at which the counters are updated, and how many days the update lags behind."""

    update_hour: int = 0
    lag_days: int = 1

    def closes(self, observed_at: datetime | date) -> date:
        """The UTC day that a reading closes; a bare date closes itself."""
        if not isinstance(observed_at, datetime):
            return observed_at
        updated = clock.utc_day(observed_at - timedelta(hours=self.update_hour))
        return updated - timedelta(days=self.lag_days)


@dataclass(frozen=True, slots=True)
class LearntHour:
    """The update hour that explains the changes seen; `earliest` to `latest` are the hours that do so as well."""

    hour: int
    earliest: int
    latest: int
    changes: int
    share: float


@dataclass(frozen=True, slots=True)
class LearntLag:
    """What is known of the lag, in days: at least, at most (None: no bound), and from how many comparisons."""

    at_least: int
    at_most: int | None
    comparisons: int


def changes_between(readings: Sequence[Reading]) -> list[tuple[datetime, datetime]]:
    """The spans, shorter than a day, in which one repo's counters were seen to move: (unmoved at, moved by)."""
    timed = sorted(
        ((r.observed_at, r) for r in readings if isinstance(r.observed_at, datetime)),
        key=lambda pair: (pair[0], pair[1].sequence),
    )
    spans = []
    for (before, first), (after, second) in itertools.pairwise(timed):
        if 0 < (after - before).total_seconds() < _DAY_S and _moved(first, second):
            spans.append((before, after))
    return spans


def learn_hour(spans: Iterable[tuple[datetime, datetime]]) -> LearntHour | None:
    """The update hour that most spans hold; None where too few changes were seen or no hour explains enough of them.

    Many repos move at the same update: equal spans count once.
    """
    distinct = set(spans)
    if len(distinct) < CHANGES_NEEDED:
        return None
    votes = [sum(_holds(span, hour) for span in distinct) for hour in range(24)]
    best = max(votes)
    if best < SHARE_NEEDED * len(distinct):
        return None
    first, length = _longest_run([vote == best for vote in votes])
    return LearntHour(
        hour=(first + length // 2) % 24,
        earliest=first,
        latest=(first + length - 1) % 24,
        changes=len(distinct),
        share=best / len(distinct),
    )


def lag_from_exact(
    readings: Mapping[str, Sequence[Reading]], exact: Iterable[ExactCount], update_hour: int
) -> LearntLag | None:
    """The lag under which our own day counts equal the publisher's; None where fewer than ten days can be compared."""
    truth = {(count.repo_id, count.day): count.count for count in exact}
    matches = [0] * (LONGEST_LAG + 1)
    compared = [0] * (LONGEST_LAG + 1)
    for repo_id, mine in readings.items():
        totals: dict[date, int] = {}
        for reading in sorted(mine, key=lambda r: r.sequence):
            if isinstance(reading.observed_at, datetime) and reading.downloads_all_time is not None:
                totals[HubDay(update_hour, 0).closes(reading.observed_at)] = reading.downloads_all_time
        for day, total in totals.items():
            before = totals.get(day - timedelta(days=1))
            for lag in range(LONGEST_LAG + 1):
                known = truth.get((repo_id, day - timedelta(days=lag)))
                if before is not None and known is not None:
                    compared[lag] += 1
                    matches[lag] += total - before == known
    fitting = [lag for lag, of in enumerate(compared) if of >= CHANGES_NEEDED and matches[lag] >= SHARE_NEEDED * of]
    if not fitting:
        return None
    return LearntLag(min(fitting), max(fitting), max(compared[lag] for lag in fitting))


def lag_from_births(
    readings: Mapping[str, Sequence[Reading]], born: Mapping[str, date], update_hour: int
) -> LearntLag | None:
    """An upper bound of the lag: a repo that shows downloads was counted on its first day or later."""
    bounds = []
    for repo_id, day in born.items():
        seen = [
            r.observed_at
            for r in readings.get(repo_id, ())
            if isinstance(r.observed_at, datetime) and (r.downloads_all_time or r.downloads_30d)
        ]
        if seen:
            bounds.append((HubDay(update_hour, 0).closes(min(seen)) - day).days)
    usable = [bound for bound in bounds if 0 <= bound <= LONGEST_LAG]
    return LearntLag(0, min(usable), len(usable)) if usable else None


def _moved(first: Reading, second: Reading) -> bool:
    pairs = (
        (first.downloads_30d, second.downloads_30d),
        (first.downloads_all_time, second.downloads_all_time),
    )
    return any(a is not None and b is not None and a != b for a, b in pairs)


def _holds(span: tuple[datetime, datetime], hour: int) -> bool:
    """Whether an update at this hour of the day lies after the span's first reading and not after its second."""
    before, after = span
    at = after.replace(hour=hour, minute=0, second=0, microsecond=0)
    return before < at <= after or before < at - timedelta(days=1) <= after


def _longest_run(flags: Sequence[bool]) -> tuple[int, int]:
    """Start and length of the longest run of true flags on the clock's circle; the earliest of equals."""
    count = len(flags)
    if all(flags):
        return 0, count
    best = (0, 0)
    for start in range(count):
        if flags[start] and not flags[start - 1]:
            length = next(n for n in range(1, count + 1) if not flags[(start + n) % count])
            if length > best[1]:
                best = (start, length)
    return best
