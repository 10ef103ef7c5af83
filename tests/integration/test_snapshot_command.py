"""`alia-watch snapshot`: what it says, what it prints, and how it ends."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_faults import Status
from alia_bot.demo.hub_world import StillWorld
from alia_watch import clock
from tests.command import Ended, alia_watch
from tests.made import FLAGSHIP, made_config, made_file

REFUSED = Status(403)  # a failure that is not repeated, so that nothing waits


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubStandIn]:
    """A Hub with every repo the configuration names."""
    world = StillWorld()
    for repo in made_config(tmp_path).watched():
        world.add(repo)
    with HubStandIn(world, clock.now) as standing:
        yield standing


def snapshot(folder: Path, standing: HubStandIn, *options: str) -> Ended:
    path = made_file(folder, hub={"endpoint": standing.url})
    if not (folder / "alia-watch.db").exists():
        assert alia_watch("--config", path, "init").code == 0
    return alia_watch("--config", path, "snapshot", *options)


def test_a_snapshot_says_what_it_read_and_with_how_many_requests(tmp_path: Path, hub: HubStandIn) -> None:
    """One line of result on stdout, how long it will take on stderr, exit 0, and no file asked for."""
    ended = snapshot(tmp_path, hub)
    assert ended.code == 0, ended.err
    assert ended.out.startswith("15 repos read in 13 requests and ")
    assert "13 requests: a minute or two, inside the Hub's quota of 500 in 5 minutes" in ended.err
    assert len(hub.requests) == 13
    assert hub.violations == []


def test_what_could_not_be_read_is_named_and_makes_the_exit_1(tmp_path: Path, hub: HubStandIn) -> None:
    """The repo and its reason are told; `--only-failed` reads it and nothing else, then has nothing left to do."""
    hub.always("control/model-03", REFUSED)
    ended = snapshot(tmp_path, hub)
    assert ended.code == 1
    assert "control/model-03" in ended.out
    assert "HTTP 403" in ended.out
    hub.mend()
    before = len(hub.requests)
    again = snapshot(tmp_path, hub, "--only-failed")
    assert (again.code, len(hub.requests) - before) == (0, 1)
    assert again.out.startswith("1 repos read in 1 requests")
    nothing = snapshot(tmp_path, hub, "--only-failed")
    assert (nothing.code, nothing.out, len(hub.requests) - before) == (0, "", 1)
    assert "Nothing" in nothing.err


def test_the_result_as_json_is_one_document(tmp_path: Path, hub: HubStandIn) -> None:
    """Requests, seconds, repos and what failed, for scripts; absent counts are null."""
    hub.world.repos(clock.now())[FLAGSHIP].update(downloadsAllTime=None)  # type: ignore[attr-defined]
    hub.always("control/model-03", REFUSED)
    ended = snapshot(tmp_path, hub, "--format", "json")
    document = json.loads(ended.out)
    assert ended.code == 1
    assert (document["requests"], document["read"], document["failed"]) == (13, 14, ["control/model-03"])
    assert document["seconds"] >= 0
    repos = {repo["repo_id"]: repo for repo in document["repos"]}
    assert (repos[FLAGSHIP]["downloads_30d"], repos[FLAGSHIP]["downloads_all_time"]) == (30, None)
    assert repos["control/model-03"]["state"] == "unreadable"


def test_the_result_as_csv_is_a_row_a_repo(tmp_path: Path, hub: HubStandIn) -> None:
    """Every repo read, with a header; the summary is in the JSON."""
    rows = list(csv.DictReader(io.StringIO(snapshot(tmp_path, hub, "--format", "csv").out)))
    assert len(rows) == 15
    assert {row["state"] for row in rows} == {"present"}


def test_a_discovery_is_said_at_once(tmp_path: Path, hub: HubStandIn) -> None:
    """A repo of the family that was not there at the last snapshot is named below the summary."""
    snapshot(tmp_path, hub)
    assert isinstance(hub.world, StillWorld)
    hub.world.add("BSC-LT/ALIA-40b-instruct-2601")
    ended = snapshot(tmp_path, hub)
    assert "new_repo: BSC-LT/ALIA-40b-instruct-2601\nsuccessor: BSC-LT/ALIA-40b-instruct-2601\n" in ended.out


def test_the_past_cannot_be_read(tmp_path: Path, hub: HubStandIn) -> None:
    """With `--as-of` the command refuses before any request."""
    path = made_file(tmp_path, hub={"endpoint": hub.url})
    assert alia_watch("--config", path, "init").code == 0
    ended = alia_watch("--config", path, "--as-of", "2026-01-23", "snapshot")
    assert (ended.code, hub.requests) == (2, [])
    assert "--as-of" in ended.err
