"""The rules of the house, read from the source: who may import whom, who may read the time, and where SQL lives."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PURE = {"series", "findings", "announcements", "costs", "audience"}
EDGES = {"sources", "reports", "store"}
#: What each layer of alia_watch may import of alia_watch, besides itself.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "clock": set(),
    "child": set(),
    **{name: {"errors", "clock"} | PURE for name in PURE},
    "config": {"errors", "clock"} | PURE,
    **{name: {"errors", "clock"} | PURE for name in EDGES},
    "reports": {"errors", "clock", "child"} | PURE,  # pictures are drawn in a process of their own
    "pipeline": {"errors", "clock", "config"} | PURE | EDGES,
}

#: The room of each library: the only files that may import it.
ROOMS: dict[str, tuple[str, ...]] = {
    "huggingface_hub": ("src/alia_watch/sources/hub*.py",),
    "httpx2": ("src/alia_watch/sources/*.py",),
    "feedparser": ("src/alia_watch/sources/feeds.py",),
    "nh3": ("src/alia_watch/sources/plain.py",),
    "selectolax": ("src/alia_watch/sources/ministry.py",),
    "defusedxml": ("src/alia_watch/sources/tenders.py",),
    "rapidfuzz": ("src/alia_watch/announcements/same_event.py",),
    "itsdangerous": ("src/alia_watch/audience/links.py", "bot/alia_bot/web/people.py"),
    "email_validator": ("src/alia_watch/audience/signup.py",),
    "icalendar": ("src/alia_watch/sources/calendar_file.py",),
    "sqlite_utils": ("src/alia_watch/store/*.py",),
    "sqlite3": ("src/alia_watch/store/*.py",),
    "jinja2": ("src/alia_watch/reports/*.py", "bot/alia_bot/web/site.py"),
    "markupsafe": ("src/alia_watch/reports/*.py",),
    "babel": ("src/alia_watch/reports/*.py",),
    "altair": ("src/alia_watch/reports/*.py",),
    "vl_convert": ("src/alia_watch/reports/*.py",),
    "css_inline": ("src/alia_watch/reports/*.py",),
    # The type of a secret goes where secrets go, and to the log, which knows them by it.
    "pydantic": ("src/alia_watch/config/*.py", "bot/alia_bot/channels/*.py", "bot/alia_bot/logs.py"),
    "pydantic_core": ("src/alia_watch/config/*.py",),
    "numpy": ("src/alia_watch/series/*.py", "src/alia_watch/findings/*.py", "bot/alia_bot/demo/*.py"),
    "scipy": ("src/alia_watch/series/*.py", "src/alia_watch/findings/*.py"),
    "telegram": ("bot/alia_bot/channels/telegram*.py", "bot/alia_bot/chat/*.py"),
    "httpx": ("bot/alia_bot/channels/telegram*.py", "bot/alia_bot/chat/*.py"),
    "aiosmtplib": ("bot/alia_bot/channels/email*.py",),
    "starlette": ("bot/alia_bot/web/*.py",),
    "uvicorn": ("bot/alia_bot/web/server.py",),
    "prometheus_client": ("bot/alia_bot/web/metrics.py",),
    "schedule": ("bot/alia_bot/daemon.py",),
    "structlog": ("bot/alia_bot/*.py", "bot/alia_bot/*/*.py"),
    "typer": ("bot/alia_bot/cli/*.py",),
    "rich": ("bot/alia_bot/cli/*.py",),
}

#: Standard modules that touch the world outside: no pure rule imports them.
OUTSIDE = {
    "asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "shutil", "signal", "socket",
    "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib", "zoneinfo",
}  # fmt: skip

BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "core", "common", "base", "misc", "types"}

#: Who may ask what time it is.
READS_THE_TIME = ("src/alia_watch/clock.py",)
#: Who may look up a zone: the clock converts, the configuration checks a name.
KNOWS_ZONES = ("src/alia_watch/clock.py", "src/alia_watch/config/upkeep.py")

SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|PRAGMA\s+\w|"
    r"BEGIN\s+IMMEDIATE)\b",
    re.DOTALL,
)


@dataclass(frozen=True)
class Source:
    """One file of ours, parsed."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def module(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts[1:]
        return ".".join(part for part in parts if part != "__init__")

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every imported module, wherever the import stands, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name}:{node.lineno}: a relative import hides where it points"
                yield node.lineno, node.module or ""
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)

    def docstrings(self) -> set[int]:
        """The ids of the nodes that are docstrings."""
        holders = (n for n in ast.walk(self.tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef))
        bodies = (holder.body[0] for holder in holders if holder.body)
        return {id(first.value) for first in bodies if isinstance(first, ast.Expr)}


@cache
def sources() -> tuple[Source, ...]:
    paths = sorted([*(ROOT / "src" / "alia_watch").rglob("*.py"), *(ROOT / "bot" / "alia_bot").rglob("*.py")])
    found = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, ast.parse(text), text.count("\n")))
    assert len(found) > 20
    return tuple(found)


def of_watch() -> Iterator[tuple[str, Source]]:
    """The files of alia_watch with the layer each belongs to."""
    for source in sources():
        parts = source.module.split(".")
        if parts[0] == "alia_watch" and len(parts) > 1:
            yield parts[1], source


def fails(faults: Iterator[str]) -> None:
    found = sorted(set(faults))
    assert not found, "\n" + "\n".join(found)


def test_layers_depend_one_way() -> None:
    """Each layer of alia_watch imports only the layers below it."""

    def faults() -> Iterator[str]:
        for layer, source in of_watch():
            allowed = MAY_IMPORT[layer] | {layer}
            for line, module in source.imports():
                parts = module.split(".")
                known = parts[0] == "alia_watch" and len(parts) > 1 and parts[1] in MAY_IMPORT
                if known and parts[1] not in allowed:
                    yield f"{source.name}:{line}: {layer} imports {module}"

    fails(faults())


def test_the_watch_never_imports_the_bot() -> None:
    """alia_watch knows nothing of alia_bot, nor of Telegram, SMTP or the timetable."""

    def faults() -> Iterator[str]:
        for _, source in of_watch():
            for line, module in source.imports():
                if module.split(".")[0] in {"alia_bot", "telegram", "aiosmtplib", "schedule", "structlog", "typer"}:
                    yield f"{source.name}:{line}: imports {module}"

    fails(faults())


def test_each_library_stays_in_its_room() -> None:
    """A third-party library is imported by the files of its room only, and has one."""
    standard = sys.stdlib_module_names

    def faults() -> Iterator[str]:
        for source in sources():
            relative = source.path.relative_to(ROOT)
            for line, module in source.imports():
                library = module.split(".")[0]
                if library in ("alia_watch", "alia_bot") or (library in standard and library not in ROOMS):
                    continue
                if library not in ROOMS:
                    yield f"{source.name}:{line}: {library} has no room"
                elif not any(relative.match(room) for room in ROOMS[library]):
                    yield f"{source.name}:{line}: {library} belongs into {', '.join(ROOMS[library])}"

    fails(faults())


def test_pure_rules_touch_nothing_outside() -> None:
    """The packages of rules import the standard library's inner parts, numpy and scipy, and open nothing."""

    def faults() -> Iterator[str]:
        for layer, source in of_watch():
            if layer not in PURE:
                continue
            for line, module in source.imports():
                # Taking an address apart touches nothing.
                if module.split(".")[0] in OUTSIDE and not module.startswith("urllib.parse"):
                    yield f"{source.name}:{line}: imports {module}"
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("open", "print"):
                    yield f"{source.name}:{node.lineno}: calls {node.func.id}()"

    fails(faults())


def test_only_the_clock_reads_the_time() -> None:
    """`now` is an argument: no other file asks for the present instant or day, and only the clock knows zones."""

    def faults() -> Iterator[str]:
        for source in sources():
            if source.name not in READS_THE_TIME:
                for node in ast.walk(source.tree):
                    if isinstance(node, ast.Call) and _asks_the_time(node.func):
                        yield f"{source.name}:{node.lineno}: reads the time"
            if source.name not in KNOWS_ZONES:
                for line, module in source.imports():
                    if module.split(".")[0] in ("zoneinfo", "pytz", "dateutil"):
                        yield f"{source.name}:{line}: imports {module}"

    fails(faults())


def _asks_the_time(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return False
    owner = function.value.attr if isinstance(function.value, ast.Attribute) else getattr(function.value, "id", "")
    return (function.attr in ("now", "utcnow", "today") and owner in ("datetime", "date")) or (
        function.attr in ("time", "time_ns", "localtime", "gmtime") and owner == "time"
    )


def test_sql_is_only_in_the_store() -> None:
    """No statement of SQL stands outside `store/`."""

    def faults() -> Iterator[str]:
        for source in sources():
            if source.name.startswith("src/alia_watch/store/"):
                continue
            documented = source.docstrings()
            for node in ast.walk(source.tree):
                text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
                if SQL.search(text) and id(node) not in documented:
                    yield f"{source.name}:{node.lineno}: {text.strip()[:60]}"

    fails(faults())


def test_money_is_never_a_float() -> None:
    """No float literal and no float() in the rules of costs."""

    def faults() -> Iterator[str]:
        for layer, source in of_watch():
            if layer != "costs":
                continue
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, float):
                    yield f"{source.name}:{node.lineno}: {node.value}"
                if isinstance(node, ast.Name) and node.id == "float":
                    yield f"{source.name}:{node.lineno}: float"

    fails(faults())


def test_modules_import_one_another_in_no_circle() -> None:
    """At the top of the modules, no chain of imports comes back to where it began."""
    modules = {source.module for source in sources()}
    graph: dict[str, set[str]] = {}
    for source in sources():
        top = [node for node in source.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        named = [
            name
            for node in top
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
            )
        ]
        graph[source.module] = {name for name in named if name in modules} - {source.module}
    done: set[str] = set()

    def visit(module: str, chain: tuple[str, ...]) -> None:
        assert module not in chain, " -> ".join((*chain[chain.index(module) :], module))
        if module not in done:
            for other in graph[module]:
                # A verb registers itself on the application of its package, which is whole before any verb is read.
                if other != "alia_bot.cli":
                    visit(other, (*chain, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_files_are_one_idea() -> None:
    """A file has at most 300 lines, a name of the field, and a docstring that says what it is."""

    def faults() -> Iterator[str]:
        for source in sources():
            if source.lines > 300:
                yield f"{source.name}: {source.lines} lines"
            if source.path.stem in BANNED_NAMES or source.path.parent.name in BANNED_NAMES:
                yield f"{source.name}: a name that says nothing"
            if not ast.get_docstring(source.tree):
                yield f"{source.name}: no docstring"

    fails(faults())


def test_what_is_public_says_what_it_promises() -> None:
    """Every public class, function and method of alia_watch has a docstring."""

    def faults() -> Iterator[str]:
        for _, source in of_watch():
            for node in source.tree.body:
                inner = node.body if isinstance(node, ast.ClassDef) else []
                for item in (node, *inner):
                    if (
                        isinstance(item, ast.ClassDef | ast.FunctionDef)
                        and not item.name.startswith("_")
                        and not (isinstance(node, ast.ClassDef) and node.name.startswith("_"))
                        and not ast.get_docstring(item)
                    ):
                        yield f"{source.name}:{item.lineno}: {item.name}"

    fails(faults())


def test_every_test_says_the_behaviour_it_proves() -> None:
    """Each test function has a docstring, and no test reads the folder outside the project."""

    def faults() -> Iterator[str]:
        for path in sorted((ROOT / "tests").rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)):
                test = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
                if test and not ast.get_docstring(node):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}"
            if "/work/" + "shared" in text:
                yield f"{path.relative_to(ROOT)}: reads outside the project"

    fails(faults())


def test_every_room_is_a_declared_library() -> None:
    """What has a room is in the standard library, declared in pyproject.toml, or brought by a declared one."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[\[<>=~! ]", line)[0].lower().replace("-", "_") for line in declared}
    other = {"telegram": "python_telegram_bot", "vl_convert": "vl_convert_python"}
    brought = {"pydantic_core": "pydantic", "httpx": "python_telegram_bot", "markupsafe": "jinja2"}
    for library in ROOMS:
        package = brought.get(library, other.get(library, library)).lower()
        assert library in sys.stdlib_module_names or package in names, library


HEAVY = (
    "huggingface_hub", "httpx", "httpx2", "telegram", "sqlite_utils", "jinja2", "babel", "altair", "vl_convert",
    "numpy", "scipy", "pydantic", "aiosmtplib", "structlog", "rich", "schedule", "sqlite3", "asyncio",
)  # fmt: skip


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"]])
def test_help_loads_no_heavy_library(arguments: list[str]) -> None:
    """Asking for help imports nothing that a verb needs only when it runs."""
    # typer itself takes pydantic to read the options before a verb: it is there, and it is not our doing.
    heavy = [name for name in HEAVY if arguments[0].startswith("-") or name != "pydantic"]
    script = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('loaded:', *(m for m in {heavy!r} if m in sys.modules)))\n"
        f"sys.argv = ['alia-watch', *{arguments!r}]\n"
        "from alia_bot.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_the_watch_works_without_telegram() -> None:
    """Every module of alia_watch can be imported in a notebook: no Telegram, no bot, no token, no network."""
    modules = [source.module for _, source in of_watch() if not source.path.stem.startswith("__main__")]
    script = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "print(*(m for m in ('telegram', 'alia_bot', 'aiosmtplib', 'httpx') if m in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""


def test_the_daemon_at_rest_carries_no_mathematics() -> None:
    """Duties and answers are worked out in processes of their own: loop, channels, bot and pages load no scipy."""
    script = (
        "import sys\n"
        "import alia_bot.daemon, alia_bot.dispatch, alia_bot.chat.desk, alia_bot.web.house\n"
        "import alia_watch.pipeline.sum_up\n"
        "print('scipy' in sys.modules, 'huggingface_hub' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False False"


def test_the_daemon_does_without_the_statisticians_great_library() -> None:
    """What a duty loads to detect and to compose needs special functions alone: scipy.stats would cost it 50 MB."""
    script = (
        "import sys\n"
        "import alia_watch.pipeline.compose, alia_watch.pipeline.detect\n"
        "print('scipy.stats' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_a_process_for_a_duty_loads_no_colours(tmp_path: Path) -> None:
    """Where the daemon begins a process, rich stays out of it; a person's own command has it."""
    loaded = tmp_path / "loaded.py"
    loaded.write_text(
        "import sys\n"
        "def shown():\n"
        "    import alia_bot.duty_process\n"
        "    sys.stdout.write(f\"{sys.modules['rich'] is not None} \")\n"
        "    sys.stdout.flush()\n"
        "if __name__ == '__main__':\n"
        "    import multiprocessing\n"
        "    child = multiprocessing.get_context('spawn').Process(target=shown)\n"
        "    child.start()\n"
        "    child.join()\n"
        "    shown()\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, loaded], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "True"]
