"""An entry: one item as a source gave it, in our words, with every date it states."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from alia_watch.announcements.announcement import Kind, Precision

#: Titles are kept to so many characters; a longer one ends in an ellipsis.
LONGEST_TITLE = 300


class Where(StrEnum):
    """Where an entry states a date. The order is the order in which they are believed (`dating.py`)."""

    ADDRESS = "address"  # a day written into its address by the publisher's system
    PUBLISHED = "published"  # the date of publication, given as data
    PRINTED = "printed"  # a date printed on the page for people
    UPDATED = "updated"  # when it last changed: later than the event
    CREATED = "created"  # when a record of it was made: often before anything was public


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date as an entry states it.

    Attributes:
        moment: an aware instant, or the civil day it names; of a month its first day.
        month: the text names no day.
        text: the words it was read from.
    """

    where: Where
    moment: dt.datetime | dt.date
    text: str
    month: bool = False

    @property
    def precision(self) -> Precision:
        """How exact it is."""
        if self.month:
            return Precision.MONTH
        return Precision.INSTANT if isinstance(self.moment, dt.datetime) else Precision.DAY


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a source.

    Attributes:
        source: the id of the source in the configuration.
        key: what the source knows it by; the same over edits.
        title: plain text in one line.
        url: an http or https address, or None.
        stated: every date it states; none where it states none.
        evidence: SHA-256 of the bytes it was read in.
        text: what else it says, for matching; never stored.
        announced_by: who announced it; `publisher`: where it was read. Often not the same.
        language: the language it is written in, where known.
        confidence: A the publisher's own page, B press that names the date, C inferred.
        aliases: other addresses of the same thing.
        canonical: whether `url` is its own address, and not an aggregator's way to it.
        note: what else there is to say, such as the state of a tender.
    """

    source: str
    key: str
    title: str
    url: str | None
    stated: tuple[StatedDate, ...]
    evidence: str
    kind: Kind
    text: str = ""
    announced_by: str = ""
    publisher: str = ""
    language: str = ""
    confidence: str = "B"
    aliases: tuple[str, ...] = ()
    canonical: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Volume:
    """How many articles a source of media counted on one UTC day, and of how many in all (None: not said)."""

    source: str
    day: dt.date
    articles: int
    of: int | None = None
