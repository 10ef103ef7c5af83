"""Collect what the container needs, and nothing else, into a folder that becomes its root: run while it is built.

    python deploy/image_root.py /image /opt/alia-watch

An interpreter, its library, the environment, the shared objects these load, certificates, zones, a font. No shell, no
package manager, no installer: whoever gets in finds nothing to go on with. The standard library alone is used.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

USER = 10001
#: Parts of Python that only build, install, draw windows or test.
LEFT_OUT = {"ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "dist-packages", "test", "tests",
            "tkinter", "turtledemo", "venv"}  # fmt: skip
#: Of the environment: pip comes with a library that would install plug-ins with it.
NO_PACKAGES = re.compile(r"(pip|setuptools|wheel)(-[\d.]+\.dist-info)?|_distutils_hack|distutils-precedence\.pth")
#: What is read besides, where there is such a thing.
BESIDES = (
    "etc/ssl", "usr/lib/ssl", "usr/share/ca-certificates", "usr/share/zoneinfo", "usr/share/fonts", "etc/fonts",
    "etc/services", "etc/protocols", "etc/nsswitch.conf", "etc/localtime",
)  # fmt: skip
#: Loaded by name, so that no file says it needs them.
BY_NAME = ("libgcc_s.so.1", "libnss_dns.so.2", "libnss_files.so.2")
_FOUND = re.compile(r"^\s*(?:\S+ => )?(/\S+) \(0x", re.MULTILINE)


def main(target: Path, environment: Path) -> None:
    """Fill `target`, which must not exist yet."""
    target.mkdir(parents=True)
    interpreter = Path(sys.executable).resolve()
    stdlib = Path(sysconfig.get_path("stdlib"))
    place(interpreter, target)
    tree(stdlib, target, LEFT_OUT)
    tree(environment, target, set())
    trim(below(target, environment), interpreter)
    for needed in shared([interpreter, *stdlib.rglob("*.so*"), *environment.rglob("*.so*")]):
        if not needed.is_relative_to(environment):
            place(needed, target)
    for name in BESIDES:
        source = Path("/") / name
        if source.is_dir() and not source.is_symlink():
            tree(source, target, {"misc"})  # of OpenSSL: scripts
        elif source.exists() or source.is_symlink():
            place(source, target)
    accounts(target)


def below(target: Path, path: Path) -> Path:
    """Where an absolute path lies in the new root."""
    return target / path.relative_to("/")


def place(source: Path, target: Path) -> None:
    """One file, where it lies; a link is what it leads to, since its folders may be links themselves."""
    to = below(target, source)
    to.parent.mkdir(parents=True, exist_ok=True)
    if not to.exists():
        shutil.copy2(source, to)


def tree(source: Path, target: Path, left_out: set[str]) -> None:
    """A folder with all that is in it."""
    shutil.copytree(
        source, below(target, source), symlinks=True, dirs_exist_ok=True, ignore=lambda _, names: left_out & set(names)
    )


def trim(environment: Path, interpreter: Path) -> None:
    """Take out of the environment what installs, and every program but ours and the interpreter."""
    for packages in environment.glob("lib/python*/site-packages"):
        for each in packages.iterdir():
            if NO_PACKAGES.fullmatch(each.name):
                shutil.rmtree(each) if each.is_dir() else each.unlink()
    for program in (environment / "bin").iterdir():
        if program.name == "alia-watch":
            continue
        program.unlink() if not program.is_dir() else shutil.rmtree(program)
        if program.name.startswith("python"):
            program.symlink_to(interpreter)


def shared(files: Iterable[Path]) -> Iterator[Path]:
    """The shared objects that some files load, by the loader's own word; and the loader itself."""
    found: set[Path] = set()
    for file in files:
        if file.is_symlink() or not file.is_file():
            continue
        said = subprocess.run(["ldd", str(file)], capture_output=True, text=True, check=False).stdout  # noqa: S603, S607
        found.update(Path(each) for each in _FOUND.findall(said))
    folders = {each.parent for each in found}
    found.update(folder / name for folder in folders for name in BY_NAME if (folder / name).exists())
    yield from sorted(found)


def accounts(target: Path) -> None:
    """A user without a shell, its folder, and one for what passes."""
    (target / "etc").mkdir(exist_ok=True)
    (target / "etc" / "passwd").write_text(f"alia:x:{USER}:{USER}::/data:/nonexistent\n", encoding="ascii")
    (target / "etc" / "group").write_text(f"alia:x:{USER}:\n", encoding="ascii")
    for name, mode in (("data", 0o750), ("tmp", 0o1777)):
        folder = target / name
        folder.mkdir(exist_ok=True)
        folder.chmod(mode)  # whatever the mask of who builds
    shutil.chown(target / "data", USER, USER)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
