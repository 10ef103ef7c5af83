"""Rules of announcements over whatever may be stated: dates, sameness, phrases."""

import datetime as dt
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alia_watch.announcements.announcement import Precision
from alia_watch.announcements.dating import chosen, civil, conflicting, of_event
from alia_watch.announcements.entry import StatedDate, Where
from alia_watch.announcements.link import made_of, telling
from alia_watch.announcements.matching import says
from alia_watch.announcements.same_event import NEAR_DAYS, Event, alike, canonical, same_event
from alia_watch.announcements.trouble import SourceHealth, TroubleKind, troubles
from tests.entries import SEEN, entry, link

MADRID = "Europe/Madrid"
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
TITLES = st.sampled_from(
    ["Presentación de ALIA", "El Gobierno presenta ALIA", "129 M€ para ALIA", "150 M€ para ALIA", "ALIA", "Ítem nº 7"]
) | st.text(max_size=60)


@st.composite
def stated_dates(draw: st.DrawFn) -> StatedDate:
    """A date in any of the places and forms."""
    where, month = draw(st.sampled_from(Where)), draw(st.booleans())
    moment = draw(DAYS) if month else draw(DAYS | INSTANTS)
    return StatedDate(where, moment.replace(day=1) if month else moment, str(moment), month=month)


STATED = st.lists(stated_dates(), max_size=6)


@given(STATED)
def test_the_chosen_date_is_one_that_is_stated_and_the_rest_is_kept(stated: list[StatedDate]) -> None:
    """Never a day that nobody named; an instant lies on its day; what names another day is a conflict, and no other."""
    found = chosen(stated, MADRID)
    if found is None:
        assert (
            all(one.where is Where.CREATED or (one.month and one.where is Where.UPDATED) for one in stated)
            or not stated
        )
        return
    days = {civil(one, MADRID) for one in stated}
    assert found.date in days | {day.replace(day=1) for day in days}
    if found.at is not None:
        assert civil(StatedDate(Where.PUBLISHED, found.at, ""), MADRID) == found.date
    for one in conflicting(stated, MADRID):
        assert one in stated
        assert found.date != civil(one, MADRID)


@given(STATED, st.randoms())
def test_the_order_in_which_dates_are_stated_changes_nothing(stated: list[StatedDate], random: object) -> None:
    """A page that is laid out anew dates the same."""
    shuffled = list(stated)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert chosen(shuffled, MADRID) == chosen(stated, MADRID)


@given(st.lists(st.tuples(st.sampled_from("ABC"), STATED), max_size=6), st.randoms())
def test_an_event_is_dated_by_its_best_entries_in_any_order(
    pairs: list[tuple[str, list[StatedDate]]], random: object
) -> None:
    """A range spans days that its entries name; a month comes of months alone."""
    dated = [(confidence, each) for confidence, stated in pairs if (each := chosen(stated, MADRID)) is not None]
    found = of_event(dated)
    assert (found is None) == (not dated)
    if found is not None:
        assert found.date in {each.date for _, each in dated}
        assert found.last <= max(each.last for _, each in dated)
        if found.precision is Precision.MONTH:
            assert all(each.precision is Precision.MONTH for _, each in dated)
    shuffled = list(dated)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert of_event(shuffled) == found


@given(TITLES, TITLES, DAYS, st.integers(-5, 5))
def test_sameness_goes_both_ways_and_needs_near_days(one: str, two: str, day: dt.date, apart: int) -> None:
    """Without a shared address, what is the same is alike and lies within three days."""
    first = telling(entry(one, StatedDate(Where.PUBLISHED, day, "")), MADRID)
    second = telling(entry(two, StatedDate(Where.PUBLISHED, day + timedelta(days=apart), "")), MADRID)
    there = same_event(first, [Event("x", second.dated, (second,))])
    back = same_event(second, [Event("x", first.dated, (first,))])
    assert (there is None) == (back is None)
    if there is not None:
        assert abs(apart) <= NEAR_DAYS
    assert alike(one, two) == alike(two, one)


@given(st.lists(st.tuples(TITLES, STATED), min_size=1, max_size=5), st.randoms())
def test_an_announcement_is_the_same_whatever_order_its_links_came_in(
    items: list[tuple[str, list[StatedDate]]], random: object
) -> None:
    """Its id, title and dates are a function of its links."""
    links = [link(entry(title, *stated, key=str(number))) for number, (title, stated) in enumerate(items)]
    made = made_of(links, MADRID, today=SEEN.date())
    random.shuffle(links)  # type: ignore[attr-defined]
    assert made_of(links, MADRID, today=SEEN.date()) == made
    assert len(made.id) <= 80


@given(st.text(max_size=200), st.text("ALIaiáñ-. 4", min_size=2, max_size=12))
def test_what_is_said_is_found_as_whole_words(text: str, phrase: str) -> None:
    """Between blanks a phrase is found; with a letter on either side it is not."""
    if not any(letter.isalnum() for letter in phrase):
        return
    bare = phrase.strip(" -.")
    if not bare or bare != phrase:
        return
    assert says(f"{text} {phrase} {text}", phrase) is not None
    assert says(f"x{phrase}x", phrase) is None


@given(st.text(max_size=300))
def test_a_canonical_address_is_its_own(url: str) -> None:
    """Whatever is called an address, making it canonical raises nothing and keeps what it is."""
    assert canonical(url) == canonical(url)
    assert isinstance(canonical(f"https://{url}"), str)


@given(
    st.integers(0, 40), st.integers(0, 40), st.booleans(), st.integers(1, 20), st.integers(1, 20)
)  # fmt: skip
def test_a_source_is_in_trouble_after_its_days_and_not_before(
    failing: int, silent: int, fails: bool, failing_days: int, silent_days: int
) -> None:
    """Failing goes before silence; the key stays while the trouble does, so that it is told once."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    since = now - timedelta(days=failing)
    source = SourceHealth(
        "moncloa", None, now - timedelta(days=silent), since if fails else None, "HTTP 503", failing_days, silent_days
    )
    found = troubles([source], now)
    wanted = (failing >= failing_days) if fails else (silent >= silent_days)
    assert bool(found) is wanted
    if found:
        assert found[0].kind is (TroubleKind.FAILING if fails else TroubleKind.SILENT)
        assert troubles([source], now + timedelta(days=1))[0].key == found[0].key
