"""Whatever bytes a feed or a search of the press answers with: entries, or SourceError, and nothing else."""

import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import LONGEST_TITLE, Entry, Where
from alia_watch.errors import SourceError
from alia_watch.sources import dates
from alia_watch.sources.feeds import read_feed
from alia_watch.sources.media import read_articles, read_volume
from alia_watch.sources.source import Profile

PROFILE = Profile("fuente", "Medio", "", Kind.MEDIA, "B", "es", "Europe/Madrid")

RSS = """<?xml version="1.0" encoding="utf-8"?><!-- c --><rss version="2.0"
xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Año</title><link>https://x.es</link>
<item><title>Uno &amp; &lt;b&gt;dos&lt;/b&gt;</title><link>https://x.es/20260126-a</link>
<guid isPermaLink="false">g</guid><pubDate>Mon, 26 Jan 2026 13:30:00 +0100</pubDate>
<source url="https://m.es">Medio</source><description><![CDATA[<p>La <b>IA</b></p>]]></description>
<content:encoded>&lt;p&gt;x&lt;/p&gt;</content:encoded></item>
<item><title>Tres - Medio</title><dc:date>2026-01-26T00:00:00Z</dc:date><author>a@b.es</author></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://x.es/"><entry><id>tag:1</id>
<title type="html">A</title><link href="b"/><updated>2026-01-26T12:30:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></content></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="c"/><item rdf:about="i"><title>Á</title>
<dc:date>2026-01-26</dc:date></item></rdf:RDF>"""
FEEDS = [RSS.encode(), RSS.encode("utf-16"), RSS.encode("iso-8859-1"), ATOM.encode(), RDF.encode()]
ARTICLE = {"url": "https://x.es/a", "title": "Año \\ ", "seendate": "20260126T123000Z", "language": "Spanish"}
ARTICLES = json.dumps({"articles": [ARTICLE] * 2}).encode()
VOLUME = json.dumps({"timeline": [{"series": "n", "data": [{"date": "20260126T123000Z", "value": 3, "norm": 9}] * 2}]})

#: What breaks parsers: the marks of XML and JSON, and what stands between them in attacks.
TOKENS = [
    b"<", b">", b"</", b"/>", b"<!", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"?>", b"&", b"&#", b"&#xD800;",
    b"&#0;", b"&lol;", b"<!DOCTYPE r [<!ENTITY a 'b'>]>", b"xmlns:q='u'", b"xml:base='../'", b"<q:item>", b"<item>",
    b"</item>", b"<title>", b"</title>", b"<link>", b"<source>", b"<content type='a/x' mode='base64'>", b"<image>",
    b"</channel>", b"</rss>", b"\x00", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"{", b"}", b"[", b"]",
    b'"', b"'", b"\\", b"\\u", b"\\ud800", b"NaN", b"1e999", b"-", b"null", b"0" * 30, b"limit requests",
]  # fmt: skip
#: A cut, a flip, or something put in, at some place of a thousand.
changes = st.lists(
    st.tuples(
        st.integers(0, 1000),
        st.sampled_from(["cut", "flip", "insert", "drop"]),
        st.sampled_from(TOKENS) | st.binary(max_size=6),
    ),
    min_size=1,
    max_size=6,
)
charsets = (
    st.none()
    | st.sampled_from(["utf-8", "iso-8859-1", "utf-7", "idna", "zlib", "x" * 90, "\x00"])
    | st.text(max_size=9)
)


def changed(body: bytes, how: list[tuple[int, str, bytes]]) -> bytes:
    for place, kind, what in how:
        at = len(body) * place // 1000
        if kind == "cut":
            body = body[:at]
        elif kind == "flip":
            body = body[:at] + bytes(each ^ 1 << place % 8 for each in body[at : at + 1]) + body[at + 1 :]
        elif kind == "drop":
            body = body[:at] + body[at + place % 50 :]
        else:
            body = body[:at] + what + body[at:]
    return body


def check(entry: Entry) -> None:
    """What every entry promises, so that it can be stored and sent."""
    assert 0 < len(entry.title) <= LONGEST_TITLE
    assert entry.title == " ".join(entry.title.split())
    assert entry.key
    assert entry.url is None or entry.url.startswith(("http://", "https://"))
    assert all(date.moment.year in range(1990, 2101) for date in entry.stated)
    "".join((entry.title, entry.key, entry.url or "", entry.text, entry.publisher, entry.language)).encode()


def read_any_feed(body: bytes, charset: str | None, aggregator: bool) -> None:
    with contextlib.suppress(SourceError):
        for entry in read_feed(body, PROFILE, "e", charset=charset, within="https://x.es/rss", aggregator=aggregator):
            check(entry)


def read_any_search(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        for entry in read_articles(body, PROFILE, "e").entries:
            check(entry)
    with contextlib.suppress(SourceError):
        for volume in read_volume(body, PROFILE):
            assert volume.articles >= 0


@given(st.binary(max_size=200), charsets, st.booleans())
def test_arbitrary_bytes_are_read_or_refused(body: bytes, charset: str | None, aggregator: bool) -> None:
    """No error but SourceError leaves a reader, whatever the bytes."""
    read_any_feed(body, charset, aggregator)
    read_any_search(body)


@given(st.lists(st.sampled_from(TOKENS) | st.binary(max_size=3), max_size=30), charsets, st.booleans())
def test_marks_in_any_order_are_read_or_refused(pieces: list[bytes], charset: str | None, aggregator: bool) -> None:
    """The same behind the beginning of a feed or of a list, where the parsers go in."""
    read_any_feed(
        b"<rss><channel><item><title>t</title>" + b"".join(pieces) + b"</item></channel></rss>", charset, aggregator
    )
    read_any_feed(b"<feed xmlns='http://www.w3.org/2005/Atom'>" + b"".join(pieces), charset, aggregator)
    read_any_search(b'{"articles": [{"title": "t", "url": "' + b"".join(pieces) + b'"}]}')
    read_any_search(b'{"timeline": [{"data": [' + b"".join(pieces) + b"]}]}")


@given(st.sampled_from(FEEDS), changes, charsets, st.booleans())
def test_changed_feeds_are_read_or_refused(
    body: bytes, how: list[tuple[int, str, bytes]], charset: str | None, aggregator: bool
) -> None:
    """A sound feed that was cut, flipped or added to gives entries that can be kept, or SourceError."""
    read_any_feed(changed(body, how), charset, aggregator)


@given(st.sampled_from([ARTICLES, VOLUME.encode()]), changes)
def test_changed_searches_are_read_or_refused(body: bytes, how: list[tuple[int, str, bytes]]) -> None:
    """The same of GDELT's two answers."""
    read_any_search(changed(body, how))


@pytest.mark.parametrize("body", FEEDS)
def test_the_feeds_that_are_changed_are_sound(body: bytes) -> None:
    """As they stand they are read: else the tests above would prove nothing."""
    assert [entry.title for entry in read_feed(body, PROFILE, "e")] in (["Uno & dos", "Tres - Medio"], ["A"], ["Á"])


def test_the_searches_that_are_changed_are_sound() -> None:
    """The same of GDELT's."""
    assert len(read_articles(ARTICLES, PROFILE, "e").entries) == 2
    assert [volume.articles for volume in read_volume(VOLUME.encode(), PROFILE)] == [6]


any_text = st.text(st.characters(codec=None, categories=None), max_size=12)  # half characters too
json_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
fields = dict.fromkeys(["title", "url", "url_mobile", "seendate", "domain", "language"], json_values)
points = st.fixed_dictionaries({"date": json_values, "value": json_values}, optional={"norm": json_values})
listed = json_values | st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries({"data": st.lists(points)})
a_list = st.lists(listed, max_size=4)


@given(st.sampled_from(["articles", "timeline"]), json_values | a_list)
def test_any_json_is_read_or_refused(name: str, value: object) -> None:
    """JSON of any shape under the right key, half characters too."""
    read_any_search(json.dumps({name: value}).encode())


day_like = st.text("0123456789-/.:TZ+ GMTdeJanéo,", max_size=40)


@pytest.mark.parametrize("read", [lambda t: dates.stated(Where.PRINTED, t, "Europe/Madrid"), dates.in_address])
@given(text=st.text(max_size=60) | day_like | day_like.map("https://x.es/".__add__))
def test_any_words_are_a_date_or_none(read: Callable[[str], object], text: str) -> None:
    """No words make the readers of dates fail."""
    read(text)


@given(json_values)
def test_any_number_is_an_instant_or_none(value: object) -> None:
    """No JSON makes the reader of milliseconds fail."""
    dates.epoch_ms(Where.PUBLISHED, value, "Europe/Madrid")
