"""Whatever the gazette, the ministry and the platform of tenders send: entries that can be stored, or a SourceError."""

import datetime as dt
import io
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import LONGEST_TITLE, Entry
from alia_watch.errors import SourceError
from alia_watch.sources.boe import read_summary
from alia_watch.sources.ministry import entry, merged, read_detail, read_list
from alia_watch.sources.source import Profile
from alia_watch.sources.tenders import read_page

PROFILE = Profile("x", "P", "A", Kind.OFFICIAL, "A", "es", "Europe/Madrid")
DAY = dt.date(2026, 1, 26)
ITEM = {
    "identificador": "BOE-A-2026-1",
    "titulo": "Convenio con <b>BSC-CNS</b> &amp; ALIA",
    "url_html": "/diario_boe/txt.php?id=BOE-A-2026-1",
    "url_pdf": {"texto": "https://www.boe.es/x.pdf"},
}
DEPARTMENT = {"nombre": "MINISTERIO", "epigrafe": {"nombre": "Convenios", "item": [ITEM]}, "item": ITEM, "texto": "x"}
SUMMARY = {
    "status": {"code": "200"},
    "data": {
        "sumario": {
            "metadatos": {"fecha_publicacion": "20260126"},
            "diario": [{"seccion": {"codigo": "3", "nombre": "III. Otras", "departamento": [DEPARTMENT]}}],
        }
    },
}
LIST = b"""<div><div class="dnt-card"><p class="dnt-date">26/01/2026</p><h3 class="dnt-title">
<a href="/gl/comunicacion/notas-prensa/mtdfp/2026/01/2026-01-26_02.html?x=1#y">ALIA &lt;3</a></h3>
<p class="dnt-text">Nota</p></div><div class="dnt-card"><h3 class="dnt-title"><a href="//otra.example/x">B</a></h3>
</div></div>"""
MODEL = {
    "title": "ALIA",
    "lastModifiedDate": "2026-01-26T10:00:00Z",
    ":items": {"a": {"datepicker": 1769382000000}, "b": [{"text": "<p>Uno</p>"}]},
}
FEED = """<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:c="urn:dgpe:names:draft:codice:x"><link rel="next" href="two.atom"/><entry><id>https://p.example/1</id>
<title>ALIA ñ</title><link href="https://p.example/x"/><updated>2026-01-26T13:30:00+01:00</updated>
<c:ContractFolderStatus><c:ContractFolderID>1/26</c:ContractFolderID><c:LocatedContractingParty><c:Party><c:PartyName>
<c:Name>BSC</c:Name></c:PartyName></c:Party></c:LocatedContractingParty><c:ProcurementProject><c:Name>N</c:Name>
<c:BudgetAmount><c:TaxExclusiveAmount currencyID="EUR">1</c:TaxExclusiveAmount></c:BudgetAmount></c:ProcurementProject>
<c:ValidNoticeInfo><c:AdditionalPublicationStatus><c:AdditionalPublicationDocumentReference><c:IssueDate>2026-01-12
</c:IssueDate></c:AdditionalPublicationDocumentReference></c:AdditionalPublicationStatus></c:ValidNoticeInfo>
</c:ContractFolderStatus></entry></feed>""".encode()

#: What breaks parsers: pieces of markup, of encodings and of numbers.
SHARDS = st.binary(max_size=6) | st.sampled_from(
    [
        b"<", b">", b"&", b'"', b"\\", b"\\ud800", b"\x00", b"\xff", b"\xef\xbb\xbf", b"<!DOCTYPE a>", b"<![CDATA[",
        b"<!--", b"]]>", b"&a;", b"&#0;", b"&#x110000;", b"[", b"{", b"}", b"null", b"1e999", b"NaN", b"9" * 400, b"-",
        b"<?x ?>", b" encoding='utf-7'", b"http://[", b"javascript:", b"99999999", b"0000-00-00T99:99",
        b"\xc2\xad\xe2\x80\xae", b"<a xmlns=''>", b"</c:Name>", b"</div>", b"<script>", b"<template>", b"\xed\xa0\x80",
    ]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, good: bytes) -> bytes:
    """A good document with up to five places cut out, doubled or overwritten."""
    body = good
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 40)))
        body = body[:start] + draw(st.sampled_from([b"", body[start:end] * 2]) | SHARDS) + body[end:]
    return body


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**80), max_value=2**80)
    | st.floats()
    | st.text(st.characters(codec=None, categories=None), max_size=8)  # half surrogates too
    | st.sampled_from(["20260126", "2026-01-26", "javascript:x", "http://[", "--5", "1769382000000", "<p>"])
)


@st.composite
def disturbed(draw: st.DrawFn, good: Any) -> Any:
    """A good JSON document with some values exchanged for others of any type."""
    if draw(st.integers(0, 14)) == 0:
        return draw(SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2))
    if isinstance(good, dict):
        return {name: draw(disturbed(value)) for name, value in good.items()}
    return [draw(disturbed(each)) for each in good] if isinstance(good, list) else good


def survives(entries: Iterable[Entry]) -> None:
    """Every entry can be stored and sent: in UTF-8, within its bounds; nothing but a SourceError is raised."""
    with suppress(SourceError):
        for each in entries:
            for text in (each.key, each.title, each.url or "", each.text, each.note, each.announced_by, *each.aliases):
                text.encode()
            for date in each.stated:
                date.text.encode()
            assert each.key
            assert 0 < len(each.title) <= LONGEST_TITLE
            assert each.url is None or each.url.startswith(("http://", "https://"))


def of_summary(body: bytes) -> Iterable[Entry]:
    return read_summary(body, PROFILE, DAY, "e", "https://www.boe.es/datosabiertos/api/boe/sumario/20260126")


def of_list(body: bytes) -> Iterable[Entry]:
    for card in merged(read_list(body, PROFILE, "https://digital.gob.es", "e")):
        yield entry(card, None, PROFILE, "e")


def of_model(body: bytes) -> Iterable[Entry]:
    (card, *_) = read_list(LIST, PROFILE, "https://digital.gob.es", "e")
    yield entry(card, read_detail(body, PROFILE), PROFILE, "e")


def of_feed(body: bytes) -> Iterable[Entry]:
    return read_page(io.BytesIO(body), PROFILE)


def test_the_good_documents_are_good() -> None:
    """What is mutated below is read whole before it is mutated."""
    assert len(list(of_summary(json.dumps(SUMMARY).encode()))) == 2
    assert len(list(of_list(LIST))) == 2
    assert len(list(of_model(json.dumps(MODEL).encode()))) == 1
    assert [len(each.stated) for each in of_feed(FEED)] == [2]


@given(st.binary(max_size=200) | mutated(json.dumps(SUMMARY, ensure_ascii=False).encode()))
def test_any_bytes_are_read_as_a_summary_or_refused(body: bytes) -> None:
    """A gazette's summary of any bytes ends in entries or in a SourceError."""
    survives(of_summary(body))


@given(disturbed(SUMMARY))
def test_any_json_is_read_as_a_summary_or_refused(document: Any) -> None:
    """A gazette's summary of any JSON ends in entries or in a SourceError."""
    survives(of_summary(json.dumps(document).encode()))


@given(st.binary(max_size=200) | mutated(LIST))
def test_any_bytes_are_read_as_a_list_or_refused(body: bytes) -> None:
    """A list of notes of any bytes ends in entries or in a SourceError."""
    survives(of_list(body))


@given(st.binary(max_size=200) | mutated(json.dumps(MODEL).encode()))
def test_any_bytes_are_read_as_a_page_model_or_refused(body: bytes) -> None:
    """A page model of any bytes ends in an entry or in a SourceError."""
    survives(of_model(body))


@given(disturbed(MODEL))
def test_any_json_is_read_as_a_page_model_or_refused(document: Any) -> None:
    """A page model of any JSON ends in an entry or in a SourceError."""
    survives(of_model(json.dumps(document).encode()))


@given(st.binary(max_size=200) | mutated(FEED) | mutated(FEED).map(lambda body: body + FEED))
def test_any_bytes_are_read_as_a_page_of_tenders_or_refused(body: bytes) -> None:
    """A page of tenders of any bytes ends in entries or in a SourceError."""
    survives(of_feed(body))
