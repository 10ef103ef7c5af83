"""When a source needs a person: it fails, or has had nothing, for so many days. Each trouble has a key: told once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TroubleKind(StrEnum):
    """What is wrong with a source."""

    FAILING = "failing"
    SILENT = "silent"  # it answers, and has had nothing about what is watched


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How a source does, and how long it may be so.

    Attributes:
        answered_at: its last good answer, or None.
        entry_at: when it last had something, or when it was first read.
        failing_since: the first failure after the last good answer; None while it answers.
        error: what its last failure was.
        failing_days, silent_days: after how many days a person is told.
    """

    source: str
    answered_at: datetime | None
    entry_at: datetime
    failing_since: datetime | None
    error: str | None
    failing_days: int
    silent_days: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is to be told of a source, once: `key` stays the same while the trouble does."""

    key: str
    source: str
    kind: TroubleKind
    since: datetime
    days: int
    error: str | None = None


def troubles(sources: Iterable[SourceHealth], now: datetime) -> tuple[Trouble, ...]:
    """Every source that needs a person, by id. One that fails is not also told to be silent."""
    found = []
    for source in sorted(sources, key=lambda each: each.source):
        failing, entry = source.failing_since, source.entry_at
        if failing is not None:
            if now - failing >= dt.timedelta(days=source.failing_days):
                found.append(_trouble(source, TroubleKind.FAILING, failing, now, source.error))
        elif now - entry >= dt.timedelta(days=source.silent_days):
            found.append(_trouble(source, TroubleKind.SILENT, entry, now, None))
    return tuple(found)


def _trouble(source: SourceHealth, kind: TroubleKind, since: datetime, now: datetime, error: str | None) -> Trouble:
    key = f"{source.source}:{kind}:{since:%Y-%m-%dT%H:%MZ}"
    return Trouble(key, source.source, kind, since, (now - since).days, error)
