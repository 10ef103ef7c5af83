"""What can go wrong with one answer of the stand-in Hub, to be scripted in tests and in the demo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

OUTAGE_PAGE = b"<!DOCTYPE html><html><head><title>503</title></head><body><h1>We are having a break</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Status:
    """An error status. Without a body, a 5xx carries a gateway's HTML page and any other status a JSON error."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Status 200 with a body that is not the Hub's: an HTML page, half a JSON document."""

    body: bytes = OUTAGE_PAGE
    content_type: str = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Altered:
    """The right answer with every repo's fields changed: a field left out, a negative counter, another type."""

    change: Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Slow:
    """The right answer, byte by byte, each after so many seconds of real time."""

    every_s: float


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer at all until the stand-in closes."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset in place of an answer."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection ends in the middle of the body."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A redirect, or a paging link, to any address: to another host, in a circle, or to a file."""

    location: str
    as_link: bool = False


@dataclass(frozen=True, slots=True)
class UsedUp:
    """The quota is used up by others behind the same address: 429, with so many seconds to wait."""

    seconds: int


Fault = Status | Page | Altered | Slow | Hang | Reset | Cut | Elsewhere | UsedUp
