"""The ratio, its scope, its bounds, and when to refuse it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from alia_watch.costs.ledger import Numerator, Refused, Scenario


@dataclass(frozen=True, slots=True)
class Downloads:
    """A denominator as counted: which repos, over which window, how many, with bounds, and when it was read.

    Attributes:
        id: `flagship`, `instruct`, `family`, `family_without_gguf`: the configured denominators.
        window: `rolling_30d`, `all_time`, `month:2026-01` or `since:<announcement id>`.
        start, end: UTC days the window covers, where known.
        count, low, high: None where not known.
        read_at: the instant (or bare date) of the oldest reading used; None without any.
        refused: why there is no count to divide by.
    """

    id: str
    window: str
    repos: tuple[str, ...]
    count: int | None
    low: int | None
    high: int | None
    read_at: datetime | date | None
    start: date | None = None
    end: date | None = None
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class CostRatio:
    """Cost per download of one scenario over one denominator; refused with a reason, or with value and bounds.

    `amount` is what was divided: the numerator, or its monthly part where `amortised`. `low` is None where the cost
    has no lower bound but zero, `high` None where it has no upper bound.
    """

    scenario: Scenario
    downloads: Downloads
    amortised: bool
    numerator: Numerator | None
    amount: Decimal | None
    ratio: Decimal | None
    low: Decimal | None
    high: Decimal | None
    age_days: int | None = None
    refused: Refused | None = None
