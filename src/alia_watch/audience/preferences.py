"""When, and how loudly, a subscriber wants to be told; and when that lets a message go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from alia_watch.clock import CivilDay, civil_day, civil_instant, is_zone, wall_clock

#: When a daily or weekly summary goes out, in the subscriber's own zone; the weekly one on a Monday.
SUMMARY_AT = time(9)
_MONDAY = 1
_DAY = timedelta(days=1)


class Frequency(StrEnum):
    """How often alerts, cost updates and corrections come."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a subscriber chose; these are the defaults.

    Attributes:
        zone: its name in the zone database, which quiet hours and summaries are meant in.
        quiet: from when until when nothing comes, by the clock on the wall; over midnight where the first is later.
        threshold: alerts of spikes come only from so many times the usual on.
        silent: messages come without a sound.
        muted_until: nothing comes before.
        csv: the digest by mail brings its tables as CSV files.
    """

    zone: str = "Europe/Madrid"
    quiet: tuple[time, time] | None = None
    frequency: Frequency = Frequency.AT_ONCE
    threshold: float | None = None
    silent: bool = False
    muted_until: datetime | None = None
    csv: bool = False

    def document(self) -> dict[str, Any]:
        """JSON-ready, without what stands at its default."""
        quiet = [each.strftime("%H:%M") for each in self.quiet] if self.quiet else None
        muted = self.muted_until.isoformat() if self.muted_until else None
        whole = {
            "zone": self.zone,
            "quiet": quiet,
            "frequency": str(self.frequency),
            "threshold": self.threshold,
            "silent": self.silent,
            "muted_until": muted,
            "csv": self.csv,
        }
        usual = {"zone": Preferences().zone, "frequency": str(Frequency.AT_ONCE)}
        return {name: value for name, value in whole.items() if value not in (None, False, usual.get(name))}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Preferences":
        """What `document` made; what it does not say stands at its default.

        Raises:
            ValueError: it made none; says which part is wrong.
        """
        made: dict[str, Any] = {}
        for name, value in document.items():
            read = _READ.get(name)
            if read is None:
                raise ValueError(f"preferences: there is no {name!r}")
            try:
                made[name] = read(value)
            except (TypeError, ValueError, AttributeError) as error:
                raise ValueError(f"preferences: {value!r} is no {name}") from error
        return cls(**made)


def _zone(value: Any) -> str:
    if not is_zone(value):
        raise ValueError
    return str(value)


def _quiet(value: Any) -> tuple[time, time]:
    first, last = (time.fromisoformat(each) for each in value)
    if first.tzinfo or last.tzinfo:
        raise ValueError
    return first, last


def _threshold(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ValueError
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError
    return at


_READ: dict[str, Callable[[Any], object]] = {
    "zone": _zone,
    "quiet": _quiet,
    "frequency": Frequency,
    "threshold": _threshold,
    "silent": _yes_or_no,
    "muted_until": _instant,
    "csv": _yes_or_no,
}


def due_at(preferences: Preferences, now: datetime, *, waits: bool) -> datetime:
    """When a message that is ready `now` may go; one that `waits` comes no more often than was chosen."""
    at = now
    if waits and preferences.frequency is not Frequency.AT_ONCE:
        at = _next_summary(preferences, now)
    return rests_until(preferences, at)


def rests_until(preferences: Preferences, now: datetime) -> datetime:
    """When the silence ends that was asked for and lasts `now`; `now` where there is none.

    A message that is due goes by this alone: the summary it waited for is not waited for again.
    """
    at = now
    if preferences.muted_until is not None:
        at = max(at, preferences.muted_until)
    return _after_quiet(preferences, at)


def _next_summary(preferences: Preferences, now: datetime) -> datetime:
    today = civil_day(now, preferences.zone)
    for ahead in range(9):
        day = CivilDay(today + ahead * _DAY)
        at = civil_instant(day, SUMMARY_AT, preferences.zone)
        if at > now and (preferences.frequency is Frequency.DAILY or day.isoweekday() == _MONDAY):
            return at
    raise AssertionError("a Monday comes within nine days")


def _after_quiet(preferences: Preferences, now: datetime) -> datetime:
    """The end of the quiet hours that a clock on the wall shows `now`; on nights when clocks change, too, when it may
    show an hour twice, or skip the one that quiet hours begin or end in."""
    if preferences.quiet is None or preferences.quiet[0] == preferences.quiet[1]:
        return now
    first, last = preferences.quiet
    day, shown = wall_clock(now, preferences.zone)
    over_midnight = last < first
    if not ((shown >= first or shown < last) if over_midnight else (first <= shown < last)):
        return now
    ends = CivilDay(day + _DAY) if over_midnight and shown >= first else day
    ends_at = civil_instant(ends, last, preferences.zone)
    if ends_at <= now:  # the clock shows this hour for the second time
        ends_at = civil_instant(ends, last.replace(fold=1), preferences.zone)
    return _after_quiet(preferences, ends_at)
