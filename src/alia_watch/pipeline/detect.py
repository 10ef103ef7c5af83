"""Find what is unusual, and decide of each finding whether to tell it. Twice is once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alia_watch import clock
from alia_watch.announcements.announcement import Announcement
from alia_watch.config.sections import Config
from alia_watch.findings.detector import detect as find
from alia_watch.findings.memory import Memory
from alia_watch.findings.notice import Finding, FindingKind, Notice, Reason, Situation, decide, subject
from alia_watch.findings.spike import Detection, Series, Spike
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.milestones import marks_passed
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.pipeline.remember import keep
from alia_watch.pipeline.uncollected import uncollected
from alia_watch.series.basket import BasketQuality
from alia_watch.series.counter_return import returns
from alia_watch.series.reconstruct import DailySeries
from alia_watch.store.database import Store
from alia_watch.store.findings import decisions, save_findings, save_notices, undecided
from alia_watch.store.snapshots import first_look


@dataclass(frozen=True, slots=True)
class Detected:
    """What one detection found and decided.

    Attributes:
        findings: spikes and revisions of the family that no earlier detection had found.
        notices: what was decided now, of these and of what the snapshots found.
        first_run: these are the first decisions, and a history was among them, of which nothing is told.
        basket: by day, how well the control repos could speak.
    """

    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    first_run: bool
    basket: Mapping[date, BasketQuality]


@uncollected()
def detect(store: Store, config: Config, *, now: datetime) -> Detected:
    """Spikes and revisions of the family up to `now` become findings; every undecided finding is decided."""
    look = Reconstruction(store, config, now=now)
    family = config.family.record()
    series = look.series(look.family())
    announcements = confirmed(store, config)
    said = detections_of(look, config, series, announcements)
    found = [
        finding
        for repo_id, one in series.items()
        for finding in (*(spike_finding(spike) for spike in said[repo_id].spikes), *_revisions(one))
    ]
    with store.writing():
        before, looked = decisions(store, until=now), first_look(store)
        known = {notice.finding.key for _, notice in before}
        found += marks_passed(look, config, said, [notice for _, notice in before], now=now)
        new = tuple(finding for finding in found if finding.key not in known)
        save_findings(store, new, now=now)
        told = {
            subject(notice.finding): (notice.finding.day, clock.utc_day(decided_at))
            for decided_at, notice in before
            if notice.tell
        }
        situation = Situation(
            family=family,
            told=told,
            hub_wide=look.hub_wide,
            watching_since=clock.utc_day(looked[0]) if looked else None,
            tell_within_days=config.spikes.tell_within_days,
            now=now,
        )
        notices = decide(undecided(store, until=now), situation)
        save_notices(store, notices, now=now)
        keep(store, look.memory)
    first_run = not before and any(notice.reason is Reason.FIRST_RUN for notice in notices)
    return Detected(new, notices, first_run, {day: told.quality for day, told in look.common.by_day.items()})


def detections(store: Store, config: Config, wanted: Iterable[str], *, now: datetime) -> dict[str, Detection]:
    """What the detector says of some repos as they stand at `now`, in their order; nothing is stored."""
    look = Reconstruction(store, config, now=now)
    return detections_of(look, config, wanted, confirmed(store, config))


def detections_of(
    look: Reconstruction, config: Config, wanted: Iterable[str], announcements: Iterable[Announcement]
) -> dict[str, Detection]:
    """The same, from a look and announcements that are at hand."""
    asked = to_judge(look, wanted, announcements)
    return {one.repo_id: found for one, found in zip(asked, judged(config, asked, look.memory), strict=True)}


def to_judge(look: Reconstruction, wanted: Iterable[str], announcements: Iterable[Announcement]) -> list[Series]:
    """The series of some repos as the detector takes them, in their order."""
    known = tuple(announcements)
    return [Series(one.repo_id, measured(one), known, hub=look.common) for one in look.series(wanted).values()]


def judged(config: Config, series: Sequence[Series], memory: Memory) -> tuple[Detection, ...]:
    """What the detector says of series, in their order, by what is configured."""
    budget = config.spikes.false_alarms_per_year
    return find(series, zone=config.timetable.zone, false_alarms_per_year=budget, memory=memory)


def measured(series: DailySeries) -> dict[date, int]:
    """The days whose count is known, but for those on which a counter only came back from a fall."""
    back = returns(series)
    return {day.day: day.count for day in series.days if day.count is not None and day.day not in back}


def spike_finding(spike: Spike) -> Finding:
    """A spike as a finding of its first day."""
    facts: dict[str, Any] = {
        "start": spike.start.isoformat(),
        "peak": spike.peak.isoformat(),
        "end": spike.end.isoformat(),
        "observed": spike.observed,
        "expected": round(spike.expected, 1),
        "low": spike.low,
        "high": spike.high,
        "lift": round(spike.lift, 1),
        "lift_low": round(spike.lift_low, 1),
        "lift_high": round(spike.lift_high, 1),
        "excess": round(spike.excess),
        "excess_low": round(spike.excess_low),
        "excess_high": round(spike.excess_high),
        "probability": spike.probability,
        "baseline_days": spike.baseline_days,
        "announcements": [announcement.id for announcement in spike.announcements],
    }
    return Finding(spike.key, FindingKind.SPIKE, spike.repo_id, spike.start, facts)


def _revisions(series: DailySeries) -> list[Finding]:
    return [
        Finding(
            key=f"revision:{series.repo_id}:{revision.day}",
            kind=FindingKind.REVISION,
            repo_id=series.repo_id,
            day=revision.day,
            facts={"size": revision.size},
        )
        for revision in series.revisions
    ]
