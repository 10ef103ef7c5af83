"""What a source of announcements is: something that reads entries, through a fetcher, and fails as SourceError only."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, Volume
from alia_watch.sources.fetch import Fetcher


@dataclass(frozen=True, slots=True)
class Profile:
    """What the configuration says of a source, and every entry of it takes over.

    Attributes:
        id: its id, which stands in errors too.
        zone: the zone in which dates without one are meant.
    """

    id: str
    publisher: str
    announced_by: str
    kind: Kind
    confidence: str
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Span:
    """What is wanted of a source: entries of the civil days `first` to `last`, both included.

    A source that can be asked for days is asked for these; another gives what it has. `backfill` says that a person
    asked for the past, and nothing that was read before may be taken for read.
    """

    first: dt.date
    last: dt.date
    backfill: bool = False

    def days(self) -> Iterator[dt.date]:
        """Every day of it, in order."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + dt.timedelta(days=number)


class Source(Protocol):
    """One source. A changed page shape is SourceChanged, never an empty list."""

    profile: Profile

    def read(self, fetch: Fetcher, span: Span) -> Iterator[Entry | Volume]:
        """Its entries, as they are read: a long answer is never held whole. Nothing where it has not changed.

        Raises:
            SourceError: it did not give what was asked; what was given until then is good.
        """
        ...
