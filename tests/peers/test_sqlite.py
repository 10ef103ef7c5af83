"""The database in the hands of SQLite's own shell: sound, strict, and ours."""

import subprocess
from pathlib import Path

import pytest

from alia_watch.store.database import open_store

pytestmark = pytest.mark.peers


def test_sqlites_own_shell_finds_the_database_sound(tmp_path: Path) -> None:
    """Integrity and foreign keys hold, every table of ours is STRICT, and the header names its owner."""
    path = tmp_path / "alia-watch.db"
    open_store(path, create=True).close()
    asked = "PRAGMA integrity_check; PRAGMA foreign_key_check; PRAGMA application_id;"
    loose = (
        "SELECT count(*) FROM pragma_table_list"
        " WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE '%sqlite_%';"
    )
    told = subprocess.run(["sqlite3", path, asked + loose], capture_output=True, text=True, check=True).stdout.split()
    assert told == ["ok", "1095518529", "0"]
