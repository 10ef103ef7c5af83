"""A report: facts, frozen, from which every word and picture is made again."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from alia_watch.audience.subscriber import Topic


class ReportKind(StrEnum):
    """What kind of report."""

    ALERT = "alert"
    COST_UPDATE = "cost_update"
    DIGEST = "digest"
    CORRECTION = "correction"
    MAINTENANCE = "maintenance"


#: The topic whose subscribers get a report of a kind; a correction goes to those who got what it corrects.
TOPICS: dict[ReportKind, Topic | None] = {
    ReportKind.CORRECTION: None,
    ReportKind.ALERT: Topic.ALERTS,
    ReportKind.COST_UPDATE: Topic.COST_UPDATES,
    ReportKind.DIGEST: Topic.DIGEST,
    ReportKind.MAINTENANCE: Topic.MAINTENANCE,
}


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
