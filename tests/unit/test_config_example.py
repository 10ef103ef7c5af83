"""The example configuration: it loads as it is, and says what the collected facts say, no more."""

import csv
import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from alia_watch.announcements.announcement import Precision
from alia_watch.audience.subscriber import Topic
from alia_watch.config.loader import example_text, load_config
from alia_watch.config.sections import Config
from alia_watch.costs.ledger import Numerator, Scope, sum_items
from alia_watch.series.family import Unit

ROOT = Path(__file__).parents[2]
FACTS = ROOT / "tests" / "samples" / "facts"


@pytest.fixture(scope="module")
def example() -> Config:
    return load_config(ROOT / "config.example.toml")


def rows(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_example_travels_as_it_stands_in_the_repository() -> None:
    """What `init` writes is the file at the top of the repository."""
    assert example_text() == (ROOT / "config.example.toml").read_text(encoding="utf-8")


def test_every_cost_item_is_in_the_example_as_it_was_published(example: Config) -> None:
    """Amount, bound, date, scope, status, source and note of every row of the cost facts; and no other item."""
    published = {row["id"]: row for row in rows("costs.csv")}
    assert {item.id for item in example.cost} == set(published)
    for item in example.cost:
        row = published[item.id]
        assert item.amount == Decimal(row["amount_eur"])
        assert item.currency == "EUR"
        for ours, theirs in (
            (item.bound, row["bound"]),
            (item.reported_on, row["reported_on"]),
            (item.covers, row["covers"]),
            (item.scope, row["scope"]),
            (item.status, row["status"]),
            (item.source or "", row["source_url"]),
            (item.note, row["note"]),
        ):
            assert ours == theirs


def test_alternatives_and_parts_overlap_one_another(example: Config) -> None:
    """Every pair of MareNostrum 5 amounts, and every pair of amounts for ALIA itself, is marked as never summed."""
    items = {item.id: item for item in example.cost}
    machines = [i for i in items if i.startswith("mn5_") or i == "hpc_90"]
    direct = ["alia_10_2", "alia_10_1", "alia_lt3", "first_model"]
    assert len(machines) == 6
    for alike in (machines, direct):
        for one in alike:
            assert set(alike) - {one} <= set(items[one].overlaps)


def test_no_scenario_sums_what_overlaps_or_is_not_alias(example: Config) -> None:
    """Scenarios hold sourced items only, nothing that overlaps, and shared infrastructure only by a share."""
    items = {item.id: item for item in example.cost}
    for scenario in example.scenario:
        for name in scenario.items:
            assert items[name].source
            assert items[name].scope in (Scope.DIRECT, Scope.SHARED_INFRASTRUCTURE)
            assert not set(items[name].overlaps) & set(scenario.items)
            assert (name in scenario.shares) == (items[name].scope is Scope.SHARED_INFRASTRUCTURE)
    unconfirmed = {s.id for s in example.scenario if any(items[i].status == "unconfirmed" for i in s.items)}
    assert all("sin confirmar" in s.name for s in example.scenario if s.id in unconfirmed)
    assert unconfirmed


def test_the_headline_is_what_the_press_divided(example: Config) -> None:
    """The headline is alia_10_2 over the flagship, with its months of amortisation."""
    headline = next(s for s in example.scenario if s.id == example.costs.headline_scenario)
    assert (headline.items, example.costs.headline_denominator) == (("alia_10_2",), "flagship")
    assert headline.amortise_months


def test_every_announcement_is_in_the_example_as_it_was_published(example: Config) -> None:
    """Date, precision, kind, who, where, address, confidence and note of every row, in the same order."""
    published = rows("announcements.csv")
    assert len(example.announcement) == len(published)
    for ours, row in zip(example.announcement, published, strict=True):
        record = ours.record()
        assert record.precision == Precision(row["precision"])
        assert record.date.isoformat() == row["date"]
        assert (record.date_end.isoformat() if record.date_end else "") == row["date_end"]
        assert ours.id.startswith(ours.date)
        for mine, theirs in (
            (record.kind, row["kind"]),
            (record.title, row["title"]),
            (record.announced_by, row["announced_by"]),
            (record.publisher, row["publisher"]),
            (record.url or "", row["url"]),
            (record.confidence, row["confidence"]),
            (record.note, row["note"]),
        ):
            assert mine == theirs


def test_every_comparator_is_in_the_example_as_it_was_published(example: Config) -> None:
    """Repos, funder, public cost and its scope of every row of the comparator facts."""
    published = rows("comparators.csv")
    assert len(example.comparator) == len(published)
    for ours, row in zip(example.comparator, published, strict=True):
        assert (ours.name, list(ours.repos), ours.funder) == (row["name"], row["repo_ids"].split(), row["funder"])
        assert ours.public_cost == (Decimal(row["public_cost"]) if row["public_cost"] else None)
        assert (ours.currency or "", ours.cost_scope or "", ours.note) == (
            row["currency"],
            row["cost_scope"],
            row["note"],
        )


def test_the_flagship_is_2512_and_no_successor_is_switched_to(example: Config) -> None:
    """One flagship, dated by its month since the exact day is unconfirmed."""
    (flagship,) = example.family.record().flagships
    assert (flagship.repo_id, flagship.precision) == ("BSC-LT/ALIA-40b-instruct-2512", "month")


@pytest.mark.parametrize(
    ("repo", "groups", "unit"),
    [
        ("BSC-LT/ALIA-40b", ["base"], Unit.QUERY_FILE),
        ("BSC-LT/ALIA-40b-instruct", ["instruct"], Unit.QUERY_FILE),
        ("BSC-LT/ALIA-40b-instruct-2512", ["instruct"], Unit.QUERY_FILE),
        ("BSC-LT/ALIA-40b-instruct-2601-GGUF", ["gguf"], Unit.GGUF_FILE),
        ("BSC-LT/ALIA-40b-fc-2605", ["function_calling"], Unit.QUERY_FILE),
        ("BSC-LT/ALIA-40b-fc-2605-GGUF", ["gguf"], Unit.GGUF_FILE),
        ("BSC-LT/salamandra-7b-instruct", [], Unit.QUERY_FILE),
        ("BSC-LT/AL40b-dev", [], Unit.QUERY_FILE),
    ],
)
def test_each_repo_of_the_family_is_in_its_group(example: Config, repo: str, groups: list[str], unit: Unit) -> None:
    """Base, instruct, function calling and GGUF repos are told apart; Salamandra and others stay outside."""
    family = example.family.record()
    assert [group.id for group in family.groups if repo in family.group_members(group.id, [repo])] == groups
    assert family.unit(repo) == unit


def test_the_basket_is_large_and_marked_unverified(example: Config) -> None:
    """At least 24 control repos, read by the listings of their organisations, not yet seen to answer."""
    assert len(example.basket.repos) >= 24
    assert not example.basket.verified
    assert {repo.split("/")[0] for repo in example.basket.repos} <= set(example.organisations())


def test_the_folder_is_on_and_no_account_is_needed(example: Config) -> None:
    """The default channel is the folder, in Spanish and English; Telegram, mail and the Hub's token are off."""
    assert example.channels.folder is not None
    assert (example.channels.telegram, example.channels.email, example.hub.token) == (None, None, None)
    assert {(s.channel, s.language) for s in example.subscriber} == {("folder", "es"), ("folder", "en")}


def test_what_is_commented_out_works_when_it_is_switched_on(tmp_path: Path) -> None:
    """Every commented table and key is valid as it stands: token, a source, Telegram, mail, subscribers."""
    path = tmp_path / "config.toml"
    path.write_text(re.sub(r"^# (?=\[|[a-z_]+ = )", "", example_text(), flags=re.MULTILINE), encoding="utf-8")
    assert "telegram" in tomllib.loads(path.read_text(encoding="utf-8"))["channels"]
    config = load_config(path)
    assert config.channels.telegram
    assert config.channels.email
    assert config.hub.token
    subscribers = [s.record() for s in config.subscriber][2:]
    assert [s.id for s in subscribers] == ["email:maintainer@example.org", "telegram:-1001234567890"]
    assert subscribers[0].topics == {Topic.MAINTENANCE}
    assert Topic.MAINTENANCE not in subscribers[1].topics
    assert config.source[-1].id == "a_newspaper"


def test_no_scenario_of_the_example_is_refused(example: Config) -> None:
    """Every scenario has a numerator: 10.2 M€ for the headline, and the share's part where one is charged."""
    items = {item.id: item.record() for item in example.cost}
    summed = {s.id: sum_items(s.record(), items) for s in example.scenario}
    amounts = {name: made.amount for name, made in summed.items() if isinstance(made, Numerator)}
    assert set(amounts) == set(summed)
    assert amounts["alia_10_2"] == Decimal(10_200_000)
    assert amounts["alia_10_2_mn5"] == Decimal(12_430_000)
