"""What may happen to the process that draws: no memory, death in the middle of a picture, a watch that dies before."""

import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from alia_watch.errors import ChartError
from alia_watch.pipeline.enqueue import drawn
from alia_watch.reports.chart_worker import ChartWorker
from tests.faults.test_duty_process import is_gone
from tests.reports import sample

ROOT = Path(__file__).parents[2]
SMALL: dict[str, Any] = {"mark": "point", "data": {"values": []}}


class Endless:
    """A drawing that never ends; it says in a file that it was begun."""

    def __init__(self, sign: Path) -> None:
        self._sign = sign

    def __call__(self) -> dict[str, Any]:
        self._sign.write_text(str(os.getpid()), encoding="ascii")
        threading.Event().wait()
        raise AssertionError


def begun(sign: Path) -> int:
    """The process that draws, once it does."""
    until = time.monotonic() + 60
    while not (sign.exists() and sign.read_text(encoding="ascii")):
        assert time.monotonic() < until
        time.sleep(0.01)
    return int(sign.read_text(encoding="ascii"))


def test_without_memory_the_words_go_out_and_the_log_says_what_is_lacking(caplog: pytest.LogCaptureFixture) -> None:
    """A picture for which there is no memory is left out, by name; the next gets a process of its own, and is drawn."""
    with ChartWorker() as charts:
        whole = drawn(sample("alert_spike"), "es", charts)
        assert charts.pid is not None
        resource.prlimit(charts.pid, resource.RLIMIT_AS, (1, 1))
        with caplog.at_level(logging.WARNING):
            assert drawn(sample("alert_spike"), "es", charts) == ()
        [record] = caplog.records
        assert "goes out without" in record.getMessage()
        assert whole
        assert drawn(sample("alert_spike"), "es", charts) == whole


def test_a_renderer_killed_in_the_middle_of_a_picture_costs_that_picture(tmp_path: Path) -> None:
    """By the system, say, which needs its memory: an error at once, not after the time a picture may take."""
    with ChartWorker() as charts:
        killer = threading.Thread(target=lambda: os.kill(begun(tmp_path / "sign"), signal.SIGKILL))
        killer.start()
        with pytest.raises(ChartError, match="died"):
            charts.png(Endless(tmp_path / "sign"))
        killer.join()
        assert charts.pid is None


def test_a_renderer_does_not_outlive_a_watch_that_was_killed(tmp_path: Path) -> None:
    """Not even in the middle of a picture that never ends."""
    code = (
        "import sys; from pathlib import Path; from tests.faults.test_chart_worker import *;"
        "ChartWorker().png(Endless(Path(sys.argv[1])))"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "sign")], cwd=ROOT) as watch:
        renderer = begun(tmp_path / "sign")
        watch.kill()
    assert is_gone(renderer)
