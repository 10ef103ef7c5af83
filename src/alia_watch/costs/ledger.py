"""What may be summed with what."""

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


@dataclass(frozen=True, slots=True)
class Refused:
    """A sum or a ratio that would not be honest, and why (a code, and the words' arguments)."""

    reason: str
    detail: str
