"""What may be summed with what."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Bound(StrEnum):
    """How a published amount limits the true one; it stays so in words and arithmetic."""

    EXACT = "exact"
    AT_MOST = "at_most"  # "no llega a"
    AT_LEAST = "at_least"  # "más de"


class Scope(StrEnum):
    """What a published amount pays for."""

    DIRECT = "direct"
    SHARED_INFRASTRUCTURE = "shared_infrastructure"
    PROGRAMME = "programme"
    NOT_ALIA = "not_alia"


@dataclass(frozen=True, slots=True)
class CostItem:
    """One published amount.

    Attributes:
        reported_on: the day it was published, or the first day of the month where only that is known.
        status: budgeted, authorised, awarded, approved, announced, reported or unconfirmed.
        source_url: None means no source: the item enters no scenario.
        overlaps: ids of items it is an alternative to or a part of; they are never summed with it.
    """

    id: str
    amount: Decimal
    currency: str
    bound: Bound
    reported_on: date
    covers: str
    scope: Scope
    status: str
    source_url: str | None
    note: str = ""
    overlaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named choice of items. `shares` gives, per shared item, the explicit share charged (0 to 1)."""

    id: str
    name: str
    items: tuple[str, ...]
    shares: dict[str, Decimal]
    amortise_months: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Numerator:
    """The money of a scenario. `bound` is AT_MOST or AT_LEAST as soon as one of its items is."""

    scenario: Scenario
    amount: Decimal
    currency: str
    bound: Bound
    items: tuple[CostItem, ...]


class Refusal(StrEnum):
    """Why a sum or a ratio would not be honest."""

    UNKNOWN_ITEM = "unknown_item"
    NO_SOURCE = "no_source"
    NOT_THE_SUBJECT = "not_the_subject"  # an amount of the same size for something else
    NO_SHARE = "no_share"  # shared infrastructure or a programme without the share charged
    OVERLAP = "overlap"
    MIXED_CURRENCIES = "mixed_currencies"
    MIXED_BOUNDS = "mixed_bounds"  # "at most" and "at least" in one sum bound nothing
    NO_MONTHS = "no_months"  # nothing says over how many months to spread
    NOTHING_WATCHED = "nothing_watched"
    NO_READING = "no_reading"
    MIXED_UNITS = "mixed_units"
    NO_EVENT = "no_event"  # no confirmed announcement with a known day has this id
    UNKNOWN = "unknown"  # the denominator is not exactly known
    ZERO = "zero"
    NOT_YET = "not_yet"  # the window has no closed day


@dataclass(frozen=True, slots=True)
class Refused:
    """A sum or a ratio that would not be honest: why, and what it is about (ids, repos), for the words."""

    reason: Refusal
    detail: str = ""


#: What is charged to a model only by a share that somebody states.
_SHARED = frozenset({Scope.SHARED_INFRASTRUCTURE, Scope.PROGRAMME})


def sum_items(scenario: Scenario, items: Mapping[str, CostItem]) -> Numerator | Refused:
    """The money of a scenario, or why its items cannot be summed.

    Args:
        scenario: which items, and the share of each that is charged (1 where none is given, for direct costs only).
        items: every cost item, by id.
    """
    unknown = [item for item in scenario.items if item not in items]
    if unknown:
        return Refused(Refusal.UNKNOWN_ITEM, ", ".join(unknown))
    chosen = [items[item] for item in dict.fromkeys(scenario.items)]
    for reason, faulty in (
        (Refusal.NO_SOURCE, [item.id for item in chosen if item.source_url is None]),
        (Refusal.NOT_THE_SUBJECT, [item.id for item in chosen if item.scope is Scope.NOT_ALIA]),
        (Refusal.NO_SHARE, [i.id for i in chosen if i.scope in _SHARED and i.id not in scenario.shares]),
    ):
        if faulty:
            return Refused(reason, ", ".join(faulty))
    clash = next((pair for pair in itertools.combinations(chosen, 2) if _overlap(*pair)), None)
    if clash:
        return Refused(Refusal.OVERLAP, f"{clash[0].id}, {clash[1].id}")
    currencies = sorted({item.currency for item in chosen})
    if len(currencies) > 1:
        return Refused(Refusal.MIXED_CURRENCIES, ", ".join(currencies))
    bounds = {item.bound for item in chosen} - {Bound.EXACT}
    if len(bounds) > 1:
        return Refused(Refusal.MIXED_BOUNDS, ", ".join(item.id for item in chosen if item.bound in bounds))
    return Numerator(
        scenario=scenario,
        amount=sum((item.amount * scenario.shares.get(item.id, Decimal(1)) for item in chosen), Decimal(0)),
        currency=currencies[0],
        bound=bounds.pop() if bounds else Bound.EXACT,
        items=tuple(chosen),
    )


def _overlap(one: CostItem, other: CostItem) -> bool:
    return other.id in one.overlaps or one.id in other.overlaps
