"""What replays remember, so that tomorrow's begins where today's stood some weeks before its end.

A detector that learns day by day needs every day of years to judge the last one. What it knew and told up to some day
rests on what went before alone; so it is kept, sealed with a hash of all that went into it, and taken up again where
the seal still fits. What does not fit is judged anew from the first day: a memory makes nothing different, only faster.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from alia_watch.findings.expectation import Floats, Places
from alia_watch.findings.replay import ROUND, Days, Pass, Replay, nothing_told

#: So many days before a series' last are left to be judged anew: until then the past may still change.
_UNSETTLED = 35
#: So many series are replayed together: more do not fit the processor's cache.
_TOGETHER = 256
#: What is told of each day, in the order in which it is kept.
_BY_DAY = tuple(name for name in Replay.__slots__ if getattr(nothing_told(1, 1), name).ndim > 1)
_AT_THE_END = tuple(name for name in Replay.__slots__ if name not in _BY_DAY)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was known and told of the first `rows` days of a series.

    Attributes:
        seal: a hash of everything that it rests on.
        state: as `Pass.state` gives it; `told`: what was told of each day, by name and day.
    """

    rows: int
    seal: bytes
    state: Floats
    told: Floats

    def pack(self) -> bytes:
        """As bytes."""
        numbers = np.array([self.rows, len(self.state)], dtype=np.int64)
        return self.seal + numbers.tobytes() + self.state.tobytes() + self.told.tobytes()

    @classmethod
    def unpack(cls, body: bytes) -> "Kept":
        """What `pack` made.

        Raises:
            ValueError: it made none.
        """
        rows, size = (int(each) for each in np.frombuffer(body, np.int64, 2, offset=_SEAL))
        at = _SEAL + 16
        state = np.frombuffer(body, np.float64, size, offset=at)
        told = np.frombuffer(body, np.float64, offset=at + 8 * size).reshape(len(_BY_DAY), rows)
        return cls(rows, body[:_SEAL], state, told)


_SEAL = hashlib.sha256().digest_size


class Memory:
    """What is remembered, by series, and what is to be.

    Args:
        method: names the code; another method remembers nothing of this one's.
        recall: what was kept of a series, by its id; None where nothing was.
    """

    def __init__(self, method: str = "", recall: Callable[[str], Kept | None] = lambda _: None) -> None:
        self.method = method
        self.recall = recall
        self.learnt: dict[str, Kept] = {}


def replay(days: Days, false_alarms_per_year: float, names: Sequence[str] = (), memory: Memory | None = None) -> Replay:
    """Judge every day in its turn, of many series.

    Args:
        names: of the series, in their order; `memory`: what it holds of them need not be judged again, and what is
            worth keeping is left in it.
    """
    rows, series = days.counts.shape
    told = nothing_told(rows, series)
    ends = rows - np.argmax(np.isfinite(days.counts[::-1]), axis=0)
    work = [_Work(place, int(end)) for place, end in enumerate(ends)]
    if memory is not None:
        for each, name in zip(work, names, strict=True):
            each.take_up(days, false_alarms_per_year, name, memory)
    for begun in (False, True):
        group = [each for each in work if bool(each.begins) is begun]
        for first in range(0, len(group), _TOGETHER):
            _go(days, false_alarms_per_year, group[first : first + _TOGETHER], told, begun=begun)
    if memory is not None:
        for each, name in zip(work, names, strict=True):
            each.keep(told, name, memory)
    return told


class _Work:
    """One series: where it is taken up, and where it is to be kept."""

    def __init__(self, place: int, end: int) -> None:
        self.place = place
        self.end = end
        self.begins = 0
        self.kept: Kept | None = None
        self.keep_at = 0
        self.seal = b""
        self.state: Floats | None = None

    def take_up(self, days: Days, budget: float, name: str, memory: Memory) -> None:
        settled = max(self.end - _UNSETTLED, 0) // ROUND * ROUND
        kept = memory.recall(name)
        if kept is not None and kept.rows < self.end and kept.seal == self._sealed(days, budget, memory, kept.rows):
            self.kept, self.begins = kept, kept.rows
            known = kept.rows
        else:
            known = kept.rows if kept is not None and kept.rows > settled else 0  # of a later day: it stays
        if settled > known:
            self.keep_at, self.seal = settled, self._sealed(days, budget, memory, settled)

    def keep(self, told: Replay, name: str, memory: Memory) -> None:
        if self.state is not None:
            by_day = np.array([getattr(told, each)[: self.keep_at, self.place] for each in _BY_DAY], dtype=np.float64)
            memory.learnt[name] = Kept(self.keep_at, self.seal, self.state, by_day)

    def _sealed(self, days: Days, budget: float, memory: Memory, rows: int) -> bytes:
        found = hashlib.sha256(f"{memory.method} {budget!r} {days.first_weekdays[self.place]} {rows}".encode())
        for array in (days.counts, days.left_out, days.offset, days.rebase):
            found.update(np.ascontiguousarray(array[:rows, self.place]).tobytes())
        return found.digest()


def _go(days: Days, budget: float, group: Sequence[_Work], told: Replay, *, begun: bool) -> None:
    """Judge some series: from their first day, or from where each is taken up, all at the same row of the pass."""
    places = np.array([each.place for each in group])
    skipped = np.array([each.begins - ROUND if begun else 0 for each in group])
    begins = ROUND if begun else 0
    one = Pass(_from(days, places, skipped), budget, begins=begins)
    if begun:
        one.restore(np.array([each.kept.state for each in group if each.kept is not None]).T)
        for place, each in enumerate(group):
            _tell_before(each, place, one.told, told)
    wanted: dict[int, list[int]] = {}
    for place, each in enumerate(group):
        if each.keep_at:
            wanted.setdefault(each.keep_at - int(skipped[place]), []).append(place)
    for row in one.rows():
        for place in wanted.get(row, ()):
            group[place].state = one.state(place)
    seen = one.outcome()
    for name in _AT_THE_END:
        getattr(told, name)[places] = getattr(seen, name)
    for place, (each, skip) in enumerate(zip(group, skipped, strict=True)):
        for name in _BY_DAY:
            getattr(told, name)[skip:, each.place] = getattr(seen, name)[: len(told.days) - skip, place]


def _from(days: Days, places: Places, skipped: Places) -> Days:
    """The days of some series, each from its own row on; what lies after the last is as if never measured."""
    rows = len(days.counts) - int(skipped.min())
    at = skipped + np.arange(rows)[:, None]
    inside = at < len(days.counts)
    at = np.minimum(at, len(days.counts) - 1)
    return Days(
        np.where(inside, days.counts[at, places], np.nan),
        days.left_out[at, places] & inside,
        np.where(inside, days.offset[at, places], 0.0),
        np.where(inside, days.rebase[at, places], 0.0),
        days.first_weekdays[places],
    )


def _tell_before(each: _Work, place: int, here: Replay, told: Replay) -> None:
    """What was told of the days before those that are judged."""
    assert each.kept is not None  # noqa: S101  it is taken up where it was kept
    for name, kept in zip(_BY_DAY, each.kept.told, strict=True):
        getattr(told, name)[: each.begins, each.place] = kept
        getattr(here, name)[:ROUND, place] = kept[-ROUND:]
