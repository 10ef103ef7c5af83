"""The folder's own ways: what stands there, under which names, and never half a file."""

import errno
import os
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from alia_bot.channels import open_channels
from alia_bot.channels.folder import FolderChannel
from alia_bot.channels.outcome import Later, Never, Sent
from alia_watch.audience.message import Image
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.errors import ChannelError
from tests.made import made_config
from tests.outbox import NOW, message, subscriber
from tests.pictures import png

FOLDER = ChannelKind.FOLDER
ES = subscriber(FOLDER, "es")
CHART = Image("chart.png", "Descargas", png())


@pytest.fixture
def channel(tmp_path: Path) -> FolderChannel:
    return FolderChannel(tmp_path / "outbox", name="ALIA Watch", sender="ALIA Watch <alia-watch@localhost>")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_message_is_a_letter_a_page_a_text_and_its_pictures(channel: FolderChannel, tmp_path: Path) -> None:
    """Every form of a message stands in its subscriber's folder, and the page shows the picture beside it."""
    sent = message(FOLDER, markup='<img src="cid:chart.png">', images=(CHART,))
    stem = "20260201T083000Z-digest-2026-01"
    assert channel.send(ES, sent, message_id="m.1.a", now=NOW) == Sent(f"es/{stem}.eml")
    folder = tmp_path / "outbox" / "es"
    assert names(folder) == [f"{stem}-chart.png", f"{stem}.eml", f"{stem}.html", f"{stem}.txt"]
    assert (folder / f"{stem}.html").read_text() == f'<img src="{stem}-chart.png">'
    assert (folder / f"{stem}.txt").read_text() == "174 descargas"
    assert (folder / f"{stem}-chart.png").read_bytes() == CHART.png
    letter = message_from_bytes((folder / f"{stem}.eml").read_bytes(), policy=policy.default)
    assert letter["Message-ID"] == "<m.1.a@localhost>"


def test_names_sort_by_time_then_report(channel: FolderChannel, tmp_path: Path) -> None:
    """A listing of the folder is the history, parts in order."""
    for hours, key, part in ((2, "alert:2026-02-01:ab", 0), (0, "digest:2026-01", 0), (0, "digest:2026-01", 1)):
        at = NOW + timedelta(hours=hours)
        channel.send(ES, message(FOLDER, key=key, part=part), message_id="m", now=at)
    letters = [name for name in names(tmp_path / "outbox" / "es") if name.endswith(".txt")]
    assert letters == [
        "20260201T083000Z-digest-2026-01.txt",
        "20260201T083000Z-digest-2026-01_part2.txt",
        "20260201T103000Z-alert-2026-02-01-ab.txt",
    ]


@pytest.mark.parametrize("address", ["..", "a/b", "/etc", "", ".hidden", "a\n"])
def test_nothing_is_written_outside_the_folder(channel: FolderChannel, tmp_path: Path, address: str) -> None:
    """An address that is no plain name stops its subscriber and makes no file."""
    outcome = channel.send(subscriber(FOLDER, address), message(FOLDER), message_id="m", now=NOW)
    assert outcome == Never("the address is no folder name", ours=False, stop=True)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_cannot_leave_the_folder(channel: FolderChannel, tmp_path: Path) -> None:
    """A picture's name is a name, whatever path it was given."""
    sent = message(FOLDER, images=(Image("../../chart.png", "alt", CHART.png),))
    assert isinstance(channel.send(ES, sent, message_id="m", now=NOW), Sent)
    assert [path.name for path in tmp_path.iterdir()] == ["outbox"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_full_disk_leaves_no_half_file(
    channel: FolderChannel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """While the disk is full nothing appears, half-written files neither, and it is tried again."""

    def full(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    outcome = channel.send(ES, message(FOLDER), message_id="m", now=NOW)
    assert isinstance(outcome, Later)
    assert outcome.channel
    assert names(tmp_path / "outbox" / "es") == []


def test_a_name_too_long_is_a_fault_of_that_message(channel: FolderChannel) -> None:
    """A report whose key makes no file name is given up and said to be too large."""
    outcome = channel.send(ES, message(FOLDER, key="x" * 300), message_id="m", now=NOW)
    assert isinstance(outcome, Never)
    assert (outcome.ours, outcome.channel) == (True, False)
    assert "too large" in outcome.why


def test_a_sender_that_is_none_is_ours(tmp_path: Path) -> None:
    """A letter that cannot be written is told and not raised."""
    channel = FolderChannel(tmp_path, name="ALIA Watch", sender="nobody")
    outcome = channel.send(ES, message(FOLDER), message_id="m", now=NOW)
    assert isinstance(outcome, Never)
    assert outcome.ours


def test_a_folder_that_cannot_be_made_is_found_by_the_probe(tmp_path: Path) -> None:
    """A file in the folder's place is a fault to be mended."""
    (tmp_path / "outbox").touch()
    channel = FolderChannel(tmp_path / "outbox", name="ALIA Watch", sender="a@example.org")
    with pytest.raises(ChannelError, match="cannot be written"):
        channel.probe()


def test_the_configuration_opens_what_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each channel that is switched on is opened once, with its secret; the folder writes as the mail's sender."""
    monkeypatch.setenv("TELEGRAM_TOKEN", "1234567890:" + "A" * 35)
    monkeypatch.setenv("SMTP_PASSWORD", "correct horse")
    email = {"host": "localhost", "user": "a", "password": {"env": "SMTP_PASSWORD"}, "sender": "a@example.org"}
    config = made_config(tmp_path, channels={"telegram": {"token": {"env": "TELEGRAM_TOKEN"}}, "email": email})
    opened = open_channels(config)
    assert {kind: channel.kind for kind, channel in opened.items()} == {kind: kind for kind in ChannelKind}
    sent = opened[FOLDER].send(ES, message(FOLDER), message_id="m", now=NOW)
    assert isinstance(sent, Sent)
    letter = next((tmp_path / "outbox").rglob("*.eml")).read_text()
    assert "From: a@example.org" in letter
    for channel in opened.values():
        channel.close()


def test_only_what_is_switched_on_is_opened(tmp_path: Path) -> None:
    """The folder alone needs no secret and no network."""
    assert set(open_channels(made_config(tmp_path))) == {FOLDER}
    email = {"host": "localhost", "security": "none", "sender": "a@example.org"}
    config = made_config(tmp_path, channels={"folder": None, "email": email}, subscriber=[])
    assert set(open_channels(config)) == {ChannelKind.EMAIL}
