"""What a counter reading may look like. Missing is null, never 0 (design §4, facts of the Hub §1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

#: The Hub stores creation dates only since this instant; older repos all carry it (Hub documentation).
CREATED_AT_FLOOR = date(2022, 3, 2)


class Evidence(StrEnum):
    """How a reading came to us; the earlier in this list, the more it counts for a day's figure."""

    PUBLISHER = "publisher"  # the Hub's own Publisher Analytics: exact day counts
    OWN = "own"  # read by this watch, raw answer kept
    FILE = "file"  # imported readings
    THIRD_PARTY = "third_party"  # imported from a third party's history of the Hub


class State(StrEnum):
    """What the Hub said of a repo. An anonymous reader cannot tell deleted from made private."""

    PRESENT = "present"
    RENAMED = "renamed"
    GONE = "gone"  # or private
    DISABLED = "disabled"
    UNREADABLE = "unreadable"  # the Hub was away, slow, or answered nonsense


@dataclass(frozen=True, slots=True)
class Reading:
    """The two counters of one repo at one moment.

    Attributes:
        observed_at: an aware UTC instant, or a bare date where the source gives no more.
        downloads_30d: the rolling 30-day count, or None where it was not given.
        downloads_all_time: the all-time count, or None where it was not given.
        sequence: the order in which readings were stored; of two at the same moment the later one counts.
    """

    repo_id: str
    observed_at: datetime | date
    downloads_30d: int | None
    downloads_all_time: int | None
    evidence: Evidence = Evidence.OWN
    likes: int | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class ExactCount:
    """One repo's downloads on one UTC day, as its publisher exported them."""

    repo_id: str
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A repo this one was made from, and how (`finetune`, `quantized`, `adapter`, `merge`), where known."""

    repo_id: str
    relation: str | None


@dataclass(frozen=True, slots=True)
class RepoSnapshot:
    """Everything one repo's answer said. None means: not in the answer.

    `repo_id` is the id asked for, `answered_id` the id that answered; they differ when the repo was renamed.
    `answer_sha256` names the kept raw answer this was read from; `detail` says why a repo could not be read.
    """

    repo_id: str
    observed_at: datetime
    state: State
    answered_id: str | None = None
    downloads_30d: int | None = None
    downloads_all_time: int | None = None
    likes: int | None = None
    trending_score: float | None = None
    created_at: datetime | None = None
    last_modified: datetime | None = None
    gated: Literal["auto", "manual", "no"] | None = None
    disabled: bool | None = None
    library: str | None = None
    pipeline_tag: str | None = None
    tags: tuple[str, ...] | None = None
    base_models: tuple[BaseModel, ...] | None = None
    children: int | None = None
    spaces: tuple[str, ...] | None = None
    sha: str | None = None
    answer_sha256: str | None = None
    detail: str | None = None


#: How a model may have been made from another, in the Hub's words.
KINDS_OF_DERIVED = ("finetune", "adapter", "merge", "quantized")


@dataclass(frozen=True, slots=True)
class RepoCommunity:
    """What stood around a repo at an instant.

    Attributes:
        derived: how many public models name it as their base, by `KINDS_OF_DERIVED`; a kind that was not read is not
            in it.
        discussions: discussions and pull requests, open or closed; None where not read.
    """

    repo_id: str
    observed_at: datetime
    derived: Mapping[str, int]
    discussions: int | None


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer of a source as received (decoded bytes), kept as evidence."""

    sha256: str
    url: str
    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class HubReading:
    """One snapshot of the Hub: every repo that was listed or asked for, and the raw answers behind them.

    `requests` counts what went over the wire, repetitions and redirects included. `complete` is false where a listing
    broke off or a repo is unreadable; what was read is here all the same. `broken` names the organisations whose
    listing broke off. `clock_ahead`: what this machine's clock differs from the Hub's by, where that is much; the
    instants here are the Hub's then.
    """

    started_at: datetime
    finished_at: datetime
    requests: int
    complete: bool
    repos: tuple[RepoSnapshot, ...]
    answers: tuple[RawAnswer, ...]
    broken: tuple[str, ...] = ()
    clock_ahead: timedelta = timedelta()
