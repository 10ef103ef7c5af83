"""RSS 2, RSS 1 and Atom: the feeds of La Moncloa, of newspapers, and of searches."""

import hashlib
import html
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from alia_watch.announcements.entry import LONGEST_TITLE, Entry, StatedDate, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources import dates, plain
from alia_watch.sources.feed_text import FeedText, feed_text
from alia_watch.sources.fetch import Fetcher
from alia_watch.sources.source import Profile, Span
from alia_watch.sources.stream import MEGABYTE

_ACCEPT = "application/rss+xml, application/atom+xml, application/rdf+xml, application/xml;q=0.9, */*;q=0.1"
_MOST_BYTES = 2 * MEGABYTE
#: A longer identifier is known by its hash.
_LONGEST_KEY = 500
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


class FeedSource:
    """One or several feeds of one publisher. `aggregator`: a feed of what others published, as Google News is."""

    def __init__(self, profile: Profile, urls: Sequence[str], *, aggregator: bool = False) -> None:
        self.profile = profile
        self._urls = tuple(urls)
        self._aggregator = aggregator

    def read(self, fetch: Fetcher, span: Span) -> Iterator[Entry]:  # noqa: ARG002  a feed gives what it has
        """The entries of every feed, those of one that fails left out; nothing of one that has not changed.

        Raises:
            SourceError: one could not be read, or broke off. It is the first such, told when all were tried.
        """
        failed: SourceError | None = None
        for url in self._urls:
            try:
                page = fetch.get(url, accept=_ACCEPT, most_bytes=_MOST_BYTES)
                if page is not None:
                    yield from read_feed(
                        page.body,
                        self.profile,
                        page.sha256,
                        charset=page.charset,
                        within=page.url,
                        aggregator=self._aggregator,
                    )
            except SourceError as error:
                failed = failed or error
        if failed is not None:
            raise failed


def read_feed(
    body: bytes,
    profile: Profile,
    evidence: str,
    *,
    charset: str | None = None,
    within: str = "",
    aggregator: bool = False,
) -> Iterator[Entry]:
    """The items of a feed that have a title, in its order.

    Args:
        body: the feed, in whatever encoding.
        evidence: the SHA-256 of the body.
        charset: the one that the answer's header names.
        within: the address of the feed, against which relative links are meant.
        aggregator: its items name who published them, in `source` and after the title; their links only lead there.

    Raises:
        SourceChanged: it is no feed, or none of its items has a title.
        SourceError: it broke off, or some items could not be read; told after the items that are good.
    """
    feed = feed_text(profile.id, body, charset)
    items, flawed = _parsed(profile.id, feed)
    good = 0
    for item in items:
        entry = _entry(item, feed.root, profile, evidence, within=within, aggregator=aggregator)
        if entry is not None:
            good += 1
            yield entry
    if not feed.whole:
        raise SourceError(profile.id, "the feed broke off", again=True)
    if items and not good:
        raise SourceChanged(profile.id, "items with a title")
    if flawed and len(items) < feed.items:
        lost = feed.items - len(items)
        raise SourceError(profile.id, f"{lost} of its {feed.items} items could not be read", again=True)


def _parsed(source: str, feed: FeedText) -> tuple[list[dict[str, Any]], bool]:
    """The items, and whether the document is flawed."""
    import feedparser  # noqa: PLC0415  only who reads a feed loads it

    try:
        # As a file: bytes by themselves it takes for the name of one. It sanitises nothing and resolves nothing, for it
        # takes minutes over a hostile comment, and of all markup nothing is kept (plain.py).
        parsed = feedparser.parse(
            io.BytesIO(feed.text.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        return list(parsed.entries), bool(parsed.bozo)
    except Exception as error:  # noqa: BLE001  it lets anything out that its own code meets in a hostile document
        raise SourceChanged(source, "a feed that can be read", found=type(error).__name__) from None


def _entry(
    item: dict[str, Any], root: str, profile: Profile, evidence: str, *, within: str, aggregator: bool
) -> Entry | None:
    """An item as an entry; None where it has no title."""
    title, publisher = plain.plain(_markup(item, "title")), profile.publisher
    if aggregator or not publisher:  # a feed of one publisher may name another as the source of an item
        publisher = _publisher(item) or publisher
    if aggregator and publisher:
        title = title.removesuffix(f" - {publisher}")
    if not title:
        return None
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1].rstrip() + "…"
    link = _text(item, "link")
    url = plain.address(link, within) if link else None
    return Entry(
        source=profile.id,
        key=known_by(_text(item, "id"), link, title),
        title=title,
        url=url,
        stated=_stated(item, root, "" if aggregator else url or "", profile.zone),
        evidence=evidence,
        kind=profile.kind,
        text=_body(item),
        announced_by=profile.announced_by,
        publisher=publisher or _host(url),
        language=profile.language,
        confidence=profile.confidence,
        canonical=not aggregator,
    )


def known_by(*names: str) -> str:
    """What an entry is known by: the first of its names that there is; a long one, and the last, by its hash."""
    *better, title = names
    for name in better:
        bare = "".join(each for each in name if each.isprintable()).strip()
        if bare:
            return bare if len(bare) <= _LONGEST_KEY else _digest(bare)
    return _digest(title)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _stated(item: dict[str, Any], root: str, url: str, zone: str) -> tuple[StatedDate, ...]:
    published, updated = _text(item, "published"), _text(item, "updated")
    # `dc:date` comes as `updated`; in RSS it is what there is for a date of publication.
    changed = Where.PUBLISHED if root != "feed" and not published else Where.UPDATED
    found = (
        dates.in_address(url),
        dates.stated(Where.PUBLISHED, published, zone),
        dates.stated(changed, updated, zone),
        dates.stated(Where.CREATED, _text(item, "created"), zone),
    )
    return tuple(date for date in found if date is not None)


def _publisher(item: dict[str, Any]) -> str:
    source = dict.get(item, "source")
    return plain.title(html.escape(_text(source, "title"))) if isinstance(source, dict) else ""


def _host(url: str | None) -> str:
    """The host of an address, where nobody says who published it."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if url else ""


def _body(item: dict[str, Any]) -> str:
    """What it says besides its title; a blank before each tag, so that two paragraphs are never one word."""
    parts = [_markup(item, "summary")]
    parts += [_as_markup(_text(content, "value"), content) for content in dict.get(item, "content") or ()]
    return plain.plain(" ".join(dict.fromkeys(parts)).replace("<", " <"))


def _markup(item: dict[str, Any], name: str) -> str:
    return _as_markup(_text(item, name), dict.get(item, f"{name}_detail") or {})


def _as_markup(text: str, detail: dict[str, Any]) -> str:
    """Its text as HTML: what is plain text, and has no tag all the same, is escaped, so that `<` stays."""
    bare = dict.get(detail, "type") == "text/plain" and not _TAG.search(text)
    return html.escape(text) if bare else text


def _text(item: dict[str, Any], name: str) -> str:
    """What it says under a name, "" where nothing. The parser's own `get` gives one date for another."""
    value = dict.get(item, name)
    return value if isinstance(value, str) else ""
