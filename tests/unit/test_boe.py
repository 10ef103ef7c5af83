"""The gazette: its levels as objects or lists, its days, and what another shape leads to."""

import copy
import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources.boe import BoeSource, read_summary
from alia_watch.sources.fetch import Fetcher, Validator
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline
from alia_watch.sources.source import Profile, Span

PROFILE = Profile("boe", "BOE", "Gobierno de España", Kind.AGREEMENT, "A", "es", "Europe/Madrid")
DAY = dt.date(2025, 6, 14)  # a Saturday
URL = "https://www.boe.es/datosabiertos/api/boe/sumario/20250614"
DIGITAL = "MINISTERIO PARA LA TRANSFORMACIÓN DIGITAL Y DE LA FUNCIÓN PÚBLICA"
AGREEMENT = {
    "identificador": "BOE-A-2025-12136",
    "titulo": "Convenio con el BSC-CNS &amp; la Secretaría, <b>ALIA</b>.",
    "url_html": "/diario_boe/txt.php?id=BOE-A-2025-12136",
    "url_pdf": {"szBytes": "288771", "texto": "https://www.boe.es/boe/dias/2025/06/14/pdfs/BOE-A-2025-12136.pdf"},
}
ADDENDUM = {
    "identificador": "BOE-A-2025-12137",
    "titulo": "Adenda al convenio sobre tecnologías del lenguaje.",
    "url_html": {"texto": "https://www.boe.es/otra?id=BOE-A-2025-12137"},
    "url_pdf": "https://www.boe.es/boe/dias/2025/06/14/pdfs/x.pdf",
}
SECTION_2B = {
    "codigo": "2B",
    "nombre": "II. Autoridades y personal. - B. Oposiciones y concursos",
    "departamento": {
        "codigo": "9575",
        "nombre": "UNIVERSIDADES",
        "item": [{"identificador": "BOE-A-2025-12100", "titulo": "Resolución de la Universidad de Lleida."}],
    },
}
SECTION_3 = {
    "codigo": "3",
    "nombre": "III. Otras disposiciones",
    "departamento": [
        {
            "codigo": "9574",
            "nombre": DIGITAL,
            "epigrafe": [{"nombre": "Convenios", "item": [AGREEMENT, ADDENDUM]}],
            "texto": [{"nombre": "Anexos", "item": {"identificador": "BOE-A-1", "titulo": "Anexo"}}],
        }
    ],
}
ISSUE = {
    "numero": "143",
    "sumario_diario": {"identificador": "BOE-S-2025-143"},
    "seccion": [SECTION_2B, SECTION_3],
}
SUMMARY: dict[str, Any] = {
    "status": {"code": "200", "text": "ok"},
    "data": {"sumario": {"metadatos": {"publicacion": "BOE", "fecha_publicacion": "20250614"}, "diario": [ISSUE]}},
}
LEVELS = {"data", "sumario", "metadatos", "diario", "seccion", "departamento", "epigrafe", "texto", "item"}


def read(document: object, day: dt.date = DAY) -> list[Entry]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(read_summary(body, PROFILE, day, "e" * 64, URL))


def until_error(entries: Iterator[Entry]) -> tuple[list[Entry], SourceError]:
    """What came before the error, and the error."""
    given: list[Entry] = []
    with pytest.raises(SourceError) as caught:
        given.extend(entries)
    return given, caught.value


def fetcher(server: HTTPServer, known: dict[str, Validator] | None = None) -> Fetcher:
    """A fetcher that never waits."""

    def clock() -> dt.datetime:
        return dt.datetime(2026, 1, 26, 12, tzinfo=dt.UTC)

    own, deadline = [server.url_for("/")], Deadline(600, clock=clock, sleep=lambda _: None)
    return Fetcher("boe", own, contact="x", deadline=deadline, pace=Pace(clock, 0), clock=clock, known=known)


@pytest.fixture
def fetch(httpserver: HTTPServer) -> Iterator[Fetcher]:
    """A fetcher for the server of the test."""
    with fetcher(httpserver) as made:
        yield made


def test_an_item_becomes_an_entry_that_says_where_it_stands() -> None:
    """Key, address, date, department, section and epigraph are those of the gazette; markup is gone from the title."""
    entry = read(SUMMARY)[1]
    assert (entry.source, entry.key, entry.publisher, entry.kind) == ("boe", "BOE-A-2025-12136", "BOE", Kind.AGREEMENT)
    assert entry.title == "Convenio con el BSC-CNS & la Secretaría, ALIA."
    assert entry.url == "https://www.boe.es/diario_boe/txt.php?id=BOE-A-2025-12136"
    assert entry.aliases == ("https://www.boe.es/boe/dias/2025/06/14/pdfs/BOE-A-2025-12136.pdf",)
    assert entry.stated == (StatedDate(Where.PUBLISHED, DAY, "20250614"),)
    assert entry.text == f"III. Otras disposiciones {DIGITAL} Convenios"
    assert (entry.announced_by, entry.note) == (DIGITAL, "BOE-A-2025-12136, sección III")


def test_items_without_epigraph_under_texts_and_without_address_are_read() -> None:
    """A department's own items and those under a `texto` count, and an item's page is made of its identifier."""
    assert [entry.key for entry in read(SUMMARY)] == [
        "BOE-A-2025-12100",
        "BOE-A-2025-12136",
        "BOE-A-2025-12137",
        "BOE-A-1",
    ]
    first, _, third, last = read(SUMMARY)
    assert (first.url, first.aliases) == ("https://www.boe.es/diario_boe/txt.php?id=BOE-A-2025-12100", ())
    assert third.url == "https://www.boe.es/otra?id=BOE-A-2025-12137"
    assert last.text.endswith("Anexos")


def reshaped(node: Any, data: st.DataObject) -> Any:
    """The same document with some lists of one made objects, and some objects made lists of one."""
    if isinstance(node, list):
        return [reshaped(each, data) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: reshaped(value, data) for name, value in node.items()}
    for name in LEVELS & made.keys():
        if data.draw(st.booleans()):
            value = made[name]
            if isinstance(value, dict):
                made[name] = [value]
            elif len(value) == 1:
                made[name] = value[0]
    return made


@given(st.data())
def test_t10_any_level_is_an_object_or_a_list(data: st.DataObject) -> None:
    """T10: whichever levels are an object and whichever a list, the same entries come out."""
    assert read(reshaped(SUMMARY, data)) == read(SUMMARY)


def test_t10_a_sunday_is_not_asked_and_a_missing_gazette_is_no_error(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """T10: of Friday to Monday three days are asked; one that answers 404 gives nothing, and the rest is read."""
    httpserver.expect_request("/20250613").respond_with_data("none", status=404)
    httpserver.expect_request("/20250614", headers={"Accept": "application/json"}).respond_with_json(SUMMARY)
    httpserver.expect_request("/20250616").respond_with_data("none", status=404)
    source = BoeSource(PROFILE, httpserver.url_for("/"))
    entries = list(source.read(fetch, Span(dt.date(2025, 6, 13), dt.date(2025, 6, 16))))
    assert len(entries) == 4
    assert [request.path for request, _ in httpserver.log] == ["/20250613", "/20250614", "/20250616"]
    assert source.read_until == dt.date(2025, 6, 15)  # the gazette of the 16th may be to come


def test_a_failing_day_ends_the_reading_and_what_came_before_is_known(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """A back-fill gives the days before the failing one, says which was the last, and asks no later one."""
    httpserver.expect_request("/20250614").respond_with_json(SUMMARY)
    httpserver.expect_request("/20250616").respond_with_data("<html>", status=200)
    source = BoeSource(PROFILE, httpserver.url_for("/"))
    entries, error = until_error(source.read(fetch, Span(DAY, dt.date(2025, 6, 18), backfill=True)))
    assert isinstance(error, SourceChanged)
    assert len(entries) == 4
    assert source.read_until == dt.date(2025, 6, 15)
    assert [request.path for request, _ in httpserver.log] == ["/20250614", "/20250616"]


@pytest.mark.parametrize(("backfill", "given"), [(False, 0), (True, 4)])
def test_an_unchanged_day_is_read_again_only_for_a_back_fill(
    httpserver: HTTPServer, backfill: bool, given: int
) -> None:
    """A day that was read is asked conditionally; a back-fill takes nothing for read."""
    url = httpserver.url_for("/20250614")
    httpserver.expect_request("/20250614", headers={"If-None-Match": '"1"'}).respond_with_data(status=304)
    httpserver.expect_request("/20250614").respond_with_json(SUMMARY)
    with fetcher(httpserver, {url: Validator('"1"')}) as fetch:
        source = BoeSource(PROFILE, httpserver.url_for("/"))
        assert len(list(source.read(fetch, Span(DAY, DAY, backfill=backfill)))) == given


@pytest.mark.parametrize(
    ("path", "level"),
    [
        (("data",), "data"),
        (("data", "sumario"), "data.sumario"),
        (("data", "sumario", "metadatos", "fecha_publicacion"), "fecha_publicacion"),
        (("data", "sumario", "diario"), "data.sumario.diario"),
        (("data", "sumario", "diario", 0, "seccion"), "data.sumario.diario.seccion"),
        (("data", "sumario", "diario", 0, "seccion", 1, "departamento"), "data.sumario.diario.seccion.departamento"),
        (("data", "sumario", "diario", 0, "seccion", 0, "departamento", "item"), "seccion.departamento.item"),
        (
            ("data", "sumario", "diario", 0, "seccion", 1, "departamento", 0, "epigrafe", 0, "item"),
            "departamento.epigrafe.item",
        ),
    ],
)
@pytest.mark.parametrize("instead", ["gone", "text", "null"])
def test_a_level_that_lacks_is_named(path: tuple[Any, ...], level: str, instead: str) -> None:
    """Where a level is gone, or is no object, the error names it."""
    document = copy.deepcopy(SUMMARY)
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    if instead == "gone":
        del holder[path[-1]]
    else:
        holder[path[-1]] = "algo" if instead == "text" else None
    with pytest.raises(SourceChanged, match=re.escape(level)):
        read(document)


def test_one_odd_department_does_not_lose_the_others() -> None:
    """The entries of every other department come before the error about the odd one."""
    document = copy.deepcopy(SUMMARY)
    document["data"]["sumario"]["diario"][0]["seccion"][0]["departamento"] = {"nombre": "ODD"}
    entries, error = until_error(read_summary(json.dumps(document).encode(), PROFILE, DAY, "e", URL))
    assert "departamento.item" in str(error)
    assert len(entries) == 3


def test_only_an_item_without_title_is_left_out() -> None:
    """An item without title is left out, one without identifier is known by its address; none titled is a change."""
    document = copy.deepcopy(SUMMARY)
    items = document["data"]["sumario"]["diario"][0]["seccion"][1]["departamento"][0]["epigrafe"][0]["item"]
    del items[0]["titulo"]
    del items[1]["identificador"]
    assert [entry.key for entry in read(document)][1] == "https://www.boe.es/otra?id=BOE-A-2025-12137"
    assert len(read(document)) == 3
    with pytest.raises(SourceChanged, match="titulo"):
        read(json.loads(json.dumps(SUMMARY).replace('"titulo"', '"title"')))


def test_a_summary_of_another_day_is_refused() -> None:
    """An answer about another date than the one asked for is a change of the source, not that day's gazette."""
    with pytest.raises(SourceChanged, match=r"2025-06-16.*2025-06-14"):
        read(SUMMARY, dt.date(2025, 6, 16))


@pytest.mark.parametrize(("code", "again"), [("404", False), ("500", True), ("429", True)])
def test_a_status_in_the_body_is_heard(code: str, again: bool) -> None:
    """An answer that says itself that it failed is an error, and says whether another try may help."""
    with pytest.raises(SourceError, match=f"status {code}") as caught:
        read({"status": {"code": code, "text": "<script>"}, "data": ""})
    assert (type(caught.value), caught.value.again) == (SourceError, again)
    assert "script" not in str(caught.value)


GOOD = json.dumps(SUMMARY).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html><html></html>",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"[" + b"0," * 600_000 + b"0]",
        b'{"a": ' + b"9" * 5000 + b"}",
        GOOD.replace(b'"143"', b"1e999"),
        GOOD.replace(b'"status"', b'"data": {}, "status"'),
        GOOD.replace(b'"143"', b"NaN"),
        GOOD.replace(b'"143"', b"9" * 30),
        GOOD.replace(b"Convenios", b"\xff\xfe"),
        GOOD[:-3],
        json.dumps(SUMMARY).encode("utf-16"),
        b"[]",
        b"null",
    ],
)
def test_what_is_no_proper_json_is_a_change(body: bytes) -> None:
    """Depth bombs, repeated names, numbers without bound, NaN, broken UTF-8 and pages of HTML end as SourceChanged."""
    with pytest.raises(SourceChanged):
        read(body)


def test_half_a_surrogate_pair_can_be_stored_afterwards() -> None:
    """A title with half of a surrogate pair, valid in JSON, comes out as text that UTF-8 can hold."""
    (entry, *_) = read(GOOD.replace(b"de la Universidad", b"\\ud800 Universidad"))
    assert "Universidad" in entry.title
    entry.title.encode()
