"""What the Hub itself tells: model releases, dated by our own readings, never official."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_faults import Page, Status
from alia_bot.demo.hub_world import FILES, StillWorld
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.announcements.announcement import Announcement, AnnouncementState, Kind
from alia_watch.announcements.entry import Where
from alia_watch.config.sections import Config
from alia_watch.pipeline.collect import collect
from alia_watch.pipeline.fetch_announcements import fetch
from alia_watch.sources.hub import Hub
from alia_watch.store.announcements import announcements_of
from alia_watch.store.database import Store
from alia_watch.store.links import links
from tests.made import FLAGSHIP, made_config
from tests.press import DAY1, reading

NEW, DAY = "BSC-LT/ALIA-40b-instruct-2601", timedelta(days=1)


class Days:
    """A Hub that changes from day to day, and the watch that reads it each morning."""

    def __init__(self, world: StillWorld, standing: HubStandIn, clock: SimulatedClock, config: Config) -> None:
        self.world, self.standing, self.clock, self.config = world, standing, clock, config

    def read(self, store: Store, number: int) -> list[Announcement]:
        """A snapshot and then the sources, on one day; the calendar after it."""
        at = DAY1 + DAY * number
        self.clock.set(at)
        with Hub(
            self.standing.url, token=None, contact="test@example.org", clock=self.clock, sleep=self.clock.sleep
        ) as hub:
            collect(store, self.config, hub, now=at)
            fetch(store, self.config, now=at + timedelta(hours=1), hub=hub, at=self.clock, sleep=self.clock.sleep)
        return announcements_of(store)


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Days]:
    world = StillWorld()
    world.add(FLAGSHIP, createdAt="2025-12-16T10:00:00.000Z", sha="a" * 40)
    clock = SimulatedClock(DAY1)
    with HubStandIn(world, clock) as standing:
        hub = {"id": "hub", "kind": "hub", "confidence": "A", "trusted": True}
        config = made_config(tmp_path, hub={"endpoint": standing.url}, **reading(hub))
        yield Days(world, standing, clock, config)


def test_t4_a_new_repo_is_a_model_release_of_the_day_it_was_first_seen(store: Store, days: Days) -> None:
    """Trap T4: its date of creation, weeks before, is kept and dates nothing; a release is never official."""
    assert days.read(store, 0) == []  # the flagship was there before: nothing floods
    files = {path: size for path, size in FILES.items() if not path.endswith(".safetensors")}
    days.world.add(NEW, createdAt="2024-12-09T10:00:00.000Z", lastModified="2026-01-26T20:00:00.000Z", files=files)
    [made] = days.read(store, 1)
    assert (made.date, made.kind, made.state) == (
        date(2026, 1, 27), Kind.MODEL_RELEASE, AnnouncementState.CONFIRMED,
    )  # fmt: skip
    assert not made.kind.official
    [link] = links(store)[made.id]
    created = next(each for each in link.entry.stated if each.where is Where.CREATED)
    assert isinstance(created.moment, datetime)
    assert created.moment.date() == date(2024, 12, 9)
    assert days.read(store, 2) == [made]


def test_the_first_weights_are_a_release_of_their_own_commit(store: Store, days: Days) -> None:
    """A repo that was empty when it appeared gets its weights days later; later weights are no first ones."""
    days.read(store, 0)
    empty = {"README.md": 200}
    days.world.add(NEW, sha="b" * 40, lastModified="2026-01-26T20:00:00.000Z", files=empty)
    days.read(store, 1)
    full = empty | {"model-00001-of-00002.safetensors": 5, "model-00002-of-00002.safetensors": 5}
    days.world.add(NEW, sha="c" * 40, lastModified="2026-01-30T18:30:00.000Z", files=full)
    found = days.read(store, 6)
    assert [each.title for each in found] == [f"{NEW} en Hugging Face", f"Primeros pesos de {NEW} en Hugging Face"]
    assert found[1].at == datetime.fromisoformat("2026-01-30T18:30:00+00:00")
    more = full | {"model-00003-of-00003.safetensors": 5}
    days.world.add(NEW, sha="d" * 40, lastModified="2026-02-03T18:30:00.000Z", files=more)
    assert days.read(store, 9) == found


@pytest.mark.parametrize(("size", "told"), [(6204 * 3, True), (6204 + 900, False), (6204 // 2, True)])
def test_a_card_that_became_another_one_is_told(store: Store, days: Days, size: int, told: bool) -> None:
    """A quarter of it and a thousand bytes at least; a mended sentence is the same card."""
    days.read(store, 0)
    days.world.add(FLAGSHIP, sha="e" * 40, lastModified="2026-01-27T09:00:00.000Z", files=FILES | {"README.md": size})
    found = days.read(store, 2)
    wanted = [f"La ficha de {FLAGSHIP} pasa de 6204 a {size} bytes"] if told else []
    assert [each.title for each in found] == wanted


def test_a_gate_that_opens_or_closes_is_told(store: Store, days: Days) -> None:
    """Each turn once."""
    days.read(store, 0)
    days.world.add(FLAGSHIP, sha="a" * 40, gated="auto")
    days.read(store, 1)
    days.world.add(FLAGSHIP, sha="a" * 40, gated=False)
    found = days.read(store, 5)
    assert [each.title for each in found] == [
        f"{FLAGSHIP} pide datos antes de dejar descargar",
        f"{FLAGSHIP} se puede descargar sin pedir acceso",
    ]


def test_the_files_are_listed_once_for_each_commit_and_never_read(store: Store, days: Days) -> None:
    """One listing for each new commit, and no file is asked for: that would count as a download."""
    days.read(store, 0)
    days.read(store, 1)
    trees = [request.path for request in days.standing.requests if "/tree/" in request.path]
    assert trees == [f"/api/models/{FLAGSHIP}/tree/{'a' * 40}"]
    assert days.standing.violations == []


@pytest.mark.parametrize("fault", [Status(404), Page(), Page(b'{"not": "a list"}', "application/json")])
def test_a_listing_that_fails_is_asked_for_again(store: Store, days: Days, fault: object) -> None:
    """What the snapshots tell comes in all the same."""
    days.read(store, 0)
    days.world.add(NEW, sha="b" * 40, lastModified="2026-01-26T20:00:00.000Z")
    days.standing.always("/tree/", fault)  # type: ignore[arg-type]
    assert [each.title for each in days.read(store, 1)] == [f"{NEW} en Hugging Face"]
    days.standing.mend()
    days.read(store, 2)
    assert len(links(store)[announcements_of(store)[0].id]) == 2
