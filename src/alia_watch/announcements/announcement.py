"""What an announcement is, how precisely it is dated, and which UTC days its event window covers."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from alia_watch import clock

#: An event window is the announcement's first UTC day and the six after it, fixed in advance (docs/method.md).
WINDOW_DAYS = 7
#: The source of what a person added, and how a person's decision begins.
BY_HAND = "by hand"


class Precision(StrEnum):
    """How exactly an announcement is dated. A month never becomes an event date."""

    INSTANT = "instant"
    DAY = "day"
    RANGE = "range"  # some day from `date` to `date_end`
    MONTH = "month"
    UNDATED = "undated"  # no date is stated: `date` is the day it was first read, and no event date


class Kind(StrEnum):
    """What was announced."""

    OFFICIAL = "official"
    AGREEMENT = "agreement"
    GRANT = "grant"
    BUDGET = "budget"
    PROGRAMME = "programme"
    INFRASTRUCTURE = "infrastructure"
    MODEL_RELEASE = "model_release"
    MEDIA = "media"
    PAPER = "paper"

    @property
    def official(self) -> bool:
        """Whether it is an act of an institution: not coverage, a paper, or a model's release."""
        return self not in (Kind.MEDIA, Kind.PAPER, Kind.MODEL_RELEASE)


class AnnouncementState(StrEnum):
    """Only confirmed announcements enter event windows."""

    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement, dated by the civil day of Madrid.

    Attributes:
        id: stable, from the date and the title, e.g. `2026-01-26-129-m-para-mn5`.
        date: the civil day; of a range its first, of a month its first.
        announced_by: who announced it; `publisher`: where it was read. Often not the same.
        confidence: A the publisher's own page, B press that names the date, C inferred.
        source: `configuration`, `by hand`, or the id of the source it came in by first.
        at: the instant, where one is known.
        language: of the title, where known.
        decided: who or which rule gave it its state, in words; empty where the configuration did.
    """

    id: str
    date: dt.date
    precision: Precision
    kind: Kind
    title: str
    date_end: dt.date | None = None
    announced_by: str = ""
    publisher: str = ""
    url: str | None = None
    confidence: str = ""
    note: str = ""
    source: str = "configuration"
    state: AnnouncementState = AnnouncementState.CONFIRMED
    at: dt.datetime | None = None
    language: str = ""
    decided: str = ""

    def window(self, zone: str) -> tuple[dt.date, dt.date] | None:
        """First and last UTC day of the event window, or None where it names no day, or is not confirmed.

        An instant opens its window on its own UTC day. A civil day touches two UTC days, so its window opens on the
        first of them; a range opens with its first day and closes six days after its last.
        """
        dated = self.precision not in (Precision.MONTH, Precision.UNDATED)
        if not dated or self.state is not AnnouncementState.CONFIRMED:
            return None
        if self.at is not None:
            first = clock.utc_day(self.at)
            return first, first + dt.timedelta(days=WINDOW_DAYS - 1)
        first, _ = clock.utc_days_of(clock.CivilDay(self.date), zone)
        last, _ = clock.utc_days_of(clock.CivilDay(self.date_end or self.date), zone)
        return first, last + dt.timedelta(days=WINDOW_DAYS - 1)


def coinciding(
    announcements: Iterable[Announcement], first: dt.date, last: dt.date, zone: str
) -> tuple[Announcement, ...]:
    """Every announcement in whose event window some UTC day from `first` to `last` lies, by date and id.

    A coincidence, never a cause.
    """
    found = {}
    for announcement in announcements:
        window = announcement.window(zone)
        if window and window[0] <= last and window[1] >= first:
            found[announcement.id] = announcement
    return tuple(sorted(found.values(), key=lambda a: (a.date, a.id)))


def window_days(announcements: Iterable[Announcement], zone: str) -> frozenset[dt.date]:
    """Every UTC day inside some event window: the days a baseline leaves out."""
    days: set[dt.date] = set()
    for announcement in announcements:
        window = announcement.window(zone)
        if window:
            days.update(window[0] + dt.timedelta(days=i) for i in range((window[1] - window[0]).days + 1))
    return frozenset(days)


def announcement_id(date: str, title: str) -> str:
    """A stable id from the date as written and the title: `2026-01-26-129-m-para-mn5`, at most 80 characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return f"{date}-{words}"[:80].rstrip("-")
