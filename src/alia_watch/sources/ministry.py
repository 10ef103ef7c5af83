"""The notes of the ministry of digital transformation (digital.gob.es), which has no feed.

A list of cards in HTML gives titles and printed dates; the page model of each note, in JSON, gives the date of
publication and the words. A note has one path for each language (`/gl/…`, `/en/…`), and slugs are cut at about 64
characters: a note is known by its whole path, without the language.
"""

import html
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

import httpx2
from selectolax.lexbor import LexborHTMLParser, LexborNode

from alia_watch.announcements.dating import civil
from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources import dates, plain
from alia_watch.sources.fetch import Fetcher
from alia_watch.sources.source import Profile, Span
from alia_watch.sources.stream import MEGABYTE
from alia_watch.sources.strict_json import strict_json

SITE = "https://digital.gob.es"
_CONTENT = "/content/portalmtdfp/"
#: The inner address of the list, as the site's own page asks for it: it may move without notice.
LIST_PATH = _CONTENT + "es/comunicacion/jcr:content/root/container/containerSpace/content_display_copy.list.html"
BACKFILL_PAGES = 60
MOST_BYTES = 2 * MEGABYTE
MOST_TEXT = 20_000  # characters of a note, for matching

_LANGUAGE = re.compile(r"^/(es|gl|en|ca|eu)(?=/)")
_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
#: A page of ten cards has about 500 tags. Parsing takes time with the square of its depth and of a tag's attributes.
_MOST_TAGS = 20_000
_MOST_CARDS = 500
_SEDIA = "secretaria-digitalizacion-e-inteligencia-artificial"
_ANNOUNCERS = {
    "mtdfp": "Ministerio para la Transformación Digital y de la Función Pública",
    _SEDIA: "Secretaría de Estado de Digitalización e Inteligencia Artificial",
    "secretaria-estado-funcion-publica": "Secretaría de Estado de Función Pública",
}
_SAYS = ("text", "title", "description")  # and names that end so, such as `jcr:title`


@dataclass(frozen=True, slots=True)
class Card:
    """A note as the list shows it.

    Attributes:
        key: its path without language and `.html`; of another site its address; else a hash of its title.
        path: the same path, where the site can be asked for the note's page model; else empty.
        language: the prefix of its path; empty for Spanish.
        printed: the date on the card.
        evidence: SHA-256 of the list page.
    """

    key: str
    path: str
    title: str
    url: str | None
    language: str
    printed: StatedDate | None
    text: str
    evidence: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """What the page model of a note says; `stated` has its dates, publication first."""

    title: str
    text: str
    stated: tuple[StatedDate, ...]


class MinistrySource:
    """The notes of the ministry, by its list, whose path ends in `.html`, and the page model of each."""

    def __init__(self, profile: Profile, site: str = SITE, list_path: str = LIST_PATH, pages: int = 2) -> None:
        self.profile = profile
        self._site = site.rstrip("/")
        self._list = self._site + list_path.removesuffix(".html")
        self._pages = pages

    def read(self, fetch: Fetcher, span: Span) -> Iterator[Entry]:
        """The notes whose card is dated within the span or not at all; nothing where the list has not changed.

        The evidence of an entry is its page model; where that could not be read, the list page.

        Raises:
            SourceError: a page of the list, or the page model of a note, could not be read. It comes last: every note
                there was a card of was given, with what its card says.
        """
        cards: list[Card] = []
        failed: SourceError | None = None
        try:
            cards.extend(self._cards(fetch, span))
        except SourceError as error:
            failed = error
        for card in merged(cards):
            if card.printed and not span.first <= civil(card.printed, self.profile.zone) <= span.last:
                continue
            detail, evidence = None, card.evidence
            try:
                if card.path:
                    detail, evidence = self._detail(fetch, card.path, card.language or "es")
            except SourceError as error:
                failed = failed or error
            yield entry(card, detail, self.profile, evidence)
        if failed is not None:
            raise failed

    def _cards(self, fetch: Fetcher, span: Span) -> Iterator[Card]:
        """The cards of the list, page by page, until they are older than the span."""
        seen: set[str] = set()
        for number in range(1, (BACKFILL_PAGES if span.backfill else self._pages) + 1):
            first = number == 1
            url = f"{self._list}.html" if first else f"{self._list}.p{number}.html"
            # Only the first page tells whether the list changed: the others move with it.
            anew = not first or span.backfill
            page = fetch.get(url, accept="text/html", most_bytes=MOST_BYTES, missing=not first, conditional=not anew)
            cards = [] if page is None else read_list(page.body, self.profile, self._site, page.sha256, first=first)
            if {card.key for card in cards} <= seen:  # the end; or a server that gives its last page for any number
                return
            seen.update(card.key for card in cards)
            yield from cards
            days = [civil(card.printed, self.profile.zone) for card in cards if card.printed]
            if days and days[-1] < span.first:
                return

    def _detail(self, fetch: Fetcher, path: str, language: str) -> tuple[Detail, str]:
        """What the page model of a note says, and its evidence."""
        url = f"{self._site}{_CONTENT}{language}{path}.model.json"
        page = fetch.get(url, accept="application/json", most_bytes=MOST_BYTES, conditional=False)
        assert page is not None  # noqa: S101  asked for unconditionally, and 404 is an error
        return read_detail(page.body, self.profile), page.sha256


def read_list(body: bytes, profile: Profile, site: str, evidence: str, *, first: bool = True) -> list[Card]:
    """The cards of a page of the list.

    Args:
        site: where the list stands; relative links are meant from there.
        evidence: SHA-256 of `body`.
        first: it is the first page, which has cards; a later one may be beyond the end.

    Raises:
        SourceChanged: there is no card, no card has a title, or none has a link.
    """
    if body.count(b"<") > _MOST_TAGS or len(set(re.split(rb"[\t\n\f\r />=]+", body))) > _MOST_TAGS:
        raise SourceChanged(profile.id, "a page of cards .dnt-card", found="a page too intricate to parse")
    try:
        nodes = LexborHTMLParser(body).css(".dnt-card")
        found = [_card(node, profile, site, evidence) for node in nodes[:_MOST_CARDS]]
    except Exception:  # noqa: BLE001  the parser is native code and promises no kind of error for hostile bytes
        raise SourceChanged(profile.id, "a page of cards .dnt-card", found="what cannot be parsed") from None
    if len(nodes) > _MOST_CARDS or (not nodes and (first or b"<html" in body.lower())):
        raise SourceChanged(profile.id, "cards .dnt-card", found=f"{len(nodes)} of them")
    cards = [card for card in found if card is not None]
    if nodes and not cards:
        raise SourceChanged(profile.id, "a title .dnt-title in the cards .dnt-card")
    if cards and all(card.url is None for card in cards):
        raise SourceChanged(profile.id, "a link .dnt-title a in the cards .dnt-card")
    return cards


def merged(cards: Iterable[Card]) -> list[Card]:
    """One card for each note, in the order of the list: the Spanish one where there is one, the others its aliases."""
    notes: dict[str, Card] = {}
    for card in cards:
        known = notes.get(card.key)
        if known is None:
            notes[card.key] = card
            continue
        kept, other = (card, known) if known.language and not card.language else (known, card)
        urls = dict.fromkeys(url for url in (*known.aliases, other.url) if url and url != kept.url)
        notes[card.key] = replace(kept, aliases=tuple(urls), printed=kept.printed or other.printed)
    return list(notes.values())


def read_detail(body: bytes, profile: Profile) -> Detail:
    """The page model of a note: the outermost `datepicker` and `lastModifiedDate`, its title, and all its words.

    Raises:
        SourceChanged: it is no JSON, or says nothing of a date of publication.
    """
    document = strict_json(body, profile.id)
    dated, published, updated = False, None, None
    words: list[str] = []
    length = 0
    for name, value in _leaves(document):
        if name == "datepicker":
            dated = True
            published = published or _moment(Where.PUBLISHED, value, profile.zone)
        elif name == "lastModifiedDate":
            updated = updated or _moment(Where.UPDATED, value, profile.zone)
        elif isinstance(value, str) and name.lower().endswith(_SAYS) and length < MOST_TEXT:
            words.append(plain.plain(value, most=MOST_TEXT))
            length += len(words[-1]) + 1
    if not dated:
        raise SourceChanged(profile.id, "the page model of a note, with a datepicker")
    title = document.get("title")
    return Detail(
        title=plain.title(title) if isinstance(title, str) else "",
        text=" ".join(dict.fromkeys(filter(None, words)))[:MOST_TEXT],
        stated=tuple(date for date in (published, updated) if date is not None),
    )


def entry(card: Card, detail: Detail | None, profile: Profile, evidence: str) -> Entry:
    """The entry of a note, by its card and what its page model adds."""
    title = detail.title if detail and len(detail.title) > len(card.title) else card.title
    # A slug is made of the title, but for those that are the day and a number: `2025-05-06_02`.
    by_slug = dates.in_address(f"/{card.path.rpartition('/')[2][:10]}")
    announcer = next((_ANNOUNCERS[part] for part in card.path.split("/") if part in _ANNOUNCERS), profile.announced_by)
    return Entry(
        source=profile.id,
        key=card.key,
        title=title,
        url=card.url,
        stated=tuple(date for date in (by_slug, *(detail.stated if detail else ()), card.printed) if date is not None),
        evidence=evidence,
        kind=profile.kind,
        text=f"{card.text} {detail.text}".strip()[:MOST_TEXT] if detail else card.text,
        announced_by=announcer,
        publisher=profile.publisher,
        language=card.language or profile.language,
        confidence=profile.confidence,
        aliases=card.aliases,
    )


def _card(node: LexborNode, profile: Profile, site: str, evidence: str) -> Card | None:
    title = plain.title(_text(node, ".dnt-title"))
    if not title:
        return None
    link = node.css_first(".dnt-title a[href]")
    href = (link.attributes["href"] or "").strip() if link is not None else ""
    url = plain.address(href, site + "/") if href else None  # an empty one would lead to the front page
    key, path, language = _known_by(url, site)
    return Card(
        key=key or sha256(title.encode()).hexdigest(),
        path=path,
        title=title,
        url=url,
        language=language,
        printed=dates.stated(Where.PRINTED, _text(node, ".dnt-date"), profile.zone),
        text=plain.plain(_text(node, ".dnt-text"), most=MOST_TEXT),
        evidence=evidence,
    )


def _known_by(url: str | None, site: str) -> tuple[str, str, str]:
    """Key, path of the page model, and language, by the address of a note."""
    if url is None:
        return "", "", ""
    parsed = httpx2.URL(url)
    if parsed.host != httpx2.URL(site).host:
        return url, "", ""
    path = parsed.raw_path.decode("ascii").partition("?")[0].replace(_CONTENT, "/", 1)
    language = _LANGUAGE.match(path)
    path = _LANGUAGE.sub("", path).rstrip("/").removesuffix(".html")
    if not path or _FILE.search(path):  # the front page, or a document
        return path or url, "", ""
    return path, path, language[1] if language and language[1] != "es" else ""


def _text(node: LexborNode, selector: str) -> str:
    """The text of the first such node, as markup again: `plain` takes markup."""
    found = node.css_first(selector)
    return "" if found is None else html.escape(found.text(separator=" "), quote=False)


def _leaves(document: object) -> Iterator[tuple[str, object]]:
    """Every value with its name, the outermost first; in a list, the name is that of the list."""
    queue = deque([("", document)])
    while queue:
        name, node = queue.popleft()
        if isinstance(node, dict | list):
            queue.extend(node.items() if isinstance(node, dict) else ((name, each) for each in node))
        else:
            yield name, node


def _moment(where: Where, value: object, zone: str) -> StatedDate | None:
    """Milliseconds since 1970, as a number or as digits, or a date in words."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{8,18}", value):
        return dates.stated(where, plain.title(value), zone)
    return dates.epoch_ms(where, value, zone)
