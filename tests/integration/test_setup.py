"""The Makefile: what it says where something is missing, and the targets it promises."""

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = [
    "demo",
    "test",
    "run",
    "fmt",
    "lint",
    "types",
    "unit",
    "integration",
    "faults",
    "peers",
    "cover",
    "bench",
    "audit",
    "docs",
    "image",
    "lock",
]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def clone(folder: Path) -> Path:
    """A fresh checkout as far as set-up looks at it."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "requirements").mkdir()
    shutil.copy(ROOT / "requirements" / "dev.txt", folder / "requirements" / "dev.txt")
    return folder


def tools(folder: Path, *names: str) -> Path:
    """A PATH of a few programs alone: no uv, no container engine."""
    bin_ = folder / "bin"
    bin_.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found, name
        (bin_ / name).symlink_to(found)
    return bin_


def python(folder: Path, *, refuses: str) -> Path:
    """A python3 that fails when it is asked for something."""
    shim = folder / "python3"
    shim.write_text(f'#!/bin/sh\ncase "$*" in *"{refuses}"*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    return shim


def make(folder: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        [str(path / "make"), *arguments],
        cwd=folder,
        env={**environment, "PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_venv_the_debian_package_is_named(tmp_path: Path) -> None:
    """Where Python cannot make a virtual environment, set-up stops with the package to install, and makes nothing."""
    path = tools(tmp_path, "make", "sh")
    shim = python(tmp_path, refuses="ensurepip")
    done = make(clone(tmp_path), path, "test", f"PYTHON={shim}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_old_python_is_named_with_the_way_out(tmp_path: Path) -> None:
    """Where Python is older than 3.11, set-up says which one it is and how to name another."""
    path = tools(tmp_path, "make", "sh")
    shim = python(tmp_path, refuses="version_info < (3, 11)")
    done = make(clone(tmp_path), path, "demo", f"PYTHON={shim}")
    assert done.returncode != 0
    assert "needs Python 3.11 or newer" in done.stderr
    assert "make PYTHON=" in done.stderr


def test_set_up_is_not_repeated(tmp_path: Path) -> None:
    """Once ready, no target sets anything up again until the pinned list or the metadata changes."""
    path = tools(tmp_path, "make", "sh")
    folder = clone(tmp_path)
    (folder / ".venv").mkdir()
    (folder / ".venv" / ".ready").touch()
    assert make(folder, path, "--question", ".venv/.ready").returncode == 0
    later = (folder / ".venv" / ".ready").stat().st_mtime + 5
    os.utime(folder / "requirements" / "dev.txt", (later, later))
    assert make(folder, path, "--question", ".venv/.ready").returncode == 1


def test_without_a_builder_the_image_target_says_so(tmp_path: Path) -> None:
    """`make image` on a machine without a container engine names those it looked for, and fails."""
    path = tools(tmp_path, "make", "sh")
    done = make(clone(tmp_path), path, "image")
    assert done.returncode != 0
    assert "docker, podman, buildah" in done.stderr


def test_every_promised_target_is_there_in_one_line_of_help() -> None:
    """The targets people and CI rely on exist, and `make help` says a line on each."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    helped = dict(re.findall(r"^([a-z]+):[^#\n]*##\s*(.+)$", text, re.MULTILINE))
    assert set(TARGETS) <= set(helped)


def test_ci_runs_the_same_command_as_people() -> None:
    """`.ci/run` is executable and calls `make test`."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").splitlines()[-1] == "make test"


@pytest.mark.parametrize("name", ["runtime.txt", "dev.txt"])
def test_the_pinned_lists_are_hashed_and_name_no_address(name: str) -> None:
    """Every requirement is pinned with hashes, for every platform, and no index address is in the list."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][\w.-]*==\S+", text, re.MULTILINE)
    assert len(pins) > 30
    assert text.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"https?://|--index-url|--find-links", text)
