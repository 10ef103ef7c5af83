"""From what is stored to daily series: the Hub's day is learnt, the basket read, and each series made anew."""

import bisect
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from alia_watch import clock
from alia_watch.config.sections import Config
from alia_watch.findings.memory import Memory
from alia_watch.findings.repo_state import settled
from alia_watch.pipeline.remember import memory_of
from alia_watch.series.basket import BasketQuality, CommonMovement, common_movement
from alia_watch.series.hub_day import (
    HubDay,
    LearntHour,
    LearntLag,
    changes_between,
    lag_from_births,
    lag_from_exact,
    learn_hour,
)
from alia_watch.series.reconstruct import DailySeries, closing, moment, reconstruct
from alia_watch.series.snapshot import Evidence, ExactCount, Reading, RepoSnapshot, State
from alia_watch.series.standstill import standstills
from alia_watch.store.database import Store
from alia_watch.store.readings import exact_counts, is_later, own_repos, readings, repo_ids, was_read
from alia_watch.store.snapshots import created_on, latest_snapshots, recent_states

#: So many readings are held at hand, with the series made of them: five years of days of 500 repos, in some 350 MB.
#: What is more is read again where it is asked for again.
MOST_HELD = 1_000_000


@dataclass(frozen=True, slots=True)
class LearntHub:
    """The Hub's day as used, and how it is known.

    Attributes:
        hub_day: what the series are made with.
        hour: what the readings tell of the update hour; None where they do not tell, or the configuration fixes it.
        lag: what births and publishers' counts tell of the lag; None where they do not. Where it is known exactly it
            is used; else the configured lag is, and a bound that speaks against it is for a person to act on.
    """

    hub_day: HubDay
    hour: LearntHour | None
    lag: LearntLag | None


def learnt_hub(store: Store, config: Config, *, now: datetime) -> LearntHub:
    """The Hub's update hour and lag, as far as our own readings up to `now` tell them."""
    return Reconstruction(store, config, now=now).learnt


def daily_series(store: Store, config: Config, wanted: Iterable[str], *, now: datetime) -> dict[str, DailySeries]:
    """The daily series of the repos wanted, from everything stored up to `now`; the same evidence, the same series."""
    return Reconstruction(store, config, now=now).series(wanted)


def movements(store: Store, config: Config, *, now: datetime) -> dict[date, float]:
    """By day, how far the basket moved from its usual (`basket.common_movement`)."""
    return Reconstruction(store, config, now=now).movements()


class Reconstruction:
    """One look at all that is stored up to `now`, so that a step that needs many series reads each reading once."""

    def __init__(
        self,
        store: Store,
        config: Config,
        *,
        now: datetime,
        later: "Reconstruction | None" = None,
        most_held: int = MOST_HELD,
    ) -> None:
        """
        Args:
            later: a look at the same evidence as of a later `now`, whose readings need not be read again.
            most_held: so many readings are held at hand.
        """
        self.now = now
        self._store = store
        self._config = config
        self._later = later
        self._stored: dict[str, list[Reading]] = {}
        self._read: dict[str, list[Reading]] = {}
        self._made: dict[str, DailySeries] = {}
        self._held, self._most_held = 0, most_held

    def readings(self, repo_id: str) -> list[Reading]:
        """Every reading of a repo, oldest first, and before its own those under ids that it has left.

        The Hub keeps the counters of a repo that is renamed, so that its series goes on.
        """
        if repo_id not in self._read:
            mine = self._under(repo_id)
            for old in self._former.get(repo_id, ()) if mine else ():
                first = moment(mine[0])
                earlier = [each for each in self._under(old) if moment(each) < first]
                mine = [*(each._replace(repo_id=repo_id) for each in earlier), *mine]
            self._read[repo_id] = mine
        return self._read[repo_id]

    def _under(self, repo_id: str) -> list[Reading]:
        """The readings under one id alone. Those that were read longest ago make room, with what was made of them."""
        if repo_id not in self._stored:
            if self._later is None:
                mine = readings(self._store, repo_id, until=self.now)
            else:
                mine = _until(self._later._under(repo_id), self.now)
            self._held += len(mine)
            while self._held > self._most_held and self._stored:
                oldest = next(iter(self._stored))
                self._held -= len(self._stored.pop(oldest))
                self._read.pop(oldest, None)
                self._made.pop(oldest, None)
            self._stored[repo_id] = mine
        return self._stored[repo_id]

    def series(self, wanted: Iterable[str]) -> dict[str, DailySeries]:
        """The series of the repos wanted, by repo, sorted."""
        return {repo_id: self._one(repo_id) for repo_id in sorted(set(wanted))}

    def family(self) -> tuple[str, ...]:
        """The repos of the family of which anything was read by then, sorted; a renamed one under its new id alone."""
        return self._family

    @cached_property
    def _family(self) -> tuple[str, ...]:
        members = self._config.family.record().members(repo_ids(self._store))
        left = {old for new in members for old in self._former.get(new, ()) if self._was_read(new)}
        return tuple(repo for repo in members if repo not in left and (self._was_read(repo) or self._exact(repo)))

    def _was_read(self, repo_id: str) -> bool:
        return was_read(self._store, repo_id, until=self.now)

    @cached_property
    def memory(self) -> Memory:
        """What the detector need not judge again."""
        return memory_of(self._store)

    @cached_property
    def gone(self) -> frozenset[str]:
        """Repos that two snapshots in a row found gone: one such answer may be a slip of the Hub."""
        away = [repo for repo, snapshot in self._latest.items() if snapshot.state is State.GONE]
        past = recent_states(self._store, away, until=self.now)
        return frozenset(repo for repo in away if settled(past[repo]))

    @cached_property
    def renamed(self) -> frozenset[str]:
        """Ids that another id answered for when they were last asked for."""
        return frozenset(old for olds in self._former.values() for old in olds)

    def born(self, repo_id: str) -> date | None:
        """The UTC day a repo was made on, where the Hub tells it."""
        return self._born.get(repo_id)

    def movements(self) -> dict[date, float]:
        """By day, how far the basket moved from its usual; only days that enough of its repos speak of."""
        told = self.common.by_day.values()
        return {each.day: each.factor for each in told if each.quality is not BasketQuality.SMALL}

    @cached_property
    def common(self) -> CommonMovement:
        """The Hub's common movement, from the basket's series."""
        return common_movement(self.series(self._config.basket.repos).values(), standstills=self._standstills)

    @cached_property
    def hub_wide(self) -> frozenset[date]:
        """The days on which the whole Hub moved."""
        return self.common.hub_wide

    @cached_property
    def learnt(self) -> LearntHub:
        """The Hub's day, as far as our own readings tell it."""
        known = own_repos(self._store, until=self.now)
        watched = self._config.watched(repo_ids(self._store))
        own = _Own(self, tuple(repo_id for repo_id in known if repo_id in watched))
        return _learnt(self._store, self._config, own, self._born, now=self.now)

    @cached_property
    def _latest(self) -> dict[str, RepoSnapshot]:
        return latest_snapshots(self._store, until=self.now)

    @cached_property
    def _former(self) -> dict[str, tuple[str, ...]]:
        """By present id, the ids that were left for it."""
        former: dict[str, tuple[str, ...]] = {}
        for old, snapshot in self._latest.items():
            if snapshot.state is State.RENAMED and snapshot.answered_id not in (None, old):
                former[str(snapshot.answered_id)] = (*former.get(str(snapshot.answered_id), ()), old)
        return former

    @cached_property
    def _born(self) -> dict[str, date]:
        return created_on(self._store)

    @cached_property
    def _standstills(self) -> tuple[tuple[date, date], ...]:
        return standstills(
            {
                repo: closing(self.readings(repo), self.learnt.hub_day, lambda reading: reading.downloads_all_time)
                for repo in self._config.basket.repos
            }
        )

    def _exact(self, repo_id: str) -> list[ExactCount]:
        return exact_counts(self._store, repo_id, until=self.now)

    def _one(self, repo_id: str) -> DailySeries:
        if repo_id not in self._made:
            self._made[repo_id] = self._of_later(repo_id) or reconstruct(
                repo_id,
                self.readings(repo_id),
                self._exact(repo_id),
                hub_day=self.learnt.hub_day,
                born=self._born.get(repo_id),
                standstills=self._standstills,
                in_order=True,
            )
        return self._made[repo_id]

    def _of_later(self, repo_id: str) -> DailySeries | None:
        """The series of a later look, where that has nothing more of the repo."""
        later = self._later
        if later is None or later.readings(repo_id) != self.readings(repo_id):
            return None
        alike = later._exact(repo_id) == self._exact(repo_id) and later.learnt.hub_day == self.learnt.hub_day
        return later._one(repo_id) if alike and later._standstills == self._standstills else None


def _until(told: list[Reading], now: datetime) -> list[Reading]:
    """Those of some readings, oldest first, that are not later than an instant; a bare date is of its whole day."""
    sure = bisect.bisect_right(told, (now, math.inf), key=moment)
    perhaps = bisect.bisect_right(told, (clock.day_end(clock.utc_day(now)), math.inf), lo=sure, key=moment)
    return [*told[:sure], *(each for each in told[sure:perhaps] if not is_later(each.observed_at, now))]


class _Own(Mapping[str, list[Reading]]):
    """Our own readings by repo, put together as they are asked for: of thousands of repos they are too many to hold."""

    def __init__(self, look: Reconstruction, repos: tuple[str, ...]) -> None:
        self._look, self._repos = look, dict.fromkeys(repos)

    def __getitem__(self, repo_id: str) -> list[Reading]:
        if repo_id not in self._repos:
            raise KeyError(repo_id)
        return [reading for reading in self._look.readings(repo_id) if reading.evidence is Evidence.OWN]

    def __iter__(self) -> Iterator[str]:
        return iter(self._repos)

    def __len__(self) -> int:
        return len(self._repos)


def _learnt(
    store: Store, config: Config, own: Mapping[str, list[Reading]], born: Mapping[str, date], *, now: datetime
) -> LearntHub:
    hour = None
    if config.hub.update_hour == "learn":
        hour = learn_hour(span for mine in own.values() for span in changes_between(mine))
        update_hour = hour.hour if hour else 0
    else:
        update_hour = config.hub.update_hour
    exact = [count for repo_id in own for count in exact_counts(store, repo_id, until=now)]
    lag = lag_from_exact(own, exact, update_hour) if exact else None
    if lag is not None and lag.at_least == lag.at_most:
        return LearntHub(HubDay(update_hour, lag.at_least), hour, lag)
    return LearntHub(HubDay(update_hour, config.hub.lag_days), hour, lag or lag_from_births(own, born, update_hour))
