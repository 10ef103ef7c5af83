"""`alia-watch export`: everything that is known as open data."""

import csv
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from alia_watch.config.sections import Config
from alia_watch.errors import UsageError
from alia_watch.pipeline.export import export
from alia_watch.pipeline.reconstruct import daily_series
from alia_watch.reports.export_tables import TABLES
from alia_watch.store.database import Store
from tests.command import alia_watch
from tests.made import FLAGSHIP, made_config, made_file
from tests.stored import CONTROLS, counts, history

NOW = datetime(2026, 2, 1, 10, tzinfo=UTC)


@pytest.fixture
def stored(tmp_path: Path) -> Store:
    return history(tmp_path, {FLAGSHIP: counts(date(2026, 1, 14))} | {repo: counts(mean=20) for repo in CONTROLS})


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / f"{name}.csv").read_text("utf-8"), newline="")))


def test_every_table_is_written_described_and_counted(stored: Store, config: Config, tmp_path: Path) -> None:
    """Each file has the columns the package names, in their order, and as many rows as was said."""
    folder = tmp_path / "open"
    written = {each.name: each.rows for each in export(stored, config, folder, now=NOW)}
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert {each["name"] for each in package["resources"]} == {table.name for table in TABLES}
    meanings = {(row["table"], row["column"]) for row in rows(folder, "dictionary")}
    for resource in package["resources"]:
        found = rows(folder, resource["name"])
        names = [field["name"] for field in resource["schema"]["fields"]]
        assert (folder / resource["path"]).read_text("utf-8").splitlines()[0].split(",") == names
        assert written[resource["path"]] == len(found)
        assert all((resource["name"], name) in meanings for name in names)
    assert {path.name for path in folder.iterdir()} == {*written, "datapackage.json"}


def test_what_is_exported_is_what_is_known(stored: Store, config: Config, tmp_path: Path) -> None:
    """Every day of every repo, the spike, and the announcements with their states."""
    folder = tmp_path / "open"
    export(stored, config, folder, now=NOW)
    series = daily_series(stored, config, [FLAGSHIP], now=NOW)[FLAGSHIP]
    days = [row for row in rows(folder, "daily_counts") if row["repo_id"] == FLAGSHIP]
    assert [(row["day"], row["count"]) for row in days] == [
        (day.day.isoformat(), "" if day.count is None else str(day.count)) for day in series.days
    ]
    assert {row["role"] for row in rows(folder, "daily_counts")} == {"family", "control"}
    [spike] = rows(folder, "spikes")
    assert (spike["repo_id"], spike["start"]) == (FLAGSHIP, "2026-01-14")
    assert {row["id"] for row in rows(folder, "announcements")} == {each.id for each in config.announcement}
    assert {row["id"] for row in rows(folder, "cost_items")} == {each.id for each in config.cost}


def test_a_second_export_writes_over_the_first_and_a_strangers_folder_is_left_alone(
    stored: Store, config: Config, tmp_path: Path
) -> None:
    """The same evidence gives the same bytes."""
    folder = tmp_path / "open"
    export(stored, config, folder, now=NOW)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    export(stored, config, folder, now=NOW)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "announcements.csv").write_text("years of work", encoding="utf-8")
    (other / "datapackage.json").write_text('{"name": "mine"}', encoding="utf-8")
    with pytest.raises(UsageError, match="no export made it"):
        export(stored, config, other, now=NOW)
    assert (other / "announcements.csv").read_text("utf-8") == "years of work"
    with pytest.raises(UsageError, match="is no folder"):
        export(stored, config, other / "announcements.csv", now=NOW)


def test_simulated_files_say_so_each(stored: Store, tmp_path: Path) -> None:
    """In their names, and in the package's title."""
    folder = tmp_path / "open"
    written = export(stored, made_config(tmp_path, watch={"simulated": True}), folder, now=NOW)
    assert all(each.name.startswith("SIMULATED-") for each in written if each.name != "dictionary.csv")
    assert json.loads((folder / "datapackage.json").read_text("utf-8"))["title"].startswith("SIMULATED DATA")


def test_the_command_lists_what_it_wrote(stored: Store, tmp_path: Path) -> None:
    """As a table or JSON; a spreadsheet's form on request."""
    call = ("--config", made_file(tmp_path), "--as-of", "2026-02-01T10:00:00Z", "export", tmp_path / "open")
    listed = json.loads(alia_watch(*call, "--format", "json", "--excel").out)
    assert {"name": "daily_counts.csv", "rows": 693} in listed
    assert (tmp_path / "open" / "readings.csv").read_bytes().startswith(b"\xef\xbb\xbfrepo_id;")
