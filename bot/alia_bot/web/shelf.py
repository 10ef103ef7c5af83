"""Pages that are made once and handed out many times, until the evidence they were made of changes."""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

#: How often it is looked whether anything has changed, in seconds.
LOOK_EVERY_S = 15.0
#: How long browsers and proxies may keep a page without asking again, in seconds.
FRESH_S = 60
#: So many pages are kept.
_PAGES = 256
#: Smaller bodies are not worth packing.
_WORTH_PACKING = 600


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page: its bytes, plain and packed, and what names this version of it."""

    body: bytes
    packed: bytes | None
    kind: str
    etag: str

    @classmethod
    def of(cls, body: bytes, kind: str) -> "Page":
        """A page of a media type."""
        packs = len(body) > _WORTH_PACKING and not kind.startswith("image/png")
        mark = hashlib.sha256(kind.encode() + b"\n" + body).hexdigest()[:20]
        return cls(body, gzip.compress(body, 6, mtime=0) if packs else None, kind, f'"{mark}"')

    def response(self, request: Request, *, fresh_s: int = FRESH_S, public: bool = True) -> Response:
        """What goes out: not the body where the client has it already, and packed where it takes that.

        Args:
            fresh_s: how long it may be kept without asking again, in seconds.
            public: whether a proxy may keep it for everybody.
        """
        headers = {
            "etag": self.etag,
            "cache-control": f"{'public' if public else 'private'}, max-age={fresh_s}",
            "vary": "Accept-Encoding, Accept-Language",
        }
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = self.body
        if self.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["content-encoding"] = self.packed, "gzip"
        return Response(body, media_type=self.kind, headers=headers)


class Shelf:
    """Keeps pages, for any number of threads; each is made by one of them while the others wait for it.

    Args:
        version: what all pages rest on, by the evidence; asked for now and then.
        ticks: seconds that only go forward.
    """

    def __init__(self, version: Callable[[], Hashable], *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._version = version
        self._ticks = ticks
        self._looking, self._making = threading.Lock(), threading.Lock()
        self._standing: Hashable = None
        self._looked_at = float("-inf")
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()

    def kept(self, key: Hashable) -> Page | None:
        """A page that is there and need not be looked at again; costs nothing."""
        if self._ticks() - self._looked_at > LOOK_EVERY_S:
            return None
        return self._pages.get(key)

    def page(self, key: Hashable, make: Callable[[], Page]) -> Page:
        """A page, made where it is not there or no longer true."""
        self.standing()
        found = self._pages.get(key)
        if found is None:
            with self._making:
                begun = self._standing
                found = self._pages.get(key) or make()
                if begun == self._standing:  # else it may rest on what is no longer true
                    self.put(key, found)
        return found

    def put(self, key: Hashable, page: Page) -> None:
        """Keep a page that was made beside another."""
        self._pages[key] = page
        if len(self._pages) > _PAGES:
            self._pages.popitem(last=False)

    def standing(self) -> Hashable:
        """What all pages rest on, as of late; where it has changed the pages are gone."""
        with self._looking:
            if self._ticks() - self._looked_at > LOOK_EVERY_S:
                version = self._version()
                if version != self._standing:
                    self._pages.clear()
                self._standing, self._looked_at = version, self._ticks()
            return self._standing
