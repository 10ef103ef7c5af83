"""The folder: writes what would be sent, for a watch that tells nobody yet, for archives, and for the demo.

Every subscriber has a subfolder. A message is `TIME-REPORT.eml` (the whole letter), `.html`, `.txt` and its images,
sorted by time. Each file appears whole or not at all, the `.eml` last.

What a refusal means: a full disk is for now; a place that cannot be written is ours and stops the channel; a file too
large is ours and stops that message. A name that is no folder name stops its subscriber.
"""

import errno
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from alia_bot.channels.mail import Letterhead, letter
from alia_bot.channels.outcome import Later, Never, Outcome, Sent
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.errors import ChannelError

_FOR_NOW = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EINTR, errno.ESTALE}
_TOO_LARGE = {errno.EFBIG, errno.ENAMETOOLONG}


class FolderChannel:
    """Writes into subfolders of `path`, which is made when it is needed."""

    kind = ChannelKind.FOLDER

    def __init__(self, path: Path, *, name: str, sender: str) -> None:
        self._path = path
        self._head = Letterhead(name, sender)

    def send(self, subscriber: Subscriber, message: Message, *, message_id: str, now: datetime) -> Outcome:
        """Write one message; see the module for what a refusal means."""
        if not re.fullmatch(r"\w[\w.-]*", subscriber.address):
            return Never("the address is no folder name", ours=False, stop=True)
        try:
            mail = letter(self._head, f"{subscriber.address}@localhost", message, message_id=message_id, now=now)
        except ValueError as error:
            return Never(f"the letter cannot be made: {error}", ours=True)
        stem = _stem(message, now)
        pictures = {f"{stem}-{Path(image.name).name}": image for image in message.images}
        html = message.markup
        for file_name, image in pictures.items():
            html = html.replace(f"cid:{image.name}", file_name)
        folder = self._path / subscriber.address
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file_name, image in pictures.items():
                _write(folder / file_name, image.png)
            _write(folder / f"{stem}.txt", message.text.encode())
            _write(folder / f"{stem}.html", html.encode())
            _write(folder / f"{stem}.eml", mail)
        except OSError as error:
            return _meaning(error)
        return Sent(f"{subscriber.address}/{stem}.eml")

    def probe(self) -> str:
        """Write and remove an empty file."""
        trial = self._path / ".trial"
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            trial.touch()
            trial.unlink()
        except OSError as error:
            raise ChannelError(
                f"{self._path} cannot be written ({error.strerror}).", hint="Check channels.folder.path."
            ) from error
        return f"{self._path} can be written"

    def close(self) -> None:
        """Nothing is held open."""


def _stem(message: Message, now: datetime) -> str:
    report = re.sub(r"[^\w.-]+", "-", message.report_key).strip("-")
    part = f"_part{message.part + 1}" if message.part else ""  # sorts after the first, which has none
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{report}{part}"


def _write(path: Path, content: bytes) -> None:
    """The whole file under its name, or nothing."""
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _meaning(error: OSError) -> Outcome:
    why = f"{error.strerror or type(error).__name__} ({error.filename or 'folder'})"
    if error.errno in _FOR_NOW:
        return Later(None, why, channel=True)
    if error.errno in _TOO_LARGE:
        return Never(f"too large for the folder: {why}", ours=True)
    return Never(f"the folder cannot be written: {why}", ours=True, channel=True)
