"""Published amounts, the scenarios made of them, and what is counted against them."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from alia_watch.config.section import Day, DayOrMonth, Id, Line, RepoId, Section, Url, first_day
from alia_watch.costs.ledger import Bound, CostItem, Scenario, Scope


class CostSection(Section):
    """One published amount. Without `source` it enters no scenario."""

    id: Id
    amount: Decimal = Field(gt=0)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    bound: Bound = Bound.EXACT
    reported_on: DayOrMonth
    covers: Line
    scope: Scope
    status: Literal["budgeted", "authorised", "awarded", "approved", "announced", "reported", "unconfirmed"]
    source: Url | None = None
    overlaps: tuple[Id, ...] = ()
    note: str = ""

    def record(self) -> CostItem:
        """The pure record."""
        return CostItem(
            id=self.id,
            amount=self.amount,
            currency=self.currency,
            bound=self.bound,
            reported_on=first_day(self.reported_on),
            covers=self.covers,
            scope=self.scope,
            status=self.status,
            source_url=self.source,
            note=self.note,
            overlaps=self.overlaps,
        )


class ScenarioSection(Section):
    """A named choice of cost items, with the explicit share charged for each shared one."""

    id: Id
    name: Line
    items: tuple[Id, ...] = Field(min_length=1)
    shares: dict[Id, Annotated[Decimal, Field(gt=0, le=1)]] = Field(default_factory=dict)
    amortise_months: int | None = Field(default=None, ge=1, le=600)
    note: str = ""

    def record(self) -> Scenario:
        """The pure record."""
        return Scenario(self.id, self.name, self.items, dict(self.shares), self.amortise_months, self.note)


class QuotedSection(Section):
    """A cost per download that somebody printed: what it says, and what it says was divided by what.

    `counted_on` is the UTC day of the reading it speaks of, where it names one.
    """

    by: Annotated[Line, StringConstraints(min_length=1)]
    date: Day
    url: Url
    says: Decimal = Field(gt=0)
    amount: Decimal = Field(gt=0)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    downloads: int = Field(gt=0)
    repo: RepoId
    counted_on: Day | None = None


class CostsSection(Section):
    """Which ratio is the headline, from which announcements ratios are also counted, and when a move is news."""

    headline_scenario: Id
    headline_denominator: str = "flagship"
    denominators: tuple[str, ...] = ("flagship", "instruct", "family", "family_without_gguf")
    since: tuple[str, ...] = ()
    thresholds: tuple[Annotated[Decimal, Field(gt=0)], ...] = tuple(
        Decimal(value) for value in (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 100, 10, 1)
    )
    update_on_move: Decimal = Field(default=Decimal("0.25"), gt=0, le=1)
