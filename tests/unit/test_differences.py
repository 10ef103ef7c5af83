"""What the log says of a configuration that was read anew."""

from pathlib import Path

from alia_watch.config.differences import differences
from tests.made import made_config


def test_the_same_configuration_has_no_differences(tmp_path: Path) -> None:
    """Read twice."""
    assert differences(made_config(tmp_path), made_config(tmp_path)) == ()


def test_a_setting_is_named_with_both_values(tmp_path: Path) -> None:
    """By its place in the file."""
    before, after = made_config(tmp_path), made_config(tmp_path, timetable={"detect_at": "10:30"})
    assert differences(before, after) == ("timetable.detect_at: 09:00:00 -> 10:30:00",)


def test_parts_of_a_list_are_named_by_their_id(tmp_path: Path) -> None:
    """New ones, those taken out, and what changed within one; long texts are cut."""
    before = made_config(tmp_path)
    first, *others = before.cost
    moved = first.model_copy(update={"amount": first.amount + 1, "covers": "x" * 200})
    added = first.model_copy(update={"id": "new_one"})
    after = before.model_copy(update={"cost": (moved, *others[1:], added)})
    found = differences(before, after)
    assert f"cost.{first.id}.amount: {first.amount} -> {first.amount + 1}" in found
    assert f"cost.{others[0].id}: taken out" in found
    assert "cost.new_one: new" in found
    [covers] = [line for line in found if ".covers:" in line]
    assert covers.endswith("x…")


def test_the_addresses_of_people_are_not_shown(tmp_path: Path) -> None:
    """That they changed is."""
    before = made_config(tmp_path)
    moved = before.subscriber[0].model_copy(update={"address": "somebody@example.org"})
    watch = before.watch.model_copy(update={"contact": "other@example.org"})
    after = before.model_copy(update={"subscriber": (moved, *before.subscriber[1:]), "watch": watch})
    found = differences(before, after)
    assert "watch.contact: changed" in found
    assert any(line.startswith("subscriber.") and line.endswith(".address: changed") for line in found)
    assert "example.org" not in " ".join(found)
