"""Feeds as publishers write them, sound and broken: what is good is read, what is not is told, and nothing blows up."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from hashlib import sha256

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources.feed_text import MOST_TAGS
from alia_watch.sources.feeds import FeedSource, read_feed
from alia_watch.sources.fetch import Fetcher, Validator
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline
from alia_watch.sources.source import Profile, Span

NOW = dt.datetime(2026, 1, 26, 18, tzinfo=dt.UTC)
SPAN = Span(NOW.date(), NOW.date())
MONCLOA = Profile("moncloa", "La Moncloa", "Gobierno", Kind.OFFICIAL, "A", "es", "Europe/Madrid")
NOON = dt.datetime(2026, 1, 26, 12, 30, tzinfo=dt.UTC)

ITEM = """<item>
  <title>129 M€ para MareNostrum 5</title>
  <link>https://www.lamoncloa.gob.es/paginas/2026/260126-mn5.aspx</link>
  <guid isPermaLink="false">nota-7</guid>
  <pubDate>Mon, 26 Jan 2026 13:30:00 +0100</pubDate>
  <description><![CDATA[<div class=x><p>La familia ALIA</p><p>El BSC & otros</p></div>]]></description>
</item>"""


def rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>\n') -> str:
    return f'{head}<rss version="2.0"><channel><title>Notas</title>{"".join(items)}</channel></rss>\n'


def item(title: str, more: str = "") -> str:
    return f"<item><title>{title}</title>{more}</item>"


def read(body: bytes | str, charset: str | None = None) -> list[Entry]:
    raw = body.encode() if isinstance(body, str) else body
    return list(read_feed(raw, MONCLOA, "e" * 64, charset=charset, within="https://www.lamoncloa.gob.es/rss.aspx"))


def given_until_error(entries: Iterator[Entry]) -> tuple[list[Entry], SourceError]:
    """What is given before an error, and the error."""
    given: list[Entry] = []
    with pytest.raises(SourceError) as told:
        given.extend(entries)
    return given, told.value


def until_error(body: bytes | str) -> tuple[list[Entry], SourceError]:
    raw = body.encode() if isinstance(body, str) else body
    return given_until_error(read_feed(raw, MONCLOA, "e" * 64))


def test_an_item_of_rss_2_is_an_entry_with_all_it_says() -> None:
    """Title, address, guid, date, text and what the configuration says of the source."""
    (entry,) = read(rss(ITEM))
    assert entry.title == "129 M€ para MareNostrum 5"
    assert entry.url == "https://www.lamoncloa.gob.es/paginas/2026/260126-mn5.aspx"
    assert (entry.key, entry.source, entry.evidence, entry.canonical) == ("nota-7", "moncloa", "e" * 64, True)
    assert (entry.publisher, entry.announced_by, entry.kind) == ("La Moncloa", "Gobierno", Kind.OFFICIAL)
    assert (entry.confidence, entry.language) == ("A", "es")
    assert [(date.where, date.moment) for date in entry.stated] == [(Where.PUBLISHED, NOON)]
    assert entry.text == "La familia ALIA El BSC & otros"


def test_an_item_of_rss_1_is_dated_by_dublin_core() -> None:
    """RSS 1 is RDF: `dc:date` is its date of publication, `rdf:about` its identifier."""
    (entry,) = read(
        """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns="http://purl.org/rss/1.0/" xmlns:fecha="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://x.es/"><title>c</title></channel>
        <item rdf:about="https://x.es/1"><title>Uno</title><link>https://x.es/1</link>
        <fecha:date>2026-01-26T13:30:00+01:00</fecha:date></item></rdf:RDF>"""
    )
    assert (entry.key, entry.title, entry.url) == ("https://x.es/1", "Uno", "https://x.es/1")
    assert [(date.where, date.moment) for date in entry.stated] == [(Where.PUBLISHED, NOON)]


def test_an_entry_of_atom_keeps_both_its_dates() -> None:
    """`published` and `updated` are two dates; what is only updated is never published."""
    one, two = read(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es"><title>f</title>
        <entry><id>tag:x.es,2026:1</id><title type="html">A &amp;lt; &lt;b&gt;B&lt;/b&gt;</title>
        <link rel="alternate" href="/1"/><link rel="enclosure" href="/1.pdf"/>
        <published>2026-01-26T12:30:00Z</published><updated>2026-01-27T12:30:00Z</updated>
        <author><name>Uno</name></author><category term="ia"/>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Uno</p><p>dos &lt; tres</p></div></content>
        </entry>
        <entry><id>tag:x.es,2026:2</id><title>Dos</title><updated>2026-01-26T12:30:00Z</updated></entry></feed>"""
    )
    assert (one.title, one.url, one.text) == ("A < B", "https://www.lamoncloa.gob.es/1", "Uno dos < tres")
    assert [(date.where, date.moment) for date in one.stated] == [
        (Where.PUBLISHED, NOON),
        (Where.UPDATED, NOON + dt.timedelta(days=1)),
    ]
    assert (two.key, two.url) == ("tag:x.es,2026:2", None)
    assert [(date.where, date.moment) for date in two.stated] == [(Where.UPDATED, NOON)]


def test_the_day_in_the_address_is_stated_too() -> None:
    """Where the address says another day than the item, both are kept."""
    more = "<link>https://x.es/20240513-alia.aspx</link><pubDate>12/05/2024</pubDate>"
    (entry,) = read(rss(item("ALIA", more)))
    assert [(date.where, date.moment) for date in entry.stated] == [
        (Where.ADDRESS, dt.date(2024, 5, 13)),
        (Where.PUBLISHED, dt.date(2024, 5, 12)),
    ]


def test_an_item_is_known_by_what_it_has() -> None:
    """Its guid, else its address, else its title; a very long guid by its hash; without a date it states none."""
    entries = read(
        rss(
            item("a", "<guid>https://x.es/a?b=1&amp;copy=2</guid>"),
            item("b", "<link>https://x.es/b</link>"),
            item("c"),
            item("d", f"<guid isPermaLink='false'>{'g' * 600}</guid>"),
        )
    )
    assert [entry.key for entry in entries] == [
        "https://x.es/a?b=1&copy=2",
        "https://x.es/b",
        sha256(b"c").hexdigest(),
        sha256(b"g" * 600).hexdigest(),
    ]
    assert [entry.stated for entry in entries] == [(), (), (), ()]
    assert [entry.url for entry in entries] == ["https://x.es/a?b=1&copy=2", "https://x.es/b", None, None]


def test_a_key_stays_when_the_title_is_edited() -> None:
    """The same guid under another title is the same item."""
    (before,), (after,) = read(rss(ITEM)), read(rss(ITEM.replace("129 M€", "130 M€")))
    assert before.title != after.title
    assert before.key == after.key


def test_an_item_without_a_title_is_left_out_and_the_rest_is_read() -> None:
    """One bad item costs no other; a feed of nothing but such has changed."""
    assert [entry.title for entry in read(rss(item("a"), item(" "), "<item><guid>x</guid></item>", item("b")))] == [
        "a",
        "b",
    ]
    with pytest.raises(SourceChanged, match="items with a title"):
        read(rss(item(""), item("<b></b>")))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "https://u:p@x.es/", "http://[::1"])
def test_an_address_that_is_none_is_left_out(link: str) -> None:
    """Only http and https addresses are kept; the item is read all the same."""
    (entry,) = read(rss(item("a", f"<link>{link}</link>")))
    assert (entry.title, entry.url) == ("a", None)


def test_titles_lose_markup_and_keep_what_looks_like_it() -> None:
    """Escaped markup goes, scripts with their text; a lone `<` or `&` stays."""
    titles = ["&lt;b&gt;ALIA&lt;/b&gt;", "I+D &amp; &lt;2026", "<![CDATA[A &amp; B]]>", "A &nbsp;&euro; B", "Uno & dos"]
    titles += ["&lt;script&gt;alert(1)&lt;/script&gt;C", "A<br/>B"]
    read_titles = [entry.title for entry in read(rss(*(item(title) for title in titles)))]
    assert read_titles == ["ALIA", "I+D & <2026", "A & B", "A € B", "Uno & dos", "C", "A B"]


def test_a_feed_without_items_is_empty_and_no_error() -> None:
    """A right document with nothing in it gives nothing."""
    assert read(rss()) == []
    assert read('<feed xmlns="http://www.w3.org/2005/Atom"/>') == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<!DOCTYPE html>\n<html lang='es'><body>Mantenimiento</body></html>", "HTML"),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="z"/>', "HTML"),
        ('{"articles": []}', "JSON"),
        ("[1]", "JSON"),
        ("", "nothing"),
        (" \n", "nothing"),
        ("Error 500", "no XML"),
        ("<response><error/></response>", "<response>"),
        ("<rss version='2.0'><error>x</error></rss>", "<rss> without a channel"),
        ("<r:RDF xmlns:r='x'><r:Description/></r:RDF>", "<rdf> without a channel"),
        ("<!--" + "x" * 5000 + "-->" + rss(ITEM, head=""), "no XML"),  # not a feed within the first 4 KB
    ],
)
def test_what_is_no_feed_is_a_changed_source(body: str, found: str) -> None:
    """An error page, JSON or other XML with status 200 is never an empty list: it says what stood there."""
    with pytest.raises(SourceChanged, match="expected RSS or Atom") as told:
        read(body)
    assert str(told.value).endswith(f"found {found}")


def test_a_page_with_a_feed_in_it_is_no_feed() -> None:
    """What counts is the root of the document."""
    with pytest.raises(SourceChanged, match="HTML"):
        read(f"<html><body>{rss(ITEM, head='')}</body></html>")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "utf-16", "klingon"])
@pytest.mark.parametrize("charset", [None, "utf-8", "iso-8859-1", "nonsense\x00"])
def test_unicode_is_read_whatever_it_is_called(encoding: str, declared: str, charset: str | None) -> None:
    """Sound UTF-8, and UTF-16 and UTF-32, are read as such, though the declaration or the header contradict."""
    text = rss(item("Año de la IA: 10 M€"), head=f'<?xml version="1.0" encoding="{declared}"?>\n')
    (entry,) = read(text.encode(encoding), charset)
    assert entry.title == "Año de la IA: 10 M€"


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("iso-8859-1", "iso-8859-1", None),
        ("iso-8859-1", "iso-8859-1", "utf-8"),
        ("iso-8859-1", "utf-8", "iso-8859-1"),
        ("iso-8859-1", "utf-8", None),
        ("cp1252", "iso-8859-1", None),
        ("cp1252", "windows-1252", "utf-8"),
        ("iso-8859-15", "iso-8859-15", None),
    ],
)
def test_older_charsets_are_read_though_misnamed(encoding: str, declared: str, charset: str | None) -> None:
    """What is no UTF-8 is read as declared, or as the header says, or as Windows-1252."""
    euro = "" if encoding == "iso-8859-1" else " €"
    text = rss(item(f"Año, señal y acción{euro}"), head=f'<?xml version="1.0" encoding="{declared}"?>\n')
    (entry,) = read(text.encode(encoding), charset)
    assert entry.title == f"Año, señal y acción{euro}"


def test_a_damaged_byte_does_not_make_utf_8_another_charset() -> None:
    """One bad byte costs one character, and no other becomes mojibake."""
    body = rss(item("Año, señal y acción"), item("Dos")).encode().replace(b"Dos", b"D\xffs")
    assert [entry.title for entry in read(body, "iso-8859-1")] == ["Año, señal y acción", "D\ufffds"]


@pytest.mark.parametrize(
    "bad", ["\x00", "\x0b", "&#0;", "&#x1F;", "&#xD800;", "&#99999999999;", "&foo;", "&", "<3", "]]>"]
)
def test_a_bad_character_costs_nothing_else(bad: str) -> None:
    """Characters that XML does not allow, unknown entities and lone marks leave every item readable."""
    entries = read(rss(item("uno"), item(f"dos {bad} tres"), ITEM))
    assert [entry.title[:3] for entry in entries] == ["uno", "dos", "129"]
    assert entries[1].title.endswith("tres")
    assert entries[2].text == "La familia ALIA El BSC & otros"


@pytest.mark.parametrize("keep", [0.45, 0.5, 0.6, 0.8, 0.95])
def test_of_a_feed_that_broke_off_the_whole_items_are_read(keep: float) -> None:
    """The items that are whole are given, the one that is cut is not, and the failure is told and can pass."""
    whole = rss(*(item(f"Título {n}: año", f"<guid>{n}</guid><description>{'ñ' * 40}</description>") for n in range(9)))
    raw = whole.encode()
    body = raw[: int(len(raw) * keep)]
    given, error = until_error(body)
    assert [entry.key for entry in given] == [str(n) for n in range(body.count(b"</item>"))]
    assert 0 < len(given) < 9
    assert "the feed broke off" in str(error)
    assert error.again


@pytest.mark.parametrize(
    "tail", ["", "<item><title>b", "<item><![CDATA[</channel></rss>", "<!-- </channel></rss>", "</chan", "<item"]
)
def test_a_feed_that_breaks_off_anywhere_says_so(tail: str) -> None:
    """Within a tag, a comment or a CDATA section too: nothing half-read is given."""
    given, error = until_error(rss(ITEM).partition("</channel>")[0] + tail)
    assert [entry.key for entry in given] == ["nota-7"]
    assert "broke off" in str(error)


def test_atom_and_rdf_that_break_off_give_their_whole_items() -> None:
    """The same for the other kinds; before any item is whole nothing is given."""
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>a</title></entry><entry><title>b'
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    rdf += "<channel/><item><title>a</title></item><item>"
    assert [[entry.title for entry in until_error(body)[0]] for body in (atom, rdf)] == [["a"], ["a"]]
    assert until_error("<rss><channel><item><title>a")[0] == []


def test_what_follows_the_end_of_a_feed_is_no_matter() -> None:
    """Comments and blanks after the root, as caches leave them, do not make it broken."""
    assert [entry.key for entry in read(rss(ITEM) + "\n<!-- cached -->\n\x00")] == ["nota-7"]


def test_items_that_are_swallowed_by_a_broken_one_are_told() -> None:
    """Where an element that is not closed takes others with it, what is read is given and the loss is told."""
    lost = "<item><title>a</title><content type='xhtml'>x</item>"
    given, error = until_error(rss(lost, item("b"), item("c")))
    assert len(given) < 3
    assert "of its 3 items could not be read" in str(error)


BILLION = '<!DOCTYPE l [<!ENTITY a "ja">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
)


@pytest.mark.parametrize("newline", ["", "\n"])
def test_entities_that_a_feed_declares_mean_nothing(newline: str) -> None:
    """Neither a bomb of nested entities, nor one long one used often, nor a file from outside is ever unfolded."""
    bomb = BILLION.replace("<!", f"{newline}<!") + "]>"
    outside = '<!DOCTYPE l [<!ENTITY m SYSTEM "file:///etc/passwd">]>'
    long = f'<!DOCTYPE l [<!ENTITY q "{"x" * 3000}">]>'
    for head, used in ((bomb, "&m;" * 9), (outside, "&m;"), (long, "&q;" * 200_000)):
        (entry,) = read(rss(item(f"uno {used}"), head=f"<?xml version='1.0'?>{newline}{head}{newline}"))
        assert entry.title.startswith("uno &")
        assert "jaja" not in entry.title
        assert "root:" not in entry.title
        assert "xx" not in entry.title


HOSTILE = {
    "nested": "<a>" * 99_000,
    "nested items": "<item>" * 99_000,
    "titles in titles": "<title>" * 99_000,
    "tags without an end": "<a " * 99_000,
    "comments without an end": "<!--" * 99_000,
    "sections without an end": "<![CDATA[" * 99_000,
    "instructions": "<?" * 99_000,
    "declarations": "<!x " * 99_000,
    "ampersands": "&" * 1_900_000,
    "attributes": "<a " + " ".join(f"b{n}='c'" for n in range(140_000)) + "/>",
    "attributes of a title": "<item><title " + " ".join(f"b{n}='c'" for n in range(140_000)) + ">t</title></item>",
    "namespaces": "".join(f"<title xmlns:a{n}='b'/>" for n in range(70_000)),
    "bases": "<title xml:base='b/'>" * 90_000,
    "an author": f"<item><title>t</title><author>{'a' * 1_900_000}</author></item>",
    "keywords": f"<item><title>t</title>{''.join(f'<category>{n}</category>' for n in range(45_000))}</item>",
    "a comment in a text": f"<item><title>t</title><description>{'&lt;!--' * 280_000}</description></item>",
    "a style": f"<item><title>t</title><description>&lt;p style='{'a' * 1_900_000}!'&gt;</description></item>",
    "tags in a text": f"<item><title>t</title><description>{'&lt;div&gt;' * 150_000}</description></item>",
    "sources": "<item><title>t</title>" + "<source url='a'><title>b</title></source>" * 20_000 + "</item>",
    "a date": f"<item><title>t</title><pubDate>{'1-' * 900_000}</pubDate></item>",
    "a link": f"<item><title>t</title><link>http://x/{'../' * 600_000}</link></item>",
    "dots": f"<item><title>{'.' * 1_900_000}</title></item>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_feeds_of_two_megabytes_are_read_or_refused(name: str) -> None:
    """What would take a parser minutes or gigabytes ends, in entries or in SourceError."""
    body = f"<rss><channel>{HOSTILE[name]}</channel></rss>".encode()
    given: list[Entry] = []
    with contextlib.suppress(SourceError):
        given.extend(read_feed(body, MONCLOA, "e" * 64))
    if "<title>t</title>" in HOSTILE[name]:
        assert [entry.title for entry in given] == ["t"]


def test_far_too_many_elements_are_refused_before_they_are_parsed() -> None:
    """More than 100,000 of `<` is no feed of two megabytes."""
    with pytest.raises(SourceChanged, match="far too many elements"):
        read("<rss><channel>" + "<" * 1_000_000)
    with pytest.raises(SourceChanged, match="far too many elements"):
        read(rss("<a/>" * MOST_TAGS))
    with pytest.raises(SourceChanged, match="nested too deeply"):
        read(rss("<item>" * 200))


def test_a_feed_of_thousands_of_items_is_read_whole() -> None:
    """A long archive is no attack."""
    many = [item(f"t{n}", f"<guid>{n}</guid><category>a</category><dc:creator>b</dc:creator>") for n in range(5000)]
    assert len(read(rss(*many))) == 5000


# Over HTTP.


@pytest.fixture
def fetch(httpserver: HTTPServer) -> Iterator[Fetcher]:
    with fetcher(httpserver) as opened:
        yield opened


def fetcher(httpserver: HTTPServer, known: dict[str, Validator] | None = None) -> Fetcher:
    clock = lambda: NOW  # noqa: E731
    deadline = Deadline(60, clock=clock, sleep=lambda _: None)
    where = [httpserver.url_for("/")]
    return Fetcher(
        "moncloa", where, contact="https://x.es", deadline=deadline, pace=Pace(clock, 0), clock=clock, known=known
    )


def serve(httpserver: HTTPServer, path: str, body: bytes, status: int = 200, **headers: str) -> str:
    def answer(_: Request) -> Response:
        return Response(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    httpserver.expect_request(path).respond_with_handler(answer)
    return httpserver.url_for(path)


def test_every_feed_is_read_even_when_another_fails(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """The entries of all that answer are given; the first failure is told at the end."""
    urls = [
        serve(httpserver, "/1", rss(item("uno")).encode()),
        serve(httpserver, "/2", b"<html/>"),
        serve(httpserver, "/3", b"", 404),
        serve(httpserver, "/4", rss(item("cuatro")).encode()),
    ]
    given, error = given_until_error(FeedSource(MONCLOA, urls).read(fetch, SPAN))
    assert isinstance(error, SourceChanged)
    assert str(error).endswith("found HTML")
    assert [entry.title for entry in given] == ["uno", "cuatro"]


def test_the_evidence_is_the_hash_of_the_bytes(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """Each entry points at the bytes it was read in, and relative links at the feed they stand in."""
    body = rss(item("uno", "<link>/a</link>")).encode()
    (entry,) = FeedSource(MONCLOA, [serve(httpserver, "/rss", body)]).read(fetch, SPAN)
    assert entry.evidence == sha256(body).hexdigest()
    assert entry.url == httpserver.url_for("/a")


def test_the_charset_of_the_header_is_heard(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """A feed that declares nothing is read as its header says, where it is no UTF-8."""
    body = rss(item("10 € y señal"), head="").encode("iso-8859-15")
    url = serve(httpserver, "/rss", body, Content_Type="text/xml; charset=ISO-8859-15")
    (entry,) = FeedSource(MONCLOA, [url]).read(fetch, SPAN)
    assert entry.title == "10 € y señal"


def test_a_feed_that_has_not_changed_gives_nothing(httpserver: HTTPServer) -> None:
    """304 is an answer: no entries, and no error."""
    url = serve(httpserver, "/rss", b"", 304)
    with fetcher(httpserver, {url: Validator(etag='"1"')}) as fetch:
        assert list(FeedSource(MONCLOA, [url]).read(fetch, SPAN)) == []


def test_a_feed_of_more_than_two_megabytes_is_refused(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """It is not read to its end."""
    url = serve(httpserver, "/rss", rss(ITEM).encode() + b" " * (2 * 1024 * 1024))
    with pytest.raises(SourceError, match="longer than 2 MB"):
        list(FeedSource(MONCLOA, [url]).read(fetch, SPAN))
