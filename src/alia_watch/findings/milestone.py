"""What is worth a line besides a spike: one that has died away, a round all-time count, a record month, and a headline
that has passed a round amount. Each has a key, so that it is found once."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from alia_watch.findings.notice import Finding, FindingKind
from alia_watch.findings.spike import Spike
from alia_watch.series.totals import Total

#: A run of unusual days is over when so many days after its last one are measured, and none of them belongs to it.
DAYS_AFTER = 4
#: The first all-time count that is a milestone; from there on 1, 2 and 5 times each power of ten.
FIRST_MILESTONE = 1000
#: A month is a record only where at least so many earlier ones are known.
MONTHS_BEFORE = 3
_SIZES = (1, 2, 5)
_DAY = timedelta(days=1)


def faded(spikes: Iterable[Spike], told: Mapping[str, Finding], measured: Sequence[date]) -> Iterator[Finding]:
    """Runs that were told of and are over.

    Args:
        told: the spikes that were told of, by key.
        measured: the measured days, oldest first.
    """
    for spike in spikes:
        after = [day for day in measured if day > spike.end][:DAYS_AFTER]
        if spike.key not in told or len(after) < DAYS_AFTER:
            continue
        facts = {
            "start": spike.start.isoformat(),
            "end": spike.end.isoformat(),
            "days": (spike.end - spike.start).days + 1,
            "excess": round(spike.excess),
            "excess_low": round(spike.excess_low),
            "excess_high": round(spike.excess_high),
            "half_life": None if spike.half_life is None else round(spike.half_life, 1),
            "level_shift": spike.level_shift.isoformat() if spike.level_shift else None,
        }
        yield Finding(f"faded:{spike.key}", FindingKind.FADED, spike.repo_id, after[-1], facts)


def milestones(repo_id: str, all_time: Mapping[date, int], since: date) -> Iterator[Finding]:
    """Round all-time counts that a repo has passed, on the day it did; the greatest of a day.

    Args:
        all_time: the counter by the day it closed. One that goes down and up again passes nothing anew.
        since: earlier days are not looked at.
    """
    most = before = None
    for day, count in sorted(all_time.items()):
        if most is not None and count > most and day >= since:
            passed = [value for value in _round(count) if most < value <= count]
            if passed:
                facts = {"value": passed[-1], "count": count, "before": before}
                yield Finding(f"milestone:{repo_id}:{passed[-1]}", FindingKind.MILESTONE, repo_id, day, facts)
        before = count
        most = count if most is None else max(most, count)


def record_month(repo_id: str, months: Sequence[Total]) -> Finding | None:
    """The last of some months, oldest first, if it is whole and had more downloads than any before could have had.

    Of those before, some are known exactly; the others must be bounded.
    """
    if not months or months[-1].count is None:
        return None
    last, before = months[-1], months[:-1]
    exact = [each for each in before if each.count is not None]
    highs = [each.high for each in before if each.high is not None]
    if len(exact) < MONTHS_BEFORE or len(highs) < len(before) or last.count is None or last.count <= max(highs):
        return None
    best = max(before, key=lambda each: each.high or 0)
    facts = {
        "month": f"{last.start:%Y-%m}",
        "count": last.count,
        "before": best.count,
        "before_low": best.low,
        "before_high": best.high,
        "before_month": f"{best.start:%Y-%m}",
        "months": len(before),
    }
    return Finding(f"record_month:{repo_id}:{last.start:%Y-%m}", FindingKind.RECORD_MONTH, repo_id, last.end, facts)


def thresholds(
    repo_id: str,
    amount: Decimal,
    currency: str,
    rolling: Mapping[date, int],
    *,
    values: Sequence[Decimal],
    since: date,
) -> Iterator[Finding]:
    """Round amounts that the headline has passed from one day to the next, up or down; once a month each.

    Of several that it passed in one day, the one farthest on.

    Args:
        amount: what is divided; `rolling`: by the day it closed, what it is divided by.
        values: the amounts that are looked for.
        since: earlier days are not looked at, nor steps over a day that was not read.
    """
    for (earlier, before), (day, count) in itertools.pairwise(sorted(rolling.items())):
        if earlier < since or day - earlier != _DAY or not before or not count:
            continue
        ends = amount / before, amount / count
        passed = [value for value in values if (ends[0] < value) != (ends[1] < value)]
        if not passed:
            continue
        way = "down" if ends[1] < ends[0] else "up"
        value = min(passed) if way == "down" else max(passed)
        cents = [str(each.quantize(Decimal("0.01"))) for each in ends]
        if cents[0] == cents[1]:
            continue
        facts = {
            "value": str(value),
            "currency": currency,
            "way": way,
            "amount": str(amount),
            "before": cents[0],
            "after": cents[1],
            "downloads_before": before,
            "downloads": count,
        }
        key = f"threshold:{repo_id}:{value}:{way}:{day:%Y-%m}"
        yield Finding(key, FindingKind.THRESHOLD, repo_id, day, facts)


def _round(most: int) -> list[int]:
    """The milestones up to a count."""
    found = []
    power = FIRST_MILESTONE
    while power <= most:
        found += [size * power for size in _SIZES if size * power <= most]
        power *= 10
    return found
