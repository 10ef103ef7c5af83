"""An answer as it arrives: decoded piece by piece, hashed, and never longer or slower than it may be."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import httpx2

from alia_watch.errors import SourceError
from alia_watch.sources.patience import Watch

MEGABYTE = 1024 * 1024
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """A whole answer: where it came from in the end, its bytes, their SHA-256, its media type and named charset."""

    url: str
    body: bytes
    sha256: str
    content_type: str
    charset: str | None = None


class Stream:
    """An answer as it arrives: `read` it to its end. `sha256` and `size` are of what was read so far, decoded."""

    def __init__(self, source: str, response: httpx2.Response, *, most_bytes: int, watch: Watch, url: str) -> None:
        self.url = url
        self.content_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
        self.charset = _charset(response)
        self.size = 0
        self._source = source
        self._most = most_bytes
        self._watch = watch
        self._hash = sha256()
        self._left = b""
        self._ended = False
        self._failed: SourceError | None = None
        self._pieces = self._decoded(response)

    @property
    def sha256(self) -> str:
        """Of the bytes read so far."""
        return self._hash.hexdigest()

    @property
    def whole(self) -> bool:
        """Whether it was read to its end, and nothing was amiss."""
        return self._ended and not self._left

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, or all the rest; empty at the end.

        Raises:
            SourceError: it broke off, is too long, or took too long. So says every further call.
        """
        if self._failed is not None:
            raise self._failed
        got = bytearray(self._left)
        try:
            while size < 0 or len(got) < size:
                piece = next(self._pieces, b"")
                if not piece:
                    break
                got += piece
        except SourceError as error:
            self._failed = error
            raise
        end = len(got) if size < 0 else size
        self._left = bytes(got[end:])
        del got[end:]
        given = bytes(got)
        self._hash.update(given)
        return given

    def _decoded(self, response: httpx2.Response) -> Iterator[bytes]:
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "", "gzip", "x-gzip"):
            raise SourceError(self._source, "the answer is encoded in a way that was not asked for", again=False)
        inflate = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
        arrived = 0
        try:
            for raw in response.iter_raw():  # as it arrives: to wait for a full piece is to wait for whoever drips
                arrived += len(raw)
                rest = raw
                while rest:  # a piece of gzip may stand for a thousand times as much: never all at once
                    self._check()
                    if inflate is None:
                        piece, rest = rest, b""
                    else:
                        if inflate.eof:  # one gzip may follow another (RFC 1952 §2.2)
                            inflate = zlib.decompressobj(wbits=31)
                        piece = inflate.decompress(rest, _PIECE)
                        rest = inflate.unconsumed_tail or inflate.unused_data
                    self.size += len(piece)
                    if max(self.size, arrived) > self._most:  # gzip can arrive for ever and stand for nothing
                        limit = f"{self._most // MEGABYTE} MB" if self._most >= MEGABYTE else f"{self._most} bytes"
                        raise SourceError(self._source, f"the answer is longer than {limit}", again=False)
                    if piece:
                        yield piece
            self._check()  # an answer of no said length that was cut for its time looks whole
            if inflate is not None and not inflate.eof:
                raise SourceError(self._source, "the answer broke off", again=True)
        except zlib.error:
            raise SourceError(self._source, "the answer is no gzip, though it says so", again=True) from None
        except httpx2.TimeoutException:
            raise SourceError(self._source, "the answer stopped arriving", again=True) from None
        except httpx2.TransportError:
            self._check()
            raise SourceError(self._source, "the answer broke off", again=True) from None
        self._ended = True

    def _check(self) -> None:
        if self._watch.left() <= 0:
            raise SourceError(self._source, "the answer took too long to arrive", again=True) from None


def _charset(response: httpx2.Response) -> str | None:
    try:
        return response.charset_encoding
    except (TypeError, ValueError, LookupError, AttributeError):  # the standard parser breaks at some parameters
        return None
