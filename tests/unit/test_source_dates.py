"""Dates as sources write them, and the plain text and safe addresses that are made of what they write."""

import datetime as dt

import pytest

from alia_watch.announcements.announcement import Precision
from alia_watch.announcements.entry import LONGEST_TITLE, Where
from alia_watch.sources import dates, plain

MADRID = "Europe/Madrid"
NOON_UTC = dt.datetime(2026, 1, 26, 12, 30, tzinfo=dt.UTC)
DAY = dt.date(2026, 1, 26)


def read(text: str, zone: str = MADRID) -> dt.datetime | dt.date | None:
    found = dates.stated(Where.PUBLISHED, text, zone)
    return None if found is None else found.moment


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 26 Jan 2026 13:30:00 +0100",
        "Mon, 26 Jan 2026 12:30:00 GMT",
        "Mon, 26 Jan 2026 13:30:00 CET",
        "26 Jan 2026 13:30",  # no zone: that of the source
        "Mon, 26 Jan 2026 13:30:00 -0000",  # "no zone is said", which RFC 822 writes so
        "2026-01-26T12:30:00Z",
        "2026-01-26T13:30:00+01:00",
        "2026-01-26T13:30:00",
        "2026-01-26 13:30",
        "26/01/2026 13:30",
        "26.01.2026 - 13:30",
        "20260126T123000Z",
        "20260126123000",
    ],
)
def test_an_instant_is_read_in_every_form(text: str) -> None:
    """RFC 822, ISO 8601, dd/mm/yyyy and compact dates give the same instant; one without a zone is the source's."""
    assert read(text) == NOON_UTC


@pytest.mark.parametrize(
    "text",
    [
        "26/01/2026",
        "26-1-2026",
        "2026-01-26",
        "20260126",
        "2026-01-26Z",
        "2026-01-26+01:00",
        "2026-01-26T00:00:00",
        "2026-01-26T00:00:00+01:00",
        "Mon, 26 Jan 2026 00:00:00 +0100",
        "26 de enero de 2026",
        "Madrid, 26 de enero de 2026.",
        "26 de xaneiro de 2026",
        "26 de gener de 2026",
        "26 January 2026",
        "Publicado el 26/01/2026 por la Secretaría",
    ],
)
def test_a_day_is_read_in_every_form(text: str) -> None:
    """A date without a time, or at midnight sharp in its own zone, names a day and no instant."""
    found = dates.stated(Where.PRINTED, text, MADRID)
    assert found is not None
    assert (found.moment, found.precision) == (DAY, Precision.DAY)
    assert type(found.moment) is dt.date


def test_the_zone_of_the_source_decides_the_instant() -> None:
    """The same words are another instant in another zone, and summer time counts."""
    assert read("26/01/2026 13:30", "Atlantic/Canary") == NOON_UTC + dt.timedelta(hours=1)
    assert read("26/07/2026 13:30") == dt.datetime(2026, 7, 26, 11, 30, tzinfo=dt.UTC)


def test_a_wrong_zone_is_kept_as_it_was_written() -> None:
    """A publisher that writes GMT and means Madrid is taken at its word: nothing is guessed."""
    found = dates.stated(Where.PUBLISHED, "Mon, 26 Jan 2026 23:30:00 GMT", MADRID)
    assert found is not None
    assert found.moment == dt.datetime(2026, 1, 26, 23, 30, tzinfo=dt.UTC)
    assert found.text == "Mon, 26 Jan 2026 23:30:00 GMT"


def test_an_impossible_offset_leaves_the_day() -> None:
    """Where the time cannot be placed, the day that is written still can."""
    assert read("Mon, 26 Jan 2026 13:30:00 +9999") == DAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ayer",
        "31/02/2026",
        "26/13/2026",
        "2026-13-01",
        "26 de brumario de 2026",
        "20261341",
        "26/01/0026",
        "Mon, 26 Jan 1026 13:30:00 GMT",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "1" * 500,
        "٢٦/٠١",
    ],
)
def test_what_cannot_be_read_is_no_date(text: str) -> None:
    """No day, an impossible day, or one in another century is None, and never an error or a guess."""
    assert read(text) is None


def test_milliseconds_at_midnight_in_the_zone_are_a_day() -> None:
    """The ministry's date picker writes midnight in Madrid as milliseconds: that is a day, in winter and in summer."""
    winter, summer = dt.datetime(2026, 1, 25, 23, tzinfo=dt.UTC), dt.datetime(2026, 7, 25, 22, tzinfo=dt.UTC)
    for instant, day in ((winter, DAY), (summer, dt.date(2026, 7, 26))):
        found = dates.epoch_ms(Where.PUBLISHED, int(instant.timestamp() * 1000), MADRID)
        assert found is not None
        assert (found.moment, found.precision) == (day, Precision.DAY)


@pytest.mark.parametrize("value", [1769430600000, "1769430600000", 1769430600000.0])
def test_milliseconds_are_an_instant(value: object) -> None:
    """A number, or its digits, that is no midnight is an instant."""
    found = dates.epoch_ms(Where.PUBLISHED, value, MADRID)
    assert found is not None
    assert found.moment == NOON_UTC


@pytest.mark.parametrize(
    "value", [None, True, "", "x", [], 10**18, -(10**18), float("nan"), float("inf"), 0, "9" * 19, "--5"]
)
def test_no_milliseconds_are_no_date(value: object) -> None:
    """Anything else, or an instant outside the years that count, is None."""
    assert dates.epoch_ms(Where.PUBLISHED, value, MADRID) is None


@pytest.mark.parametrize(
    "path",
    [
        "es-es/notasprensa/Paginas/20260126-modelo.aspx",
        "serviciosdeprensa/notasprensa/2026/01/26/alia",
        "ciencia/2026-01-26/la-ia-que-nadie-usa",
        "ciencia/20260126/la-ia",
        "2026-01-26_02",
        "2026/01/26/alia-20260126.html",  # the same day twice
        "paginas/20260126120000-alia",
        "a%2F20260126-b",
    ],
)
def test_a_day_in_the_address_is_read(path: str) -> None:
    """Eight digits, a path of three numbers, and ISO days, as publishers' systems write them."""
    found = dates.in_address(f"https://example.es/{path}")
    assert found is not None
    assert (found.where, found.moment) == (Where.ADDRESS, DAY)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.es/noticia-12345678901.html",
        "https://example.es/2026/01/alia",  # a month is no day
        "https://example.es/2026/13/45/alia",
        "https://example.es/20260126/20260127/",  # two days: which is it?
        "https://example.es/a?fecha=20260126",  # a query is not the page's own address
        "https://example.es/20991399",
        "http://[::1",
        "",
    ],
)
def test_no_single_day_in_the_address_is_no_date(url: str) -> None:
    """Nothing, a month, an impossible day, or two days: None."""
    assert dates.in_address(url) is None


def test_t5_a_page_and_its_address_may_state_two_dates() -> None:
    """Trap T5: a page says 12/05/2024 under an address of 20240513. Both dates stay; the address says the 13th."""
    url = "https://avancedigital.mineco.gob.es/es-es/notasprensa/Paginas/20240513-alia.aspx"
    printed = dates.stated(Where.PRINTED, "12/05/2024", MADRID)
    written = dates.in_address(url)
    assert printed is not None
    assert written is not None
    assert (printed.where, printed.moment) == (Where.PRINTED, dt.date(2024, 5, 12))
    assert (written.where, written.moment, written.text) == (Where.ADDRESS, dt.date(2024, 5, 13), "20240513")


def test_plain_text_has_no_markup_and_no_tricks() -> None:
    """Tags, scripts, controls and marks of direction go; entities become characters; white space is one blank."""
    said = "<p>Más&nbsp;de 10&nbsp;M&euro;</p>\n <script>alert(1)</script><b>ALIA</b>\u202e\u0000 a &lt; b"
    assert plain.plain(said) == "Más de 10 M€ ALIA a < b"


def test_a_title_is_cut_with_an_ellipsis() -> None:
    """A title of more than 300 characters is cut, and says so."""
    cut = plain.title("ALIA " * 100)
    assert len(cut) <= LONGEST_TITLE
    assert cut.endswith("…")
    assert plain.title("ALIA") == "ALIA"


def test_only_http_addresses_are_kept() -> None:
    """A relative address is made whole; scripts, files, passwords, blanks and nonsense are none."""
    assert plain.address("/a?b=1", "https://example.es/c/d") == "https://example.es/a?b=1"
    assert plain.address(" https://example.es/a ") == "https://example.es/a"
    bad = ["javascript:alert(1)", "file:///etc/passwd", "https://u:p@example.es/", "//", "", "http://[::1", "data:,x"]
    assert [plain.address(each) for each in bad] == [None] * len(bad)
    assert plain.address("javascript:alert(1)", "https://example.es/") is None
    assert plain.address("https://example.es/" + "a" * 2000) is None


def test_half_a_character_is_no_fault_and_blocks_are_words_apart() -> None:
    """JSON can carry a lone surrogate; two paragraphs are never glued into one word."""
    assert plain.plain("a\ud800b") == "a?b"
    assert plain.plain("<p>ALIA</p><p>El</p> AL<b>IA</b>") == "ALIA El ALIA"
    found = dates.stated(Where.PRINTED, "\ud800 26/01/2026", MADRID)
    assert found is not None
    assert found.text.encode()
