"""The stand-in Bot API on the wire: calls in as forms or JSON, answers out as the service writes them."""

import json
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a call, under the name that its sender gave it."""

    content: bytes
    name: str = ""


#: Path, fields and files of a call to its result.
Answer = Callable[[str, Mapping[str, str], Mapping[str, Upload]], Any]


class RefusedError(Exception):
    """An answer that is no success: the service's own JSON, or `raw` from something in between."""

    def __init__(
        self,
        status: int,
        description: str = "",
        parameters: Mapping[str, int] | None = None,
        *,
        raw: bytes | None = None,
    ) -> None:
        super().__init__(description)
        self.status = status
        answer = {"ok": False, "error_code": status, "description": description}
        self.body = json.dumps({**answer, "parameters": dict(parameters)} if parameters else answer).encode()
        if raw is not None:
            self.body = raw


class NoAnswerError(Exception):
    """The connection ends by a reset, or hangs, without an answer."""

    def __init__(self, *, hang: bool) -> None:
        super().__init__()
        self.hang = hang


class WireServer(ThreadingHTTPServer):
    """Listens on a free port of the loopback. Connections that hang do so until `closing` is set."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128  # a whole newsroom may knock at once

    def __init__(self, answer: Answer, closing: threading.Event) -> None:
        self.answer = answer
        self.closing = closing
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no fault of the stand-in; anything else is told."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are two writes: without this each answer waits 40 ms
    server: WireServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._respond(*_form(self.headers.get("Content-Type", ""), body))

    def do_GET(self) -> None:
        self._respond({}, {})

    def _respond(self, fields: Mapping[str, str], files: Mapping[str, Upload]) -> None:
        asked = urlsplit(self.path)
        try:
            result = self.server.answer(asked.path, {**_pairs(asked.query), **fields}, files)
        except RefusedError as refused:
            self._write(refused.status, refused.body)
        except NoAnswerError as none:
            self._vanish(hang=none.hang)
        else:
            self._write(200, json.dumps({"ok": True, "result": result}).encode())

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _vanish(self, *, hang: bool) -> None:
        if hang:
            self.server.closing.wait()
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closes by reset

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it so
        """Silent."""


def _form(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    """The fields and files of a urlencoded, JSON or multipart body."""
    if content_type.startswith("application/json"):
        given = json.loads(body or b"{}")
        return {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}, {}
    boundary = re.search(r"multipart/form-data;.*boundary=\"?([^\";]+)", content_type)
    if boundary is None:
        return _pairs(body.decode()), {}
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    for name, content, file_name in _parts(boundary[1].encode(), body):
        if file_name is None:
            fields[name] = content.decode()
        else:
            files[name] = Upload(content, file_name)
    return fields, files


def _pairs(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}


def _parts(boundary: bytes, body: bytes) -> Iterator[tuple[str, bytes, str | None]]:
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'[; ]name="([^"]*)"', head)
        file_name = re.search(rb'[; ]filename="([^"]*)"', head)
        if name is not None:
            yield name[1].decode(), content, file_name[1].decode() if file_name else None
