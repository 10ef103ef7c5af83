"""When the watch itself needs a person: no reading, messages that do not arrive, a full disk, a basket that is silent.

Each trouble has a key that stays the same while it lasts: it is told once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from alia_watch.clock import format_second, utc_day
from alia_watch.series.basket import BasketQuality

#: A reading a day is what a daily series needs; two hours more for the slow and the retried.
SNAPSHOT_WITHIN = timedelta(hours=26)
#: A message may be late by a few retries.
DELIVERY_WITHIN = timedelta(hours=3)
#: Less free space than this, in bytes, or than this share of the disk, is too little for a backup beside the database.
_FREE_BYTES, _FREE_SHARE = 200_000_000, 0.03
#: So many closed days in a row on which too few control repos spoke.
BASKET_DAYS = 3


class WatchTroubleKind(StrEnum):
    """What is wrong with the watch."""

    SNAPSHOT_LATE = "snapshot_late"
    DELIVERIES_FAILING = "deliveries_failing"
    DISK = "disk"
    BASKET_SMALL = "basket_small"
    SENT_OTHERWISE = "sent_otherwise"


@dataclass(frozen=True, slots=True)
class WatchTrouble:
    """What is to be told of the watch, once; `facts` are JSON-ready."""

    key: str
    kind: WatchTroubleKind
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vitals:
    """How the watch does.

    Attributes:
        last_complete: when the last complete snapshot was made; None before the first.
        watching_since: when the first snapshot was.
        dead: deliveries given up in the last day, and `why` of the last of them.
        altered: deliveries of the last day that went out otherwise than written, and `altered_why` of the last.
        oldest_due: since when the oldest message waits.
        free_bytes, disk_bytes: of the disk of the database.
        basket: by closed day, how well the control repos could speak.
    """

    last_complete: datetime | None
    watching_since: datetime | None
    dead: int
    why: str | None
    oldest_due: datetime | None
    free_bytes: int
    disk_bytes: int
    basket: Mapping[date, BasketQuality]
    altered: int = 0
    altered_why: str | None = None


def watch_troubles(vitals: Vitals, now: datetime) -> tuple[WatchTrouble, ...]:
    """Everything that needs a person now."""
    found = [
        _snapshot(vitals, now),
        _deliveries(vitals, now),
        _altered(vitals, now),
        _disk(vitals, now),
        _basket(vitals),
    ]
    return tuple(each for each in found if each is not None)


def _snapshot(vitals: Vitals, now: datetime) -> WatchTrouble | None:
    since = vitals.last_complete or vitals.watching_since
    if since is None or now - since <= SNAPSHOT_WITHIN:
        return None
    facts = {"since": format_second(since), "hours": int((now - since) / timedelta(hours=1))}
    return _trouble(WatchTroubleKind.SNAPSHOT_LATE, f"{since:%Y-%m-%dT%H:%MZ}", facts)


def _deliveries(vitals: Vitals, now: datetime) -> WatchTrouble | None:
    late = vitals.oldest_due is not None and now - vitals.oldest_due > DELIVERY_WITHIN
    if not vitals.dead and not late:
        return None
    waiting = int((now - vitals.oldest_due) / timedelta(hours=1)) if late and vitals.oldest_due else 0
    facts = {"dead": vitals.dead, "why": vitals.why, "hours": waiting}
    return _trouble(WatchTroubleKind.DELIVERIES_FAILING, utc_day(now).isoformat(), facts)


def _altered(vitals: Vitals, now: datetime) -> WatchTrouble | None:
    if not vitals.altered:
        return None
    facts = {"count": vitals.altered, "why": vitals.altered_why}
    return _trouble(WatchTroubleKind.SENT_OTHERWISE, utc_day(now).isoformat(), facts)


def _disk(vitals: Vitals, now: datetime) -> WatchTrouble | None:
    if vitals.free_bytes >= max(_FREE_BYTES, _FREE_SHARE * vitals.disk_bytes):
        return None
    week = "-W".join(f"{part:02}" for part in utc_day(now).isocalendar()[:2])
    return _trouble(WatchTroubleKind.DISK, week, {"free_mb": vitals.free_bytes // 1_000_000})


def _basket(vitals: Vitals) -> WatchTrouble | None:
    silent = _last_run(sorted(vitals.basket), vitals.basket)
    if len(silent) < BASKET_DAYS:
        return None
    return _trouble(
        WatchTroubleKind.BASKET_SMALL, silent[0].isoformat(), {"since": silent[0].isoformat(), "days": len(silent)}
    )


def _last_run(days: Sequence[date], quality: Mapping[date, BasketQuality]) -> list[date]:
    """The last days in a row on which the basket was too small, where it was ever large enough before."""
    run: list[date] = []
    for day in reversed(days):
        if quality[day] is not BasketQuality.SMALL:
            return run[::-1]
        run.append(day)
    return []


def _trouble(kind: WatchTroubleKind, when: str, facts: Mapping[str, Any]) -> WatchTrouble:
    return WatchTrouble(f"{kind}:{when}", kind, facts)
