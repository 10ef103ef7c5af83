"""Which repos belong to what: the family, its groups, its flagship on a day, and the unit their counts are in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase


class Unit(StrEnum):
    """What one counted download is (Hub documentation): counts of different units are never summed."""

    QUERY_FILE = "query_file"  # a request for config.json or the like
    GGUF_FILE = "gguf_file"  # every .gguf file of the repo counts


@dataclass(frozen=True, slots=True)
class Flagship:
    """The repo that stood for the family from a day on. `precision` is `day` or `month`."""

    repo_id: str
    since: date
    precision: str
    source: str


@dataclass(frozen=True, slots=True)
class Group:
    """A named part of a family: repos whose id matches one of `patterns` and none of `exclude`."""

    id: str
    name: str
    patterns: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    unit: Unit = Unit.QUERY_FILE


@dataclass(frozen=True, slots=True)
class Family:
    """The repos of one programme."""

    id: str
    name: str
    patterns: tuple[str, ...]
    flagships: tuple[Flagship, ...]
    groups: tuple[Group, ...]
    exclude: tuple[str, ...] = ()

    def has(self, repo_id: str) -> bool:
        """Whether a repo belongs to the family."""
        return _matches(repo_id, self.patterns, self.exclude)

    def members(self, repo_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of `repo_ids` that belong to the family, sorted."""
        return tuple(sorted(repo_id for repo_id in set(repo_ids) if self.has(repo_id)))

    def group_members(self, group_id: str, repo_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of `repo_ids` that belong to the family and to one of its groups, sorted."""
        group = next(group for group in self.groups if group.id == group_id)
        return tuple(r for r in self.members(repo_ids) if _matches(r, group.patterns, group.exclude))

    def unit(self, repo_id: str) -> Unit:
        """The unit a repo's counts are in: GGUF where one of its groups says so."""
        units = {g.unit for g in self.groups if _matches(repo_id, g.patterns, g.exclude)}
        return Unit.GGUF_FILE if Unit.GGUF_FILE in units else Unit.QUERY_FILE

    def flagship_on(self, day: date) -> Flagship | None:
        """The flagship of a day: the one with the latest `since` not after it; None before the first."""
        past = [flagship for flagship in self.flagships if flagship.since <= day]
        return max(past, key=lambda flagship: flagship.since) if past else None


def _matches(repo_id: str, patterns: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    return any(fnmatchcase(repo_id, p) for p in patterns) and not any(fnmatchcase(repo_id, p) for p in exclude)
