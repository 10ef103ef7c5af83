"""What can go wrong with one answer of the stand-in press, to be scripted in tests and in the demo.

`Status`, `Page`, `Slow`, `Hang`, `Reset` and `Cut` are those of the Hub's stand-in (`hub_faults.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from alia_bot.demo.hub_faults import Cut, Hang, Page, Reset, Slow, Status


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The right document with its bytes changed: a card without its link, a date left out, an entity bomb."""

    change: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Truncated:
    """A sound answer whose document ends after so many bytes: the source wrote half of it."""

    keep_bytes: int


@dataclass(frozen=True, slots=True)
class Charset:
    """The right bytes under the name of another charset."""

    name: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect to any address: to another host, to a private one, to a file."""

    location: str
    code: int = 302


@dataclass(frozen=True, slots=True)
class Redirects:
    """So many redirects of a document to itself, one after another, and then the right answer. One fault in a script.

    A chain that its reader gives up goes on where it was left.
    """

    count: int
    code: int = 302


@dataclass(frozen=True, slots=True)
class Endless:
    """The right document, and white space after it until so many MB (of 2^20 bytes) were sent; no length is said."""

    megabytes: int


@dataclass(frozen=True, slots=True)
class GzipBomb:
    """So many MB (of 2^20 bytes) of zeros, gzipped to about a thousandth of that."""

    megabytes: int


PressFault = (
    Status
    | Page
    | Slow
    | Hang
    | Reset
    | Cut
    | Rewritten
    | Truncated
    | Charset
    | Redirect
    | Redirects
    | Endless
    | GzipBomb
)
