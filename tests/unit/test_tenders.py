"""The tenders: what an entry says, pages one after another, and a page that breaks off or is made to harm."""

import datetime as dt
import io
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import islice

import pytest
from pytest_httpserver import HTTPServer

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources.fetch import Fetcher, Validator
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline
from alia_watch.sources.source import Profile, Span
from alia_watch.sources.tenders import TendersSource, read_page

PROFILE = Profile("placsp", "PLACSP", "Sector público", Kind.BUDGET, "A", "es", "Europe/Madrid")
TITLE = "Servicio de anotación para ALIA &amp; Salamandra"
SPAN = Span(dt.date(2026, 1, 20), dt.date(2026, 1, 27))
HEAD = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<feed xmlns="http://www.w3.org/2005/Atom"
  xmlns:cbc-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonBasicComponents-2"
  xmlns:cac-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:dgpe:names:draft:codice:schema:xsd:CommonBasicComponents-2"
  xmlns:cac="urn:dgpe:names:draft:codice:schema:xsd:CommonAggregateComponents-2"
  xmlns:at="http://purl.org/atompub/tombstones/1.0">
  <author><name>Plataforma de Contratación del Sector Público</name></author>
  <id>https://contrataciondelestado.es/sindicacion/sindicacion_643/x.atom</id>
  <link href="x.atom" rel="self"/>
"""


def tender(
    number: int = 1, *, updated: str = "2026-01-26T13:30:00.000+01:00", state: str = "PUB", more: str = ""
) -> str:
    return f"""  <entry>
    <id>https://contrataciondelestado.es/sindicacion/licitacionesPerfilContratante/{number}</id>
    <link href="https://contrataciondelestado.es/wps/poc?uri=deeplink%3Adetalle_licitacion&amp;idEvl=a{number}"/>
    <summary type="text">Id licitación: BSC-{number}/2026; Importe: 1234000 EUR; Estado: {state}</summary>
    <title>Título del Atom</title>
    <updated>{updated}</updated>
    <cac-place-ext:ContractFolderStatus>
      <cbc:ContractFolderID>BSC-{number}/2026</cbc:ContractFolderID>
      <cbc-place-ext:ContractFolderStatusCode languageID="es">{state}</cbc-place-ext:ContractFolderStatusCode>
      <cac-place-ext:LocatedContractingParty>
        <cac:Party><cac:PartyName><cbc:Name>Barcelona Supercomputing Center</cbc:Name></cac:PartyName></cac:Party>
        <cac-place-ext:ParentLocatedParty><cac:PartyName><cbc:Name>Ministerio de Ciencia</cbc:Name></cac:PartyName>
        </cac-place-ext:ParentLocatedParty>
      </cac-place-ext:LocatedContractingParty>
      <cac:ProcurementProject>
        <cbc:Name>{TITLE}</cbc:Name>
        <cac:BudgetAmount>
          <cbc:TotalAmount currencyID="EUR">1493140</cbc:TotalAmount>
          <cbc:TaxExclusiveAmount currencyID="EUR">1234000</cbc:TaxExclusiveAmount>
        </cac:BudgetAmount>
        <cac:RequiredCommodityClassification><cbc:ItemClassificationCode>72000000</cbc:ItemClassificationCode>
        </cac:RequiredCommodityClassification>
      </cac:ProcurementProject>
      <cac:ProcurementProjectLot><cac:ProcurementProject><cbc:Name>Lote de gallego</cbc:Name></cac:ProcurementProject>
      </cac:ProcurementProjectLot>
      {more}
    </cac-place-ext:ContractFolderStatus>
  </entry>
"""


def notice(day: str) -> str:
    return f"""<cac-place-ext:ValidNoticeInfo><cbc-place-ext:NoticeTypeCode>DOC_CN</cbc-place-ext:NoticeTypeCode>
      <cac-place-ext:AdditionalPublicationStatus><cac-place-ext:AdditionalPublicationDocumentReference>
      <cbc:IssueDate>{day}</cbc:IssueDate></cac-place-ext:AdditionalPublicationDocumentReference>
      </cac-place-ext:AdditionalPublicationStatus></cac-place-ext:ValidNoticeInfo>"""


def feed(*entries: str, next_url: str = "") -> bytes:
    onward = f'<link href="{next_url}" rel="next"/>' if next_url else ""
    return f"{HEAD}{onward}{''.join(entries)}</feed>".encode()


class Arriving:
    """Bytes that arrive in pieces, of which no more is held than one."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = b""

    def read(self, size: int = -1, /) -> bytes:
        while size < 0 or len(self._left) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._left += piece
        end = len(self._left) if size < 0 else size
        given, self._left = self._left[:end], self._left[end:]
        return given


def entries_of(body: bytes) -> list[Entry]:
    return list(read_page(io.BytesIO(body), PROFILE))


def until_error(entries: Iterable[Entry]) -> tuple[list[Entry], SourceError]:
    """What came before the error, and the error."""
    given: list[Entry] = []
    with pytest.raises(SourceError) as caught:
        given.extend(entries)
    return given, caught.value


def fetcher(server: HTTPServer, known: dict[str, Validator] | None = None) -> Fetcher:
    """A fetcher that never waits."""

    def clock() -> dt.datetime:
        return dt.datetime(2026, 1, 27, 12, tzinfo=dt.UTC)

    own, deadline = [server.url_for("/")], Deadline(600, clock=clock, sleep=lambda _: None)
    return Fetcher("placsp", own, contact="x", deadline=deadline, pace=Pace(clock, 0), clock=clock, known=known)


@pytest.fixture
def fetch(httpserver: HTTPServer) -> Iterator[Fetcher]:
    """A fetcher for the server of the test."""
    with fetcher(httpserver) as made:
        yield made


def serve(server: HTTPServer, **pages: bytes) -> None:
    for name, body in pages.items():
        server.expect_request(f"/s/{name}.atom").respond_with_data(body, content_type="application/atom+xml")


def test_a_tender_says_what_is_bought_by_whom_and_for_how_much() -> None:
    """Title, address, dates, party, amount, state and codes are those of the CODICE; the id loses its host."""
    (entry,) = entries_of(feed(tender(7, more=notice("2026-01-25") + notice("2026-01-12+01:00"))))
    assert entry.key == "sindicacion/licitacionesPerfilContratante/7"
    assert entry.title == "Servicio de anotación para ALIA & Salamandra"
    assert entry.url == "https://contrataciondelestado.es/wps/poc?uri=deeplink%3Adetalle_licitacion&idEvl=a7"
    assert entry.stated == (
        StatedDate(Where.PUBLISHED, dt.date(2026, 1, 12), "2026-01-12"),
        StatedDate(Where.UPDATED, dt.datetime(2026, 1, 26, 12, 30, tzinfo=dt.UTC), "2026-01-26T13:30:00.000+01:00"),
    )
    assert entry.note == "estado PUB, 1234000 EUR sin impuestos, CPV 72000000"
    assert (entry.announced_by, entry.publisher) == ("Barcelona Supercomputing Center", "PLACSP")
    for words in ("Barcelona Supercomputing Center", "Ministerio de Ciencia", "72000000", "BSC-7/2026", "gallego"):
        assert words in entry.text


def test_a_tender_has_one_key_through_its_states_and_its_own_evidence() -> None:
    """The same tender in another state has the same key and other evidence; the same entry elsewhere the same."""
    published, awarded = entries_of(feed(tender(), tender(state="ADJ")))
    (alone,) = entries_of(feed(tender()).replace(b"</entry>", b"</entry>\n\n\n"))
    assert published.key == awarded.key
    assert published.evidence == alone.evidence != awarded.evidence
    assert len(alone.evidence) == 64


def test_without_an_id_the_folder_and_the_party_are_the_key() -> None:
    """An entry without an id is known by the number of its folder and who buys; one without a title is left out."""
    body = feed(tender(), tender(2)).decode()
    nameless = body.replace("<id>https://contrataciondelestado.es/sindicacion/licitacionesPerfilContratante/1</id>", "")
    assert entries_of(nameless.encode())[0].key == "BSC-1/2026 Barcelona Supercomputing Center"
    untitled = body.replace("<title>Título del Atom</title>", "", 1).replace(
        "Servicio de anotación para ALIA &amp; Salamandra", "", 1
    )
    assert [entry.key[-1] for entry in entries_of(untitled.encode())] == ["2"]
    with pytest.raises(SourceChanged, match="without a title"):
        entries_of(body.replace("title>", "titel>").replace("cbc:Name>", "cbc:Nom>").encode())


def test_tenders_that_were_taken_away_are_left_out_and_an_empty_page_is_no_error() -> None:
    """A `deleted-entry` is no entry, and a feed without entries is an empty reading."""
    gone = '<at:deleted-entry ref="https://x/1" when="2026-01-26T10:00:00+01:00"/>'
    assert len(entries_of(feed(gone, tender()))) == 1
    assert entries_of(feed(gone)) == []
    assert entries_of(feed()) == []


def test_pages_are_followed_until_their_entries_are_older(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """`rel=next` is followed, relative too, until the last entry of a page is older than the span."""
    serve(
        httpserver,
        one=feed(tender(1), next_url="two.atom"),
        two=feed(tender(2), tender(3, updated="2026-01-20T00:30:00+01:00"), next_url="/s/three.atom"),
        three=feed(tender(4), tender(5, updated="2026-01-19T23:59:00+01:00"), next_url="four.atom"),
    )
    entries = list(TendersSource(PROFILE, httpserver.url_for("/s/one.atom"), pages=9).read(fetch, SPAN))
    assert [entry.key[-1] for entry in entries] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("pages", [2, 9])
def test_a_page_that_leads_back_ends_the_reading(httpserver: HTTPServer, fetch: Fetcher, pages: int) -> None:
    """In no circle."""
    serve(httpserver, one=feed(tender(1), next_url="two.atom"), two=feed(tender(2), next_url="one.atom"))
    source = TendersSource(PROFILE, httpserver.url_for("/s/one.atom"), pages=pages)
    assert len(list(source.read(fetch, SPAN))) == 2


def test_more_pages_than_may_be_read_are_told(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """What the pages held is given, and then it is said that there were more within the days asked for."""
    serve(httpserver, one=feed(tender(1), next_url="two.atom"), two=feed(tender(2)))
    entries, error = until_error(TendersSource(PROFILE, httpserver.url_for("/s/one.atom"), pages=1).read(fetch, SPAN))
    assert len(entries) == 1
    assert "more than 1 pages" in str(error)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("onward", ["javascript:alert(1)", "http://user:pw@example.org/", "http://169.254.169.254/x"])
def test_a_next_page_that_leads_astray_is_not_followed(httpserver: HTTPServer, fetch: Fetcher, onward: str) -> None:
    """What was read is given, and then the error says that the next page was not followed."""
    serve(httpserver, one=feed(tender(1), next_url=onward))
    entries, error = until_error(TendersSource(PROFILE, httpserver.url_for("/s/one.atom")).read(fetch, SPAN))
    assert len(entries) == 1
    assert "follow" in str(error)
    assert len(httpserver.log) == 1


@pytest.mark.parametrize(("backfill", "given"), [(False, 0), (True, 1)])
def test_an_unchanged_feed_is_read_again_only_for_a_back_fill(
    httpserver: HTTPServer, backfill: bool, given: int
) -> None:
    """A first page that did not change gives nothing; a back-fill takes nothing for read."""
    httpserver.expect_request("/s/one.atom", headers={"If-None-Match": '"1"'}).respond_with_data(status=304)
    serve(httpserver, one=feed(tender(1)))
    url = httpserver.url_for("/s/one.atom")
    with fetcher(httpserver, {url: Validator('"1"')}) as fetch:
        span = Span(SPAN.first, SPAN.last, backfill=backfill)
        assert len(list(TendersSource(PROFILE, url).read(fetch, span))) == given


@pytest.mark.parametrize("cut", [b"</feed>", b"Salamandra", b"</entry>"])
def test_what_came_before_a_page_broke_off_is_good(cut: bytes) -> None:
    """Of a truncated page the whole entries are given, then an error that another try may mend."""
    body = feed(tender(1), tender(2))
    entries, error = until_error(read_page(io.BytesIO(body[: body.rindex(cut)]), PROFILE))
    assert [entry.key[-1] for entry in entries] == (["1", "2"] if cut == b"</feed>" else ["1"])
    assert (type(error), error.again) == (SourceError, True)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "no XML"),
        (b"Service unavailable", "no XML"),
        (b"<!DOCTYPE html><html></html>", "DTDForbidden"),
        (b"<html><body><p>Mantenimiento</body></html>", "an element html"),
        (b"<rss><channel/></rss>", "an element rss"),
        (b"<feed/>", "an element feed"),
        (BOMB + feed(tender()).partition(b"?>")[2], "DTDForbidden"),
        (feed(tender()).replace(b"UTF-8", b"x-no-such"), "encoding|no XML"),
        (feed(tender()).replace(b"UTF-8", b"EUC-KR"), "encoding|no XML"),
        (feed(tender()).replace(b"urn:dgpe", b"urn:otra"), "without CODICE"),
        (feed(*["<entry><title>x</title></entry>"] * 600), "without CODICE"),
        (HEAD.encode() + b"<a>" * 200, "too deep"),
        (HEAD.encode() + b"<a>" * 1_000_000, "too deep"),
        (HEAD.encode() + b"<entry>" + b"<a/>" * 200_000, "too many"),
        (HEAD.encode() + b"<entry><title>" + b"x" * 5_000_000, "4 MB"),
        (HEAD.encode() + b"<entry><a b='" + b"x" * 5_000_000, "4 MB"),
        (HEAD.encode() + b"".join(b"<a%d/>" % number for number in range(12_000)), "too many names"),
        (HEAD.encode() + b"".join(b"<a b%d=''/>" % number for number in range(12_000)), "too many names"),
        (HEAD.encode() + b"".join(b"<a xmlns:n%d='u'/>" % number for number in range(12_000)), "too many names"),
        (HEAD.encode() + b"".join(b"<?p%d x?>" % number for number in range(12_000)), "too many names"),
    ],
)
def test_what_is_no_feed_of_tenders_is_a_change(body: bytes, found: str) -> None:
    """Another root, no CODICE, a DTD, an unknown encoding, and every kind of bomb end as SourceChanged."""
    entries, error = until_error(read_page(io.BytesIO(body), PROFILE))
    assert entries == []
    assert isinstance(error, SourceChanged)
    assert any(each in str(error) for each in found.split("|")), str(error)


def test_a_long_page_needs_no_more_memory_than_a_short_one() -> None:
    """Of a page of 12,000 entries, the last 4,000 are read with less than 1 MB more; their tree would take 5 MB."""

    def pieces() -> Iterator[bytes]:
        yield HEAD.encode()
        for number in range(12_000):
            words = f"<id>{number}</id><title>Nota</title><cbc:ContractFolderID>{number}</cbc:ContractFolderID>"
            yield f"<entry>{words}</entry>\n".encode()
        yield b"</feed>"

    entries = iter(read_page(Arriving(pieces()), PROFILE))
    count = sum(1 for _ in islice(entries, 8_000))
    tracemalloc.start()  # only now: it makes everything six times slower
    try:
        count += sum(1 for _ in entries)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 12_000
    assert peak < 1024 * 1024
