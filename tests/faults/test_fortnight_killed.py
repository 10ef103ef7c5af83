"""kill -9 at random moments of a simulated fortnight: no day is lost, nobody misses a report, repeats stay below kills.

The seed is printed; `ALIA_WATCH_SEED` gives another.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.faults.fortnight import Outcome, lived

SEED = int(os.environ.get("ALIA_WATCH_SEED") or 20_260_120)


def same(quiet: Outcome, found: Outcome) -> None:
    """The same readings, as the Hub gave them, the same days, the same reports, each in the same words for each
    subscriber; no more repeats than kills."""
    assert (quiet.lost, found.lost, quiet.failed, found.failed) == ([], [], [], [])
    assert (quiet.open, found.open, quiet.untrue, found.untrue) == ({}, {}, [], [])
    assert found.slots == quiet.slots
    assert found.days == quiet.days
    assert found.reports == quiet.reports
    assert "digest:2026-01" in found.reports
    repeated = 0
    for before, after in ((quiet.letters, found.letters), (quiet.posts, found.posts)):
        assert set(after) == set(before)
        assert not before - after, "nothing is lost"
        repeated += (after - before).total()
    assert repeated <= found.kills


def test_some_days_of_kills_leave_what_quiet_ones_do(tmp_path: Path) -> None:
    """Some kills around the turn of a month."""
    sys.stderr.write(f"seed {SEED}\n")
    found = lived(tmp_path / "killed", 2, kills=2, seed=SEED)
    assert found.kills > 0
    same(lived(tmp_path / "quiet", 2), found)


@pytest.mark.nightly
@pytest.mark.timeout(5400)
def test_fortnights_of_kills_leave_what_a_quiet_one_does(tmp_path: Path) -> None:
    """Each killed again and again until it is over; two hundred kills in all."""
    quiet, kills, number = lived(tmp_path / "quiet", 14), 0, 0
    assert any(key.startswith("alert:") for key in quiet.reports)
    while kills < 200:
        seed, number = SEED + number, number + 1
        sys.stderr.write(f"seed {seed}\n")
        found = lived(tmp_path / f"killed{number}", 14, kills=1000, seed=seed)
        same(quiet, found)
        kills += found.kills
        sys.stderr.write(f"{kills} kills\n")
