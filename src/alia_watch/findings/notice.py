"""Tell or not, and the reason, which is stored."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from alia_watch import clock
from alia_watch.series.family import Family


class FindingKind(StrEnum):
    """What kind of thing was found."""

    SPIKE = "spike"
    NEW_REPO = "new_repo"
    REPO_STATE = "repo_state"  # gone, renamed, disabled, back
    GATE = "gate"  # opened or closed
    REVISION = "revision"
    FADED = "faded"  # a spike that was told of is over
    MILESTONE = "milestone"  # a round all-time count
    RECORD_MONTH = "record_month"  # more downloads than in any month before
    THRESHOLD = "threshold"  # the headline cost has passed a round amount
    CORRECTION = "correction"  # a printed figure that is wrong
    SUCCESSOR = "successor"  # a repo that may succeed the flagship; never switched to by itself


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth a look. `key` makes it unique (`spike:repo:day`); `facts` is JSON-ready evidence."""

    key: str
    kind: FindingKind
    repo_id: str
    day: date
    facts: dict[str, Any]


class Reason(StrEnum):
    """Why a finding is told or held."""

    TOLD = "told"
    FIRST_RUN = "first_run"  # it happened before this watch began: nothing floods
    TOO_OLD = "too_old"  # found long after the day it happened
    HUB_WIDE = "hub_wide"  # the whole Hub moved that day
    NOT_WATCHED = "not_watched"  # the repo is a control, a comparator, or unwatched
    ALREADY_TOLD = "already_told"  # the spike goes on that was told of
    TOLD_APART = "told_apart"  # a correction goes to those who got the wrong figure, and to nobody else
    SAME_SUBJECT_TODAY = "same_subject_today"  # one message a day per subject


@dataclass(frozen=True, slots=True)
class Notice:
    """The decision on one finding: tell it or hold it, and why."""

    finding: Finding
    tell: bool
    reason: Reason


#: A spike so few days after one that was told, of the same repo, is the same story.
SAME_STORY_DAYS = 3


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision depends on, besides the finding.

    Attributes:
        family: only its repos are told of.
        told: by subject, the last day that was told of, and the UTC day it was told on.
        hub_wide: days on which the whole Hub moved.
        watching_since: the UTC day of our first snapshot; what happened before it was found in a history, and
            nothing of a history floods the subscribers. None: there was no snapshot yet.
        tell_within_days: what happened longer ago is held.
        now: the moment of the decision.
    """

    family: Family
    told: Mapping[str, tuple[date, date]]
    hub_wide: Collection[date]
    watching_since: date | None
    tell_within_days: int
    now: datetime


def decide(findings: Iterable[Finding], situation: Situation) -> tuple[Notice, ...]:
    """What becomes of each finding that nobody has decided on yet, in the order of their days."""
    told = dict(situation.told)
    today = clock.utc_day(situation.now)
    decided = []
    for finding in sorted(findings, key=lambda each: (each.day, each.key)):
        reason = _reason(finding, situation, told)
        if reason is Reason.TOLD:
            told[subject(finding)] = (finding.day, today)
        decided.append(Notice(finding, reason is Reason.TOLD, reason))
    return tuple(decided)


def subject(finding: Finding) -> str:
    """What a finding is about: one message a day for each."""
    return f"{finding.kind}:{finding.repo_id}"


def _reason(finding: Finding, situation: Situation, told: Mapping[str, tuple[date, date]]) -> Reason:
    today = clock.utc_day(situation.now)
    last_day, last_told = told.get(subject(finding), (date.min, date.min))
    if not situation.family.has(finding.repo_id):
        return Reason.NOT_WATCHED
    if situation.watching_since is None or finding.day < situation.watching_since:
        return Reason.FIRST_RUN
    if today.toordinal() - finding.day.toordinal() > situation.tell_within_days:
        return Reason.TOO_OLD
    if finding.kind is FindingKind.SPIKE and finding.day in situation.hub_wide:
        return Reason.HUB_WIDE
    if finding.kind is FindingKind.SPIKE and (finding.day - last_day).days <= SAME_STORY_DAYS:
        return Reason.ALREADY_TOLD
    return Reason.SAME_SUBJECT_TODAY if last_told == today else Reason.TOLD
