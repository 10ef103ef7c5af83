"""Event windows on the calendar: fixed in advance, and one where several overlap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from alia_watch.announcements.announcement import Announcement


@dataclass(frozen=True, slots=True)
class EventWindow:
    """UTC days `first` to `last`, both included, and every announcement whose own window lies in them, by date.

    Where windows overlap, what one day saw cannot be told apart: they are one, and bear all their announcements.
    """

    first: date
    last: date
    announcements: tuple[Announcement, ...]

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def official(self) -> bool:
        """Whether an act of an institution is among its announcements, and not only coverage, papers or releases."""
        return any(each.kind.official for each in self.announcements)

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return self.first <= day <= self.last

    def meets(self, first: date, last: date) -> bool:
        """Whether any of the days from `first` to `last` lies in it."""
        return self.first <= last and first <= self.last


def event_windows(announcements: Iterable[Announcement], zone: str) -> tuple[EventWindow, ...]:
    """The event windows of the announcements that have one, merged where they overlap, oldest first."""
    dated = [(window, each) for each in announcements if (window := each.window(zone))]
    merged: list[EventWindow] = []
    for (first, last), each in sorted(dated, key=lambda pair: (pair[0], pair[1].id)):
        if merged and first <= merged[-1].last:
            before = merged[-1]
            merged[-1] = EventWindow(before.first, max(before.last, last), (*before.announcements, each))
        else:
            merged.append(EventWindow(first, last, (each,)))
    return tuple(merged)


def pre_window(window: EventWindow) -> tuple[date, date]:
    """The seven days before a window: where nothing can have followed from what was not yet announced."""
    return window.first - timedelta(days=7), window.first - timedelta(days=1)
