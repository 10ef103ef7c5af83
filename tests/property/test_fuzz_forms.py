"""What browsers and others send to the pages: any bytes as a form, a link or a header get an answer, and no fault."""

import socket
import string
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from alia_bot.web.guard import LARGEST_BODY
from tests.fuzz import MEGABYTE, any_text, effort, fuzz, mutated, peak
from tests.website import Visit, visit

FIELDS = ("address", "language", "topic-digest", "topic-alerts", "website", "begun", "csv", "x")
SOUND = urlencode({"address": "ana@example.net", "language": "es", "topic-digest": "1", "website": "", "begun": "x"})
PARTS = (
    b'--b\r\nContent-Disposition: form-data; name="address"\r\n\r\nana@example.net\r\n'
    b'--b\r\nContent-Disposition: form-data; name="language"\r\n\r\nes\r\n'
    b'--b\r\nContent-Disposition: form-data; name="topic-digest"\r\n\r\n1\r\n--b--\r\n'
)
TYPES = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain",
         "multipart/form-data; boundary=", "application/json", "", "multipart/form-data; boundary=b; charset=x",
         "application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data; boundary*=utf-8''b"]  # fmt: skip
#: What a page may say to what is none of its business; 422 is a form that is not filled in.
POLITE = {200, 303, 307, 400, 404, 405, 410, 413, 422, 429}
words = any_text.map(lambda text: text.encode("utf-8", "replace").decode()) | st.sampled_from(
    ["a@b", "a@b.es\r\nBcc: x@y.es", "ana@example.net\x00", '"<script>"@x.es', "á@ñ.es", "a" * 300 + "@x.es", "{{7*7}}",
     "es", "' OR 1=1 --", "../../etc/passwd", "%00", "\u202e"]
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    with capture_logs() as logs, visit(tmp_path_factory.mktemp("pages"), signups_an_hour=10_000) as made:
        yield made
    assert [line for line in logs if line["log_level"] in ("error", "critical")] == []


def answered_politely(pages: Visit, method: str, path: str, body: bytes = b"", **headers: str) -> None:
    pages.later(seconds=1)
    answer = pages.client.request(method, path, content=body, headers=headers)
    assert answer.status_code in POLITE, (answer.status_code, path)
    onward = urlsplit(answer.headers.get("location", ""))
    assert onward.hostname in (None, "alia.example.org"), "whoever follows a link of ours stays here"
    assert "{{" not in answer.text
    assert "<script" not in answer.text.lower()
    assert "Traceback" not in answer.text


@given(fields=st.dictionaries(st.sampled_from(FIELDS), words, max_size=8), more=st.integers(0, 40))
@fuzz(20)
@example(fields={"address": "ana@example.net", "language": "es", "topic-digest": "1", "begun": "\x00"}, more=0)
@example(fields={"address": "ana@example.net", "language": "es", "topic-digest": "1", "begun": "é.é.é"}, more=0)
def test_any_fields_get_an_answer(pages: Visit, fields: dict[str, str], more: int) -> None:
    """Any words in any field, and more fields than there are."""
    many = [*fields.items(), *((f"f{n}", "x") for n in range(more))]
    answered_politely(pages, "POST", "/es/", urlencode(many).encode(), **{"content-type": TYPES[0]})


@given(body=mutated(SOUND.encode(), PARTS) | st.binary(max_size=100), kind=st.sampled_from(TYPES))
@fuzz(20)
@example(body=PARTS.replace(b'name="address"', b'name="address"; filename="x"'), kind=TYPES[1])
@example(body=b"--b\r\n" * 3000, kind=TYPES[1])
@example(body=b"a=%" + b"%f" * 5000, kind=TYPES[0])
@example(body=b"&" * 16_000, kind=TYPES[0])
def test_any_bytes_as_a_form_get_an_answer(pages: Visit, body: bytes, kind: str) -> None:
    """Of any type, broken anywhere."""
    answered_politely(pages, "POST", "/es/", body[:LARGEST_BODY], **({"content-type": kind} if kind else {}))


LARGE = {
    "fields": (b"a=b&" * LARGEST_BODY, TYPES[0]),
    "signs": (b"a=" + b"%00" * LARGEST_BODY, TYPES[0]),
    "one address": (b"address=" + b"a" * LARGEST_BODY, TYPES[0]),
    "parts": (b"--b\r\n\r\n" * LARGEST_BODY, TYPES[1]),
    "headers of a part": (b"--b\r\n" + b"a: b\r\n" * LARGEST_BODY, TYPES[1]),
}


@pytest.mark.parametrize("name", LARGE)
def test_no_form_takes_more_memory_or_time_than_it_may(pages: Visit, name: str) -> None:
    """Of the largest size that is taken."""
    body, kind = LARGE[name]

    def post() -> None:
        answered_politely(pages, "POST", "/es/", body[:LARGEST_BODY], **{"content-type": kind})

    post()
    with peak() as held:
        post()
    assert held.bytes < 8 * MEGABYTE
    assert effort(post) < 10


tokens = st.text(string.ascii_letters + string.digits + "-_.=", max_size=120) | any_text


@given(
    path=st.sampled_from(
        ["/confirm/", "/leave/", "/preferences/", "/reports/", "/digests/", "/data/", "/static/", "/"]
    ),
    token=tokens,
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT", "OPTIONS"]),
)
@fuzz(20)
@example(path="/", token="/evil.example.org/es", method="GET")
@example(path="/", token="/evil.example.org/%2e%2e/", method="GET")
@example(path="/data/", token="../../../../etc/passwd", method="GET")
@example(path="/data/", token="..%2f..%2falia-watch.db", method="GET")
@example(path="/digests/", token="2026-13/es", method="GET")
@example(path="/digests/", token="99999999999-01/es", method="GET")
@example(path="/reports/", token="digest:2026-01/xx", method="GET")
def test_any_link_gets_an_answer(pages: Visit, path: str, token: str, method: str) -> None:
    """Of any letters, to any page, by any method."""
    answered_politely(pages, method, path + quote(token.encode("utf-8", "replace")))


HEADERS = ["accept-language", "x-forwarded-for", "if-none-match", "accept-encoding", "cookie", "range", "origin"]
ODD_VALUES = ["es;q=nan", "es;q=1e999", "es;q=-1", "*" * 4000, "1" * 4000, "W/" * 2000, "bytes=0-0,-1", ","]
printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)


@given(name=st.sampled_from(HEADERS), value=printable | st.sampled_from(ODD_VALUES))
@fuzz(20)
def test_any_header_gets_an_answer(pages: Visit, name: str, value: str) -> None:
    """Languages, proxies, versions and lengths as nobody writes them."""
    answered_politely(pages, "GET", "/es/", **{name: value.strip()})


LENGTHS = ["9" * 4000, "9" * 20_000, "-1", "1e3", "0x10", "١٢", "16385", "1, 1", " 1 ", "+1", ""]


@pytest.mark.parametrize("length", LENGTHS)
def test_any_length_gets_an_answer(pages: Visit, length: str) -> None:
    """As it stands on the wire, which no client of good manners would send."""
    with socket.create_connection(("127.0.0.1", pages.house.pages.port), timeout=30) as line:
        head = f"POST /es/ HTTP/1.1\r\nHost: alia.example.org\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        line.sendall(head.encode())
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65_536), b""))
    assert answer == b"" or int(answer.split(b" ", 2)[1]) in POLITE
