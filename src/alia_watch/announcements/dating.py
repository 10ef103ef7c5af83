"""Which of the dates that entries state is the announcement's. All are kept; one is chosen, by a rule that is written.

The rule (docs/method.md, "Dates of announcements"): a day in the address comes first, for the publisher's system writes
it when the page is made and nobody changes it afterwards; then the date of publication given as data; then a date
printed for people. Where none of these is stated, the day of the last change is taken, as inferred. A date of creation
never dates an announcement: a repo can be made weeks before anything is public.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alia_watch import clock
from alia_watch.announcements.announcement import Precision
from alia_watch.announcements.entry import StatedDate, Where

_BELIEVED = (Where.ADDRESS, Where.PUBLISHED, Where.PRINTED)


@dataclass(frozen=True, slots=True)
class Dated:
    """When something was announced.

    Attributes:
        date: the civil day; of a month its first.
        at: the instant, where one is stated and lies on that day.
        date_end: the last day of a range.
        inferred: no date of publication is stated; this is the day of the last change.
    """

    date: dt.date
    precision: Precision
    at: dt.datetime | None = None
    date_end: dt.date | None = None
    inferred: bool = False

    @property
    def last(self) -> dt.date:
        """The last day it may have been on."""
        if self.precision is Precision.MONTH:
            return (self.date + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        return self.date_end or self.date


def civil(stated: StatedDate, zone: str) -> dt.date:
    """The civil day a stated date names."""
    moment = stated.moment
    return clock.civil_day(moment, zone) if isinstance(moment, dt.datetime) else moment


def chosen(stated: Iterable[StatedDate], zone: str) -> Dated | None:
    """The date of one entry; None where it states none that can date it."""
    stated = tuple(stated)
    exact = sorted((one for one in stated if one.where in _BELIEVED and not one.month), key=_rank)
    if exact:
        day = civil(exact[0], zone)
        at = next((o.moment for o in exact if isinstance(o.moment, dt.datetime) and civil(o, zone) == day), None)
        return Dated(day, Precision.INSTANT if at else Precision.DAY, at)
    months = sorted((one for one in stated if one.where in _BELIEVED), key=_rank)
    if months:
        return Dated(civil(months[0], zone).replace(day=1), Precision.MONTH)
    changed = [civil(one, zone) for one in stated if one.where is Where.UPDATED and not one.month]
    return Dated(min(changed), Precision.DAY, inferred=True) if changed else None


def conflicting(stated: Iterable[StatedDate], zone: str) -> tuple[StatedDate, ...]:
    """The dates that name another day than the one chosen; changes and creations are no conflict."""
    stated = tuple(stated)
    found = chosen(stated, zone)
    if found is None or found.inferred:
        return ()
    believed = [one for one in stated if one.where in _BELIEVED]
    if found.precision is Precision.MONTH:
        return tuple(one for one in believed if civil(one, zone).replace(day=1) != found.date)
    return tuple(
        one
        for one in believed
        if (
            civil(one, zone).replace(day=1) != found.date.replace(day=1)
            if one.month
            else civil(one, zone) != found.date
        )
    )


def of_event(entries: Sequence[tuple[str, Dated]]) -> Dated | None:
    """The date of one event from those of its entries, each with its confidence (A, B, C).

    The entries of the best confidence among those that name a day decide. Where these differ, it is a range from the
    first day to the last. Months decide only where nobody names a day.
    """
    named = [(confidence, dated) for confidence, dated in entries if dated.precision is not Precision.MONTH]
    named = [pair for pair in named if not pair[1].inferred] or named
    pool = named or list(entries)
    if not pool:
        return None
    best = min(confidence for confidence, _ in pool)
    decide = sorted(
        (dated for confidence, dated in pool if confidence == best), key=lambda each: (each.date, each.last)
    )
    first, last = decide[0].date, max(each.last for each in decide)
    if decide[0].precision is Precision.MONTH or first == last:
        at = min((each.at for each in decide if each.at is not None), default=None)
        exact = Precision.INSTANT if at else Precision.DAY
        precision = Precision.MONTH if decide[0].precision is Precision.MONTH else exact
        return Dated(first, precision, at, inferred=decide[0].inferred)
    return Dated(first, Precision.RANGE, None, last, inferred=decide[0].inferred)


def _rank(stated: StatedDate) -> tuple[int, str]:
    return _BELIEVED.index(stated.where), str(stated.moment)
