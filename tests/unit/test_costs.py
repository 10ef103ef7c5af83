"""What may be summed with what, and what a cost per download is."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_watch.costs.ledger import Bound, CostItem, Numerator, Refusal, Refused, Scenario, Scope, sum_items
from alia_watch.costs.per_download import CostRatio, Downloads, cost_ratio, downloads_needed
from alia_watch.reports.cost_ratio import arithmetic, refusal

NOW = datetime(2026, 1, 23, 23, 59, 59, 999999, tzinfo=UTC)


def item(item_id: str, amount: int = 10_200_000, **changes: object) -> CostItem:
    """A direct, exact, sourced cost."""
    made = CostItem(
        id=item_id,
        amount=Decimal(amount),
        currency="EUR",
        bound=Bound.EXACT,
        reported_on=date(2026, 1, 26),
        covers="model",
        scope=Scope.DIRECT,
        status="reported",
        source_url="https://example.org",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def scenario(*items: str, shares: dict[str, str] | None = None, months: int | None = 36) -> Scenario:
    """A scenario of these items."""
    return Scenario("s", "S", items, {key: Decimal(share) for key, share in (shares or {}).items()}, months)


def summed(*items: CostItem, shares: dict[str, str] | None = None) -> Numerator | Refused:
    """The sum of these items."""
    return sum_items(scenario(*(each.id for each in items), shares=shares), {each.id: each for each in items})


def downloads(count: int | None = 174, **changes: object) -> Downloads:
    """The flagship's rolling count."""
    made = Downloads("flagship", "rolling_30d", ("a/b",), count, count, count, date(2026, 1, 23))
    return replace(made, **changes)  # type: ignore[arg-type]


def ratio(
    count: int | None = 174, bound: Bound = Bound.EXACT, *, amortised: bool = False, **changes: object
) -> CostRatio:
    """10.2 M over a count."""
    money = summed(item("a", bound=bound))
    return cost_ratio(scenario("a"), money, downloads(count, **changes), now=NOW, amortised=amortised)


SHARED = {"scope": Scope.SHARED_INFRASTRUCTURE}


@pytest.mark.parametrize(
    ("items", "reason", "detail"),
    [
        ([item("a", source_url=None)], Refusal.NO_SOURCE, "a"),
        ([item("a", scope=Scope.NOT_ALIA)], Refusal.NOT_THE_SUBJECT, "a"),
        ([item("a"), item("b", **SHARED)], Refusal.NO_SHARE, "b"),
        ([item("a", scope=Scope.PROGRAMME)], Refusal.NO_SHARE, "a"),
        ([item("a"), item("b", overlaps=("a",))], Refusal.OVERLAP, "a, b"),
        ([item("a", overlaps=("b",)), item("b")], Refusal.OVERLAP, "a, b"),
        ([item("a"), item("b", currency="CHF")], Refusal.MIXED_CURRENCIES, "CHF, EUR"),
        ([item("a", bound=Bound.AT_MOST), item("b", bound=Bound.AT_LEAST)], Refusal.MIXED_BOUNDS, "a, b"),
    ],
)
def test_a_sum_that_would_not_be_honest_is_refused(items: list[CostItem], reason: Refusal, detail: str) -> None:
    """Each with its reason and what it is about."""
    assert summed(*items) == Refused(reason, detail)


def test_a_scenario_of_unknown_items_is_refused() -> None:
    """A slip in a name is no smaller sum."""
    assert sum_items(scenario("a", "z"), {"a": item("a")}) == Refused(Refusal.UNKNOWN_ITEM, "z")


def test_shares_are_charged_as_stated() -> None:
    """One per cent of 223 M beside 10.2 M."""
    made = summed(item("a"), item("b", 223_000_000, **SHARED), shares={"b": "0.01"})
    assert isinstance(made, Numerator)
    assert made.amount == Decimal("12430000.00")


@pytest.mark.parametrize("bound", [Bound.AT_MOST, Bound.AT_LEAST])
def test_a_bound_stays_a_bound(bound: Bound) -> None:
    """One bounded item bounds the whole sum."""
    made = summed(item("a"), item("b", bound=bound))
    assert isinstance(made, Numerator)
    assert made.bound is bound


def test_the_press_figure() -> None:
    """10,200,000 € over 174 downloads."""
    found = ratio()
    assert (found.ratio, found.low, found.high) == (Decimal("58620.69"),) * 3
    assert arithmetic(found) == "10.200.000 € / 174 = 58.620,69 €"


@pytest.mark.parametrize(
    ("bound", "low", "high", "words"),
    [
        (Bound.AT_MOST, None, Decimal("58620.69"), "≤ 10.200.000 € / 174 = ≤ 58.620,69 €"),
        (Bound.AT_LEAST, Decimal("58620.69"), None, "≥ 10.200.000 € / 174 = ≥ 58.620,69 €"),
    ],
)
def test_a_bounded_cost_gives_a_bounded_ratio(bound: Bound, low: Decimal, high: Decimal, words: str) -> None:
    """On the side where it bounds, and in the arithmetic too."""
    found = ratio(bound=bound)
    assert (found.low, found.high) == (low, high)
    assert arithmetic(found) == words


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (ratio(0), Refusal.ZERO),
        (ratio(None), Refusal.UNKNOWN),
        (ratio(174, refused=Refused(Refusal.MIXED_UNITS)), Refusal.MIXED_UNITS),
        (
            cost_ratio(scenario("a", months=None), summed(item("a")), downloads(), now=NOW, amortised=True),
            Refusal.NO_MONTHS,
        ),
        (cost_ratio(scenario("a"), Refused(Refusal.OVERLAP, "x, y"), downloads(), now=NOW), Refusal.OVERLAP),
    ],
)
def test_a_ratio_that_would_not_be_honest_is_refused(found: CostRatio, reason: Refusal) -> None:
    """No figure, and the reason."""
    assert found.ratio is None
    assert found.refused is not None
    assert found.refused.reason is reason


def test_downloads_within_bounds_give_a_ratio_within_bounds() -> None:
    """Not exactly known is no figure, but its limits are."""
    found = ratio(None, low=100, high=200)
    assert (found.ratio, found.low, found.high) == (None, Decimal("51000.00"), Decimal("102000.00"))
    assert ratio(None, low=0, high=None).high is None


def test_the_part_of_a_month() -> None:
    """A thirty-sixth of the cost over one month's downloads."""
    found = ratio(amortised=True)
    assert found.ratio == Decimal("1628.35")
    assert found.amount == Decimal(10_200_000) / 36


@pytest.mark.parametrize(
    ("read_at", "age"),
    [(date(2026, 1, 23), 0), (date(2026, 1, 20), 3), (datetime(2026, 1, 21, tzinfo=UTC), 2), (None, None)],
)
def test_a_reading_has_an_age(read_at: object, age: int | None) -> None:
    """In whole days; a bare date was read at its end."""
    assert ratio(read_at=read_at).age_days == age


@pytest.mark.parametrize("reason", Refusal)
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_refusal_has_words(reason: Refusal, language: str) -> None:
    """A sentence in each language, without a full stop."""
    words = refusal(Refused(reason, "x"), language)
    assert len(words) > 15
    assert not words.endswith(".")


@given(st.integers(1, 10**10), st.integers(1, 10**7))
def test_ratio_times_downloads_is_the_cost_within_rounding(amount: int, count: int) -> None:
    """Half a cent for each download."""
    found = cost_ratio(scenario("a"), summed(item("a", amount)), downloads(count), now=NOW)
    assert found.ratio is not None
    assert abs(found.ratio * count - amount) <= Decimal("0.005") * count


@given(st.integers(1, 10**10), st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_bounds_hold_every_possible_ratio(amount: int, low: int, more: int, true: int) -> None:
    """Whatever the true count within its bounds, the ratio is within its own."""
    count = low + min(true, more)
    found = cost_ratio(scenario("a"), summed(item("a", amount)), downloads(None, low=low, high=low + more), now=NOW)
    assert found.low is not None
    assert found.high is not None
    assert found.low - 1 <= Decimal(amount) / count <= found.high + 1


@given(st.integers(1, 10**10), st.sampled_from([Decimal(1000), Decimal(1), Decimal("0.5")]))
def test_the_downloads_it_takes_are_the_fewest(amount: int, price: Decimal) -> None:
    """One fewer would cost more each."""
    needed = downloads_needed(Decimal(amount), price)
    assert Decimal(amount) / needed <= price
    assert needed == 1 or Decimal(amount) / (needed - 1) > price
