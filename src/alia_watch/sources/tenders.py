"""The tenders of the Spanish public sector, as its platform (PLACSP) syndicates them: Atom with CODICE in each entry.

A page has 500 entries in about 5 MB, newest first; `rel=next` leads to the page before it in time. A tender comes again
each time its state changes, under the same id. Pages are parsed as they arrive, an entry at a time, and without DTD or
entities.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Protocol
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException, ElementTree

from alia_watch.announcements.dating import civil
from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources import dates, plain
from alia_watch.sources.fetch import Fetcher
from alia_watch.sources.reach import Refused, parsed, step
from alia_watch.sources.source import Profile, Span
from alia_watch.sources.stream import MEGABYTE

BACKFILL_PAGES = 400
MOST_BYTES = 32 * MEGABYTE

_ATOM = "{http://www.w3.org/2005/Atom}"
_CODICE = "{urn:dgpe:names:draft:codice"
_ACCEPT = "application/atom+xml, application/xml;q=0.9"
_EXPECTED = "an Atom feed of tenders in CODICE"
#: An entry has about 10 kB and 200 elements, one of 100 lots 200 kB; beyond these bounds it is none.
_MOST_ENTRY_BYTES = 4 * MEGABYTE
_MOST_ENTRY_ELEMENTS = 100_000
_DEEPEST = 100
#: Names of elements, attributes, prefixes and instructions on a page, about 200: the parser forgets none of them.
_MOST_NAMES = 5_000
#: Entries that may come before the first one with CODICE in it.
_MOST_BARE = 500
_MOST_CPV = 10
_MOST_TEXT = 20_000

_PARTY = "{*}ContractFolderStatus/{*}LocatedContractingParty//{*}PartyName/{*}Name"
_PROJECT = "{*}ContractFolderStatus/{*}ProcurementProject/"
_ISSUED = (
    "{*}ContractFolderStatus/{*}ValidNoticeInfo/{*}AdditionalPublicationStatus"
    "/{*}AdditionalPublicationDocumentReference/{*}IssueDate"
)
_LOT = "{*}ContractFolderStatus/{*}ProcurementProjectLot/{*}ProcurementProject/{*}Name"


class Readable(Protocol):
    """Bytes as they arrive, such as a `Stream`."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; empty at the end."""
        ...


class TendersSource:
    """The tenders that changed, newest first, page by page until they are older than the span."""

    def __init__(self, profile: Profile, url: str, pages: int = 40) -> None:
        self.profile = profile
        self._url = url
        self._pages = pages

    def read(self, fetch: Fetcher, span: Span) -> Iterator[Entry]:
        """Their entries as they arrive, at most `pages` pages of them; nothing where the first has not changed.

        Raises:
            SourceError: a page could not be read, or not to its end, or there were more of them; what came before is
                good.
        """
        url, seen = self._url, {self._url}
        for number in range(BACKFILL_PAGES if span.backfill else self._pages):
            anew = number > 0 or span.backfill
            with fetch.stream(url, accept=_ACCEPT, most_bytes=MOST_BYTES, conditional=not anew) as stream:
                if stream is None:
                    return
                page = TenderPage(stream, self.profile)
                yield from page
                reached = stream.url
            if page.last is not None and civil(page.last, self.profile.zone) < span.first:
                return
            if not page.next:
                return
            try:
                url = str(step(parsed(reached), page.next))
            except Refused as why:
                raise SourceChanged(self.profile.id, "a link rel=next that can be followed", found=str(why)) from None
            if url in seen:
                return
            seen.add(url)
        what = f"more than {number + 1} pages within the days asked for: older changes were not read"
        raise SourceError(self.profile.id, what, again=False, hint="Give the source more `pages`, or fewer days.")


class TenderPage:
    """One page as it arrives: iterate over its entries, once.

    The evidence of an entry is the SHA-256 of its own element, serialised as UTF-8: that of the page is known only at
    its end, and an entry stands on many pages.

    Attributes:
        next: the address of the page before it in time, as written; empty where there is none. Known at the end.
        last: when the last entry so far was updated, of those that say so.
    """

    def __init__(self, stream: Readable, profile: Profile) -> None:
        self.next = ""
        self.last: StatedDate | None = None
        self._profile = profile
        self._bytes = _Bounded(stream, profile)

    def __iter__(self) -> Iterator[Entry]:
        """Its entries.

        Raises:
            SourceError: it is malformed or broke off (the entries until then are good); or SourceChanged.
        """
        bare: list[Entry] = []
        codice, titled, entries = False, False, 0
        for element in self._children():
            if element.tag == f"{_ATOM}link" and element.get("rel") == "next":
                self.next = element.get("href", "").strip()
            if element.tag != f"{_ATOM}entry":  # a `deleted-entry` among others
                continue
            entries += 1
            codice = codice or any(child.tag.startswith(_CODICE) for child in element)
            entry = _entry(element, self._profile)
            titled = titled or entry is not None
            self.last = _updated(element, self._profile) or self.last
            bare += [entry] if entry is not None else []
            if codice:
                yield from bare
                bare.clear()
            elif entries > _MOST_BARE:
                break
        if entries and not codice:
            raise SourceChanged(self._profile.id, _EXPECTED, found="entries without CODICE")
        if entries and not titled:
            raise SourceChanged(self._profile.id, _EXPECTED, found="entries without a title")

    def _children(self) -> Iterator[Element]:
        """The children of the feed, each whole, and let go when the next is asked for."""
        events = ElementTree.iterparse(self._bytes, ("start", "end", "start-ns", "pi"), forbid_dtd=True)
        path: list[Element] = []
        names: set[str] = set()
        elements = 0
        while (event := self._event(events, begun=bool(path))) is not None:
            kind, element = event
            if kind in ("start-ns", "pi"):
                names.add(element[0] if isinstance(element, tuple) else (element.text or "").split(" ", maxsplit=1)[0])
            elif kind == "start":
                if not path and element.tag != f"{_ATOM}feed":
                    name = re.sub(r"[^A-Za-z0-9:._-]", "?", element.tag.rpartition("}")[2])[:40]
                    raise SourceChanged(self._profile.id, _EXPECTED, found=f"an element {name}")
                names.update((element.tag, *element.keys()))
                path.append(element)
                elements += 1
            else:
                path.pop()
                if len(path) == 1:
                    elements = 0
                    self._bytes.since = 0
                    element.tail = None
                    yield element
                    path[0].clear()
            if len(path) > _DEEPEST or elements > _MOST_ENTRY_ELEMENTS or len(names) > _MOST_NAMES:
                raise SourceChanged(
                    self._profile.id, _EXPECTED, found="elements too deep, too many, or of too many names"
                )

    def _event(self, events: Any, *, begun: bool) -> tuple[str, Any] | None:
        """What the parser finds next; None at the end."""
        try:
            return next(events, None)
        except ElementTree.ParseError:
            if begun:
                raise SourceError(self._profile.id, "the page is malformed, or broke off", again=True) from None
            raise SourceChanged(self._profile.id, _EXPECTED, found="no XML") from None
        except DefusedXmlException as error:
            raise SourceChanged(self._profile.id, _EXPECTED, found=type(error).__name__) from None
        except (ValueError, LookupError):  # an encoding that is unknown, or that the parser does not take
            raise SourceChanged(self._profile.id, _EXPECTED, found="an encoding that cannot be read") from None


def read_page(stream: Readable, profile: Profile) -> TenderPage:
    """A page of tenders, to be iterated over. See `TenderPage`."""
    return TenderPage(stream, profile)


class _Bounded:
    """What the parser reads by: the stream, and a bound on what lies between the ends of two children of the feed."""

    def __init__(self, stream: Readable, profile: Profile) -> None:
        self.since = 0
        self._stream = stream
        self._profile = profile

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(size)
        self.since += len(piece)
        if self.since > _MOST_ENTRY_BYTES:
            found = f"an entry of more than {_MOST_ENTRY_BYTES // MEGABYTE} MB"
            raise SourceChanged(self._profile.id, _EXPECTED, found=found)
        return piece


def _entry(element: Element, profile: Profile) -> Entry | None:
    title = next((name for path in (_PROJECT + "{*}Name", f"{_ATOM}title") for name in _texts(element, path)), "")
    if not title:
        return None
    identifier, folder = _first(element, f"{_ATOM}id"), _first(element, "{*}ContractFolderStatus/{*}ContractFolderID")
    parties = _texts(element, _PARTY)
    links = (link for link in element.iterfind(f"{_ATOM}link") if link.get("rel", "alternate") == "alternate")
    url = next((url for link in links if (url := plain.address(link.get("href", "")))), None)
    cpv = list(
        dict.fromkeys(_texts(element, _PROJECT + "{*}RequiredCommodityClassification/{*}ItemClassificationCode"))
    )
    party = parties[0] if parties else ""
    # The platform has moved to another host once: the id is the same tender's on both.
    key = re.sub(r"^https?://[^/]*/", "", identifier) or " ".join(filter(None, (folder, party))) or url
    said = (*parties, *cpv, folder, _first(element, f"{_ATOM}summary"), *_texts(element, _LOT))
    return Entry(
        source=profile.id,
        key=key or sha256(title.encode()).hexdigest(),
        title=title,
        url=url,
        stated=tuple(date for date in (_published(element, profile), _updated(element, profile)) if date is not None),
        evidence=sha256(ElementTree.tostring(element, encoding="utf-8")).hexdigest(),
        kind=profile.kind,
        text=" ".join(filter(None, said))[:_MOST_TEXT],
        announced_by=party or profile.announced_by,
        publisher=profile.publisher,
        language=profile.language,
        confidence=profile.confidence,
        note=_note(element, cpv),
    )


def _note(element: Element, cpv: list[str]) -> str:
    """`estado PUB, 1234000.00 EUR sin impuestos, CPV 72000000`: of each what is there, as written."""
    state = _first(element, "{*}ContractFolderStatus/{*}ContractFolderStatusCode")
    amount = element.find(_PROJECT + "{*}BudgetAmount/{*}TaxExclusiveAmount")
    parts = [f"estado {state[:20]}"] if state else []
    if amount is not None and (figure := plain.plain(amount.text or "", most=40)):
        parts.append(
            " ".join(filter(None, (figure, plain.plain(amount.get("currencyID", ""), most=10), "sin impuestos")))
        )
    if cpv:
        parts.append("CPV " + " ".join(code[:12] for code in cpv[:_MOST_CPV]))
    return ", ".join(parts)


def _published(element: Element, profile: Profile) -> StatedDate | None:
    """The first of the days on which a notice of it was published; an `xs:date` may carry a zone after the day."""
    texts = [text[:10] for text in _texts(element, _ISSUED)] or _texts(element, f"{_ATOM}published")
    found = [date for text in texts if (date := dates.stated(Where.PUBLISHED, text, profile.zone)) is not None]
    return min(found, key=lambda date: civil(date, profile.zone), default=None)


def _updated(element: Element, profile: Profile) -> StatedDate | None:
    return dates.stated(Where.UPDATED, _first(element, f"{_ATOM}updated"), profile.zone)


def _first(element: Element, path: str) -> str:
    return next(iter(_texts(element, path)), "")


def _texts(element: Element, path: str) -> list[str]:
    """The texts at a path, plain, those that are not empty."""
    return [text for found in element.iterfind(path) if (text := plain.title(found.text or ""))]
