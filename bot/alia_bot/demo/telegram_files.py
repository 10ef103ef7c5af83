"""The files of the stand-in Bot API: a picture or a document is checked as it is uploaded, and kept under an id."""

import mimetypes
import struct
from collections.abc import Mapping
from typing import Any

from alia_bot.demo.telegram_chat import StoredFile
from alia_bot.demo.telegram_wire import RefusedError, Upload

_MOST = {"photo": 10 * 2**20, "document": 50 * 2**20}
_WRONG = "Bad Request: wrong file identifier/HTTP URL specified"


class FileStore:
    """Keeps what was sent. `uploads` counts the files that came whole, not the ones sent again by id."""

    def __init__(self) -> None:
        self.uploads = 0
        self._kept: dict[str, StoredFile] = {}

    def read(self, kind: str, fields: Mapping[str, str], files: Mapping[str, Upload]) -> tuple[StoredFile, bool]:
        """The picture or document of a call, and whether it is new.

        Raises:
            RefusedError: there is none, or it is not fit.
        """
        given = fields.get(kind, "")
        if given and not given.startswith("attach://"):
            return self._known(kind, given), False
        upload = files.get(given.removeprefix("attach://") if given else kind)
        if upload is None or not upload.content:
            raise RefusedError(400, f"Bad Request: there is no {kind} in the request")
        if len(upload.content) > _MOST[kind]:
            raise RefusedError(413, "Request Entity Too Large")
        width, height = _measured(upload.content) if kind == "photo" else (0, 0)
        file_id = f"{'AgACAgQAAxk' if kind == 'photo' else 'BQACAgQAAxk'}{len(self._kept) + 1:05}"
        name = upload.name if kind == "document" else ""
        return StoredFile(file_id, kind, upload.content, name, width, height), True

    def keep(self, file: StoredFile) -> None:
        """An upload was accepted."""
        self.uploads += 1
        self._kept[file.file_id] = file

    def forget(self) -> None:
        """From now on no id is known any more, as when the bot's token changes."""
        self._kept = {f"gone {file_id}": file for file_id, file in self._kept.items()}

    def _known(self, kind: str, file_id: str) -> StoredFile:
        file = self._kept.get(file_id)
        if file is None:
            raise RefusedError(400, _WRONG)
        if file.kind != kind:
            raise RefusedError(
                400, f"Bad Request: can't use file of type {file.kind.capitalize()} as {kind.capitalize()}"
            )
        return file

    def form(self, file: StoredFile) -> dict[str, Any]:
        """As the Bot API writes it in a message."""
        ids = {"file_id": file.file_id, "file_unique_id": file.file_id[-8:], "file_size": len(file.content)}
        if file.kind == "photo":
            return {"photo": [{**ids, "width": file.width, "height": file.height}]}
        guessed = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return {"document": {**ids, "file_name": file.name, "mime_type": guessed}}


def _measured(photo: bytes) -> tuple[int, int]:
    if not photo.startswith(b"\x89PNG\r\n\x1a\n") or photo[12:16] != b"IHDR":
        raise RefusedError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", photo[16:24])
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise RefusedError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return width, height
