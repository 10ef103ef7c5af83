"""Killed while a backup is copied to the Hub: the backup stands, the repo holds no half file, the next day mends it."""

import gzip
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_datasets import Dataset, Datasets
from alia_bot.demo.hub_faults import Hang
from alia_bot.demo.hub_world import StillWorld
from alia_watch import clock
from alia_watch.config.loader import load_config
from alia_watch.pipeline.back_up import back_up
from alia_watch.store.backup import backups
from alia_watch.store.database import open_store
from tests.made import made_file

REPO, TOKEN = "watch/copies", "hf_" + "w" * 30
NOW = datetime(2026, 1, 23, 4, 30, tzinfo=UTC)
COPY = """
import sys
from datetime import datetime
from pathlib import Path
from alia_watch.config.loader import load_config
from alia_watch.pipeline.back_up import back_up
from alia_watch.store.database import open_store

config = load_config(Path(sys.argv[1]) / "config.toml")
with open_store(config.watch.database) as store:
    back_up(store, config, now=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.parametrize(
    "place", ["commit", *(pytest.param(each, marks=pytest.mark.nightly) for each in ("preupload", "/storage/", "tree"))]
)
def test_killed_while_a_backup_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """In each request of a copy: what is in the repo is whole, and the next copy is as any other."""
    repo = Dataset(writers=frozenset({TOKEN}))
    with HubStandIn(StillWorld(), clock.now, tokens=frozenset({TOKEN}), datasets=Datasets({REPO: repo})) as hub:
        backup = {"copy_to_repo": REPO, "copy_token": {"env": "BACKUP_TOKEN"}, "daily": 9}
        config = load_config(made_file(tmp_path, hub={"endpoint": hub.url}, backup=backup))
        open_store(config.watch.database, create=True).close()
        asked = _heard(hub, place)
        hub.script(place, Hang())
        with _copying(tmp_path) as killed:
            heard = asked.wait(60)
            killed.kill()
            _, said = killed.communicate()
        assert (heard, killed.returncode) == (True, -9), said
        [made] = backups(tmp_path / "backups", "alia-watch")
        assert set(repo.files.values()) <= {made.read_bytes()}
        monkeypatch.setenv("BACKUP_TOKEN", TOKEN)
        with open_store(config.watch.database) as store:
            again = back_up(store, config, now=NOW + timedelta(days=1))
        assert (again.copy_error, again.copied_to) == (None, f"hf://datasets/{REPO}/{again.made.path.name}")
        assert hub.violations + hub.datasets.violations == []
    newest = backups(tmp_path / "backups", "alia-watch")[0]
    assert repo.files[newest.name] == newest.read_bytes()
    with closing(sqlite3.connect(":memory:")) as copy:
        copy.deserialize(gzip.decompress(repo.files[newest.name]))
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _copying(folder: Path) -> "subprocess.Popen[str]":
    """A process that makes a backup and copies it."""
    environment = os.environ | {"BACKUP_TOKEN": TOKEN}
    return subprocess.Popen(
        [sys.executable, "-c", COPY, str(folder), NOW.isoformat()], env=environment, stderr=subprocess.PIPE, text=True
    )


def _heard(hub: HubStandIn, place: str) -> threading.Event:
    """Set once the stand-in was asked for this."""
    heard, answer = threading.Event(), hub.answer

    def listening(handler: object) -> None:
        if place in handler.path:  # type: ignore[attr-defined]
            heard.set()
        answer(handler)  # type: ignore[arg-type]

    hub.answer = listening  # type: ignore[method-assign]
    return heard
