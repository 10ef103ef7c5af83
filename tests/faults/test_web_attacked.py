"""Whoever comes to the pages, with whatever: each threat of docs/security.md has its test here."""

import contextlib
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alia_bot.web import server
from alia_bot.web.guard import LARGEST_BODY, network
from alia_watch.store.database import open_store
from alia_watch.store.signups import erase_unconfirmed
from tests.website import Visit, visit


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Visit]:
    """The pages, open."""
    with visit(tmp_path) as opened:
        yield opened


def confirmed(pages: Visit) -> str:
    """Somebody who receives the digest."""
    pages.signs_up()
    pages.client.post(pages.link())
    return str(pages.people()[-1]["id"])


def own(pages: Visit, url: str) -> str:
    """The path of a link."""
    return url.removeprefix("https://alia.example.org")


def test_nobody_learns_who_is_subscribed(pages: Visit) -> None:
    """Of an address that is, one that is not, one that was asked for just now: the same bytes, headers and all.

    But for the time, and for a number drawn for each request.
    """
    confirmed(pages)
    pages.later(hours=2)
    answers = [pages.signs_up(address=address) for address in ("ana@example.net", "eva@example.net", "eva@example.net")]
    assert len({each.content for each in answers}) == 1
    assert (
        len(
            {
                tuple(sorted((k, v) for k, v in each.headers.items() if k not in ("date", "x-request-id")))
                for each in answers
            }
        )
        == 1
    )


def test_what_scanners_follow_does_nothing(pages: Visit) -> None:
    """GET and HEAD of every link in a letter, as a mail filter opens them."""
    who = confirmed(pages)
    before = pages.people()
    links = pages.house.site.links
    for url in (links.leave(who), links.preferences(who)):
        for method in ("GET", "HEAD"):
            assert pages.client.request(method, own(pages, url)).status_code == 200
    assert pages.people() == before


def test_forged_and_borrowed_tokens_are_worth_nothing(pages: Visit) -> None:
    """One that was altered, one of another purpose, one of another watch, none at all."""
    who = confirmed(pages)
    before, links = pages.people(), pages.house.site.links
    leave = own(pages, links.leave(who))
    token = leave.removeprefix("/leave/")
    altered = token[:-9] + ("A" if token[-9] != "A" else "B") + token[-8:]  # the last letter holds unused bits
    for path in (
        f"/leave/{altered}",
        f"/preferences/{token}",
        f"/confirm/{token}",
        f"/leave/{who}",
        "/leave/x",
        "/leave/%00",
    ):
        assert pages.client.post(path).status_code in (404, 410)
    other = own(pages, links.preferences(who)).removeprefix("/preferences/")
    assert pages.client.post(f"/leave/{other}").status_code == 404
    assert pages.people() == before


def test_a_used_link_is_worth_nothing(pages: Visit) -> None:
    """Nor is one that was replayed after its owner left."""
    pages.signs_up()
    link = pages.link()
    pages.client.post(link)
    who = str(pages.people()[0]["id"])
    pages.client.post(own(pages, pages.house.site.links.leave(who)))
    assert pages.client.post(link).status_code == 410
    preferences = own(pages, pages.house.site.links.preferences(who))
    assert pages.client.post(preferences, data={"language": "es", "topic-digest": "1"}).status_code == 404
    assert pages.people()[0]["stopped"]


@pytest.mark.parametrize(
    "other",
    [
        {"website": "https://spam.example"},
        {"begun": ""},
        {"begun": "form.AAAAAA.x"},
    ],
)
def test_a_program_that_fills_the_form_in_gets_no_letter(pages: Visit, other: dict[str, str]) -> None:
    """And sees what people see."""
    answer = pages.signs_up(**other)
    assert (answer.status_code, "Mire su buzón" in answer.text) == (200, True)
    assert pages.letters() == []
    assert pages.people() == []


@pytest.mark.parametrize("seconds", [-9, 2 * 86_400])
def test_a_form_that_was_filled_in_too_fast_or_kept_too_long_is_none(pages: Visit, seconds: int) -> None:
    """Faster than anybody reads, or a copy of a page of days ago."""
    form = pages.form()
    pages.later(seconds=seconds)
    pages.client.post("/es/", data=form)
    assert pages.letters() == []


def test_an_address_gets_one_letter_an_hour(pages: Visit) -> None:
    """However often and in whatever case somebody enters it."""
    for address in ("ana@example.net", "ANA@example.net", "ana@EXAMPLE.net"):
        pages.signs_up(address=address)
    assert len(pages.letters()) == 1
    pages.later(hours=1, seconds=1)
    pages.signs_up(address="ana@example.net")
    assert len(pages.letters()) == 2


def test_one_network_gets_so_many_letters_an_hour(tmp_path: Path) -> None:
    """By what the proxy says of it, which only a trusted proxy can."""
    with visit(tmp_path, signups_an_hour=2, trusted_proxies=("127.0.0.1",)) as pages:
        for number in range(4):
            pages.client.post(
                "/es/",
                data=pages.form() | {"address": f"p{number}@example.net"},
                headers={"x-forwarded-for": f"203.0.113.{number}, 198.51.100.7"},
            )
        assert len(pages.letters()) == 2
        pages.client.post(
            "/es/", data=pages.form() | {"address": "q@example.net"}, headers={"x-forwarded-for": "198.51.100.8"}
        )
        assert len(pages.letters()) == 3


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "found"),
    [
        ("198.51.100.7", "203.0.113.9", (), "198.51.100.7/32"),
        ("10.0.0.1", "203.0.113.9", ("10.0.0.0/8",), "203.0.113.9/32"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", ("10.0.0.0/8",), "198.51.100.7/32"),
        ("10.0.0.1", "203.0.113.9, 10.1.1.1", ("10.0.0.0/8",), "203.0.113.9/32"),
        ("10.0.0.1", "nonsense", ("10.0.0.0/8",), "10.0.0.1/32"),
        ("10.0.0.1", "", ("10.0.0.0/8",), "10.0.0.1/32"),
        ("2001:db8:1:2:3::4", "", (), "2001:db8:1::/56"),
        ("::ffff:198.51.100.7", "", (), "198.51.100.7/32"),
        ("", "", (), "unknown"),
    ],
)
def test_who_asks_is_believed_as_far_as_it_is_trusted(
    peer: str, forwarded: str, trusted: tuple[str, ...], found: str
) -> None:
    """From the last hop on, and no further than the first that nobody trusts."""
    assert network(peer, forwarded, trusted) == found


def test_no_address_can_carry_a_header(pages: Visit) -> None:
    """Line breaks, commas and other people's addresses."""
    for address in (
        "a@example.net\r\nBcc: b@example.net",
        "a@example.net, b@example.net",
        "<a@example.net>",
        "a\x00@b.example",
    ):
        assert pages.signs_up(address=address).status_code == 422
    assert pages.letters() == []


def test_another_hosts_name_is_answered_by_nothing(pages: Visit) -> None:
    """So that no link in a page or a letter leads to whoever asked."""
    assert pages.client.get("/es/", headers={"host": "evil.example"}).status_code == 400
    pages.client.post("/es/", data=pages.form(), headers={"x-forwarded-host": "evil.example"})
    assert "evil" not in pages.letters()[0][2]


def test_a_body_that_is_too_large_is_not_taken_in(pages: Visit) -> None:
    """Announced, or sent piece by piece without an end in sight."""
    large = b"address=" + b"a" * LARGEST_BODY
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert pages.client.post("/es/", content=large, headers=kind).status_code == 413
    pieces = (b"a" * 1000 for _ in range(1000))
    assert pages.client.post("/es/", content=pieces, headers=kind).status_code == 413
    files = {"address": ("x.txt", b"ana@example.net")}
    assert pages.client.post("/es/", files=files).status_code in (400, 413, 422)
    assert pages.people() == []


def test_a_client_that_asks_nothing_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers that come a byte at a time hold no connection; the others are answered meanwhile."""
    monkeypatch.setattr(server, "HURRY_S", 0.3)
    with visit(tmp_path) as pages:
        slow = [socket.create_connection(("127.0.0.1", pages.house.pages.port)) for _ in range(50)]
        for each in slow:
            each.sendall(b"GET / HTTP/1.1\r\nHost: alia")
        assert pages.client.get("/healthz").status_code == 200
        for each in slow:
            assert let_go(each)


def let_go(client: socket.socket) -> bool:
    """Whether the other side ends the connection without an answer."""
    client.settimeout(20)
    with client, contextlib.suppress(ConnectionResetError):
        return client.recv(100) == b""
    return True


def test_a_form_that_never_ends_and_a_second_question_that_hangs_are_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a connection that was of use before, too."""
    monkeypatch.setattr(server, "HURRY_S", 0.3)
    with visit(tmp_path) as pages:
        slow = socket.create_connection(("127.0.0.1", pages.house.pages.port))
        kind = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\naddress="
        slow.sendall(b"POST /es/ HTTP/1.1\r\nHost: alia.example.org\r\n" + kind)
        assert let_go(slow)
        again = socket.create_connection(("127.0.0.1", pages.house.pages.port))
        again.sendall(b"GET /healthz HTTP/1.1\r\nHost: alia.example.org\r\n\r\n")
        assert b"200 OK" in again.recv(1000)
        again.sendall(b"GET /healthz HTTP/1.1\r\n")
        again.settimeout(20)
        with contextlib.suppress(ConnectionResetError):
            while again.recv(1000):
                pass
        again.close()


def test_headers_without_an_end_are_not_taken_in(pages: Visit) -> None:
    """Nor a line that goes on and on."""
    with socket.create_connection(("127.0.0.1", pages.house.pages.port)) as client, contextlib.suppress(OSError):
        client.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(60_000):
            client.sendall(b"x-endless: " + b"a" * 1000 + b"\r\n")
        pytest.fail("sixty megabytes of headers were taken in")
    assert pages.client.get("/healthz").status_code == 200


def test_every_answer_forbids_scripts_frames_and_guesses(pages: Visit) -> None:
    """Errors too; and no page has a script, a style in it, a cookie or anything from elsewhere."""
    for path in (
        "/",
        "/es/",
        "/en/digests/",
        "/digests/2026-01/es",
        "/es/privacy",
        "/data/",
        "/nothing",
        "/es/feed.atom",
    ):
        answer = pages.client.get(path)
        headers = answer.headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"].startswith("max-age=")
        assert "set-cookie" not in headers
        assert "server" not in headers
        if "html" in headers["content-type"]:
            assert not re.search(r"<script|\sstyle=|<style|\son\w+=", answer.text)
            outside = re.findall(r'(?:src|rel="stylesheet" href)="(https?:[^"]+)"', answer.text)
            assert outside == []


def test_whoever_never_confirms_leaves_nothing_behind(pages: Visit) -> None:
    """A list of strangers' addresses that somebody entered is gone after a week."""
    for number in range(3):
        pages.signs_up(address=f"p{number}@example.net")
    with open_store(pages.config.watch.database) as store:
        assert erase_unconfirmed(store, before=pages.clock[0] + timedelta(seconds=1)) == 3
        assert "example.net" not in "\n".join(store.db.conn.iterdump())


def test_secrets_and_addresses_stay_out_of_what_the_pages_log(pages: Visit, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is asked, confirmed and left."""
    who = confirmed(pages)
    pages.client.post(own(pages, pages.house.site.links.leave(who)))
    said = capsys.readouterr()
    assert "example.net" not in (said.out + said.err).lower()
