"""kill -9 at random moments of a simulated fortnight: no day is lost, nobody misses a report, repeats stay below kills.

The seed is printed; `ALIA_WATCH_SEED` gives another.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.faults.fortnight import lived


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("days", "kills"), [(3, 3), pytest.param(14, 200, marks=pytest.mark.nightly)])
def test_a_stretch_of_kills_leaves_what_a_quiet_one_does(tmp_path: Path, days: int, kills: int) -> None:
    """The same days, the same reports, each for each subscriber; no more repeats than kills."""
    seed = int(os.environ.get("ALIA_WATCH_SEED") or 20_260_120)
    sys.stderr.write(f"seed {seed}\n")
    quiet, found = lived(tmp_path / "quiet", days), lived(tmp_path / "killed", days, kills=kills, seed=seed)
    assert (quiet.lost, found.lost, quiet.failed, found.failed) == ([], [], [], [])
    assert found.days == quiet.days
    assert found.reports == quiet.reports
    assert "digest:2026-01" in found.reports
    assert days < 14 or any(key.startswith("alert:") for key in found.reports)
    assert set(found.letters) == set(quiet.letters)
    repeated = (found.letters - quiet.letters).total(), found.messages - quiet.messages
    assert min(repeated) >= 0, "nothing is lost"
    assert sum(repeated) <= kills
