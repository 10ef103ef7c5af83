"""The ministry's notes: the cards of its list, their page models, and what another shape leads to."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources.fetch import Fetcher, Validator
from alia_watch.sources.ministry import MinistrySource, merged, read_detail, read_list
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline
from alia_watch.sources.source import Profile, Span

PROFILE = Profile("ministerio", "MTDFP", "Gobierno", Kind.OFFICIAL, "A", "es", "Europe/Madrid")
SITE = "https://digital.gob.es"
NOTES = "/comunicacion/notas-prensa"
SEDIA = f"{NOTES}/secretaria-digitalizacion-e-inteligencia-artificial"
#: A slug as the site cuts it, at 64 characters, in the middle of a word.
CUT = "el-gobierno-presenta-en-barcelona-la-nueva-version-de-los-modelo"
ALIA = f"{SEDIA}/2026/01/{CUT}"
MODELS = "/content/portalmtdfp/es"
SPAN = Span(dt.date(2026, 1, 20), dt.date(2026, 1, 27))


def card(path: str, title: str = "Presentación de ALIA", day: str = "26/01/2026", text: str = "Una nota.") -> str:
    return f"""<li class="dnt-item"><article class="dnt-card">
      <p class="dnt-date">{day}</p>
      <h3 class="dnt-title"><a href="{path}">
         {title}
      </a></h3>
      <p class="dnt-text">{text}</p></article></li>"""


def page(*cards: str) -> bytes:
    return f'<div class="dnt-list"><ul>{"".join(cards)}</ul></div>'.encode()


def model(**more: Any) -> dict[str, Any]:
    """A page model as the content system gives it, midnight of 2026-01-26 in Madrid as its date."""
    said = {
        "id": "page-7f3b9a51c2",
        "title": "Presentación de ALIA, los modelos públicos de lenguaje",
        "language": "es",
        "lastModifiedDate": 1769425200000,
        ":type": "portalmtdfp/components/structure/page",
        ":items": {
            "root": {
                ":items": {
                    "title": {"text": "Presentación de ALIA", "type": "h1"},
                    "date": {"datepicker": 1769382000000},
                    "text": {"text": "<ul><li>ALIA</li><li>Red</li></ul><script>x()</script>", "richText": True},
                    "button": {"link": {"url": "/content/dam/portal-mtdfp/nota.pdf"}},
                }
            }
        },
    }
    return {**said, **more}


def cards_of(*cards: str) -> list[Any]:
    return merged(read_list(page(*cards), PROFILE, SITE, "e" * 64))


def fetcher(server: HTTPServer, known: dict[str, Validator] | None = None) -> Fetcher:
    """A fetcher that never waits."""

    def clock() -> dt.datetime:
        return dt.datetime(2026, 1, 27, 12, tzinfo=dt.UTC)

    own, deadline = [server.url_for("/")], Deadline(600, clock=clock, sleep=lambda _: None)
    return Fetcher("ministerio", own, contact="x", deadline=deadline, pace=Pace(clock, 0), clock=clock, known=known)


@pytest.fixture
def fetch(httpserver: HTTPServer) -> Iterator[Fetcher]:
    """A fetcher for the server of the test."""
    with fetcher(httpserver) as made:
        yield made


def source(server: HTTPServer, pages: int = 2) -> MinistrySource:
    return MinistrySource(PROFILE, server.url_for("/"), "/lista.list.html", pages)


def serve(server: HTTPServer, **pages: bytes) -> None:
    """Pages of the list: `html`, `p2`, `p3`."""
    for name, body in pages.items():
        path = "/lista.list.html" if name == "html" else f"/lista.list.{name}.html"
        server.expect_request(path).respond_with_data(body, content_type="text/html; charset=utf-8")


def asked(server: HTTPServer) -> list[str]:
    return [request.path for request, _ in server.log]


def until_error(entries: Iterator[Entry]) -> tuple[list[Entry], SourceError]:
    """What came before the error, and the error."""
    given: list[Entry] = []
    with pytest.raises(SourceError) as caught:
        given.extend(entries)
    return given, caught.value


def test_a_note_is_told_by_its_card_and_its_page_model(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """The fuller title, every date, and the words of card and model make one entry; the path says who announces."""
    serve(httpserver, html=page(card(ALIA, text="Con BSC &amp; más")))
    httpserver.expect_request(f"{MODELS}{ALIA}.model.json").respond_with_json(model())
    (entry,) = source(httpserver, pages=1).read(fetch, SPAN)
    assert (entry.key, entry.url) == (ALIA, httpserver.url_for(ALIA))
    assert entry.title == "Presentación de ALIA, los modelos públicos de lenguaje"
    assert entry.stated == (
        StatedDate(Where.PUBLISHED, dt.date(2026, 1, 26), "1769382000000"),
        StatedDate(Where.UPDATED, dt.datetime(2026, 1, 26, 11, tzinfo=dt.UTC), "1769425200000"),
        StatedDate(Where.PRINTED, dt.date(2026, 1, 26), "26/01/2026"),
    )
    assert "Con BSC & más" in entry.text
    assert "ALIA Red" in entry.text  # two items of a list, and not one word
    assert "x()" not in entry.text
    assert entry.announced_by == "Secretaría de Estado de Digitalización e Inteligencia Artificial"
    assert entry.publisher == "MTDFP"


def test_t11_a_truncated_slug_and_its_galician_duplicate_are_one_entry() -> None:
    """T11: a note and the same note below /gl/ are one, the Spanish preferred, whichever the list shows first."""
    for order in (1, -1):
        (found,) = cards_of(*[card(f"/gl{ALIA}", "Presentación en galego"), card(f"{ALIA}.html")][::order])
        assert (found.key, found.url, found.language) == (ALIA, f"{SITE}{ALIA}.html", "")
        assert (found.title, found.aliases) == ("Presentación de ALIA", (f"{SITE}/gl{ALIA}",))


def test_t11_the_same_truncated_slug_in_two_months_is_two_notes() -> None:
    """T11: two notes whose slugs were cut to the same 64 characters stay two when their months differ."""
    assert len(CUT) == 64
    january, february = cards_of(card(ALIA), card(f"{SEDIA}/2026/02/{CUT}"))
    assert january.key != february.key


def test_a_note_in_another_language_alone_says_so(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """A note that the list shows in Galician only is in Galician, and its model is asked for below that language."""
    serve(httpserver, html=page(card(f"/gl{ALIA}")))
    httpserver.expect_request(f"/content/portalmtdfp/gl{ALIA}.model.json").respond_with_json(model())
    (entry,) = source(httpserver, pages=1).read(fetch, SPAN)
    assert (entry.language, entry.key) == ("gl", ALIA)


def test_a_slug_that_is_a_day_dates_the_note(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """Of a slug such as `2025-05-06_02` the day is kept as that of the address."""
    path = f"{NOTES}/mtdfp/2025/05/2025-05-06_02"
    serve(httpserver, html=page(card(path, day="07/05/2025")))
    httpserver.expect_request(f"{MODELS}{path}.model.json").respond_with_json(model())
    (entry,) = source(httpserver, pages=1).read(fetch, Span(dt.date(2025, 5, 1), dt.date(2025, 5, 9)))
    assert entry.stated[0] == StatedDate(Where.ADDRESS, dt.date(2025, 5, 6), "2025-05-06")
    assert entry.announced_by == "Ministerio para la Transformación Digital y de la Función Pública"


@pytest.mark.parametrize(("status", "body"), [(404, "{}"), (200, "<html>"), (200, "{}"), (200, '{"title": NaN}')])
def test_a_page_model_that_fails_does_not_lose_its_note(
    httpserver: HTTPServer, fetch: Fetcher, status: int, body: str
) -> None:
    """The note is given with its printed date, the others whole, and the error comes after all of them."""
    other = f"{NOTES}/mtdfp/2026/01/otra"
    serve(httpserver, html=page(card(ALIA), card(other)))
    httpserver.expect_request(f"{MODELS}{ALIA}.model.json").respond_with_data(body, status=status)
    httpserver.expect_request(f"{MODELS}{other}.model.json").respond_with_json(model())
    (first, second), _ = until_error(source(httpserver, pages=1).read(fetch, SPAN))
    assert [date.where for date in first.stated] == [Where.PRINTED]
    assert [date.where for date in second.stated] == [Where.PUBLISHED, Where.UPDATED, Where.PRINTED]


def test_pages_are_read_until_the_cards_are_older(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """A pinned old note ends nothing; a page that ends before the span does; neither is asked for its model."""
    old, older = f"{NOTES}/mtdfp/2025/01/vieja", f"{NOTES}/mtdfp/2024/01/vieja"
    serve(
        httpserver,
        html=page(card(old, day="01/01/2025"), card(f"{ALIA}-1")),
        p2=page(card(f"{ALIA}-2", day="21/01/2026"), card(older, day="19/01/2026")),
        p3=page(card(f"{ALIA}-3")),
    )
    for number in (1, 2):
        httpserver.expect_request(f"{MODELS}{ALIA}-{number}.model.json").respond_with_json(model())
    entries = list(source(httpserver, pages=5).read(fetch, SPAN))
    assert [entry.key for entry in entries] == [f"{ALIA}-1", f"{ALIA}-2"]
    assert len(asked(httpserver)) == 4


@pytest.mark.parametrize("end", ["missing", "empty", "repeated"])
def test_the_list_ends_where_it_gives_nothing_new(httpserver: HTTPServer, fetch: Fetcher, end: str) -> None:
    """A page that is missing, empty or the same again ends a back-fill quietly."""
    serve(httpserver, html=page(card(ALIA)))
    if end != "missing":
        serve(httpserver, p2=page() if end == "empty" else page(card(ALIA)))
    else:
        httpserver.expect_request("/lista.list.p2.html").respond_with_data("no", status=404)
    httpserver.expect_request(f"{MODELS}{ALIA}.model.json").respond_with_json(model())
    span = Span(dt.date(2020, 1, 1), dt.date(2026, 1, 27), backfill=True)
    assert len(list(source(httpserver).read(fetch, span))) == 1
    assert len(asked(httpserver)) == 3


def test_a_later_page_that_fails_does_not_lose_the_first(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """The notes of the first page come before the error of the second, a page of HTML without cards."""
    serve(httpserver, html=page(card(ALIA)), p2=b"<!DOCTYPE html><html><body>Mantenimiento</body></html>")
    httpserver.expect_request(f"{MODELS}{ALIA}.model.json").respond_with_json(model())
    entries, error = until_error(source(httpserver).read(fetch, SPAN))
    assert len(entries) == 1
    assert isinstance(error, SourceChanged)


def test_links_to_other_sites_and_to_documents_are_kept_and_not_followed(
    httpserver: HTTPServer, fetch: Fetcher
) -> None:
    """Such a note is given with its address and its printed date, and nothing but the list is asked for."""
    links = ("http://169.254.169.254/x", "/content/dam/portal-mtdfp/nota.pdf", "javascript:alert(1)")
    serve(httpserver, html=page(*(card(link, f"Nota {number}") for number, link in enumerate(links))))
    entries = list(source(httpserver, pages=1).read(fetch, SPAN))
    assert [entry.url for entry in entries] == [links[0], httpserver.url_for(links[1]), None]
    assert len({entry.key for entry in entries}) == 3
    assert asked(httpserver) == ["/lista.list.html"]


@pytest.mark.parametrize(("backfill", "given"), [(False, 0), (True, 1)])
def test_an_unchanged_list_is_read_again_only_for_a_back_fill(
    httpserver: HTTPServer, backfill: bool, given: int
) -> None:
    """A list that did not change since it was read gives nothing; a back-fill takes nothing for read."""
    httpserver.expect_request("/lista.list.html", headers={"If-None-Match": '"1"'}).respond_with_data(status=304)
    serve(httpserver, html=page(card(ALIA)), p2=page())
    httpserver.expect_request(f"{MODELS}{ALIA}.model.json").respond_with_json(model())
    with fetcher(httpserver, {httpserver.url_for("/lista.list.html"): Validator('"1"')}) as fetch:
        span = Span(SPAN.first, SPAN.last, backfill=backfill)
        assert len(list(source(httpserver).read(fetch, span))) == given


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "cards .dnt-card"),
        (b"<html><body>Service unavailable</body></html>", "cards .dnt-card"),
        (page('<div class="dnt-card"><p class="dnt-date">1/1/2026</p></div>'), "a title"),
        (page('<div class="dnt-card"><p class="dnt-title">Nota</p></div>'), "a link"),
        (page(card("javascript:x()")), "a link"),
        (b"<div>" * 700_000, "too intricate"),
        (b"<a " + b" ".join(b"a%d" % number for number in range(30_000)) + b">", "too intricate"),
        (page(*[card(ALIA)] * 501), "501"),
    ],
)
def test_a_list_of_another_shape_is_a_change(body: bytes, expected: str) -> None:
    """No card, no title, no link, or a page made to be slow: SourceChanged says what was expected."""
    with pytest.raises(SourceChanged, match=expected):
        read_list(body, PROFILE, SITE, "e")


def test_one_card_without_a_title_is_left_out() -> None:
    """The other cards of the page are read."""
    assert [found.key for found in cards_of(card("/x", ""), card(ALIA))] == [ALIA]


def test_the_outermost_dates_count_and_words_are_bounded() -> None:
    """A teaser's dates are not the note's, dates in words are read, and text ends at 20,000 characters."""
    body = model(
        datepicker="1769382000000",
        lastModifiedDate="2026-01-27T10:00:00+01:00",
        teaser={"datepicker": 0, "lastModifiedDate": 0, "description": "palabra " * 9000},
    )
    detail = read_detail(json.dumps(body).encode(), PROFILE)
    assert [date.moment for date in detail.stated] == [
        dt.date(2026, 1, 26),
        dt.datetime(2026, 1, 27, 9, tzinfo=dt.UTC),
    ]
    assert len(detail.text) == 20_000


@pytest.mark.parametrize("value", [None, True, "--5", "", 10**19, -(10**18), "x" * 1000])
def test_a_date_that_cannot_be_read_is_none(value: object) -> None:
    """A `datepicker` that is no date states none; the note is read all the same."""
    assert read_detail(json.dumps({"datepicker": value}).encode(), PROFILE).stated == ()
