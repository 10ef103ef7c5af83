"""When the watch itself needs a person: no reading, messages that do not arrive, a full disk, a basket that is silent.

A trouble has a name that stays the same while it lasts. It is told once when it begins and once when it is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from alia_watch.clock import format_second
from alia_watch.series.basket import BasketQuality

#: A reading a day is what a daily series needs; two hours more for the slow and the retried.
SNAPSHOT_WITHIN = timedelta(hours=26)
#: A message may be late by a few retries.
DELIVERY_WITHIN = timedelta(hours=3)
#: Less free space than this, in bytes, or than this share of the disk, is too little for a backup beside the database.
_FREE_BYTES, _FREE_SHARE = 200_000_000, 0.03
#: A backup a day; one may fail.
BACKUP_WITHIN = timedelta(hours=50)
#: So many closed days in a row on which too few control repos spoke.
BASKET_DAYS = 3


class WatchTroubleKind(StrEnum):
    """What is wrong with the watch."""

    SNAPSHOT_LATE = "snapshot_late"
    DELIVERIES_FAILING = "deliveries_failing"
    DISK = "disk"
    BASKET_SMALL = "basket_small"
    SENT_OTHERWISE = "sent_otherwise"
    DUTY_FAILING = "duty_failing"
    BACKUP_OLD = "backup_old"
    CHANNEL_RESTING = "channel_resting"


@dataclass(frozen=True, slots=True)
class WatchTrouble:
    """What is to be told of the watch; `facts` are JSON-ready, `subject` tells those of a kind apart."""

    kind: WatchTroubleKind
    facts: Mapping[str, Any]
    subject: str = ""

    @property
    def name(self) -> str:
        """The same while the trouble lasts."""
        return f"{self.kind}.{self.subject}" if self.subject else str(self.kind)


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
        failing: by duty that did not end well several times in a row, how often, and what it said last.
        backed_up: when the last backup was made; `backup_error`: why its second copy is lacking.
        resting: by channel that rests for a fault of ours, why.
    """

    last_complete: datetime | None
    watching_since: datetime | None
    dead: int
    why: str | None
    oldest_due: datetime | None
    free_bytes: int
    disk_bytes: int
    altered: int = 0
    altered_why: str | None = None
    failing: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    backed_up: datetime | None = None
    backup_error: str | None = None
    resting: Mapping[str, str] = field(default_factory=dict)


def watch_troubles(vitals: Vitals, now: datetime) -> tuple[WatchTrouble, ...]:
    """Everything that needs a person now, but for the basket (`basket_troubles`)."""
    found = [
        _snapshot(vitals, now),
        _deliveries(vitals, now),
        _altered(vitals),
        _disk(vitals),
        _backup(vitals, now),
        *_duties(vitals),
        *_channels(vitals),
    ]
    return tuple(each for each in found if each is not None)


def little_space(free_bytes: int, disk_bytes: int) -> bool:
    """Whether a disk has less free space than the watch wants."""
    return free_bytes < max(_FREE_BYTES, _FREE_SHARE * disk_bytes)


def _snapshot(vitals: Vitals, now: datetime) -> WatchTrouble | None:
    since = vitals.last_complete or vitals.watching_since
    if since is None or now - since <= SNAPSHOT_WITHIN:
        return None
    facts = {"since": format_second(since), "hours": int((now - since) / timedelta(hours=1))}
    return WatchTrouble(WatchTroubleKind.SNAPSHOT_LATE, facts)


def _deliveries(vitals: Vitals, now: datetime) -> WatchTrouble | None:
    late = vitals.oldest_due is not None and now - vitals.oldest_due > DELIVERY_WITHIN
    if not vitals.dead and not late:
        return None
    waiting = int((now - vitals.oldest_due) / timedelta(hours=1)) if late and vitals.oldest_due else 0
    facts = {"dead": vitals.dead, "why": vitals.why, "hours": waiting}
    return WatchTrouble(WatchTroubleKind.DELIVERIES_FAILING, facts)


def _altered(vitals: Vitals) -> WatchTrouble | None:
    if not vitals.altered:
        return None
    facts = {"count": vitals.altered, "why": vitals.altered_why}
    return WatchTrouble(WatchTroubleKind.SENT_OTHERWISE, facts)


def _disk(vitals: Vitals) -> WatchTrouble | None:
    if not little_space(vitals.free_bytes, vitals.disk_bytes):
        return None
    return WatchTrouble(WatchTroubleKind.DISK, {"free_mb": vitals.free_bytes // 1_000_000})


def basket_troubles(basket: Mapping[date, BasketQuality]) -> tuple[WatchTrouble, ...]:
    """What the control repos' last closed days need a person for.

    Args:
        basket: by closed day, how well the control repos could speak.
    """
    silent = _last_run(sorted(basket), basket)
    if len(silent) < BASKET_DAYS:
        return ()
    facts = {"since": silent[0].isoformat(), "days": len(silent)}
    return (WatchTrouble(WatchTroubleKind.BASKET_SMALL, facts),)


def _backup(vitals: Vitals, now: datetime) -> WatchTrouble | None:
    since = vitals.backed_up or vitals.watching_since
    if since is not None and now - since > BACKUP_WITHIN:
        hours = int((now - since) / timedelta(hours=1))
        return WatchTrouble(WatchTroubleKind.BACKUP_OLD, {"hours": hours, "why": vitals.backup_error})
    if vitals.backup_error is not None:
        return WatchTrouble(WatchTroubleKind.BACKUP_OLD, {"hours": 0, "why": vitals.backup_error})
    return None


def _duties(vitals: Vitals) -> list[WatchTrouble]:
    return [
        WatchTrouble(WatchTroubleKind.DUTY_FAILING, {"duty": duty, "times": times, "why": why}, duty)
        for duty, (times, why) in sorted(vitals.failing.items())
    ]


def _channels(vitals: Vitals) -> list[WatchTrouble]:
    return [
        WatchTrouble(WatchTroubleKind.CHANNEL_RESTING, {"channel": channel, "why": why}, channel)
        for channel, why in sorted(vitals.resting.items())
    ]


def _last_run(days: Sequence[date], quality: Mapping[date, BasketQuality]) -> list[date]:
    """The last days in a row on which the basket was too small, where it was ever large enough before."""
    run: list[date] = []
    for day in reversed(days):
        if quality[day] is not BasketQuality.SMALL:
            return run[::-1]
        run.append(day)
    return []
