"""What a maintainer puts on a machine, in the hands of the programs that will read it."""

import re
import subprocess
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from alia_bot.web.metrics import Watch
from alia_watch.store import runs
from alia_watch.store.database import open_store
from tests.small_watch import NOW, small_watch

pytestmark = pytest.mark.peers
DEPLOY = Path(__file__).parents[2] / "deploy"


def told(*command: str | Path, standard_input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What a program says."""
    return subprocess.run(list(map(str, command)), input=standard_input, capture_output=True, check=False, cwd=DEPLOY)


def test_systemd_takes_the_unit_without_a_word(tmp_path: Path) -> None:
    """Unknown keys are only a word on stderr, so none is the proof; and the sandbox leaves little open."""
    unit = (DEPLOY / "alia-watch.service").read_text(encoding="utf-8")
    unit = unit.replace("/opt/alia-watch/bin/alia-watch", "/bin/true")
    unit = re.sub(r"^(User|Group)=.*$", r"\1=root", unit, flags=re.MULTILINE)
    there = tmp_path / "alia-watch.service"
    there.write_text(unit, encoding="utf-8")
    found = told("systemd-analyze", "verify", there)
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")
    level = re.search(
        rb"Overall exposure level for .*: ([\d.]+)", told("systemd-analyze", "security", "--offline=true", there).stdout
    )
    assert level
    assert float(level[1]) < 2.5


def test_the_rules_fire_when_they_should() -> None:
    """And only then: a late reading, a fault that stays, messages given up, a daemon that is gone."""
    assert told("promtool", "check", "rules", "alerts.yml").returncode == 0
    checked = told("promtool", "check", "config", "prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    found = told("promtool", "test", "rules", "alerts.test.yml")
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_metrics_are_as_prometheus_wants_them(tmp_path: Path) -> None:
    """Names, types and help texts, and every metric that the rules ask for."""
    config = small_watch(tmp_path)
    with open_store(config.watch.database) as store:
        runs.finish(store, runs.start(store, "backup", "backup:x", now=NOW), runs.RunOutcome.DONE, {}, now=NOW)
    registry = CollectorRegistry()
    registry.register(Watch(config, lambda: NOW))
    exposed = generate_latest(registry)
    found = told("promtool", "check", "metrics", standard_input=exposed)
    assert (found.returncode, found.stdout, found.stderr) == (0, b"", b"")
    asked = set(re.findall(r"\balia_watch_\w+", (DEPLOY / "alerts.yml").read_text(encoding="utf-8")))
    assert asked <= set(re.findall(r"^(alia_watch_\w+)", exposed.decode(), re.MULTILINE))
