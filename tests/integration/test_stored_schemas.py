"""A database of every schema there was, as that version wrote it, opens with this one and has lost nothing."""

import contextlib
import hashlib
import json
import lzma
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alia_bot.demo.setting import demo_config
from alia_watch.clock import moment_text
from alia_watch.config.loader import example_text
from alia_watch.store.answers import raw_answer
from alia_watch.store.database import migrations, open_store
from alia_watch.store.readings import exact_counts, readings, repo_ids
from tests.command import alia_watch

FOLDER = Path(__file__).parents[1] / "samples" / "schemas"
STORED = sorted(path.name.removesuffix(".db.xz") for path in FOLDER.glob("*.db.xz"))
#: Those that the demo filled; m002_told had none, and `-people` hold what no demo does.
PLAYED = [name for name in STORED if name != "m002_told" and not name.endswith("-people")]
#: Never the newest: each came together with the one named.
NEVER_NEWEST = {"m001_evidence": "m002_told", "m009_signup": "m010_replays"}
#: Filled later than any schema's stored database: by the retention of raw answers.
NEVER_FILLED = {"answer_packs"}
LATER = datetime(2027, 1, 1, tzinfo=UTC)

Rows = Counter[tuple[object, ...]]
#: Where columns were moved since: how the rows are read by the old ones.
MOVED = {
    "repo_snapshots": "whole_repo_snapshots",
    "answers": """(
        SELECT a.sha256, u.url, a.received_at, a.size, b.body
        FROM answers a JOIN answer_urls u ON u.id = a.url JOIN answer_bodies b ON b.answer = a.id
    )""",
}
#: Dies when the connection has begun so many statements, as by `kill -9`.
DYING = """
import os, signal, sqlite3, sys
from pathlib import Path
from alia_watch.store.database import open_store

connect = sqlite3.connect
left = int(sys.argv[2])

def count(_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def counting(*given, **named):
    connection = connect(*given, **named)
    connection.set_trace_callback(count)
    return connection

sqlite3.connect = counting
open_store(Path(sys.argv[1])).close()
"""


@pytest.fixture(params=STORED)
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database as it was stored, in a folder of its own."""
    return unpacked(request.param, tmp_path)


def unpacked(name: str, folder: Path) -> Path:
    """A stored database, as `alia-watch.db` in a folder."""
    path = folder / "alia-watch.db"
    path.write_bytes(lzma.decompress((FOLDER / f"{name}.db.xz").read_bytes()))
    return path


def tables(path: Path) -> dict[str, tuple[str, ...]]:
    """The columns of each table."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        own = [name for name in names if not name.startswith(("_", "sqlite"))]
        return {name: tuple(row[1] for row in database.execute(f"PRAGMA table_info({name})")) for name in own}


def kept(path: Path, asked: dict[str, tuple[str, ...]], moved: dict[str, str]) -> dict[str, Rows]:
    """The rows of tables, by their old columns."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        return {
            table: Counter(database.execute(f"SELECT {', '.join(columns)} FROM {moved.get(table, table)}"))
            for table, columns in asked.items()
        }


def moved(asked: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """How the tables of such a database are read once it is the newest."""
    return {} if "answer_bodies" in asked else MOVED


def shape(path: Path) -> set[str]:
    """What the database is made of, without the spelling of it; columns that came later stand last in a table."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        made = {f"{kind} {name}" for kind, name, _ in rows}
        made |= {re.sub(r"\s+", " ", sql) for kind, _, sql in rows if kind in ("index", "view", "trigger")}
        for kind, name, _ in rows:
            if kind == "table":
                made |= {f"{name}: {row[1:]}" for row in database.execute(f"PRAGMA table_info({name})")}
                made |= {f"{name}: {row[2:]}" for row in database.execute(f"PRAGMA foreign_key_list({name})")}
        return made


def test_every_schema_has_its_database() -> None:
    """One that is missing is made with `python -m tests.stored_schema`, by the code of that schema."""
    names = [migration.name for migration in migrations._migrations]
    assert {*STORED, *NEVER_NEWEST} >= set(names), "a stored database is missing"
    assert {*NEVER_NEWEST} & set(STORED) == set()
    assert {*NEVER_NEWEST.values()} <= set(STORED)
    assert f"{names[-1]}-people" in STORED, f"no people of {names[-1]}: run python -m tests.stored_schema"


def test_every_table_has_rows_in_some_stored_database(tmp_path: Path) -> None:
    """A table that is empty in all of them proves nothing of its migration: it gets rows in tests/stored_people.py."""
    filled: set[str] = set()
    for name in STORED:
        path = unpacked(name, tmp_path)
        filled |= {table for table, rows in kept(path, tables(path), {}).items() if rows}
    open_store(tmp_path / "new.db", create=True).close()
    assert set(tables(tmp_path / "new.db")) - filled - NEVER_FILLED == set()


def test_a_stored_database_has_lost_nothing(stored: Path, tmp_path: Path) -> None:
    """Every row of every table is there with the values it had, and so it is in the copy that is kept beside it."""
    asked = tables(stored)
    before = kept(stored, asked, {})
    assert sum(rows.total() for rows in before.values()) > 25
    open_store(stored).close()
    assert kept(stored, asked, moved(asked)) == before
    with contextlib.closing(sqlite3.connect(stored)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    copies = list(tmp_path.glob("*.before-*.db"))
    assert [kept(copy, asked, {}) for copy in copies] == [before] * len(copies)


def test_a_stored_database_becomes_what_a_new_one_is(stored: Path, tmp_path: Path) -> None:
    """The same tables, columns, references, indexes and views."""
    open_store(stored).close()
    open_store(tmp_path / "new.db", create=True).close()
    assert shape(stored) == shape(tmp_path / "new.db")


def test_the_figures_of_a_stored_database_are_the_same(stored: Path) -> None:
    """Every counter that was read, and every raw answer by its hash."""
    table = "whole_repo_snapshots" if "answer_bodies" in tables(stored) else "repo_snapshots"
    with contextlib.closing(sqlite3.connect(stored)) as database:
        told = database.execute(
            f"SELECT repo_id, observed_at, downloads_30d, downloads_all_time, likes FROM {table}"
            " WHERE downloads_30d IS NOT NULL OR downloads_all_time IS NOT NULL UNION ALL"
            " SELECT repo_id, observed_at, downloads_30d, downloads_all_time, likes FROM imported_readings"
        ).fetchall()
        days = database.execute("SELECT repo_id, day, count FROM exact_counts").fetchall()
        hashes = {row[0] for row in database.execute("SELECT sha256 FROM answers")}
    with open_store(stored) as store:
        found = [
            (each.repo_id, moment_text(each.observed_at), each.downloads_30d, each.downloads_all_time, each.likes)
            for repo_id in repo_ids(store)
            for each in readings(store, repo_id, until=LATER)
        ]
        assert Counter(found) == Counter(told)
        assert told
        counted = [
            (each.repo_id, each.day.isoformat(), each.count)
            for repo_id in repo_ids(store)
            for each in exact_counts(store, repo_id, until=LATER)
        ]
        assert Counter(counted) == Counter(days)
        assert {hashlib.sha256(raw_answer(store, each).body).hexdigest() for each in hashes} == hashes


@pytest.mark.parametrize("stored_as", PLAYED)
def test_the_command_line_works_on_a_stored_database(stored_as: str, tmp_path: Path) -> None:
    """What a maintainer looks at first after an update; the reports of then are made again from their evidence."""
    config = unpacked(stored_as, tmp_path).with_name("config.toml")
    config.write_text(demo_config(example_text(), "http://127.0.0.1:9", "http://127.0.0.1:9"), encoding="utf-8")
    at = ("--config", config, "--as-of", "2025-12-19T22:00:00Z")
    assert "BSC-LT/ALIA-40b" in alia_watch(*at, "series", "BSC-LT/ALIA-40b").out
    assert alia_watch("--config", config, "status").code == 1  # its newest snapshot is old, and it says so
    for verb in ("deliveries", "subscribers", "alerts", "cost", "spikes"):
        assert alia_watch(*at, verb).code == 0
    for report in ("cost_update:2025-W51", "alert:2025-12-17:54436204"):
        ended = alia_watch("--config", config, "verify", report)
        if stored_as == "m003_sending":
            assert (ended.code, "made by a version that kept no evidence" in ended.err) == (2, True)
        else:  # letters were worded otherwise then; their figures are what they were
            assert ended.code in (0, 1), ended
            different = ended.out.splitlines()[1:]
            assert [line for line in different if line.strip() and not line.startswith("  message[")] == [], ended


def test_who_came_by_themselves_is_shown_after_an_update(tmp_path: Path) -> None:
    """Of sign-ups that an older schema kept, with what was sent to each."""
    config = unpacked("m010_bounces-people", tmp_path).with_name("config.toml")
    config.write_text(demo_config(example_text(), "http://127.0.0.1:9", "http://127.0.0.1:9"), encoding="utf-8")
    shown = json.loads(alia_watch("--config", config, "subscribers", "--format", "json").out)
    assert {"email:s0", "telegram:77"} <= {each["id"] for each in shown}
    [sent] = json.loads(alia_watch("--config", config, "--as-of", "2026-01-24", "deliveries", "--format", "json").out)
    assert (sent["subscriber"], sent["state"]) == ("email:s0", "due")


@pytest.mark.parametrize("moment", [1, 12, 25, 40, 60, 80])
def test_a_migration_that_is_killed_is_made_later(tmp_path: Path, moment: int) -> None:
    """Whichever statement it dies in, the database opens the next time and has lost nothing."""
    path = unpacked("m003_sending", tmp_path)
    asked = tables(path)
    before = kept(path, asked, {})
    ended = subprocess.run([sys.executable, "-c", DYING, str(path), str(moment)], capture_output=True, check=False)
    assert ended.returncode == -9, ended.stderr
    open_store(path).close()
    assert kept(path, asked, MOVED) == before
