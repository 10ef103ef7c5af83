"""Where this program goes: who is asked stands in the configuration, and nobody who is asked sends it elsewhere."""

import ast
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from alia_bot.channels.outcome import Later, Never
from alia_bot.cli.check_machine import heartbeat, hub_date
from alia_bot.cli.check_public import public_pages
from alia_bot.demo.hub_faults import Elsewhere
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.series.snapshot import State
from tests.integration.hub_bench import bench
from tests.made import made_config
from tests.outbox import NOW, message, subscriber
from tests.telegram import channel

ROOT = Path(__file__).parents[2]
TELEGRAM = ChannelKind.TELEGRAM
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"

#: What opens a connection to elsewhere, and the only files that may import it.
DOORS: dict[str, tuple[str, ...]] = {
    "huggingface_hub": ("src/alia_watch/sources/hub_*.py",),
    "httpx2": ("src/alia_watch/sources/*.py",),
    "urllib.request": ("src/alia_watch/sources/proxy.py", "bot/alia_bot/cli/outside.py"),
    "socket": (
        "src/alia_watch/sources/*.py",
        "bot/alia_bot/web/server.py",
        "bot/alia_bot/service.py",
        "bot/alia_bot/cli/check_machine.py",  # tries whether a port is free
        "bot/alia_bot/words.py",  # a pair of its own, to nobody else
    ),
    "telegram.request": ("bot/alia_bot/channels/telegram_request.py",),
    "aiosmtplib": ("bot/alia_bot/channels/email*.py",),
}
#: What would: nobody needs it.
WALLS = {"http.client", "ftplib", "smtplib", "imaplib", "poplib", "nntplib", "telnetlib", "xmlrpc", "requests",
         "urllib3", "aiohttp", "httpx", "websockets", "socketserver"}  # fmt: skip
#: The files that send something over HTTP with `httpx2`; the others read addresses with it.
SENDERS = {
    "src/alia_watch/sources/fetch.py", "src/alia_watch/sources/proxy.py", "src/alia_watch/sources/hub_transport.py",
    "src/alia_watch/sources/hub_reading.py", "src/alia_watch/sources/hub_dataset.py",
    "src/alia_watch/sources/hub_dataset_transport.py",
}  # fmt: skip


@dataclass
class Sender:
    """A server that answers every request with a redirect; `asked` are the paths of requests."""

    url: str
    onward: str
    status: int
    asked: list[str] = field(default_factory=list)


@contextmanager
def sending(onward: str, status: int = 302) -> Iterator[Sender]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            told.asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(told.status)
            self.send_header("Location", told.onward)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815  named by the protocol

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told = Sender(f"http://127.0.0.1:{server.server_address[1]}", onward, status)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield told
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_telegram_sends_the_bot_nowhere(status: int) -> None:
    """A redirect is an answer like any other that is none: the token, which stands in the address, goes on nowhere."""
    with sending("/") as elsewhere, sending(f"{elsewhere.url}/bot{TOKEN}/getMe", status) as api:
        line = channel(TOKEN, api.url)
        try:
            outcome = line.send(subscriber(TELEGRAM, "-100"), message(TELEGRAM), message_id="1.a", now=NOW)
        finally:
            line.close()
        assert api.asked
        assert elsewhere.asked == []
    assert isinstance(outcome, Later | Never)
    assert "AAHdq" not in repr(outcome)


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize("as_link", [False, True])
def test_the_hub_sends_its_reader_nowhere(status: int, as_link: bool) -> None:
    """Neither by a redirect nor by a paging link, be it to a loopback server, a file or a cloud's metadata."""
    with sending("/", status) as elsewhere:
        for onward in (
            f"{elsewhere.url}/api/models?author=o",
            f"{elsewhere.url.replace('127.0.0.1', 'localhost')}/api/models/x/one",
            f"{elsewhere.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')}/api/models/x/one",
            "http://169.254.169.254/api/models/x/one",
            "file:///etc/passwd",
            "http://2130706433/api/models",
        ):
            with bench("o/a", "x/one", tokens=frozenset({"hf_" + "a" * 30})) as b:
                part = "author=o" if as_link else "/x/one"
                b.stand_in.always(part, Elsewhere(onward, as_link=as_link))
                reading = b.reader(token="hf_" + "a" * 30).read(["o"] if as_link else [], ["x/one"])
                assert b.stand_in.violations == []
            assert not reading.complete
            assert as_link or reading.repos[0].state is State.UNREADABLE
            assert all(len(repo.detail or "") < 200 for repo in reading.repos)
        assert elsewhere.asked == []


@pytest.mark.parametrize("onward", ["/x", "{url}/x", "ftp://127.0.0.1/x", "//x/\x1b[31m", "file:///etc/passwd"])
def test_the_check_of_the_public_address_is_sent_nowhere(tmp_path: Path, onward: str) -> None:
    """It says where it was to be sent, without a character that commands a terminal, and goes there not at all."""
    with sending("/") as elsewhere, sending(onward.replace("{url}", elsewhere.url)) as pages:
        config = made_config(tmp_path, web={"public_url": pages.url, "controller": "Somebody, x@example.org"})
        right, detail = public_pages(config)
        assert (elsewhere.asked, pages.asked) == ([], ["/healthz"])
    assert right is False
    assert "leads to" in detail
    assert detail.isprintable()


def test_the_check_of_hub_and_watcher_is_sent_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for the time, and for a sign of life, each is asked once: where it sends us to, nobody is asked."""
    with sending("/") as elsewhere, sending(f"{elsewhere.url}/x") as asked:
        monkeypatch.setenv("HEARTBEAT_URL", f"{asked.url}/a-secret-path")
        config = made_config(tmp_path, hub={"endpoint": asked.url}, heartbeat={"url": {"env": "HEARTBEAT_URL"}})
        assert hub_date(config)
        assert heartbeat(config)[0] is True
        assert (elsewhere.asked, len(asked.asked), asked.asked[-1]) == ([], 2, "/")


def test_every_door_is_known() -> None:
    """What opens connections is imported by the files that bound it, and by no others."""
    faults = []
    for path in sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith("bot/alia_bot/demo/"):
            continue  # the stand-ins listen
        text = path.read_text(encoding="utf-8")
        if not any(word.split(".")[0] in text for word in (*DOORS, *WALLS)):
            continue
        tree = ast.parse(text)
        for node in ast.walk(tree):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
            for module in modules:
                for door, rooms in DOORS.items():
                    inside = module == door or module.startswith(f"{door}.")
                    if inside and not any(path.relative_to(ROOT).match(room) for room in rooms):
                        faults.append(f"{name}:{node.lineno}: {module}")
                if any(module == wall or module.startswith(f"{wall}.") for wall in WALLS):
                    faults.append(f"{name}:{node.lineno}: {module}")
            sends = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "httpx2"
            if sends and node.attr in {"get", "post", "stream", "request", "Client", "AsyncClient", "HTTPTransport"}:  # type: ignore[attr-defined]
                faults += [] if name in SENDERS else [f"{name}:{node.lineno}: httpx2.{node.attr}"]  # type: ignore[attr-defined]
    assert faults == []
