"""What the logs show, and what they never show."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import BaseModel

from alia_bot import logs
from alia_watch.config.secret import Secret
from alia_watch.config.sections import EmailSection, TelegramSection

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PASSWORD = 'pa"ss wörd/+\\'


class Channels(BaseModel):
    """Sections with secrets at several depths."""

    telegram: TelegramSection
    email: tuple[EmailSection, ...]
    by_name: dict[str, Secret]


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Channels:
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    (tmp_path / "hub").write_text("a-hub-token\n", encoding="utf-8")
    return Channels(
        telegram=TelegramSection(token=Secret(env="BOT_TOKEN")),
        email=(EmailSection(host="mail", user="u", password=Secret(env="MAIL_PASSWORD"), sender="a@b.es"),),
        by_name={"hub": Secret(file=tmp_path / "hub"), "absent": Secret(env="NOT_SET_ANYWHERE")},
    )


def test_every_secret_of_a_configuration_is_found(config: Channels) -> None:
    """Secrets are found in sections, lists and tables alike; one that is not set is left out."""
    assert set(logs.secrets_of(config)) == {TOKEN, PASSWORD, "a-hub-token"}


@pytest.mark.parametrize("form", ["console", "json"])
def test_no_secret_passes_in_any_spelling(config: Channels, form: str) -> None:
    """A secret in a value, an address, an exception or a library's own line comes out redacted, in both forms."""
    stream = io.StringIO()
    logs.configure(form, secrets=logs.secrets_of(config), stream=stream, verbose=True)
    log = structlog.get_logger()
    log.info("duty", address=f"https://api.telegram.org/bot{TOKEN}/sendMessage", nested={"why": [PASSWORD]})
    try:
        raise RuntimeError(f"login with {PASSWORD!r} and a-hub-token refused at ?p=pa%22ss%20w%C3%B6rd/%2B%5C")
    except RuntimeError:
        log.exception("duty", duty="digest")
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TOKEN)
    try:
        raise ConnectionError(TOKEN)
    except ConnectionError:
        logging.getLogger("telegram").exception("lost")
    text = stream.getvalue()
    assert text.count("RuntimeError") >= 1
    assert "ConnectionError" in text
    assert "HTTP Request" in text
    assert text.count(logs.REDACTED) >= 6
    for piece in ("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "a-hub-token", "pa%22ss", "wörd", "w\\u00f6rd", 'pa"ss'):
        assert piece not in text


def test_what_looks_like_a_secret_is_redacted_without_a_configuration() -> None:
    """A bot's token, a Hub token and a bearer token are known by their looks."""
    clean = logs.Redactor(()).clean
    assert clean(f"/bot{TOKEN}/getMe") == f"/{logs.REDACTED}/getMe"
    assert clean("token hf_abcdefghijklmnopqrstuvwxyz") == f"token {logs.REDACTED}"
    assert clean("Authorization: Bearer abcdef123456") == f"Authorization: Bearer {logs.REDACTED}"
    assert clean("snapshot:2026-01-23T02:15Z requests=12") == "snapshot:2026-01-23T02:15Z requests=12"


MAILS = (
    "ana@example.net",
    "Ana.Pérez+lista@correo.example.org",
    '"ana"@example.net',
    "xaver@sub.example.museum",
    "jürgen@bücher.example",
)


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("mail", MAILS)
def test_no_mail_address_passes(form: str, mail: str) -> None:
    """Neither in a line of ours, nor in a library's, nor in a traceback; the line around it stays what it was."""
    stream = io.StringIO()
    logs.configure(form, stream=stream)
    structlog.get_logger().info("delivery", why=f"550 <{mail}>: no such user", delivery=17)
    logging.getLogger("aiosmtplib").warning("RCPT TO:<%s> refused", mail)
    try:
        raise ValueError(f"cannot write to {mail}")
    except ValueError:
        logging.getLogger("mail.parser").exception("lost")
    text = stream.getvalue()
    assert text.count(logs.ADDRESS) >= 3
    assert "no such user" in text
    assert "RCPT TO" in text
    for line in text.splitlines() if form == "json" else ():
        json.loads(line)
    for half in mail.split("@"):
        assert half.strip('"') not in text.replace("mail.parser", "")


def test_what_only_has_an_at_sign_stays() -> None:
    """A bot's name, a version, a repo's revision and a decorator are no mail addresses."""
    clean = logs.Redactor(()).clean
    for text in ("the bot @alia_watch_bot answers", "BSC-LT/ALIA-40b@main", "sha256@1a2b", "at 12:00 @ noon.", "a@b"):
        assert clean(text) == text


def test_json_lines_are_json_with_the_instant_first() -> None:
    """Each line is one JSON object that begins with when it was written, in UTC."""
    stream = io.StringIO()
    logs.configure("json", stream=stream)
    structlog.get_logger().info("duty", duty="snapshot", slot="snapshot:2026-01-23T02:15Z", outcome="done", repos=31)
    line = json.loads(stream.getvalue())
    assert next(iter(line)) == "at"
    assert line["at"].endswith("Z")
    assert {key: line[key] for key in ("event", "level", "duty", "outcome", "repos")} == {
        "event": "duty",
        "level": "info",
        "duty": "snapshot",
        "outcome": "done",
        "repos": 31,
    }


def test_libraries_only_warn_unless_asked() -> None:
    """A library's information is kept out of the log, its warnings are not; `-v` shows both."""
    stream = io.StringIO()
    logs.configure("console", stream=stream)
    logging.getLogger("httpx").info("a request")
    logging.getLogger("huggingface_hub").warning("slow down")
    structlog.get_logger().debug("a decision")
    assert "slow down" in stream.getvalue()
    assert "a request" not in stream.getvalue()
    assert "a decision" not in stream.getvalue()
    logs.configure("console", stream=stream, verbose=True)
    logging.getLogger("httpx").info("a request")
    structlog.get_logger().debug("a decision")
    assert stream.getvalue().count("a request") == 1
    assert "a decision" in stream.getvalue()


def test_a_pipe_gets_no_colours() -> None:
    """A line written to something that is no terminal has no escape codes."""
    stream = io.StringIO()
    logs.configure("console", stream=stream)
    structlog.get_logger().error("duty", error="x")
    assert "\x1b" not in stream.getvalue()
