"""What is thrown at readers, the outbox and the digest at random, with thirty times as many examples."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUZZ = sorted(path.name for path in (ROOT / "tests" / "property").glob("test_fuzz_*.py"))
READERS = ["test_bounce.py", "test_feeds.py", "test_gazettes.py", "test_incoming.py"]
NAMES = ["test_outbox.py", "test_digest_months.py", *READERS, *FUZZ]


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_new_is_found_in_many_examples(name: str) -> None:
    """What is found there is printed, and belongs into the short form as an example."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "timeout=1800",
        f"tests/property/{name}",
    ]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"FUZZ_TIMES": "30"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
