"""Find what is unusual, and decide of each finding whether to tell it. Twice is once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from alia_watch import clock
from alia_watch.announcements.announcement import Announcement
from alia_watch.config.sections import Config
from alia_watch.findings.notice import Finding, FindingKind, Notice, Reason, Situation, decide, subject
from alia_watch.findings.spike import Prediction, Spike, predict
from alia_watch.findings.spike import detect as detect_spikes
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.reconstruct import Reconstruction
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
    """

    findings: tuple[Finding, ...]
    notices: tuple[Notice, ...]
    first_run: bool


def detect(store: Store, config: Config, *, now: datetime) -> Detected:
    """Spikes and revisions of the family up to `now` become findings; every undecided finding is decided."""
    look = Reconstruction(store, config, now=now)
    family = config.family.record()
    series = look.series(look.family())
    announcements = confirmed(store, config)
    found = [
        finding
        for one in series.values()
        for finding in (
            *(spike_finding(spike) for spike in _spikes(one, config, announcements, look.hub_wide)),
            *_revisions(one),
        )
    ]
    with store.writing():
        before, looked = decisions(store, until=now), first_look(store)
        known = {notice.finding.key for _, notice in before}
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
    return Detected(new, notices, not before and any(notice.reason is Reason.FIRST_RUN for notice in notices))


def spikes(store: Store, config: Config, wanted: Iterable[str], *, now: datetime) -> tuple[Spike, ...]:
    """The spikes of some repos as they stand at `now`, by repo and day; nothing is stored."""
    look = Reconstruction(store, config, now=now)
    announcements = confirmed(store, config)
    return tuple(
        spike for one in look.series(wanted).values() for spike in _spikes(one, config, announcements, look.hub_wide)
    )


def expectation(store: Store, config: Config, repo_id: str, *, now: datetime) -> Prediction | None:
    """What the day after the last closed one should bring to a repo; None where too little is measured."""
    return expectations(store, config, [repo_id], now=now)[repo_id]


def expectations(store: Store, config: Config, wanted: Iterable[str], *, now: datetime) -> dict[str, Prediction | None]:
    """The same of several repos, reading everything once."""
    look = Reconstruction(store, config, now=now)
    announcements = confirmed(store, config)
    return {
        repo_id: predict(
            measured(series),
            series.days[-1].day + timedelta(days=1),
            announcements=announcements,
            zone=config.timetable.zone,
            hub_wide=look.hub_wide,
            false_alarms_per_year=config.spikes.false_alarms_per_year,
            baseline_days=config.spikes.baseline_days,
        )
        if series.days
        else None
        for repo_id, series in look.series(wanted).items()
    }


def measured(series: DailySeries) -> dict[date, int]:
    """The days whose count is known."""
    return {day.day: day.count for day in series.days if day.count is not None}


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
        "excess": round(spike.excess),
        "probability": spike.probability,
        "baseline_days": spike.baseline_days,
        "announcements": [announcement.id for announcement in spike.announcements],
    }
    return Finding(spike.key, FindingKind.SPIKE, spike.repo_id, spike.start, facts)


def _spikes(
    series: DailySeries, config: Config, announcements: Sequence[Announcement], hub_wide: frozenset[date]
) -> tuple[Spike, ...]:
    return detect_spikes(
        series.repo_id,
        measured(series),
        announcements=announcements,
        zone=config.timetable.zone,
        hub_wide=hub_wide,
        false_alarms_per_year=config.spikes.false_alarms_per_year,
        baseline_days=config.spikes.baseline_days,
    )


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
