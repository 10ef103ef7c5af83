"""Our letters through programs that others wrote: a mail server (OpenSMTPD), a reader (maildev), a spam filter."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from alia_bot.channels.email import EmailChannel
from alia_bot.channels.outcome import Never, Sent
from alia_watch import clock
from alia_watch.audience.bounce import Kind, Returned, kind_of, read
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.reports.speech import LANGUAGES
from tests.benches import closed_port, email_section
from tests.letters import CONFIRMATION, letter_of, mail
from tests.outbox import NOW, subscriber
from tests.reports import NAMES

pytestmark = pytest.mark.peers

MAILDEV = Path(__file__).parents[2] / ".venv" / "peers" / "node_modules" / ".bin" / "maildev"
TOKEN = "abcdefgh2345"
#: More than this and a letter is on its way to the folder for spam; a filter's usual limit is 5.
POINTS = 2.0
#: In the clear: the TLS of Debian's build answers every client with an internal error. Encryption is tested elsewhere.
_SMTPD = """
listen on 127.0.0.1 port {port} hostname localhost
action "keep" maildir "{folder}/in" virtual {{ "@" = "nobody" }}
action "gone" mda "exit 67" virtual {{ "@" = "nobody" }}
match from any for domain "example.net" action "keep"
match from any for domain "example.org" action "keep"
match from any for domain "gone.example" action "gone"
"""


def until(found: Callable[[], Any], what: str) -> Any:
    """What `found` gives once it gives something; a test waits for programs, never for luck."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if given := found():
            return given
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within a minute")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(command: list[str], port: int, **more: Any) -> Iterator[None]:
    """A server that listens while the block runs."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more) as process:
        try:
            until(lambda: process.poll() is not None or listens(port), f"{command[0]} starting")
            assert process.poll() is None, f"{command[0]} ended at once"
            yield
        finally:
            process.terminate()


class Links:
    """Links that say whose they are; the real ones are signed."""

    def leave(self, subscriber_id: str) -> str:
        return f"https://watch.example.org/leave/{subscriber_id.partition(':')[0]}"

    def preferences(self, subscriber_id: str) -> str:
        return f"https://watch.example.org/preferences/{subscriber_id.partition(':')[0]}"

    def verp(self, _subscriber_id: str) -> str:
        return TOKEN


@contextmanager
def channel(port: int) -> Iterator[EmailChannel]:
    section = email_section(port).model_copy(
        update={"bounces": "bounces@example.org", "unsubscribe": "leave@example.org", "timeout_s": 30.0}
    )
    opened = EmailChannel(section, None, name="ALIA Watch", links=Links, pages=True)
    yield opened
    opened.close()


@pytest.fixture
def mta() -> Iterator[tuple[int, Path]]:
    """OpenSMTPD on loopback: its port, and the maildir that everything it takes comes into."""
    if os.geteuid() != 0:
        pytest.skip("OpenSMTPD starts as root only")
    folder = Path("/tmp") / f"alia-mta-{os.getpid()}"  # its users cannot enter pytest's own folders
    folder.mkdir(mode=0o755)
    try:
        (folder / "in").mkdir()
        shutil.chown(folder / "in", "nobody")
        port = closed_port()
        (folder / "smtpd.conf").write_text(_SMTPD.format(folder=folder, port=port))
        (folder / "smtpd.conf").chmod(0o600)
        with running(["smtpd", "-d", "-f", str(folder / "smtpd.conf")], port):
            yield port, folder / "in"
    finally:
        shutil.rmtree(folder)


def came(folder: Path, recipient: str) -> bytes | None:
    for file in (folder / "new").glob("*"):
        raw = file.read_bytes()
        if recipient.encode() in raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")[0]:
            return raw
    return None


def test_a_real_mail_server_takes_the_digest_whole(mta: tuple[int, Path]) -> None:
    """It arrives whole: the ways to leave on one line each, the charts inside, refusals to an address of its own."""
    port, folder = mta
    with ChartWorker() as charts, channel(port) as opened:
        sent = mail("digest_whole", "es", charts)
        for who in ("ana@example.net", "eva@example.net"):
            outcome = opened.send(subscriber(ChannelKind.EMAIL, who), sent, message_id="digest.1.ab", now=NOW)
            assert isinstance(outcome, Sent), outcome
    raw = until(lambda: came(folder, "eva@example.net"), "the digest arriving")
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].split(b"\n")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head
    assert any(line.startswith(b"List-Unsubscribe: <https://") and b"mailto:" in line for line in head)
    assert f"Return-Path: <bounces+{TOKEN}@example.org>".encode() in head
    read_again: EmailMessage = message_from_bytes(raw, policy=policy.default)  # type: ignore[assignment]
    pictures = [part.get_content() for part in read_again.walk() if part.get_content_type() == "image/png"]
    assert pictures == [image.png for image in sent.images]


def test_a_real_servers_refusal_comes_back_and_is_understood(mta: tuple[int, Path]) -> None:
    """Its report goes to the subscriber's own bounce address, and says what the reader of reports needs."""
    port, folder = mta
    gone = "ana@gone.example"
    with channel(port) as opened:
        sent = mail("alert_spike", "es")
        outcome = opened.send(subscriber(ChannelKind.EMAIL, gone), sent, message_id="alert.1.ab", now=NOW)
        assert isinstance(outcome, Sent), outcome
    raw = until(lambda: came(folder, f"bounces+{TOKEN}@example.org"), "the report arriving")
    returned = read(raw)
    assert isinstance(returned, Returned), returned
    assert returned.tokens[0] == TOKEN
    assert returned.letter == "<alert.1.ab@example.org>"
    assert {kind_of(each, gone) for each in returned.failures} <= {Kind.HARD, Kind.SOFT}


def test_a_real_server_that_does_not_relay_holds_the_channel(mta: tuple[int, Path]) -> None:
    """What it would pass on to nobody is our fault, and no recipient's."""
    port, _ = mta
    with channel(port) as opened:
        receiver = subscriber(ChannelKind.EMAIL, "ana@elsewhere.example")
        outcome = opened.send(receiver, mail("alert_spike", "es"), message_id="alert.2.ab", now=NOW)
    assert isinstance(outcome, Never)


def test_a_reader_shows_the_letter(tmp_path: Path) -> None:
    """maildev reads subject, text, HTML, charts and headers as we meant them, in every language."""
    smtp, web = closed_port(), closed_port()
    command = [str(MAILDEV), "--smtp", str(smtp), "--web", str(web), "--ip", "127.0.0.1"]
    command += ["--mail-directory", str(tmp_path / "mails")]

    def letters() -> list[dict[str, Any]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{web}/api/email", timeout=10) as answer:
                return list(json.load(answer))
        except urllib.error.URLError:
            return []

    with running(command, smtp), ChartWorker() as charts, channel(smtp) as opened:
        sent = {language: mail("digest_whole", language, charts) for language in LANGUAGES}
        for language, message in sent.items():
            receiver = subscriber(ChannelKind.EMAIL, f"{language}@example.net", language)
            outcome = opened.send(receiver, message, message_id=f"digest.{language}.ab", now=NOW)
            assert isinstance(outcome, Sent), outcome
        until(lambda: len(letters()) == len(LANGUAGES), "five letters arriving")
        shown = {each["to"][0]["address"][:2]: each for each in letters()}
    for language, message in sent.items():
        read_by = shown[language]
        assert read_by["subject"] == message.subject
        assert message.text.splitlines()[0] in read_by["text"]
        assert len(read_by["attachments"]) == len(message.images)
        assert {each["contentId"] for each in read_by["attachments"]} == {image.name for image in message.images}
        assert read_by["envelope"]["from"]["address"] == f"bounces+{TOKEN}@example.org"
        assert read_by["headers"]["auto-submitted"] == "auto-generated"
        assert "/leave/" in read_by["html"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spam_filter_lets_every_letter_pass(language: str, tmp_path: Path) -> None:
    """SpamAssassin's own rules, without the network, give every kind of letter less than two points."""
    with ChartWorker() as charts:
        letters = {name: letter_of(name, language, clock.now(), charts) for name in (*NAMES, CONFIRMATION)}
    box = tmp_path / "box"
    box.write_bytes(b"".join(b"From a Sun Feb  1 08:30:00 2026\n" + raw + b"\n" for raw in letters.values()))
    judged = subprocess.run(
        ["spamassassin", "--local", "--mbox", str(box)], capture_output=True, text=True, check=True, timeout=300
    ).stdout
    points = [float(score) for score in re.findall(r"^X-Spam-Status: \w+, score=(-?[\d.]+)", judged, re.MULTILINE)]
    assert len(points) == len(letters)
    assert all(score < POINTS for score in points), dict(zip(letters, points, strict=True))
