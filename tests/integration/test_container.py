"""What the Dockerfile and compose.yaml promise, read from them: no container engine is needed."""

import re
import runpy
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from alia_bot.cli import reference

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Every instruction with its text, continued lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [(name, rest) for line in lines if line.strip() for name, _, rest in [line.strip().partition(" ")]]


def stage(number: int) -> list[tuple[str, str]]:
    found: list[list[tuple[str, str]]] = []
    for name, rest in instructions():
        if name == "FROM":
            found.append([])
        if found:
            found[-1].append((name, rest))
    return found[number]


def one(name: str, number: int = -1) -> str:
    (text,) = [rest for key, rest in stage(number) if key == name]
    return text


def test_every_line_is_an_instruction_and_no_heredoc_is_used() -> None:
    """Older builders, which refuse heredocs, can build it."""
    known = {"ARG", "FROM", "ENV", "WORKDIR", "RUN", "COPY", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK",
             "ENTRYPOINT", "CMD"}  # fmt: skip
    assert {name for name, _ in instructions()} <= known
    assert "<<" not in DOCKERFILE


def test_what_runs_begins_with_nothing() -> None:
    """What builds stays behind: the last stage runs no command, and takes the root that was collected, and /data."""
    assert DOCKERFILE.count("\nFROM ") == 2
    assert re.search(r"^ARG PYTHON=3\.\d+-slim", DOCKERFILE, re.MULTILINE)
    assert one("FROM") == "scratch"
    assert "RUN" not in {name for name, _ in stage(1)}
    copied = [rest for name, rest in stage(1) if name == "COPY"]
    assert copied == ["--from=build /image/ /", "--from=build --chown=10001:10001 /owned/ /"]


def test_no_instruction_needs_a_shell_or_a_secret() -> None:
    """In the last stage every command is a list of words; nothing is fetched by ADD, and no argument is a secret."""
    commands = [rest for name, rest in stage(1) if name in ("ENTRYPOINT", "CMD", "HEALTHCHECK", "VOLUME")]
    assert all(re.search(r"\[\"[^\]]+\"\]$", rest) for rest in commands)
    assert not any(name in ("ADD", "SHELL", "ONBUILD") for name, _ in instructions())
    words = " ".join(rest for name, rest in instructions() if name in ("ARG", "ENV"))
    assert not re.search(r"token|password|secret|key", words, re.IGNORECASE)
    assert [
        rest for name, rest in instructions() if name == "RUN" and re.search(r"curl|wget|http:|sudo|chmod 777", rest)
    ] == []


def test_whatever_is_installed_is_what_was_pinned() -> None:
    """Each pip takes a list with hashes, or the wheel that was built here, without the network."""
    calls = re.findall(r"pip install ([^&\\]+)", " ".join(rest for name, rest in stage(0) if name == "RUN"))
    assert len(calls) == 3
    assert all(call.startswith(("--require-hashes -r ", "--no-deps --no-index dist/")) for call in calls)


def collected() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "deploy" / "image_root.py"), run_name="collected")


def test_the_root_has_an_interpreter_and_no_shell(tmp_path: Path) -> None:
    """Of a small environment: what it loads is there, what installs or starts other programs is not."""
    environment, target = tmp_path / "opt" / "env", tmp_path / "image"
    packages = environment / "lib" / "python3.11" / "site-packages"
    for name in ("pip", "pip-26.0.dist-info", "setuptools", "httpx"):
        (packages / name).mkdir(parents=True)
        (packages / name / "x.py").write_text("", encoding="utf-8")
    (environment / "bin").mkdir()
    for name in ("alia-watch", "pip", "activate", "python3", "uvicorn"):
        (environment / "bin" / name).write_text("", encoding="utf-8")
    collected()["main"](target, environment)
    inside = target / environment.relative_to("/")
    assert {each.name for each in (inside / "bin").iterdir()} == {"alia-watch", "python3"}
    assert {each.name for each in (inside / packages.relative_to(environment)).iterdir()} == {"httpx"}
    interpreter = (inside / "bin" / "python3").readlink()
    assert (target / interpreter.relative_to("/")).is_file()
    files = [each for each in target.rglob("*") if each.is_file() and not each.is_symlink()]
    programs = [each for each in files if each.parent.name in ("bin", "sbin")]
    assert {each.name for each in programs} == {"alia-watch", interpreter.name}
    assert not [each for each in target.rglob("*") if each.name in ("sh", "bash", "ldd", "apt", "dpkg", "ensurepip")]
    assert list(target.rglob("libc.so.6"))
    assert list(target.rglob("ld-linux*.so*"))
    assert (target / "data").stat().st_mode & 0o777 == 0o750
    assert (target / "tmp").stat().st_mode & 0o7777 == 0o1777


def test_whoever_runs_it_has_no_shell_to_log_in_with(tmp_path: Path) -> None:
    """One account, by the number that the Dockerfile names."""
    target = tmp_path / "image"
    target.mkdir()
    collected()["accounts"](target)
    (line,) = (target / "etc" / "passwd").read_text(encoding="ascii").splitlines()
    assert line.split(":")[2:] == ["10001", "10001", "", "/data", "/nonexistent"]
    assert one("USER") == "10001:10001"


def test_the_image_runs_a_python_the_project_supports() -> None:
    """The version in the Dockerfile is one the metadata names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = re.search(r"ARG PYTHON=(3\.\d+)", DOCKERFILE)
    assert version
    assert f"Programming Language :: Python :: {version[1]}" in project["classifiers"]


def test_it_runs_as_nobody_special_with_a_volume_for_its_data() -> None:
    """The user has a number (so that orchestrators can see it is not root), owns /data, and starts there."""
    user = one("USER").split(":")[0]
    assert int(user) >= 10_000
    assert one("VOLUME") == '["/data"]'
    assert one("WORKDIR") == "/data"
    assert f"--chown={user}:{user}" in " ".join(rest for name, rest in stage(1) if name == "COPY")
    assert "--mode 0750 /owned/data" in " ".join(rest for name, rest in stage(0) if name == "RUN")


def test_a_read_only_root_is_enough() -> None:
    """Whatever a library would write goes below /tmp, and no bytecode is written at run time."""
    environment = one("ENV")
    assert "PYTHONDONTWRITEBYTECODE=1" in environment
    for variable in ("HF_HOME", "XDG_CACHE_HOME", "HOME"):
        assert f"{variable}=/tmp" in environment


def test_it_carries_a_font_and_the_zone_database() -> None:
    """Both are missing from slim images."""
    installed = " ".join(rest for name, rest in stage(0) if name == "RUN")
    assert "fonts-dejavu-core" in installed
    assert "tzdata" in installed
    assert {"usr/share/fonts", "usr/share/zoneinfo", "etc/ssl", "etc/services"} <= set(collected()["BESIDES"])


def test_its_health_check_and_its_command_are_verbs() -> None:
    """The health check asks `status`; the command is the daemon; both exist."""
    verbs = {command.words for command in reference.commands()}
    health = re.search(r'CMD \["alia-watch", "(\w+)"\]', one("HEALTHCHECK"))
    assert health
    assert health[1] == "status"
    assert one("ENTRYPOINT") == '["alia-watch"]'
    command = re.findall(r'"([^"]+)"', one("CMD"))
    assert command[-1] == "run"
    assert {health[1], command[-1]} <= verbs


def test_everything_that_is_copied_is_there_and_let_through() -> None:
    """Each COPY names something of the repository that .dockerignore lets through; nothing else is let through."""
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    assert rules[0] == "*"
    passed = [rule[1:].rstrip("/") for rule in rules if rule.startswith("!")]
    copied = [part.rstrip("/") for name, rest in stage(0) if name == "COPY" for part in rest.split()[:-1]]
    assert sorted(copied) == sorted(passed)
    assert all((ROOT / part).exists() for part in copied)
    assert not any(fnmatch(secret, rule) for secret in ("config.toml", "alia-watch.db", ".env") for rule in passed)


def test_everything_the_wheel_is_made_of_is_copied() -> None:
    """What pyproject.toml names for the wheel is in the build stage."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["force-include"], *(path.split("/")[0] for path in wheel["packages"])}
    needed |= {project["project"]["readme"], *project["project"]["license-files"], "pyproject.toml"}
    copied = {part.rstrip("/") for name, rest in stage(0) if name == "COPY" for part in rest.split()[:-1]}
    assert needed <= copied


def test_the_build_backend_is_pinned_whole() -> None:
    """The packages taken from the pinned list are the backend and all it needs, for that Python."""
    names = re.search(r"\^\(([a-z|-]+)\)==", DOCKERFILE)
    assert names
    taken = set(names[1].split("|"))
    pinned = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", pinned)
    needed = {block.split("==")[0] for block in blocks if re.search(r"#.*\bhatchling\b", block)}
    assert "hatchling" in taken
    assert needed <= taken
    assert all(re.search(rf"^{name}==.*\\\n\s+--hash=", pinned, re.MULTILINE) for name in taken)


@pytest.fixture(scope="module")
def service() -> dict[str, object]:
    document = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert document["volumes"] == {"data": None}
    found = document["services"]["watch"]
    assert isinstance(found, dict)
    return found


def test_compose_keeps_the_promises(service: dict[str, object]) -> None:
    """Read-only root, no capabilities, the volume, room to write in /tmp, and time to end in peace."""
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["data:/data"]
    assert service["tmpfs"] == ["/tmp:mode=1777,size=256m,noexec,nosuid,nodev"]
    assert service["user"] == one("USER")
    assert {"pids_limit", "mem_limit"} <= service.keys()
    assert (
        not {"privileged", "network_mode", "pid", "ipc", "devices", "cap_add", "ports", "environment"} & service.keys()
    )
    assert int(str(service["stop_grace_period"]).removesuffix("s")) > 10
    assert service["restart"] == "unless-stopped"


def test_notice_names_every_library_whose_licence_asks_for_more() -> None:
    """Copyleft libraries among those installed at run time are named in NOTICE, the LGPL one with its source."""
    from importlib.metadata import PackageNotFoundError, metadata

    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    pinned = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    asking = set()
    for name in re.findall(r"^([a-z0-9][\w.-]*)==", pinned, re.MULTILINE):
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue  # pinned for another platform
        said = " ".join([about.get("License-Expression") or "", *about.get_all("Classifier", [])])
        if re.search(r"GPL|MPL|Mozilla|EUPL|CDDL", said):
            asking.add(name)
    assert "python-telegram-bot" in asking
    assert all(name in notice for name in asking), asking
    assert "LGPL-3.0" in notice
