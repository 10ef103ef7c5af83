"""Which of the stated dates is the announcement's."""

from datetime import UTC, date, datetime

import pytest

from alia_watch.announcements.announcement import Announcement, AnnouncementState, Kind, Precision
from alia_watch.announcements.dating import Dated, chosen, conflicting, of_event
from alia_watch.announcements.entry import Where
from alia_watch.reports.alert import announcement_bullets, announcement_document
from alia_watch.reports.speech import Speech
from tests.entries import on

MADRID = "Europe/Madrid"
D26 = date(2026, 1, 26)


def test_t5_a_page_date_and_an_address_that_differ_are_both_kept_and_the_address_is_used() -> None:
    """Trap T5: the page prints 12/05/2024 under an address of 20240513."""
    stated = (on("2024-05-12", Where.PRINTED), on("2024-05-13", Where.ADDRESS))
    found = chosen(stated, MADRID)
    assert found == Dated(date(2024, 5, 13), Precision.DAY)
    assert conflicting(stated, MADRID) == (stated[0],)


def test_an_instant_is_used_where_it_lies_on_the_chosen_day() -> None:
    """The address gives the day, the feed the time of it; where they differ the time is of another day."""
    near = on("2026-01-26T12:30:00+00:00")
    assert chosen((near, on("2026-01-26", Where.ADDRESS)), MADRID) == Dated(D26, Precision.INSTANT, near.moment)
    apart = on("2026-01-24T12:30:00+00:00")
    assert chosen((apart, on("2026-01-26", Where.ADDRESS)), MADRID) == Dated(D26, Precision.DAY)


def test_a_night_in_madrid_is_the_day_of_madrid() -> None:
    """Half past midnight there is still the evening before in UTC."""
    found = chosen((on("2026-02-08T23:30:00+00:00"),), MADRID)
    assert found is not None
    assert found.date == date(2026, 2, 9)


def test_t4_a_date_of_creation_never_dates_an_announcement() -> None:
    """Trap T4: ALIA-40b was created on 2024-12-09 and announced on 2025-01-20."""
    created = on("2024-12-09T10:00:00+00:00", Where.CREATED)
    assert chosen((created,), MADRID) is None
    found = chosen((created, on("2025-01-20")), MADRID)
    assert found == Dated(date(2025, 1, 20), Precision.DAY)
    assert conflicting((created, on("2025-01-20")), MADRID) == ()


def test_a_month_is_no_day_and_gives_way_to_one() -> None:
    """A month alone stays a month; with a day the day is used, and another month conflicts."""
    assert chosen((on("2026-05"),), MADRID) == Dated(date(2026, 5, 1), Precision.MONTH)
    assert chosen((on("2026-05"), on("2026-05-12", Where.PRINTED)), MADRID) == Dated(date(2026, 5, 12), Precision.DAY)
    assert conflicting((on("2026-04"), on("2026-05-12")), MADRID) == (on("2026-04"),)
    assert conflicting((on("2026-05"), on("2026-05-12")), MADRID) == ()


def test_a_change_dates_only_what_nothing_else_does_and_is_inferred() -> None:
    """The earliest change is taken, and said to be inferred."""
    changes = (on("2026-01-28", Where.UPDATED), on("2026-01-27", Where.UPDATED))
    assert chosen(changes, MADRID) == Dated(date(2026, 1, 27), Precision.DAY, inferred=True)
    assert chosen((*changes, on("2026-01-26")), MADRID) == Dated(D26, Precision.DAY)
    assert chosen((), MADRID) is None


def test_the_best_confidence_decides_and_a_difference_makes_a_range() -> None:
    """Two of the publisher's own pages that differ give a range; the press, later, does not stretch it."""
    own, later = Dated(date(2025, 12, 17), Precision.DAY), Dated(date(2025, 12, 18), Precision.DAY)
    press = Dated(date(2025, 12, 19), Precision.DAY)
    assert of_event([("A", own), ("B", press)]) == own
    found = of_event([("A", later), ("A", own), ("B", press)])
    assert found == Dated(own.date, Precision.RANGE, None, later.date)
    assert of_event([("B", press), ("B", later)]) == Dated(later.date, Precision.RANGE, None, press.date)
    assert of_event([]) is None


def test_a_month_decides_only_where_nobody_names_a_day() -> None:
    """However good the source of the month is; and what is inferred gives way to what is stated."""
    month, day = Dated(date(2026, 5, 1), Precision.MONTH), Dated(date(2026, 5, 12), Precision.DAY)
    assert of_event([("A", month), ("C", day)]) == day
    assert of_event([("A", month)]) == month
    guess = Dated(date(2026, 5, 11), Precision.DAY, inferred=True)
    assert of_event([("A", guess), ("C", day)]) == day


def announced(precision: Precision, day: date, **more: object) -> Announcement:
    return Announcement("x", day, precision, Kind.OFFICIAL, "x", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("precision", [Precision.MONTH, Precision.UNDATED])
def test_what_names_no_day_has_no_event_window(precision: Precision) -> None:
    """A month never becomes an event date, nor does the day something undated was read."""
    assert announced(precision, D26).window(MADRID) is None


def test_an_instant_opens_its_window_on_its_own_utc_day() -> None:
    """A day alone opens it on the UTC day before, which it touches too; a candidate has none."""
    at = datetime(2026, 1, 26, 12, 30, tzinfo=UTC)
    assert announced(Precision.INSTANT, D26, at=at).window(MADRID) == (D26, date(2026, 2, 1))
    assert announced(Precision.DAY, D26).window(MADRID) == (date(2026, 1, 25), date(2026, 1, 31))
    night = datetime(2026, 2, 8, 23, 30, tzinfo=UTC)
    assert announced(Precision.INSTANT, date(2026, 2, 9), at=night).window(MADRID) == (
        date(2026, 2, 8),
        date(2026, 2, 14),
    )
    assert announced(Precision.DAY, D26, state=AnnouncementState.CANDIDATE).window(MADRID) is None


@pytest.mark.parametrize(
    ("last", "said"),
    [("2025-12-18", "17 dic 2025 o 18 dic 2025"), ("2025-12-19", "entre el 17 dic 2025 y el 19 dic 2025")],
)
def test_a_range_of_dates_says_every_day_it_may_be(last: str, said: str) -> None:
    """Two days are one or the other; of three the one between is possible too."""
    ranged = announced(Precision.RANGE, date(2025, 12, 17), date_end=date.fromisoformat(last))
    (item,) = announcement_bullets([announcement_document(ranged)], Speech("es")).items
    assert item.text.startswith(f"{said} · ")
