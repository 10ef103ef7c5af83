"""What a report is made of before any channel: blocks of finished sentences. Messages are split between blocks only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Banner:
    """What must be seen first, such as that the data are simulated."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is the report's title."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """The one figure of a report, with what it is, and its arithmetic."""

    value: str
    label: str
    arithmetic: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences, and links after them. `small` is for sources and method."""

    text: str
    links: tuple[Link, ...] = ()
    small: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is a paragraph."""

    items: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words; columns in `numeric` are set flush right. Where there are no tables, a row is one line."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a chart stands; `name` is the image's, `alt` says in words what it shows."""

    name: str
    alt: str


Block = Banner | Heading | Figure | Paragraph | Bullets | Table | Picture
