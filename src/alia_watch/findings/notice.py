"""Tell or not, and the reason, which is stored."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class FindingKind(StrEnum):
    """What kind of thing was found."""

    SPIKE = "spike"
    NEW_REPO = "new_repo"
    REPO_STATE = "repo_state"  # gone, renamed, disabled, back
    GATE = "gate"  # opened or closed
    REVISION = "revision"
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
    FIRST_RUN = "first_run"  # found on the first look at a history: nothing floods
    TOO_OLD = "too_old"  # found long after the day it happened
    HUB_WIDE = "hub_wide"  # the whole Hub moved that day
    NOT_WATCHED = "not_watched"  # the repo is a control, a comparator, or unwatched
    ALREADY_TOLD = "already_told"
    SAME_SUBJECT_TODAY = "same_subject_today"  # one message a day per subject


@dataclass(frozen=True, slots=True)
class Notice:
    """The decision on one finding: tell it or hold it, and why."""

    finding: Finding
    tell: bool
    reason: Reason
