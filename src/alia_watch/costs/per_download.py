"""The ratio, its scope, its bounds, and when to refuse it."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from alia_watch import clock
from alia_watch.costs.ledger import Bound, Numerator, Refusal, Refused, Scenario

#: A reading as old as this, in whole days, says its age wherever it is used.
FRESH_DAYS = 2
#: The prices per download that the break-even table asks for.
TARGETS = (Decimal(1000), Decimal(100), Decimal(10), Decimal(1))
_CENT = Decimal("0.01")


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

    `amount` is what was divided: the numerator, or its monthly part where `amortised`. `ratio` is None where the
    downloads are not exactly known; `low` is None where the ratio has no lower bound but zero, `high` None where it
    has no upper one. `age_days` is how old the oldest reading is; from `FRESH_DAYS` on it is said.
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


def cost_ratio(
    scenario: Scenario,
    money: Numerator | Refused,
    downloads: Downloads,
    *,
    now: datetime,
    amortised: bool = False,
) -> CostRatio:
    """Cost per download, rounded half up to cents, or why there is none.

    Args:
        scenario: whose money it is.
        money: what `sum_items` gave for it.
        downloads: the denominator.
        now: for the age of the reading.
        amortised: divide the part of one month (the scenario's `amortise_months`) instead of the whole.
    """
    refused = money if isinstance(money, Refused) else downloads.refused
    numerator = money if isinstance(money, Numerator) else None
    amount = numerator.amount if numerator else None
    if amortised and amount is not None:
        months = scenario.amortise_months
        refused = refused or (None if months else Refused(Refusal.NO_MONTHS, scenario.id))
        amount = amount / months if months else None
    if refused is None and downloads.count is None:
        refused = Refused(Refusal.UNKNOWN, downloads.id)
    if refused is None and downloads.count == 0:
        refused = Refused(Refusal.ZERO, downloads.id)
    low = high = None
    if numerator and amount is not None and (refused is None or refused.reason is Refusal.UNKNOWN):
        low = per_download(amount, downloads.high) if numerator.bound is not Bound.AT_MOST else None
        high = per_download(amount, downloads.low) if numerator.bound is not Bound.AT_LEAST else None
    return CostRatio(
        scenario=scenario,
        downloads=downloads,
        amortised=amortised,
        numerator=numerator,
        amount=amount,
        ratio=per_download(amount, downloads.count) if amount is not None and refused is None else None,
        low=low,
        high=high,
        age_days=age_days(downloads.read_at, now),
        refused=refused,
    )


def age_days(read_at: datetime | date | None, now: datetime) -> int | None:
    """Whole days since a reading; a bare date was read at its end."""
    if read_at is None:
        return None
    return max((now - clock.end_of(read_at)).days, 0)


def downloads_needed(amount: Decimal, price: Decimal) -> int:
    """How many downloads it takes for an amount to come to at most `price` for each."""
    return int((amount / price).to_integral_value(rounding=ROUND_CEILING))


def per_download(amount: Decimal, downloads: int | None) -> Decimal | None:
    """An amount over a count, half up to cents; None where there is none to divide by."""
    return (amount / downloads).quantize(_CENT, rounding=ROUND_HALF_UP) if downloads else None
