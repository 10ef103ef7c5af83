"""Documents that are made to break readers: bombs, depths and endless names. Each is read or refused, in bounds."""

import contextlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from alia_watch.announcements.announcement import Kind
from alia_watch.errors import SourceError
from alia_watch.sources.boe import read_summary
from alia_watch.sources.feeds import read_feed
from alia_watch.sources.media import read_articles, read_volume
from alia_watch.sources.ministry import read_detail, read_list
from alia_watch.sources.source import Profile
from alia_watch.sources.strict_json import strict_json
from alia_watch.sources.tenders import TenderPage
from tests.fuzz import MEGABYTE, TIMES, disturbed, effort, fuzz, json_values, peak
from tests.property.test_gazettes import DAY, FEED, LIST, MODEL, SUMMARY

PROFILE = Profile("x", "P", "A", Kind.OFFICIAL, "A", "es", "Europe/Madrid")
OF_JSON = {"boe", "note", "articles", "volume"}
READERS: dict[str, Callable[[bytes], object]] = {
    "feed": lambda body: list(read_feed(body, PROFILE, "e")),
    "tenders": lambda body: list(TenderPage(io.BytesIO(body), PROFILE)),
    "boe": lambda body: list(read_summary(body, PROFILE, DAY, "e", "https://www.boe.es/x")),
    "list": lambda body: list(read_list(body, PROFILE, "https://x.es", "e")),
    "note": lambda body: read_detail(body, PROFILE),
    "articles": lambda body: read_articles(body, PROFILE, "e"),
    "volume": lambda body: list(read_volume(body, PROFILE)),
}
ENTITIES = b"<!DOCTYPE a [" + b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12))
ITEM = b"<rss version='2.0'><channel><title>t</title><item><title>"
BOMBS = {
    "a billion laughs": ENTITIES + b'<!ENTITY e0 "ha">]><rss><channel><item><title>&e11;</title></item></rss>',
    "quadratic blow-up": b'<!DOCTYPE a [<!ENTITY a "' + b"a" * 99_999 + b'">]><feed><title>' + b"&a;" * 9_999,
    "an outside entity": b'<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title>',
    "an outside DTD": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><rss><channel><item><title>a</title></item>',
    "parameter entities": b'<!DOCTYPE a [<!ENTITY % a "<!ENTITY b SYSTEM \'file:///etc/passwd\'>">%a;]><rss>&b;</rss>',
    "an inclusion": b"<rss xmlns:x='http://www.w3.org/2001/XInclude'><x:include href='file:///etc/passwd'/>",
    "deep": b"<rss>" + b"<a>" * 100_000,
    "deep in an entry": b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>" + b"<a>" * 100_000,
    "deep HTML": b"<div class='dnt-card'>" + b"<div>" * 100_000,
    "attributes": b"<rss " + b" ".join(b"a%d='b'" % n for n in range(100_000)) + b">",
    "one attribute": b"<rss a='" + b"b" * 1_500_000 + b"'>",
    "namespaces": b"<rss>" + b"".join(b"<a xmlns:n%d='u%d'/>" % (n, n) for n in range(50_000)),
    "a long name": b"<" + b"a" * 1_500_000 + b">",
    "a long title": ITEM + b"a" * 1_500_000 + b"</title></item></channel></rss>",
    "markup in a title": ITEM + b"&lt;b&gt;" * 100_000 + b"</title></item></channel></rss>",
    "comments": b"<rss>" + b"<!---->" * 150_000,
    "an open comment": b"<rss><!--" + b"-" * 1_500_000,
    "an open section": ITEM + b"<![CDATA[" + b"]" * 1_500_000,
    "instructions": b"<?a ?>" * 150_000 + b"<rss/>",
    "zeros": b"<rss>" + bytes(1_500_000),
    "half a character": ITEM + b"\xed\xa0\x80&#xD800;&#0;" * 100_000,
    "UTF-16": ("<?xml version='1.0' encoding='utf-16'?><rss>" + "<a/>" * 200_000).encode("utf-16"),
    "UTF-7": b"<?xml version='1.0' encoding='utf-7'?><rss>+ADw-script+AD4-</rss>",
    "entries": b"<rss><channel>" + b"<item><title>a</title></item>" * 100_000,
    "lists": b"[" * 2_000_000,
    "objects": b'{"data":' * 150_000,
    "many lists": b'{"articles": [' + b"[]," * 600_000 + b"[]]}",
    "a long number": b'{"data": ' + b"9" * 1_000_000 + b"}",
    "an exponent": b'{"timeline": [{"data": [{"date": 1e99999999, "value": 1e-99999999}]}]}',
    "no number": b'{"timeline": [{"data": [{"date": NaN, "value": Infinity}]}]}',
    "a name twice": b'{"data": {}, "data": {}}',
    "escapes": b'{"title": "' + b"\\ud800" * 500_000 + b'"}',
}  # fmt: skip


#: Those of the short form: one of each kind.
SHORT = ("a billion laughs", "an outside entity", "deep in an entry", "namespaces", "lists", "many lists", "no number")


@pytest.mark.parametrize("name", BOMBS if TIMES > 1 else SHORT)
def test_no_document_takes_more_memory_or_time_than_it_may(name: str) -> None:
    """Entries, or a SourceError, within 150 MB and about a second; at night by each reader, whether it is meant for it
    or not."""
    of_json = BOMBS[name][:1] in b"[{"
    for reader in (each for known, each in READERS.items() if TIMES > 1 or (known in OF_JSON) is of_json):

        def read(reader: Callable[[bytes], object] = reader) -> None:
            with contextlib.suppress(SourceError):
                assert "root:" not in repr(reader(BOMBS[name]))

        with peak() as held:
            read()
        assert held.bytes < 150 * MEGABYTE
        assert effort(read) < 10


@given(document=disturbed(SUMMARY) | disturbed(MODEL) | json_values)
@fuzz(20)
def test_any_json_is_strict_or_refused(document: Any) -> None:
    """Every reader of JSON, of any shape, with numbers beyond all bounds."""
    body = json.dumps(document).encode()
    for name in ("boe", "note", "articles", "volume"):
        with contextlib.suppress(SourceError):
            READERS[name](body)
    with contextlib.suppress(SourceError):
        strict_json(body, "x")


def test_what_is_thrown_at_the_readers_is_not_all_refused_by_its_first_byte() -> None:
    """Sound documents pass the same readers: else the tests above would prove nothing."""
    assert READERS["tenders"](FEED)
    assert READERS["list"](LIST)
    assert READERS["boe"](json.dumps(SUMMARY).encode())
    assert READERS["feed"](ITEM + b"a</title></item></channel></rss>")
