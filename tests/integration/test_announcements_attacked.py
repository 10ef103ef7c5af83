"""What hostile and careless sources cannot do to the calendar, nor hasty people to each other's words."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from alia_bot.demo.press import PressStandIn
from alia_bot.demo.press_world import StillPress
from alia_watch import clock
from alia_watch.announcements.announcement import (
    Announcement,
    AnnouncementState,
    Kind,
    Precision,
    announcement_id,
)
from alia_watch.config.sections import Config
from alia_watch.errors import UsageError
from alia_watch.pipeline import mend
from alia_watch.pipeline.announce import DROPPED, confirmed, take_in
from alia_watch.pipeline.fetch_announcements import Fetched, fetch
from alia_watch.pipeline.import_announcements import add
from alia_watch.store.announcements import announcements_of, save_announcements
from alia_watch.store.database import Store
from tests.command import alia_watch
from tests.made import made_config, made_file
from tests.press import DAY1, feed, item, reading, source, still, undated

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONFIRMED, CANDIDATE, REJECTED = AnnouncementState.CONFIRMED, AnnouncementState.CANDIDATE, AnnouncementState.REJECTED
BLOG = "blog.example"


@pytest.fixture
def world() -> StillPress:
    return still(moncloa=feed(), blog=feed())


@pytest.fixture
def press(world: StillPress) -> Iterator[PressStandIn]:
    with PressStandIn(world, clock.now) as standing:
        yield standing


@pytest.fixture
def read(tmp_path: Path, press: PressStandIn, store: Store) -> Config:
    """La Moncloa, trusted, and a blog, which is not: read once, and empty."""
    blog = source(press, "blog", announcement="media", trusted=False, announced_by="")
    config = made_config(tmp_path, **reading(source(press), blog))
    again(store, config)
    return config


def again(store: Store, config: Config, days: float = 0, **more: object) -> dict[str, Fetched]:
    return {each.source: each for each in fetch(store, config, now=DAY1 + DAY * days, **more)}  # type: ignore[arg-type]


def said(store: Store) -> dict[str, Announcement]:
    return {each.title: each for each in announcements_of(store)}


def test_a_rejected_rumour_does_not_swallow_the_act(store: Store, read: Config, world: StillPress) -> None:
    """The official announcement is one of its own, confirmed; a second rumour joins the rejected one."""
    world.pages["/blog.xml"] = feed(item("El Gobierno presentará ALIA 2", DAY1, host=BLOG))
    again(store, read, 1)
    [rumour] = announcements_of(store)
    mend.decide(store, rumour.id, REJECTED, note="a rumour", now=DAY1 + DAY)
    world.pages["/moncloa.xml"] = feed(item("El Gobierno presenta ALIA 2", DAY1 + DAY))
    again(store, read, 2)
    found = said(store)
    assert found["El Gobierno presenta ALIA 2"].state is CONFIRMED
    assert found["El Gobierno presentará ALIA 2"].decided == "by hand: a rumour"


def test_a_link_that_turned_its_coat_swallows_no_act(store: Store, read: Config, world: StillPress) -> None:
    """A blog that joined one act and was then retitled after another leads nothing of the second to the first."""
    world.pages["/moncloa.xml"] = feed(item("El Gobierno presenta ALIA", DAY1 + HOUR))
    joined = item("El Gobierno presenta ALIA", DAY1 + HOUR, path="a", host=BLOG)
    world.pages["/blog.xml"] = feed(joined)
    again(store, read, 1)
    assert len(announcements_of(store)) == 1
    world.pages["/blog.xml"] = feed(item("El Gobierno aprueba el plan ALIA Salud", DAY1 + DAY * 2, path="a", host=BLOG))
    again(store, read, 2)
    assert len(announcements_of(store)) == 2  # it speaks of something else now
    world.pages["/moncloa.xml"] = feed(item("El Gobierno aprueba el plan ALIA Salud", DAY1 + DAY * 2))
    again(store, read, 3)
    found = said(store)
    assert {title: each.state for title, each in found.items()} == {
        "El Gobierno presenta ALIA": CONFIRMED, "El Gobierno aprueba el plan ALIA Salud": CONFIRMED,
    }  # fmt: skip
    assert found["El Gobierno presenta ALIA"].date_end is None


def test_a_links_wandering_date_makes_no_second_act(
    tmp_path: Path, store: Store, press: PressStandIn, world: StillPress
) -> None:
    """A copy that moves its date by a year does not keep the official twin from the configured announcement."""
    known = {
        "id": "launch", "date": "2026-01-26", "kind": "official", "title": "Presentación de ALIA", "confidence": "A",
    }  # fmt: skip
    blog = source(press, "blog", trusted=False)
    config = made_config(tmp_path, **(reading(source(press), blog) | {"announcement": [known]}))
    again(store, config)
    world.pages["/blog.xml"] = feed(item("Presentación de ALIA", DAY1 + HOUR, path="a", host=BLOG))
    again(store, config, 1)
    world.pages["/blog.xml"] = feed(item("Presentación de ALIA", DAY1 - DAY * 400, path="a", host=BLOG))
    world.pages["/moncloa.xml"] = feed(item("Presentación de ALIA", DAY1 + HOUR))
    again(store, config, 2)
    official = [each for each in announcements_of(store, state=CONFIRMED) if each.date == DAY1.date()]
    assert [each.id for each in official] == ["launch"]


def test_another_thing_under_a_known_key_is_another_entry(store: Store, read: Config, world: StillPress) -> None:
    """A guid that is used again replaces nothing; three items of one guid are three."""

    def with_guid(*items: object) -> object:
        page = feed(*items)  # type: ignore[arg-type]
        import re
        from dataclasses import replace

        return replace(page, body=re.sub(rb"<guid[^>]*>[^<]*</guid>", b"<guid>1</guid>", page.body))

    world.pages["/moncloa.xml"] = with_guid(item("Presentación de ALIA", DAY1 + HOUR))  # type: ignore[assignment]
    again(store, read, 1)
    other = item("El Gobierno aprueba el plan ALIA Salud", DAY1 + DAY)
    third = item("ALIA llega a la Agencia Tributaria", DAY1 + DAY)
    world.pages["/moncloa.xml"] = with_guid(other, third)  # type: ignore[assignment]
    again(store, read, 2)
    assert sorted(said(store)) == sorted(["Presentación de ALIA", other.title, third.title])
    assert {each.state for each in announcements_of(store)} == {CONFIRMED}
    assert again(store, read, 3)["moncloa"].admitted.new == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("Presentación de ALIA", 400), "its date lies in the future"),
        (("Presentación de ALIA", -20), "and its source dates it 2026-01-06 now"),
        (("Anulado: nota publicada por error", 0), "no phrase stands in its title"),
    ],
)
def test_what_the_rule_confirmed_waits_when_its_source_takes_it_back(
    store: Store, read: Config, world: StillPress, change: tuple[str, int], why: str
) -> None:
    """Moved to another week or into the future, or without the phrase: a candidate again, with the reason."""
    title, days = change
    world.pages["/moncloa.xml"] = feed(item("Presentación de ALIA", DAY1 + HOUR, path="a"))
    again(store, read, 1)
    assert announcements_of(store)[0].state is CONFIRMED
    world.pages["/moncloa.xml"] = feed(item(title, DAY1 + HOUR + DAY * days, path="a"))
    again(store, read, 2)
    [waiting] = announcements_of(store)
    assert (waiting.state, waiting.title) == (CANDIDATE, title)
    assert waiting.decided.startswith("waits: ")
    assert why in waiting.decided


def test_an_undated_one_that_was_confirmed_gets_its_date_later(store: Store, read: Config, world: StillPress) -> None:
    """Its source dates it the next day, and then it has an event window."""
    plain = item("ALIA sin fecha", DAY1 + HOUR, path="a")
    world.pages["/moncloa.xml"] = undated(feed(plain))
    again(store, read, 1)
    [made] = announcements_of(store)
    mend.decide(store, made.id, CONFIRMED, now=DAY1 + DAY)
    world.pages["/moncloa.xml"] = feed(plain)
    again(store, read, 2)
    [dated] = confirmed(store, read)
    assert (dated.precision, dated.date) == (Precision.INSTANT, DAY1.date())
    assert dated.window("Europe/Madrid") is not None


def test_undated_items_with_a_new_key_each_time_are_one(store: Store, read: Config, world: StillPress) -> None:
    """The same title of the same source, and no date, is the same however often its guid changes."""
    for day in range(1, 5):
        changing = item("ALIA de siempre", None, path=f"a-{day}")
        world.pages["/moncloa.xml"] = undated(feed(changing))
        again(store, read, day)
    assert len(announcements_of(store)) == 1


def test_a_back_fill_takes_in_nothing_after_its_last_day(store: Store, read: Config, world: StillPress) -> None:
    """What is dated later is left out, and counted."""
    world.pages["/moncloa.xml"] = feed(item("ALIA antes", DAY1 - DAY * 10), item("ALIA después", DAY1 - DAY * 3))
    done = again(store, read, 1, since=date(2026, 1, 1), until=date(2026, 1, 20), only=["moncloa"])
    assert sorted(said(store)) == ["ALIA antes"]
    assert done["moncloa"].admitted.older == 1


def test_a_source_that_is_read_elsewhere_begins_anew(
    tmp_path: Path, store: Store, read: Config, press: PressStandIn, world: StillPress
) -> None:
    """The items of the new address that were there before flood nothing."""
    world.pages["/other.xml"] = feed(*(item(f"ALIA {n}", DAY1 + HOUR * n) for n in range(12)))
    moved = made_config(tmp_path, **reading(source(press, path="/other.xml")))
    assert again(store, moved, 3)["moncloa"].admitted.new == []
    assert announcements_of(store) == []


def test_two_by_hand_whose_titles_begin_alike_are_two(store: Store, config: Config) -> None:
    """However long, and in whatever letters; the same again is the same."""
    start = "El Consejo de Ministros aprueba el real decreto por el que se concede una subvención para ALIA"
    titles = [f"{start} (primera parte)", f"{start} (segunda parte)", "Ελληνικά", "中文"]
    given = [
        Announcement(announcement_id("2026-01-26", title), DAY1.date(), Precision.DAY, Kind.OFFICIAL, title)
        for title in titles
    ]
    assert len({each.id for each in given}) == 2  # an id holds eighty letters, and Latin ones only
    assert all(each.changed for each in add(store, config, given, now=DAY1))
    assert not any(each.changed for each in add(store, config, given, now=DAY1))
    assert set(titles) <= set(said(store))


def test_a_correction_changes_what_it_names_and_nothing_else(store: Store, read: Config, world: StillPress) -> None:
    """A rule's confirmation that came between a person's look and their word stands."""
    world.pages["/blog.xml"] = feed(item("El Gobierno presenta ALIA", DAY1, host=BLOG))
    again(store, read, 1)
    [seen] = announcements_of(store)
    world.pages["/moncloa.xml"] = feed(item("El Gobierno presenta ALIA", DAY1 + HOUR))
    again(store, read, 2)
    mend.correct(store, seen.id, {"note": "vista"}, now=DAY1 + DAY * 2)
    [kept] = announcements_of(store)
    assert (kept.state, kept.kind, kept.note) == (CONFIRMED, Kind.OFFICIAL, "vista")


def test_two_that_are_merged_into_each_other_are_never_both_gone(store: Store, config: Config) -> None:
    """The second word finds the first taken; and a merge can be undone, decisions and all."""
    take_in(store, config, now=DAY1)
    one, two = (each.id for each in config.announcement if each.date == "2026-01-26")
    mend.merge(store, config, one, two, now=DAY1)
    with pytest.raises(UsageError, match="There is no announcement"):
        mend.merge(store, config, two, one, now=DAY1)
    assert mend.unmerge(store, config, one, now=DAY1) == two
    assert {one, two} <= {each.id for each in confirmed(store, config)}
    with pytest.raises(UsageError, match="part of no other"):
        mend.unmerge(store, config, one, now=DAY1)


def test_a_merge_takes_no_confirmed_act_away(store: Store, config: Config) -> None:
    """Into one that is not confirmed it is refused, with what to do."""
    take_in(store, config, now=DAY1)
    one, two = (each.id for each in config.announcement if each.date == "2026-01-26")
    mend.decide(store, two, REJECTED, now=DAY1)
    with pytest.raises(UsageError, match="is rejected") as refused:
        mend.merge(store, config, one, two, now=DAY1)
    assert f"Confirm {two} first" in refused.value.hint


def test_what_the_configuration_names_no_more_counts_no_more(tmp_path: Path, store: Store, config: Config) -> None:
    """Until it names it again; what a person said of it stands."""
    take_in(store, config, now=DAY1)
    one, two = (each.id for each in config.announcement if each.date == "2026-01-26")
    mend.decide(store, two, CONFIRMED, note="kept", now=DAY1)
    less = made_config(tmp_path, announcement=[], costs={"since": []})
    take_in(store, less, now=DAY1)
    state = {each.id: (each.state, each.decided) for each in announcements_of(store)}
    assert (state[one], state[two]) == ((REJECTED, DROPPED), (CONFIRMED, "by hand: kept"))
    take_in(store, config, now=DAY1)
    assert one in {each.id for each in confirmed(store, config)}


def test_a_configured_one_under_a_candidates_id_is_confirmed(tmp_path: Path, store: Store) -> None:
    """The configuration is a person's word, and goes before a rule's."""
    candidate = Announcement("a", date(2026, 1, 26), Precision.DAY, Kind.MEDIA, "A", source="blog", state=CANDIDATE)
    save_announcements(store, [candidate], now=DAY1)
    known = {"id": "a", "date": "2026-01-26", "kind": "official", "title": "A", "confidence": "A"}
    config = made_config(tmp_path, announcement=[known], costs={"since": []})
    assert [each.id for each in confirmed(store, config)] == ["a"]
    take_in(store, config, now=DAY1)
    assert announcements_of(store)[0].state is CONFIRMED


def test_words_of_others_do_nothing_in_a_terminal_or_a_spreadsheet(tmp_path: Path) -> None:
    """By hand no control character comes in; in CSV a formula is text."""
    made_file(tmp_path, announcement=[], costs={"since": []})
    call = ("--config", tmp_path / "config.toml", "announcements")
    assert alia_watch("--config", tmp_path / "config.toml", "init").code == 0
    give = ("add", "--date", "2026-01-26", "--kind", "media", "--url", "https://example.org/a", "--title")
    for title in ("\x1b[31mALIA", "ALIA\nsegunda", "ALIA \u202e", "", "x" * 501):
        assert alia_watch(*call, *give, title).code == 2
    assert alia_watch(*call, *give[:-2], "https://user:pw@example.org/", "--title", "ALIA").code == 2
    assert alia_watch(*call, *give, "=HYPERLINK(1)").code == 0
    rows = alia_watch(*call, "list", "--format", "csv").out
    assert ",'=HYPERLINK(1)," in rows
    assert json.loads(alia_watch(*call, "list", "--format", "json").out)[0]["title"] == "=HYPERLINK(1)"


def test_a_large_intake_lets_others_write_between_its_steps(store: Store, read: Config, world: StillPress) -> None:
    """Four hundred new entries are several transactions, each far shorter than a writer waits."""
    world.pages["/moncloa.xml"] = feed(
        *(item(f"ALIA visita el pueblo {n}", DAY1 + HOUR, path=str(n)) for n in range(400))
    )
    steps = 0

    def trace(statement: str) -> None:
        nonlocal steps
        steps += statement == "COMMIT"

    store.db.conn.set_trace_callback(trace)
    assert len(again(store, read, 1)["moncloa"].admitted.new) == 400
    assert steps >= 5
