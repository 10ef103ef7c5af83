"""What the check says of the sender of mail and of the public address, over real HTTP on loopback."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from alia_bot.cli.check_public import public_pages, sender
from tests.benches import closed_port
from tests.made import made_config


@contextmanager
def answering(status: int, body: bytes = b"{}", location: str = "") -> Iterator[str]:
    """A server that says one thing; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/elsewhere" else status)
            if location and self.path != "/elsewhere":
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def said(tmp_path: Path, url: str) -> tuple[bool | None, str]:
    return public_pages(made_config(tmp_path, web={"public_url": url, "controller": "Somebody, x@example.org"}))


@pytest.mark.parametrize(
    ("status", "body", "right", "words"),
    [
        (200, b"{}", True, "answers"),
        (503, b'{"well": false}', True, "not well"),
        (502, b"<h1>Bad Gateway</h1>", False, "proxy"),
        (404, b"", False, "404"),
    ],
)
def test_the_public_address_is_asked(tmp_path: Path, status: int, body: bytes, right: bool, words: str) -> None:
    """It is right where this watch answers, well or not, and wrong where something else does."""
    with answering(status, body) as url:
        found, detail = said(tmp_path, url)
    assert found is right
    assert words in detail


def test_an_address_that_leads_elsewhere_or_nowhere_is_told(tmp_path: Path) -> None:
    """A detour and a closed port are faults, with what to do."""
    with answering(302, location="/elsewhere") as url:
        assert said(tmp_path, url) == (
            False,
            f"{url}/healthz leads to {url}/elsewhere: give that address as web.public_url",
        )
    found, detail = said(tmp_path, f"http://127.0.0.1:{closed_port()}")
    assert found is False
    assert "while it runs" in detail


def test_without_pages_or_mail_there_is_nothing_to_check(tmp_path: Path) -> None:
    """What is off is neither right nor wrong."""
    config = made_config(tmp_path)
    assert (public_pages(config)[0], sender(config)[0]) == (None, None)


@pytest.mark.parametrize(
    ("changes", "right", "words"),
    [
        ({"sender": "Watch <w@alia-watch.es>", "bounces": "b@alia-watch.es"}, True, "DKIM and DMARC for alia-watch.es"),
        ({"sender": "w@alia-watch.es", "bounces": "b@bounces.alia-watch.es"}, True, "SPF for bounces.alia-watch.es"),
        ({"sender": "w@alia-watch.es", "bounces": "b@elsewhere.es"}, False, "not aligned"),
        ({"sender": "w@alia-watch.es"}, True, "not read"),
        ({"sender": "w@example.org"}, None, "the example's"),
    ],
)
def test_the_sender_is_judged_by_its_domains(
    tmp_path: Path, changes: dict[str, str], right: bool | None, words: str
) -> None:
    """The example's own, one whose refusals go elsewhere, and which domains SPF, DKIM and DMARC must speak of."""
    channels = {"email": {"host": "localhost", "port": 25, "security": "none", **changes}}
    found, detail = sender(made_config(tmp_path, channels=channels))
    assert found is right
    assert words in detail
