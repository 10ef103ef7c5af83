"""The wheel: both packages, the example configuration inside, and nothing else."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the working tree, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_one_wheel_holds_both_packages_and_what_they_need(wheel: Path) -> None:
    """Every source file, the typing marks, the texts (compiled) and templates, the licence and the notice; no test."""
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        about = {name.split(".dist-info/")[1] for name in archive.namelist() if ".dist-info/" in name}
        entry = archive.read(next(n for n in archive.namelist() if n.endswith("entry_points.txt"))).decode()
    ours = {
        path.relative_to(folder).as_posix().replace(".po", ".mo")
        for folder in (ROOT / "src", ROOT / "bot")
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == ours | {"alia_watch/config/config.example.toml"}
    assert {"licenses/LICENSE", "licenses/NOTICE"} <= about
    assert "alia-watch = alia_bot.start:main" in entry


def test_the_compiled_texts_are_those_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """A report from the wheel is, letter for letter, that of the checkout, in every language."""
    script = (
        "import sys\n"
        "from alia_watch.reports.render import render_text\n"
        "from tests.reports import sample\n"
        "for name in ('digest_whole', 'alert_several', 'source_silent'):\n"
        "    for language in ('es', 'ca', 'gl', 'eu', 'en'):\n"
        "        sys.stdout.buffer.write(render_text(sample(name), language).encode())\n"
    )
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    said = [
        subprocess.run(
            [sys.executable, "-P", "-c", f"import sys; sys.path[:0] = {[str(first), str(ROOT)]!r}\n{script}"],
            check=True,
            capture_output=True,
        ).stdout
        for first in (tmp_path, ROOT / "src")
    ]
    assert said[0] == said[1] != b""


def test_init_works_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """Without the repository, `init` writes the example that travels inside."""
    script = (
        f"import sys; sys.path.insert(0, {str(wheel)!r})\n"
        "import alia_watch\n"
        f"assert alia_watch.__file__.startswith({str(wheel)!r}), alia_watch.__file__\n"
        "sys.argv = ['alia-watch', 'init']\n"
        "from alia_bot.cli import main\n"
        "main()\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, env=environment)
    written = (tmp_path / "config.toml").read_bytes()
    assert written == (ROOT / "config.example.toml").read_bytes()
    assert (tmp_path / "alia-watch.db").exists()
