"""The public sector's tenders as its platform syndicates them: Atom with CODICE inside, about 5 MB a page. Pure.

Entries come again as they change their state, and vanish as `at:deleted-entry`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from html import escape
from random import Random

TENDERS_TYPE = "application/atom+xml;charset=UTF-8"
FOLDER = "/sindicacion/sindicacion_643/"
TENDERS_PATH = FOLDER + "licitacionesPerfilesContratanteCompleto3.atom"
#: So many filler entries are a page of about 5 MB, as the real one is.
FULL_PAGE = 500

_SITE = "https://contrataciondelsectorpublico.gob.es"
_CODES = "https://contrataciondelestado.es/codice/cl"
_HEAD = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cbc-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:\
CommonBasicComponents-2" xmlns:cac-place-ext="urn:dgpe:names:draft:codice-place-ext:schema:xsd:\
CommonAggregateComponents-2" xmlns:cbc="urn:dgpe:names:draft:codice:schema:xsd:CommonBasicComponents-2" \
xmlns:cac="urn:dgpe:names:draft:codice:schema:xsd:CommonAggregateComponents-2" \
xmlns:ns7="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2" \
xmlns:at="http://purl.org/atompub/tombstones/1.0">
  <author><name>Plataforma de Contratación del Sector Público (SIMULADO)</name><uri>{site}</uri></author>
  <generator>ALIA Watch, simulated</generator>
  <id>{site}{path}</id>
  <link href="{path}" rel="self"/>
"""
_STATES = ("PRE", "PUB", "PUB", "PUB", "EV", "ADJ", "RES", "RES")
_BUYERS = (
    "Alcaldía del Ayuntamiento de Lorca", "Dirección General del Servicio Extremeño de Salud",
    "Junta de Gobierno de la Diputación de Lugo", "Rectorado de la Universidad de Burgos",
    "Dirección de la Agencia Estatal de Meteorología", "Gerencia del Instituto de Salud Carlos III",
    "Presidencia de la Autoridad Portuaria de Gijón", "Consejería de Educación del Principado de Asturias",
)  # fmt: skip
_OBJECTS = (
    ("Suministro de reactivos para el laboratorio de hematología", "33696500"),
    ("Servicio de limpieza de los centros educativos", "90911200"),
    ("Obras de pavimentación de la calle Mayor", "45233252"),
    ("Mantenimiento de la plataforma de administración electrónica", "72267000"),
    ("Suministro de licencias de ofimática", "48300000"),
    ("Servicio de comedor escolar", "55524000"),
    ("Redacción del proyecto de rehabilitación del mercado", "71242000"),
    ("Suministro de gasóleo de calefacción", "09135100"),
)


@dataclass(frozen=True, slots=True)
class Tender:
    """One tender in one state.

    Attributes:
        number: what its id ends in.
        folder_id: the buyer's own number of it.
        title: what is bought; the entry's title and the project's name.
        party: the contracting body.
        amount: the budget without taxes, in euros.
        updated: when it last changed, an aware instant; printed with its own offset.
        cpv: the codes of what is bought, eight digits each.
        status: PRE, PUB, EV, ADJ, RES or ANUL.
        lots, documents: how many of each it has; they are most of its bytes.
    """

    number: int
    folder_id: str
    title: str
    party: str
    amount: Decimal
    updated: datetime
    cpv: tuple[str, ...] = ("72000000",)
    status: str = "PUB"
    lots: int = 0
    documents: int = 2

    @property
    def id(self) -> str:
        """The id of its entry, the same in every state."""
        return f"{_SITE}/sindicacion/licitacionesPerfilContratante/{self.number}"


def tenders_page(
    entries: Iterable[Tender],
    next_url: str | None = None,
    *,
    updated: datetime,
    deleted: Sequence[tuple[Tender, datetime]] = (),
    path: str = TENDERS_PATH,
) -> bytes:
    """One page, whole. UTF-8. See `tenders_pieces`."""
    return b"".join(tenders_pieces(entries, next_url, updated=updated, deleted=deleted, path=path))


def tenders_pieces(
    entries: Iterable[Tender],
    next_url: str | None = None,
    *,
    updated: datetime,
    deleted: Sequence[tuple[Tender, datetime]] = (),
    path: str = TENDERS_PATH,
) -> Iterator[bytes]:
    """One page, an entry at a time.

    Args:
        entries: its entries, newest first.
        next_url: where the page before it in time is; relative or whole. None on the last.
        updated: when the page was written.
        deleted: tenders that were taken away, and when.
        path: where this page is.
    """
    yield _HEAD.format(site=_SITE, path=path).encode()
    if next_url is not None:
        yield f'  <link href="{escape(next_url)}" rel="next"/>\n'.encode()
    yield (
        f"  <title>Licitaciones publicadas en la Plataforma (SIMULADO)</title><updated>{_iso(updated)}</updated>\n"
    ).encode()
    for gone, when in deleted:
        yield f'  <at:deleted-entry ref="{gone.id}" when="{_iso(when)}"/>\n'.encode()
    for entry in entries:
        yield _entry(entry).encode()
    yield b"</feed>\n"


def filler_tenders(at: datetime, count: int = FULL_PAGE) -> Iterator[Tender]:
    """Tenders of which none is about a language model, newest first, a minute apart; the same for the same instant."""
    random = Random(f"placsp:{at.isoformat()}")
    first = int(at.timestamp()) // 60
    for place in range(count):
        what, cpv = random.choice(_OBJECTS)
        yield Tender(
            number=first - place,
            folder_id=f"EXP-{random.randint(1, 9999):04}/{at.year}",
            title=f"{what}. Expediente {random.randint(100, 999)}",
            party=random.choice(_BUYERS),
            amount=Decimal(random.randint(1_500_000, 250_000_000)) / 100,
            updated=at - timedelta(minutes=place),
            cpv=(cpv,),
            status=random.choice(_STATES),
            lots=random.choice((0, 0, 1, 2, 4, 8, 12)),
            documents=random.randint(2, 8),
        )


def _entry(tender: Tender) -> str:
    title, party = escape(tender.title), escape(tender.party)
    folder, link = escape(tender.folder_id), f"{_SITE}/wps/poc?uri=deeplink%3Adetalle_licitacion&amp;idEvl="
    summary = (
        f"Id licitación: {folder}; Órgano de Contratación: {party}; "
        f"Importe: {tender.amount} EUR; Estado: {tender.status}"
    )
    return f"""  <entry>
    <id>{tender.id}</id>
    <link href="{link}{tender.number:024x}"/>
    <summary type="text">{summary}</summary>
    <title>{title}</title>
    <updated>{_iso(tender.updated)}</updated>
    <cac-place-ext:ContractFolderStatus>
      <cbc:ContractFolderID>{folder}</cbc:ContractFolderID>
      <cbc-place-ext:ContractFolderStatusCode languageID="es" listURI="{_CODES}/2.04/SyndicationContractFolderStatus\
Code-2.04.gc">{tender.status}</cbc-place-ext:ContractFolderStatusCode>
      <cac-place-ext:LocatedContractingParty>
        <cbc:ContractingPartyTypeCode listURI="{_CODES}/2.0/ContractingAuthorityCode-2.0.gc">3\
</cbc:ContractingPartyTypeCode>
        <cac:Party>
          <cac:PartyIdentification><cbc:ID schemeName="NIF">P{tender.number % 10_000_000:07}B</cbc:ID>\
</cac:PartyIdentification>
          <cac:PartyName><cbc:Name>{party}</cbc:Name></cac:PartyName>
          <cac:PostalAddress><cbc:CityName>Madrid</cbc:CityName><cbc:PostalZone>28001</cbc:PostalZone>\
<cac:Country><cbc:IdentificationCode>ES</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
        </cac:Party>
        <cac-place-ext:ParentLocatedParty><cac:PartyName><cbc:Name>Sector Público</cbc:Name></cac:PartyName>\
</cac-place-ext:ParentLocatedParty>
      </cac-place-ext:LocatedContractingParty>
      <cac:ProcurementProject>
        <cbc:Name>{title}</cbc:Name>
        <cbc:TypeCode listURI="{_CODES}/2.08/ContractCode-2.08.gc">2</cbc:TypeCode>
{_budget(tender.amount)}{_classification(tender.cpv)}      </cac:ProcurementProject>
{"".join(_lot(tender, number) for number in range(1, tender.lots + 1))}\
      <cac:TenderingProcess>
        <cbc:ProcedureCode listURI="{_CODES}/2.07/SyndicationTenderingProcessCode-2.07.gc">1</cbc:ProcedureCode>
        <cac:TenderSubmissionDeadlinePeriod><cbc:EndDate>{tender.updated + timedelta(days=20):%Y-%m-%d}</cbc:EndDate>\
<cbc:EndTime>23:59:00</cbc:EndTime></cac:TenderSubmissionDeadlinePeriod>
      </cac:TenderingProcess>
{"".join(_document(tender, number) for number in range(1, tender.documents + 1))}\
    </cac-place-ext:ContractFolderStatus>
  </entry>
"""


def _budget(amount: Decimal) -> str:
    return f"""        <cac:BudgetAmount>
          <cbc:EstimatedOverallContractAmount currencyID="EUR">{amount}</cbc:EstimatedOverallContractAmount>
          <cbc:TotalAmount currencyID="EUR">{amount * Decimal("1.21"):.2f}</cbc:TotalAmount>
          <cbc:TaxExclusiveAmount currencyID="EUR">{amount}</cbc:TaxExclusiveAmount>
        </cac:BudgetAmount>
"""


def _classification(codes: Iterable[str]) -> str:
    return "".join(
        f"""        <cac:RequiredCommodityClassification>
          <cbc:ItemClassificationCode listURI="{_CODES}/2.04/CPV2008-2.04.gc">{code}</cbc:ItemClassificationCode>
        </cac:RequiredCommodityClassification>
"""
        for code in codes
    )


def _lot(tender: Tender, number: int) -> str:
    return f"""      <cac:ProcurementProjectLot>
        <cbc:ID schemeName="ID_LOTE">{number}</cbc:ID>
        <cac:ProcurementProject>
        <cbc:Name>Lote {number}: {escape(tender.title)}</cbc:Name>
{_budget(tender.amount / (tender.lots + 1))}{_classification(tender.cpv)}        <cac:RealizedLocation>
          <cbc:CountrySubentity>Madrid</cbc:CountrySubentity>
          <cbc:CountrySubentityCode listURI="{_CODES}/2.08/NUTS-2021.gc">ES300</cbc:CountrySubentityCode>
        </cac:RealizedLocation>
        </cac:ProcurementProject>
      </cac:ProcurementProjectLot>
"""


def _document(tender: Tender, number: int) -> str:
    kind = ("LegalDocumentReference", "TechnicalDocumentReference", "AdditionalDocumentReference")[min(number - 1, 2)]
    place = f"{_SITE}/wps/wcm/connect/PLACE_es/Site/area/docAccCmpnt?srv=cmpnt&amp;cmpntname=GetDocumentsById"
    return f"""      <cac:{kind}>
        <cbc:ID>DOC{tender.updated:%Y%m%d%H%M%S}{number:02}.pdf</cbc:ID>
        <cac:Attachment><cac:ExternalReference>
          <cbc:URI>{place}&amp;source=library&amp;DocumentIdParam={tender.number:032x}{number:04x}</cbc:URI>
          <cbc:DocumentHash>{tender.number * number:040x}</cbc:DocumentHash>
        </cac:ExternalReference></cac:Attachment>
      </cac:{kind}>
"""


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
