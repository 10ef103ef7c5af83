"""What the Hub's counters have been seen to do (and may do), read by the real client day after day, down to figures.

A count that is known is true; what is not known is None, never 0; a counter that fell is a revision that is shown; and
nothing of it is told as a spike.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_faults import Page, Reset, Status
from alia_bot.demo.hub_world import Answer, StillWorld, model
from alia_watch.clock import utc_day
from alia_watch.config.sections import Config
from alia_watch.findings.notice import Notice
from alia_watch.pipeline.collect import collect
from alia_watch.pipeline.detect import detect
from alia_watch.pipeline.downloads import downloads
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.series.reconstruct import DailySeries, DayKind
from alia_watch.sources.hub import Hub
from alia_watch.store.database import Store, open_store
from tests.made import FLAGSHIP, made_config

DAY = timedelta(days=1)
FIRST = date(2025, 11, 1)  # counted from here
READ_FROM, DETECT_FROM, FAULT, UNTIL = (FIRST + n * DAY for n in (32, 45, 60, 70))
CONTROLS = tuple(f"control/model-{n:02d}" for n in range(10))
Change = Callable[[str, date, dict[str, Any]], None]


def unchanged(_repo: str, _day: date, _answer: dict[str, Any]) -> None:
    """The counters as they are."""


class Counted(StillWorld):
    """Repos with so many downloads on each day; a counter knows every day that is over. `change` is the fault."""

    def __init__(self, change: Change = unchanged, lift: int = 0, until: date = UNTIL) -> None:
        super().__init__()
        dice = random.Random(20_260_126)
        self.change = change
        self.truth: dict[str, dict[date, int]] = {}
        for number, repo in enumerate((FLAGSHIP, *CONTROLS)):
            usual = 6 if repo == FLAGSHIP else 20 + 3 * number
            days = (FIRST + n * DAY for n in range((until - FIRST).days + 1))
            self.truth[repo] = {day: sum(dice.random() < 0.25 for _ in range(4 * usual)) for day in days}
            self.truth[repo][FAULT] += lift

    def repos(self, at: datetime) -> Mapping[str, Answer]:
        """See World."""
        today, found = utc_day(at), {}
        for repo, days in self.truth.items():
            over = [count for day, count in days.items() if day < today]
            answer = model(repo) | {"downloads": sum(over[-30:]), "downloadsAllTime": sum(over)}
            self.change(repo, date(today.year, today.month, today.day), answer)
            found[repo] = answer
        return found


@dataclass(frozen=True)
class Seen:
    """What the watch made of it."""

    series: DailySeries
    told: list[Notice]
    held: list[Notice]
    truth: Mapping[date, int]
    figures: Mapping[tuple[str, str], int | None]

    def known(self) -> dict[date, int]:
        """The days whose count is known."""
        return {day.day: day.count for day in self.series.days if day.count is not None}

    def wrong(self) -> dict[date, int]:
        """The known counts that are not true."""
        return {day: count for day, count in self.known().items() if count != self.truth[day]}

    def unknown(self) -> set[date]:
        """The days from the first reading on whose count is not known."""
        days = {READ_FROM + n * DAY for n in range((UNTIL - READ_FROM).days)}
        return days - set(self.known())

    def spikes_told(self) -> list[date]:
        """The days of spikes that were told."""
        return [notice.finding.day for notice in self.told if notice.finding.key.startswith("spike")]


def watched(folder: Path, world: Counted, faults: Mapping[date, object] = {}, until: date = UNTIL) -> Seen:
    """Read once a day, a while after the counters moved; detect in the morning.

    Args:
        faults: by day, what the Hub answers every question about the flagship and its organisation with.
    """
    made = made_config(folder, basket={"repos": list(CONTROLS)}, hub={"list_organisations": ["control"]})
    config: Config = made.model_copy(update={"hub": made.hub.model_copy(update={"discover_authors": ()})})
    notices: list[Notice] = []
    instant = {"now": datetime.combine(READ_FROM, time(2, 15), UTC)}
    with (
        HubStandIn(world, lambda: instant["now"]) as stand_in,
        open_store(config.watch.database, create=True) as store,
        Hub(
            stand_in.url, token=None, contact="a@example.org", clock=lambda: instant["now"], sleep=lambda _: None
        ) as hub,
    ):
        day = READ_FROM
        while day <= until:
            instant["now"] = datetime.combine(day, time(2, 15), UTC)
            if day in faults:
                stand_in.always("BSC-LT", faults[day])  # type: ignore[arg-type]
            collect(store, config, hub, now=instant["now"])
            stand_in.mend()
            if day >= DETECT_FROM:
                notices += detect(store, config, now=datetime.combine(day, time(8), UTC)).notices
            day += DAY
        assert stand_in.violations == []
        return _seen(store, config, notices, world, until)


def _seen(store: Store, config: Config, notices: list[Notice], world: Counted, until: date) -> Seen:
    now = datetime.combine(until, time(8), UTC)
    series = Reconstruction(store, config, now=now).series([FLAGSHIP])[FLAGSHIP]
    told = [notice for notice in notices if notice.tell]
    held = [notice for notice in notices if not notice.tell]
    figures = {(each.id, each.window): each.count for each in downloads(store, config, now=now)}
    return Seen(series, told, held, world.truth[FLAGSHIP], figures)


def falls(repo: str, day: date, answer: dict[str, Any]) -> None:
    """The flagship's all-time count loses 40 for good."""
    if repo == FLAGSHIP and day >= FAULT:
        answer["downloadsAllTime"] -= 40


def halves(_repo: str, day: date, answer: dict[str, Any]) -> None:
    """Every counter of the Hub shows half for two days."""
    if FAULT <= day < FAULT + 2 * DAY:
        answer["downloads"] //= 2
        answer["downloadsAllTime"] //= 2


def rolling_halves(_repo: str, day: date, answer: dict[str, Any]) -> None:
    """The rolling counts alone do."""
    if FAULT <= day < FAULT + 2 * DAY:
        answer["downloads"] //= 2


def dips(repo: str, day: date, answer: dict[str, Any]) -> None:
    """The flagship's all-time count shows half for two days."""
    if repo == FLAGSHIP and FAULT <= day < FAULT + 2 * DAY:
        answer["downloadsAllTime"] //= 2


def hides(repo: str, day: date, answer: dict[str, Any]) -> None:
    """The flagship is private for three days."""
    answer["private"] = repo == FLAGSHIP and FAULT <= day < FAULT + 3 * DAY


def loses_all_time(repo: str, day: date, answer: dict[str, Any]) -> None:
    """The flagship's all-time count is left out for two days."""
    if repo == FLAGSHIP and FAULT <= day < FAULT + 2 * DAY:
        del answer["downloadsAllTime"]


def is_null(repo: str, day: date, answer: dict[str, Any]) -> None:
    """Both of the flagship's counters are null for two days."""
    if repo == FLAGSHIP and FAULT <= day < FAULT + 2 * DAY:
        answer["downloads"] = answer["downloadsAllTime"] = None


def freezes(days: int, only: str | None) -> Callable[[Counted], Change]:
    """Counters stand still for so many days and catch up then."""

    def of(world: Counted) -> Change:
        def change(repo: str, day: date, answer: dict[str, Any]) -> None:
            if (only is None or repo == only) and FAULT <= day < FAULT + days * DAY:
                over = [count for each, count in world.truth[repo].items() if each < FAULT - DAY]
                answer["downloads"], answer["downloadsAllTime"] = sum(over[-30:]), sum(over)

        return change

    return of


def test_a_counter_that_falls_is_a_revision_that_is_shown(tmp_path: Path) -> None:
    """Its day is not known and not 0; every other day is true, the fall is in the series, and nothing is told."""
    seen = watched(tmp_path, Counted(falls))
    [revision] = seen.series.revisions
    assert revision.size == seen.truth[revision.day] - 40
    assert seen.unknown() == {revision.day}
    assert [day.kind for day in seen.series.days if day.day == revision.day] == [DayKind.REVISED]
    assert seen.wrong() == {}
    assert seen.spikes_told() == []


@pytest.mark.nightly
@pytest.mark.timeout(300)
@pytest.mark.parametrize("change", [halves, dips])
def test_counters_that_fall_and_come_back_are_no_spike(tmp_path: Path, change: Change) -> None:
    """Of the whole Hub or of one repo: the fall is a revision, and nothing is told of the day of the return."""
    seen = watched(tmp_path, Counted(change))
    assert [revision.size < -100 for revision in seen.series.revisions] == [True]
    assert set(seen.wrong()) <= {FAULT, FAULT + DAY}, "no other day is touched"
    assert seen.spikes_told() == []


nightly = [pytest.mark.nightly, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        pytest.param(rolling_halves, 0, marks=nightly),
        pytest.param(loses_all_time, 3, marks=nightly),
        pytest.param(is_null, 3, marks=nightly),
        pytest.param(hides, 4, marks=nightly),
    ],
)
def test_what_is_lacking_is_none_and_never_zero(tmp_path: Path, change: Change, lost: int) -> None:
    """Some days may be lost to it, none becomes 0 or another number, and nothing is told."""
    seen = watched(tmp_path, Counted(change))
    assert seen.wrong() == {}
    assert len(seen.unknown()) <= lost
    assert seen.spikes_told() == []


@pytest.mark.nightly
@pytest.mark.timeout(300)
@pytest.mark.parametrize("days", [1, 4])
@pytest.mark.parametrize("only", [None, FLAGSHIP], ids=["all", "one"])
def test_a_counter_that_stands_still_and_catches_up_is_no_spike(tmp_path: Path, days: int, only: str | None) -> None:
    """The jump is the total of several days, not the count of one; where the whole basket stood, no day of it is made
    up."""
    world = Counted()
    world.change = freezes(days, only)(world)
    seen = watched(tmp_path, world)
    assert seen.spikes_told() == []
    if only is None:
        assert seen.wrong() == {}
    total = sum(seen.known().get(FAULT + n * DAY, 0) for n in range(-2, days + 1))
    assert total <= sum(seen.truth[FAULT + n * DAY] for n in range(-2, days + 1)), "nothing is counted twice"


@pytest.mark.nightly
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", [Page(), Reset(), Status(503), Status(401)], ids=["HTML", "reset", "503", "401"])
def test_three_days_without_an_answer_are_a_gap_with_a_known_total(tmp_path: Path, fault: object) -> None:
    """None of them is made up; the reading after them gives their total."""
    seen = watched(tmp_path, Counted(), {FAULT + n * DAY: fault for n in range(3)})
    assert seen.wrong() == {}
    gap = {FAULT + n * DAY for n in range(-1, 3)}
    assert seen.unknown() == gap
    [interval] = [each for each in seen.series.intervals if each.start >= FAULT - 2 * DAY]
    assert {interval.start, interval.end} == {min(gap), max(gap)}
    assert interval.total == sum(seen.truth[day] for day in gap)
    assert seen.spikes_told() == []


@pytest.mark.nightly
@pytest.mark.timeout(300)
def test_a_crawler_that_lifts_every_repo_is_not_told_of_one(tmp_path: Path) -> None:
    """The flagship's count of that day is shown as it was, and held: the whole Hub moved."""
    seen = watched(tmp_path, Counted(lift=80))
    assert seen.wrong() == {}
    assert seen.known()[FAULT] >= 80
    assert seen.spikes_told() == []


@pytest.mark.nightly
@pytest.mark.timeout(300)
def test_a_month_of_a_thousand_times_the_downloads_is_told_when_it_begins(tmp_path: Path) -> None:
    """Not each day anew; its counts are shown as they were, and the return to what is usual is no news."""
    until = FAULT + 40 * DAY
    world = Counted(until=until)
    month = [FAULT + n * DAY for n in range(30)]
    for day in month:
        world.truth[FLAGSHIP][day] *= 1000
    seen = watched(tmp_path, world, until=until)
    assert seen.wrong() == {}
    assert seen.known()[month[10]] == world.truth[FLAGSHIP][month[10]]
    told = seen.spikes_told()
    assert told[0] == FAULT
    assert len(told) <= 3
    assert max(told) <= max(month)


@pytest.mark.nightly
@pytest.mark.timeout(300)
def test_a_real_spike_among_quiet_repos_is_told(tmp_path: Path) -> None:
    """Or none of the tests above could fail."""
    world = Counted()
    world.truth[FLAGSHIP][FAULT] += 80
    assert watched(tmp_path, world).spikes_told() == [FAULT]


NEW = "BSC-LT/ALIA-40b-instruct-renamed"


class Renamed(Counted):
    """The flagship has another name from a day on; who asks for the old one is sent there."""

    def repos(self, at: datetime) -> Mapping[str, Answer]:
        """See World."""
        found = dict(super().repos(at))
        if utc_day(at) >= FAULT:
            found[NEW] = found.pop(FLAGSHIP)
        return found

    def moved(self, at: datetime) -> Mapping[str, str]:
        """See World."""
        return {FLAGSHIP: NEW} if utc_day(at) >= FAULT else {}


def test_a_renamed_repo_is_followed_from_the_hub_to_the_figures(tmp_path: Path) -> None:
    """The Hub's 307 is followed: no day is lost or counted twice, nothing is told as a spike, and the figures of the
    configured name go on."""
    seen = watched(tmp_path, Renamed())
    assert seen.wrong() == {}
    assert seen.unknown() == set()
    assert [(notice.finding.key, notice.finding.facts["to"]) for notice in seen.told] == [
        (f"renamed:{FLAGSHIP}:{NEW}", NEW)
    ]
    thirty = [UNTIL - n * DAY for n in range(1, 31)]
    assert seen.figures["flagship", "rolling_30d"] == sum(seen.truth[day] for day in thirty)
    assert seen.figures["family", "all_time"] == sum(count for day, count in seen.truth.items() if day < UNTIL)
