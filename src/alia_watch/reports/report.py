"""A report: facts, frozen, from which every word and picture is made again."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from alia_watch.audience.subscriber import About, Topic


class ReportKind(StrEnum):
    """What kind of report."""

    ALERT = "alert"
    COST_UPDATE = "cost_update"
    DIGEST = "digest"
    CORRECTION = "correction"
    MAINTENANCE = "maintenance"
    CANDIDATE = "candidate"  # an announcement that a maintainer is to confirm or reject
    SUMMARY = "summary"  # of several of the above that waited for one subscriber
    BROADCAST = "broadcast"  # a maintainer's own words
    CONFIRMATION = "confirmation"  # the question whether somebody wants mail who signed up for it


#: The topic whose subscribers get a report of a kind; None: everyone it is meant for.
_TOPICS: dict[ReportKind, Topic | None] = {
    ReportKind.ALERT: Topic.ALERTS,
    ReportKind.COST_UPDATE: Topic.COST_UPDATES,
    ReportKind.DIGEST: Topic.DIGEST,
    ReportKind.CORRECTION: Topic.CORRECTIONS,
    ReportKind.MAINTENANCE: Topic.MAINTENANCE,
    ReportKind.CANDIDATE: Topic.MAINTENANCE,
    ReportKind.SUMMARY: None,
    ReportKind.BROADCAST: None,
    ReportKind.CONFIRMATION: None,
}
#: What may wait for a summary.
WAITING = (ReportKind.ALERT, ReportKind.COST_UPDATE, ReportKind.CORRECTION)
#: The findings that bring an alert to those who asked for new repos alone.
_NEW = ("new_repo", "successor")


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say, before any language.

    Attributes:
        key: unique: `digest:2026-02`, `cost_update:2026-W05`, `alert:2026-01-28:…`.
        document: JSON-ready: numbers as int or decimal text, days and instants as ISO text. Words and pictures are
            pure functions of it.
        evidence: what it was made of: `marks` of the tables of evidence, and `configuration`, a digest of the sections
            that figures rest on. Kept beside the document, for `verify`.
    """

    key: str
    kind: ReportKind
    document: dict[str, Any]
    evidence: dict[str, Any] = field(default_factory=dict)


def about(kind: ReportKind, document: dict[str, Any]) -> About:
    """What a report is about, as far as receiving it goes."""
    topic = _TOPICS[kind]
    if topic is None:
        return About(None)
    findings = document["findings"] if kind is ReportKind.ALERT else []
    new = {Topic.NEW_REPOS} if any(finding["kind"] in _NEW for finding in findings) else set()
    lifts = [finding["facts"]["lift"] for finding in findings if finding["kind"] == "spike"]
    lift = max(lifts) if lifts and len(lifts) == len(findings) else None
    return About(frozenset({topic} | new), lift, waits=kind in WAITING)
