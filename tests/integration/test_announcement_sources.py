"""From a feed over HTTP to the calendar: nothing floods, nothing is read twice, and a person has the last word."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from alia_bot.demo.press import PressStandIn
from alia_bot.demo.press_faults import Status
from alia_bot.demo.press_world import StillPress
from alia_watch import clock
from alia_watch.announcements.announcement import Announcement, AnnouncementState, Kind, Precision
from alia_watch.config.sections import Config
from alia_watch.pipeline import mend
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.fetch_announcements import Fetched, fetch
from alia_watch.store.announcements import announcements_as, announcements_of, calendar_version
from alia_watch.store.database import APPLICATION_ID, Store, open_store
from alia_watch.store.links import links, versions
from alia_watch.store.migrations import migrations
from alia_watch.store.sources import source_states
from tests.made import made_config
from tests.press import DAY1, feed, item, reading, source, still, undated

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD = item("ALIA hace un año", DAY1 - DAY * 300)
LAUNCH = item("Presentación de ALIA", DAY1 + HOUR)


@pytest.fixture
def world() -> StillPress:
    return still(moncloa=feed(OLD), blog=feed())


@pytest.fixture
def press(world: StillPress) -> Iterator[PressStandIn]:
    with PressStandIn(world, clock.now) as standing:
        yield standing


@pytest.fixture
def read(tmp_path: Path, press: PressStandIn) -> Config:
    """Two sources: La Moncloa, trusted, and a blog, which is press."""
    blog = source(press, "blog", announcement="media", confidence="B", trusted=False, announced_by="")
    return made_config(tmp_path, **reading(source(press), blog))


def again(store: Store, config: Config, days: float = 0, **more: Any) -> dict[str, Fetched]:
    return {each.source: each for each in fetch(store, config, now=DAY1 + DAY * days, **more)}


def calendar(store: Store) -> list[Announcement]:
    return announcements_of(store)


def test_nothing_floods_on_the_first_run_and_what_comes_later_comes_in(
    store: Store, read: Config, world: StillPress
) -> None:
    """Older entries are left out, and their number is told; a new one is confirmed by the rule, once."""
    first = again(store, read)
    assert (first["moncloa"].entries, first["moncloa"].admitted.older, calendar(store)) == (1, 1, [])
    world.pages["/moncloa.xml"] = feed(LAUNCH, OLD)
    second = again(store, read, 1)
    assert second["moncloa"].admitted.new == ["2026-01-26-presentacion-de-alia"]
    [made] = calendar(store)
    assert (made.state, made.kind, made.precision) == (AnnouncementState.CONFIRMED, Kind.OFFICIAL, Precision.INSTANT)
    assert made.decided == "by rule: moncloa is trusted, and says it in its title"
    assert again(store, read, 2)["moncloa"].admitted.new == []
    assert calendar(store) == [made]


def test_a_back_fill_brings_in_the_past_when_asked(store: Store, read: Config) -> None:
    """`--since` takes in what the first run left out, from that day on and no further."""
    again(store, read)
    done = again(store, read, 1, since=date(2025, 1, 1), only=["moncloa"])
    assert done["moncloa"].admitted.new == ["2025-04-01-alia-hace-un-ano"]
    assert "blog" not in done
    assert again(store, read, 2, since=date(2025, 6, 1))["moncloa"].admitted.new == []


def test_entries_without_a_date_that_were_there_at_first_stay_out(
    store: Store, read: Config, world: StillPress
) -> None:
    """A new one comes in undated, as a candidate that no window opens for."""
    world.pages["/moncloa.xml"] = undated(feed(OLD))
    again(store, read)
    assert calendar(store) == []
    world.pages["/moncloa.xml"] = undated(feed(item("ALIA sin fecha", None), OLD))
    again(store, read, 1)
    [made] = calendar(store)
    assert (made.precision, made.state) == (Precision.UNDATED, AnnouncementState.CANDIDATE)
    mend.decide(store, made.id, AnnouncementState.CONFIRMED, now=DAY1 + DAY)
    assert confirmed(store, read)[0].window("Europe/Madrid") is None


def test_an_entry_that_is_edited_is_the_same_entry(store: Store, read: Config, world: StillPress) -> None:
    """Every version is kept; the announcement follows the last one, under its first id."""
    again(store, read)
    world.pages["/moncloa.xml"] = feed(LAUNCH)
    again(store, read, 1)
    moved = item("Presentación de ALIA 40B", DAY1 + DAY + HOUR, path="presentación-de-alia")
    world.pages["/moncloa.xml"] = feed(moved)
    done = again(store, read, 2)
    assert (done["moncloa"].admitted.new, done["moncloa"].admitted.renewed) == ([], ["2026-01-26-presentacion-de-alia"])
    [made] = calendar(store)
    assert (made.id, made.title, made.date) == (
        "2026-01-26-presentacion-de-alia", "Presentación de ALIA 40B", date(2026, 1, 27),
    )  # fmt: skip
    [link] = links(store)[made.id]
    assert link.version == 2
    assert [entry.title for _, entry in versions(store, "moncloa", link.entry.key)] == [LAUNCH.title, moved.title]


def test_what_a_person_corrected_stays_whatever_a_source_says(store: Store, read: Config, world: StillPress) -> None:
    """A corrected date and a rejection outlive an edit; what was not corrected follows the source."""
    again(store, read)
    world.pages["/moncloa.xml"] = feed(LAUNCH)
    again(store, read, 1)
    [made] = calendar(store)
    mend.correct(store, made.id, {"date": "2026-01-25", "kind": "programme"}, now=DAY1 + DAY)
    mend.decide(store, made.id, AnnouncementState.REJECTED, note="a rehearsal", now=DAY1 + DAY)
    world.pages["/moncloa.xml"] = feed(item("Presentación de ALIA, con fotos", DAY1 + DAY, path="presentación-de-alia"))
    again(store, read, 2)
    [kept] = calendar(store)
    assert (kept.date, kept.precision, kept.kind) == (date(2026, 1, 25), Precision.DAY, Kind.PROGRAMME)
    assert (kept.state, kept.decided) == (AnnouncementState.REJECTED, "by hand: a rehearsal")
    assert kept.title == "Presentación de ALIA, con fotos"


def test_what_a_person_confirmed_says_what_they_read(store: Store, read: Config, world: StillPress) -> None:
    """A source that is edited afterwards changes nothing of it; the edit is kept, and can be seen."""
    again(store, read)
    world.pages["/blog.xml"] = feed(item("ALIA en un blog", DAY1 + HOUR, path="a", host="blog.example"))
    again(store, read, 1)
    [candidate] = calendar(store)
    mend.decide(store, candidate.id, AnnouncementState.CONFIRMED, now=DAY1 + DAY)
    world.pages["/blog.xml"] = feed(item("ALIA, un escándalo", DAY1 + DAY * 3, path="a", host="blog.example"))
    again(store, read, 2)
    [kept] = calendar(store)
    assert (kept.title, kept.date) == (candidate.title, candidate.date)
    assert [each.version for each in links(store)[kept.id]] == [2]


def test_one_event_of_two_sources_is_one_announcement_with_two_links(
    store: Store, read: Config, world: StillPress
) -> None:
    """The press first, then the institution: the announcement becomes official, and is confirmed by rule."""
    again(store, read)
    world.pages["/blog.xml"] = feed(item("El Gobierno presenta ALIA en Madrid", DAY1, host="blog.example"))
    again(store, read, 1)
    [candidate] = calendar(store)
    assert (candidate.kind, candidate.state) == (Kind.MEDIA, AnnouncementState.CANDIDATE)
    world.pages["/moncloa.xml"] = feed(item("El Gobierno presenta ALIA", DAY1 + HOUR))
    again(store, read, 2)
    [made] = calendar(store)
    assert (made.id, made.kind, made.state) == (candidate.id, Kind.OFFICIAL, AnnouncementState.CONFIRMED)
    assert made.publisher == "moncloa"
    assert sorted(each.entry.source for each in links(store)[made.id]) == ["blog", "moncloa"]


def test_what_a_person_merges_and_splits_stays_so(store: Store, read: Config, world: StillPress) -> None:
    """The links go along; what comes later under the merged one's title goes to the whole; a split part stays apart."""
    again(store, read)
    world.pages["/moncloa.xml"] = feed(LAUNCH)
    column = item("Otra mirada sobre ALIA", DAY1 + HOUR, host="blog.example")
    world.pages["/blog.xml"] = feed(column)
    again(store, read, 1)
    by_kind = {each.kind: each for each in calendar(store)}
    whole, part = by_kind[Kind.OFFICIAL], by_kind[Kind.MEDIA]
    mend.merge(store, read, part.id, whole.id, now=DAY1 + DAY)
    assert [each.id for each in calendar(store)] == [whole.id]
    assert len(links(store)[whole.id]) == 2
    world.pages["/blog.xml"] = feed(
        item("Otra mirada sobre ALIA", DAY1 + HOUR, path="copia", host="blog.example"), column
    )
    again(store, read, 2)
    assert [each.id for each in calendar(store)] == [whole.id]
    [copy] = [each for each in links(store)[whole.id] if each.entry.key.endswith("copia.aspx")]
    other = mend.split(store, read, whole.id, "blog", copy.entry.key, now=DAY1 + DAY * 2)
    assert {each.id for each in calendar(store)} == {whole.id, other}
    again(store, read, 3)
    assert [each.entry.key for each in links(store)[other]] == [copy.entry.key]


def test_a_source_that_fails_holds_up_no_other(
    store: Store, read: Config, press: PressStandIn, world: StillPress
) -> None:
    """What the others have comes in; the failure is remembered from its first day, and forgotten when it answers."""
    again(store, read)
    world.pages["/blog.xml"] = feed(item("ALIA en un blog", DAY1 + HOUR, host="blog.example"))
    press.always("/moncloa.xml", Status(404))
    done = again(store, read, 1)
    assert str(done["moncloa"].error) == "moncloa: HTTP 404"
    assert len(done["blog"].admitted.new) == 1
    again(store, read, 2)
    state = source_states(store)["moncloa"]
    assert (state.failing_since, state.answered_at, state.error) == (DAY1 + DAY, DAY1, "moncloa: HTTP 404")
    press.mend()
    again(store, read, 3)
    state = source_states(store)["moncloa"]
    assert (state.failing_since, state.answered_at, state.error) == (None, DAY1 + DAY * 3, None)


def test_a_page_that_has_not_changed_is_not_sent_again(
    store: Store, read: Config, press: PressStandIn, tmp_path: Path
) -> None:
    """The second reading is answered 304; with other phrases the page is read anew; a back-fill asks for all."""
    again(store, read)
    assert again(store, read, 1)["moncloa"].entries == 0
    assert [request.status for request in press.requests if request.path == "/moncloa.xml"] == [200, 304]
    narrower = made_config(tmp_path, **reading(source(press, must=["Salamandra"])))
    assert again(store, narrower, 2)["moncloa"].entries == 1
    assert again(store, narrower, 3, since=date(2025, 1, 1))["moncloa"].entries == 1
    assert press.violations == []


def test_a_failure_half_way_keeps_nothing_of_it(store: Store, read: Config, world: StillPress) -> None:
    """Entries, links and what is remembered of the source are one transaction: the next reading takes all of it in."""
    again(store, read)
    world.pages["/moncloa.xml"] = feed(LAUNCH)
    store.db.execute(
        "CREATE TRIGGER broken BEFORE INSERT ON source_pages BEGIN SELECT RAISE(ABORT, 'made to fail'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        again(store, read, 1)
    assert (calendar(store), store.rows("SELECT * FROM entries")) == ([], [])
    store.db.execute("DROP TRIGGER broken")
    assert again(store, read, 1)["moncloa"].admitted.new == ["2026-01-26-presentacion-de-alia"]


def test_a_clock_that_ran_ahead_loses_no_day(store: Store, read: Config, world: StillPress) -> None:
    """A first reading dated a year ahead does not keep out what is dated by the right clock."""
    again(store, read, 365)
    again(store, read)
    world.pages["/moncloa.xml"] = feed(LAUNCH)
    assert again(store, read, 1)["moncloa"].admitted.new == ["2026-01-26-presentacion-de-alia"]


def test_a_date_in_the_future_waits_for_a_person(store: Store, read: Config, world: StillPress) -> None:
    """A slip of a source's clock opens no window by itself."""
    again(store, read)
    world.pages["/moncloa.xml"] = feed(item("ALIA del futuro", DAY1 + DAY * 400))
    again(store, read, 1)
    [made] = calendar(store)
    assert (made.state, made.decided) == (AnnouncementState.CANDIDATE, "its date lies in the future")


def test_a_configured_announcement_gets_the_links_that_tell_of_it(
    tmp_path: Path, store: Store, press: PressStandIn, world: StillPress
) -> None:
    """It stays as the configuration says, and no second one is made."""
    known = {
        "id": "launch", "date": "2026-01-26", "kind": "official", "title": "Presentación de ALIA", "confidence": "A",
    }  # fmt: skip
    config = made_config(tmp_path, **(reading(source(press)) | {"announcement": [known]}))
    again(store, config)
    world.pages["/moncloa.xml"] = feed(LAUNCH)
    again(store, config, 1)
    assert [each.id for each in calendar(store)] == ["launch"]
    assert len(links(store)["launch"]) == 1


def test_a_database_of_before_sources_keeps_its_calendar(tmp_path: Path) -> None:
    """An announcement that stood in it stands on, as of when it was first seen."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrations.apply(Database(connection), stop_before="m004_sources")
        connection.execute(
            "INSERT INTO announcements VALUES ('a', '2026-01-26', 'day', NULL, 'official', 'Un acto', '', '', NULL,"
            " 'A', '', 'by hand', 'confirmed', '2026-01-27T06:45:00Z')"
        )
        connection.commit()
    with open_store(path) as store:
        [made] = announcements_of(store)
        assert (made.title, made.state, made.at) == ("Un acto", AnnouncementState.CONFIRMED, None)
        assert announcements_as(store, calendar_version(store)) == [made]
        assert announcements_as(store, 0) == []
    assert list(tmp_path.glob("old.before-m*.db"))
