"""Which backups are kept: the newest of each of the last days, weeks and months that have one."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """Of how many days, ISO weeks and months (in UTC) the newest backup is kept."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def kept(made: Iterable[datetime], rotation: Rotation) -> frozenset[datetime]:
    """The instants of the backups to keep, of those there are. The newest is among them."""
    newest_first = sorted(set(made), reverse=True)
    keep: set[datetime] = set()
    spans: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
        (rotation.daily, lambda at: at.date()),
        (rotation.weekly, lambda at: at.isocalendar()[:2]),
        (rotation.monthly, lambda at: (at.year, at.month)),
    )
    for count, span in spans:
        newest: dict[Hashable, datetime] = {}
        for at in newest_first:
            newest.setdefault(span(at), at)
        keep.update(list(newest.values())[:count])
    return frozenset(keep | set(newest_first[:1]))
