"""No secret in the words of an error: not where a library puts it there, nor where a server repeats it."""

import json
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from alia_bot.channels.email_line import Enveloped, MailLine
from alia_bot.channels.outcome import Never
from alia_bot.cli.bug import told
from alia_bot.demo.hub_datasets import Dataset
from alia_bot.logs import REDACTED, Redactor
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.config import section as sections
from alia_watch.config.channels import EmailSection, TelegramSection
from alia_watch.config.secret import Secret
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError, SourceError
from alia_watch.series.snapshot import State
from alia_watch.sources.fetch import Fetcher
from alia_watch.sources.hub_dataset import HubDataset
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline
from tests.benches import closed_port
from tests.integration.hub_bench import START, bench
from tests.made import made_document
from tests.outbox import NOW, message, subscriber
from tests.relay import AUTHORITY, Relay
from tests.telegram import channel

TELEGRAM = ChannelKind.TELEGRAM
TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
SECRET = "SESAME-open-0123456789"
#: What a careless hand leaves in the file of a secret: each library stumbles over another of these.
ODD = [SECRET, f"{SECRET}\nx", f"ñ{SECRET}", f"{SECRET}/x?y#z", f"{SECRET}\x00", f"{SECRET}\udc80", f"[{SECRET}@x"]


def everything(error: BaseException | None) -> str:
    """What an error says, its hint, and all it came from."""
    said = ""
    while error is not None:
        said += f"{error} {error!r} {getattr(error, 'hint', '')} "
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return said


@pytest.mark.parametrize("token", ODD, ids=ascii)
def test_a_token_that_the_hubs_client_stumbles_over_is_not_said(token: str) -> None:
    """A header it cannot be: the repos are unreadable, and the reason is ours."""
    with bench("x/one") as b:
        reading = b.reader(token=token).read([], ["x/one"])
    assert reading.repos[0].state is not State.PRESENT or token == SECRET
    assert "SESAME" not in repr(reading)


@pytest.mark.parametrize("token", ODD, ids=ascii)
def test_a_token_that_stumbles_on_the_way_to_a_dataset_is_not_said(token: str, tmp_path: Path) -> None:
    """Nor is one that the Hub does not take."""
    file = tmp_path / "x.db.gz"
    file.touch()
    with bench() as b:
        b.stand_in.datasets.repos["x/one"] = Dataset()
        dataset = HubDataset(b.stand_in.url, "x/one", token=token, contact="x", clock=b.clock, sleep=b.clock.sleep)
        with pytest.raises(SourceError) as refused:
            dataset.copy(file, older=lambda _: ())
    assert "SESAME" not in everything(refused.value)


@pytest.mark.parametrize("token", ODD, ids=ascii)
def test_a_token_that_telegrams_client_stumbles_over_is_not_said(token: str) -> None:
    """It stands in the address of every request, and the library's errors may have that in them."""
    line = channel(token, f"http://127.0.0.1:{closed_port()}", timeout_s=0.5)
    try:
        outcome = line.send(subscriber(TELEGRAM, "-100"), message(TELEGRAM), message_id="digest-2026-01.1.a", now=NOW)
        with pytest.raises(AliaWatchError) as caught:
            line.probe()
    finally:
        line.close()
    assert "SESAME" not in repr(outcome)
    assert "SESAME" not in everything(caught.value)


@pytest.mark.parametrize(
    "echo", [SECRET, b64encode(SECRET.encode()).decode(), b64encode(f"\0user\0{SECRET}".encode()).decode()]
)
def test_a_password_that_the_relay_repeats_is_not_said(monkeypatch: pytest.MonkeyPatch, echo: str) -> None:
    """Neither in words nor as the base64 that a login wraps it in."""
    monkeypatch.setenv("SSL_CERT_FILE", str(AUTHORITY))
    with Relay(security="starttls", login=("user", SECRET)) as relay:
        relay.replies["MAIL"] = f"535 5.7.8 bad: {echo}"
        where = {"host": "localhost", "port": relay.port, "user": "user", "password": {"env": "X"}}
        line = MailLine(EmailSection.model_validate({**where, "sender": "a@example.org"}), SecretStr(SECRET))
        try:
            outcome = line.deliver(Enveloped("a@example.org", "b@example.org", b"x\r\n", "<1@x>"), within_s=20)
            seen = line.visit()
        finally:
            line.close()
    assert isinstance(outcome, Never)
    assert outcome.why.endswith("bad: [password]")
    assert isinstance(seen, Never)
    assert seen.why.endswith("bad: [password]")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/ping/SESAME?k=SESAME", "http://127.0.0.1:{port}/\ud800SESAME"]
)
def test_an_address_that_is_a_secret_is_not_said(url: str) -> None:
    """Such as a watcher's: an address is a key where whoever knows it may write."""
    made = url.format(port=closed_port())
    deadline = Deadline(5, clock=lambda: START, sleep=lambda _: None)
    with pytest.raises((SourceError, UnicodeError)) as caught, Fetcher(
        "x", [made], contact="x", deadline=deadline, pace=Pace(lambda: START, 0), clock=lambda: START
    ) as fetch:  # fmt: skip
        fetch.get(made, accept="*/*")
    if isinstance(caught.value, SourceError):
        assert "SESAME" not in everything(caught.value)


def all_sections() -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = [sections.Section, Secret]
    for each in found:
        found.extend(inner for inner in each.__subclasses__() if inner not in found)
    return found


def test_no_section_shows_its_input_in_an_error() -> None:
    """pydantic's own errors hide what was given, in every section: a secret may have been, in the wrong place."""
    assert len(all_sections()) > 20
    assert [each.__name__ for each in all_sections() if not each.model_config.get("hide_input_in_errors")] == []
    for wrong in (
        {"channels": {"telegram": {"token": SECRET}}},
        {"hub": {"token": {"file": SECRET, "env": SECRET}}},
        {"hub": SECRET},
        {"family": {"id": SECRET.upper()}},
        {"watch": {"contact": f"\x01{SECRET}"}},
    ):
        with pytest.raises(ValidationError) as caught:
            Config.model_validate({**made_document(), **wrong})
        assert "SESAME" not in str(caught.value).upper()


def test_a_section_with_a_secret_shows_where_it_is_and_not_what(monkeypatch: pytest.MonkeyPatch) -> None:
    """In `repr`, as JSON, and in a copy: the value is read where it is used, and wrapped."""
    monkeypatch.setenv("BOT_TOKEN", SECRET)
    section = TelegramSection(token=Secret(env="BOT_TOKEN"))
    shown = repr(section) + str(section) + section.model_dump_json() + repr(section.token.read())
    assert "SESAME" not in shown
    assert "BOT_TOKEN" in shown


def test_a_login_is_redacted_in_the_log() -> None:
    """As base64 too."""
    clean = Redactor([SECRET]).clean
    assert clean(f"AUTH {b64encode(SECRET.encode()).decode()}") == f"AUTH {REDACTED}"


def test_a_bug_is_told_whole_and_without_secrets(tmp_path: Path) -> None:
    """A traceback on the terminal, and exit code 1, without what the configuration calls a secret or looks like one."""
    document = made_document(hub={"token": {"file": str(tmp_path / "token")}})
    (tmp_path / "token").write_text(SECRET, encoding="utf-8")
    script = f"""
import json, sys
from pathlib import Path
from alia_bot.cli import main
from alia_watch.config import loader
from alia_watch.store import database

def breaks(*_):
    raise RuntimeError("login with {SECRET} and {TOKEN}")

loader.load_config = lambda path: loader.build(json.loads({json.dumps(document, default=str)!r}), Path())
database.open_store = breaks
sys.argv = ["alia-watch", "deliveries"]
main()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith(f"RuntimeError: login with {REDACTED} and {REDACTED}")
    assert "Traceback (most recent call last)" in done.stderr
    assert "in breaks" in done.stderr
    assert not any(word in done.stdout + done.stderr for word in ("SESAME", "AAHdq"))


def test_a_bug_before_the_configuration_is_told_too() -> None:
    """By what looks like a secret alone."""
    try:
        raise RuntimeError(f"at /bot{TOKEN}/getMe")
    except RuntimeError:
        said = told()
    assert said.endswith(f"RuntimeError: at /{REDACTED}/getMe\n")
