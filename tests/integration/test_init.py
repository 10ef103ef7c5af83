"""`alia-watch init`, and what every other verb says before it."""

import os
import subprocess
import sys
from pathlib import Path

from alia_watch.config.loader import example_text, load_config
from alia_watch.store.database import open_store
from tests.command import alia_watch


def test_init_writes_the_example_and_its_database(tmp_path: Path) -> None:
    """In an empty folder, `init` writes a valid configuration and makes the database it names."""
    path = tmp_path / "watch" / "config.toml"
    ended = alia_watch("--config", path, "init")
    assert (ended.code, ended.err) == (0, "")
    assert path.read_text(encoding="utf-8") == example_text()
    with open_store(load_config(path).watch.database) as store:
        assert store.rows("SELECT count(*) AS n FROM runs") == [{"n": 0}]
    assert f"alia-watch --config {path} check" in ended.out


def test_init_never_writes_over_what_is_there(tmp_path: Path) -> None:
    """A second `init` leaves an edited configuration and a filled database as they are, and says so."""
    path = tmp_path / "config.toml"
    alia_watch("--config", path, "init")
    edited = path.read_text(encoding="utf-8").replace('name = "ALIA Watch"', 'name = "Mine"')
    path.write_text(edited, encoding="utf-8")
    database = load_config(path).watch.database
    with open_store(database) as store, store.writing() as db:
        db.execute("INSERT INTO snapshots VALUES (7, '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', 1, 1)")
    ended = alia_watch("--config", path, "init")
    assert ended.code == 0
    assert ended.out.count("it was there already") == 2
    assert path.read_text(encoding="utf-8") == edited
    with open_store(database) as store:
        assert store.rows("SELECT id FROM snapshots") == [{"id": 7}]


def test_init_makes_only_what_is_missing(tmp_path: Path) -> None:
    """Where the configuration is there and the database is not, only the database is made."""
    path = tmp_path / "config.toml"
    path.write_text(example_text().replace('"alia-watch.db"', '"data/mine.db"'), encoding="utf-8")
    ended = alia_watch("--config", path, "init")
    assert ended.code == 0
    assert (tmp_path / "data" / "mine.db").exists()


def test_init_on_a_faulty_configuration_makes_no_database(tmp_path: Path) -> None:
    """Nothing starts on a faulty file: the faults are told, exit 2, no database."""
    path = tmp_path / "config.toml"
    path.write_text("[watch]\nnmae = 1\n", encoding="utf-8")
    ended = alia_watch("--config", path, "init")
    assert ended.code == 2
    assert "config.toml:2: watch.nmae: is not a key here; did you mean name?" in ended.err
    assert list(tmp_path.iterdir()) == [path]


def test_init_where_nothing_can_be_written_says_so(tmp_path: Path) -> None:
    """A place that cannot be written is told with its reason, and nothing half-written is left."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    ended = alia_watch("--config", tmp_path / "file" / "config.toml", "init")
    assert ended.code == 2
    assert "cannot be written" in ended.err


def test_init_on_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """When the file cannot be written whole, the command fails in a sentence and the name is free again."""
    path = tmp_path / "config.toml"
    script = (
        "import resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "sys.dont_write_bytecode = True\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        f"sys.argv = ['alia-watch', '--config', {str(path)!r}, 'init']\n"
        "from alia_bot.cli import main\n"
        "main()\n"
    )
    # Coverage would write its data into a file that may not grow either.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    done = subprocess.run([sys.executable, "-Bc", script], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr
    assert not path.exists()


def test_a_verb_before_init_says_init(tmp_path: Path) -> None:
    """Without a configuration every verb names the next step and ends with 2."""
    ended = alia_watch("--config", tmp_path / "config.toml", "check")
    assert ended.code == 2
    assert "alia-watch init" in ended.err


def test_init_makes_config_toml_in_the_folder_it_is_called_in(tmp_path: Path) -> None:
    """Called bare, as the README says, it works in the present folder and its next steps are bare commands."""
    done = subprocess.run(
        [Path(sys.executable).parent / "alia-watch", "init"],
        cwd=tmp_path,
        env={"PATH": os.defpath, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alia-watch.db", "config.toml"]
    assert "alia-watch check " in done.stdout
