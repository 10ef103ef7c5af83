"""What the container's image holds, collected as the Dockerfile does it and run as a container runs it.

Without a builder: the same files, as the root of a process that cannot write into it and has no capability.
"""

import ctypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USER = 10001
#: Those of the Dockerfile's last stage; the path of the environment is another here.
ENVIRON = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "HF_HOME": "/tmp/huggingface",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "XDG_CACHE_HOME": "/tmp/cache",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
}
_NO_NEW_PRIVILEGES, _DROP_FROM_BOUNDING_SET = 38, 24

pytestmark = [pytest.mark.peers, pytest.mark.timeout(600)]


def done(*command: str | Path) -> None:
    """Run it, and show what it said where it failed."""
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-3000:]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What is pinned for running, and the wheel, in an environment of its own; below /opt, since /tmp is the
    container's."""
    place, wheels = Path(tempfile.mkdtemp(prefix="alia-watch-", dir="/opt")), tmp_path_factory.mktemp("dist")
    place.chmod(0o755)
    made = place / "environment"
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    done(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", wheels)
    done(uv, "venv", "--python", sys.executable, made)
    into = ("pip", "install", "--python", made / "bin" / "python")
    done(uv, *into, "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt")
    done(uv, *into, "--no-deps", "--no-index", *wheels.glob("*.whl"))
    yield made
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def image(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of the image, read-only but for /data and /tmp."""
    root = tmp_path_factory.mktemp("image") / "root"
    done(environment / "bin" / "python", ROOT / "deploy" / "image_root.py", root, environment)
    mounts = (
        ("--bind", root, root),
        ("-o", "remount,bind,ro", root),
        ("-t", "tmpfs", "-o", f"size=8g,uid={USER},gid={USER},mode=0750", "tmpfs", root / "data"),
        ("-t", "tmpfs", "-o", "size=64m,noexec,mode=1777", "tmpfs", root / "tmp"),
        ("--bind", "/proc", root / "proc"),
        ("--rbind", "/dev", root / "dev"),
    )
    with ExitStack() as mounted:
        for name in ("proc", "dev", "data", "tmp"):
            (root / name).mkdir(exist_ok=True)
        for mount in mounts:
            done("mount", *mount)
            if "remount,bind,ro" not in mount:
                mounted.callback(done, "umount", "--lazy", mount[-1])
        yield root


def contained(root: Path) -> Callable[[], None]:
    """Makes a process what a container makes it: another root, nobody special, and no way to become somebody."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def enter() -> None:
        os.chroot(root)
        os.chdir("/data")
        for capability in range(41):
            prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
        os.setgroups([])
        os.setgid(USER)
        os.setuid(USER)
        prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)

    return enter


def test_the_image_works_with_a_read_only_root_and_no_capabilities(environment: Path, image: Path) -> None:
    """It makes its configuration and database, draws a picture, knows the zones, and lacks nothing but the network."""
    command = environment / "bin" / "alia-watch"

    def run(*arguments: str) -> tuple[int, str]:
        ended = subprocess.run(
            [str(command), *arguments],
            env=ENVIRON | {"PATH": str(command.parent)},
            preexec_fn=contained(image),
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    code, said = run("init")
    assert code == 0, said
    assert (image / "data" / "config.toml").stat().st_uid == USER
    code, said = run("check")
    assert code == 1, said  # the Hub cannot be reached
    for part in ("configuration", "database", "disk", "backups", "zones", "languages", "charts", "folder"):
        assert re.search(rf"^ok +{part} ", said, re.MULTILINE), said
    assert run("status")[0] == 1  # there is no reading yet
    assert run("--version")[0] == 0


def test_nobody_finds_a_shell_in_it(environment: Path, image: Path) -> None:
    """What is there can run Python, and nothing else; the root takes no file."""
    own = [each for each in image.iterdir() if each.name not in ("dev", "proc", "sys")]  # those are the machine's
    inside = [image, *own, *(below for each in own if each.is_dir() for below in each.rglob("*"))]
    names = {each.name for each in inside if each.parent.name in ("bin", "sbin") and each.is_file()}
    assert not names & {"sh", "bash", "dash", "busybox", "apt", "dpkg", "pip", "uv", "curl", "wget"}
    script = "import pathlib; pathlib.Path('/etc/x').write_text('x')"
    ended = subprocess.run(
        [str(environment / "bin" / "python"), "-c", script],
        preexec_fn=contained(image),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Read-only file system" in ended.stderr or "Permission denied" in ended.stderr
