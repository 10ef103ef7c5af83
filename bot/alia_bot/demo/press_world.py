"""What a stand-in for the press is asked about: documents by address, which may change with time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

#: After a path, in the key of a document: the same document whatever the query.
ANY_QUERY = "?*"


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it stands.

    Attributes:
        body: its bytes, not compressed.
        content_type: the whole `Content-Type`, with its charset where the source says one.
        modified: when it last changed, an aware instant.
        status: 200; another one for what a source says in place of a document, such as the gazette's 404.
    """

    body: bytes
    content_type: str
    modified: datetime
    status: int = 200

    @property
    def etag(self) -> str:
        """A strong one, of the bytes."""
        return f'"{sha256(self.body).hexdigest()[:32]}"'


class PressWorld(Protocol):
    """The documents of all sources at an instant."""

    def documents(self, at: datetime) -> Mapping[str, Document]:
        """Every document there is, by `key_of` its path and query.

        A key that ends in `?*` stands for its path with any query. The mapping may make its documents when asked.
        """


@dataclass
class StillPress:
    """A press that stays as it is set: for tests that change it by hand. The query of a key may be in any order."""

    pages: dict[str, Document] = field(default_factory=dict)

    def documents(self, at: datetime) -> Mapping[str, Document]:  # noqa: ARG002  stays as it is
        """See PressWorld."""
        return {path if path.endswith(ANY_QUERY) else key_of(path): page for path, page in self.pages.items()}


def key_of(target: str) -> str:
    """Path, decoded, and query, sorted: `/doc?b=2&a=1` and `/doc?a=1&b=2` are `/doc?a=1&b=2`."""
    url = urlsplit(target)
    query = urlencode(sorted(parse_qsl(url.query, keep_blank_values=True)))
    return unquote(url.path) + (f"?{query}" if query else "")
