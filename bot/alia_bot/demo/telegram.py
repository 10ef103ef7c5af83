"""A loopback stand-in for the Bot API, as strict as the real one about what this project sends.

It checks the token, the chat, the thread, the markup, the lengths after parsing and the picture, answers with the real
service's words, and does the scripted faults of `fail`. Whatever it takes is in `posted`.
"""

import re
import struct
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from alia_bot.demo.telegram_html import Entity, Parsed, UnparsableError, length, parse
from alia_bot.demo.telegram_wire import NoAnswerError, RefusedError, WireServer

TOKEN = "1234567890:" + "A" * 35
_TOKEN_FORM = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{35}")
_MAX_TEXT, _MAX_CAPTION, _MAX_PHOTO, _MAX_DOCUMENT = 4096, 1024, 10 * 2**20, 50 * 2**20


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request: an error answered at once, or, where `accept`, after the message was taken.

    `status` 0 gives no answer at all: the connection is reset, or with `hang` kept open until the stand-in closes.
    """

    status: int = 0
    description: str = ""
    parameters: Mapping[str, int] = field(default_factory=dict)
    accept: bool = False
    hang: bool = False
    body: bytes | None = None


def flood(seconds: int) -> Fault:
    """Too many requests: wait so long."""
    return Fault(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


CONFLICT = Fault(
    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
SERVER_ERROR = Fault(500, "Internal Server Error")
BAD_GATEWAY = Fault(502, body=b"<html><h1>502 Bad Gateway</h1></html>")
RESET = Fault(accept=True)
LOST_ANSWER = Fault(accept=True, hang=True)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message the stand-in took: words after parsing, and the picture or the file, if any."""

    message_id: int
    chat_id: int | str
    thread: int | None
    text: str
    entities: tuple[Entity, ...]
    photo: bytes | None = None
    document: bytes | None = None


@dataclass(slots=True)
class Chat:
    """A chat the bot knows. `refusal` is the 403 it answers with; `moved_to` its supergroup."""

    threads: tuple[int, ...] = ()
    refusal: str | None = None
    moved_to: int | None = None


class TelegramStandIn:
    """Serves on loopback while it is entered. `url` goes into `[channels.telegram] api`, `token` beside it."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.chats: dict[int | str, Chat] = {}
        self.posted: list[Posted] = []
        self.calls: list[str] = []
        self._faults: deque[Fault | None] = deque()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._server = WireServer(self.answer, self._closing)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, *faults: Fault | None) -> None:
        """Do these to the next messages, one each, in order; None lets one pass."""
        self._faults.extend(faults)

    def answer(self, path: str, fields: Mapping[str, str], files: Mapping[str, bytes]) -> Any:
        """What the service answers to a call; see `Fault` for what may happen to it.

        Raises:
            RefusedError: with the answer.
            NoAnswerError: there is none.
        """
        found = re.fullmatch(r"/bot([^/]*)/(\w+)", path)
        if found is None or not _TOKEN_FORM.fullmatch(found[1]):
            raise RefusedError(404, "Not Found")
        if found[1] != self.token:
            raise RefusedError(401, "Unauthorized")
        with self._lock:
            self.calls.append(found[2])
            match found[2].lower():
                case "getme":
                    return {"id": 1234567890, "is_bot": True, "first_name": "ALIA Watch", "username": "alia_watch_bot"}
                case "sendmessage":
                    return self._take(fields, None)
                case "sendphoto":
                    return self._take(fields, _photo(fields, files))
                case "senddocument":
                    return self._take(fields, None, _document(fields, files))
        raise RefusedError(404, "Not Found")

    def _take(
        self, fields: Mapping[str, str], photo: bytes | None, document: bytes | None = None
    ) -> dict[str, Any]:
        fault = self._faults.popleft() if self._faults else None
        if fault and not fault.accept:
            raise _fault(fault)
        chat_id, thread = self._place(fields)
        captioned = photo is not None or document is not None
        parsed = _words(fields, caption=captioned)
        posted = Posted(len(self.posted) + 1, chat_id, thread, parsed.text, parsed.entities, photo, document)
        self.posted.append(posted)
        if fault:
            raise _fault(fault)
        kind = "private" if isinstance(chat_id, int) and chat_id > 0 else "supergroup"
        words = {"caption" if captioned else "text": parsed.text}
        return {
            "message_id": posted.message_id,
            "date": 1767225600,
            "chat": {"id": chat_id if isinstance(chat_id, int) else -1, "type": kind},
            **({"photo": []} if photo is not None else {}),
            **({"document": {"file_id": "d", "file_unique_id": "d"}} if document is not None else {}),
            **words,
        }

    def _place(self, fields: Mapping[str, str]) -> tuple[int | str, int | None]:
        given = fields.get("chat_id", "")
        if not given:
            raise RefusedError(400, "Bad Request: chat_id is empty")
        chat_id = int(given) if re.fullmatch(r"-?\d+", given) else given
        chat = self.chats.get(chat_id)
        if chat is None:
            raise RefusedError(400, "Bad Request: chat not found")
        if chat.refusal:
            raise RefusedError(403, f"Forbidden: {chat.refusal}")
        if chat.moved_to is not None:
            raise RefusedError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                {"migrate_to_chat_id": chat.moved_to},
            )
        thread = int(fields["message_thread_id"]) if fields.get("message_thread_id") else None
        if thread is not None and thread not in chat.threads:
            raise RefusedError(400, "Bad Request: message thread not found")
        return chat_id, thread


def _fault(fault: Fault) -> Exception:
    if fault.body is not None:
        return RefusedError(fault.status, raw=fault.body)
    if fault.status:
        return RefusedError(fault.status, fault.description, fault.parameters)
    return NoAnswerError(hang=fault.hang)


def _words(fields: Mapping[str, str], *, caption: bool) -> Parsed:
    given = fields.get("caption" if caption else "text", "")
    mode = fields.get("parse_mode", "")
    if mode not in ("", "HTML"):
        raise RefusedError(400, "Bad Request: unsupported parse_mode")
    try:
        parsed = parse(given) if mode else Parsed(given, ())
    except UnparsableError as error:
        said = str(error)
        raise RefusedError(400, f"Bad Request: can't parse entities: {said}") from error
    if not caption and not parsed.text.strip():
        raise RefusedError(400, "Bad Request: message text is empty")
    if length(parsed.text.strip()) > (_MAX_CAPTION if caption else _MAX_TEXT):
        raise RefusedError(400, f"Bad Request: message {'caption ' if caption else ''}is too long")
    return parsed


def _photo(fields: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    given = fields.get("photo", "")
    photo = files.get(given.removeprefix("attach://") if given else "photo", b"")
    if not photo:
        raise RefusedError(400, "Bad Request: there is no photo in the request")
    if len(photo) > _MAX_PHOTO:
        raise RefusedError(413, "Request Entity Too Large")
    if not photo.startswith(b"\x89PNG\r\n\x1a\n") or photo[12:16] != b"IHDR":
        raise RefusedError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", photo[16:24])
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise RefusedError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return photo


def _document(fields: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    given = fields.get("document", "")
    document = files.get(given.removeprefix("attach://") if given else "document", b"")
    if not document:
        raise RefusedError(400, "Bad Request: there is no document in the request")
    if len(document) > _MAX_DOCUMENT:
        raise RefusedError(413, "Request Entity Too Large")
    return document
