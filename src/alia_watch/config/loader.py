"""Read the configuration: TOML to frozen sections, every fault at once, and nothing starts on a faulty file."""

import datetime as dt
import importlib.resources
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from alia_watch.announcements.announcement import Announcement
from alia_watch.config import cross_checks
from alia_watch.config.faults import Fault, of_validation
from alia_watch.config.places import Path as Place
from alia_watch.config.places import lines_of_keys
from alia_watch.config.sections import AnnouncementSection, Config
from alia_watch.errors import ConfigError

Part = TypeVar("Part", bound=BaseModel)
_MOST_LEVELS = 20
#: The example has 40 kB. What is a hundred times larger is another file.
_MOST_BYTES = 4 * 1024 * 1024
_AT_LINE = re.compile(r"^(?P<what>.*) \(at line (?P<line>\d+), column \d+\)$", re.DOTALL)


def load_config(path: Path) -> Config:
    """The configuration in a file; its relative paths are relative to the file's folder.

    Raises:
        ConfigError: the file is not there, is no TOML, or is faulty; `faults` has one line for each fault, with its
            place, what is wrong and the mend. No value of a secret is in it.
    """
    text = _read(path)
    document = _parse(path, text)
    return build(document, path.absolute().parent, file=path.name, lines=lines_of_keys(text))


def build(
    document: Mapping[str, Any], folder: Path, *, file: str = "configuration", lines: Mapping[Place, int] | None = None
) -> Config:
    """The configuration from a document that was read already, such as a test's. Raises ConfigError as `load_config`.

    Args:
        document: what TOML gives: tables as dicts, lists, plain values.
        folder: where relative paths start.
        file: what to call the file in faults.
        lines: the line of each key, where known.
    """
    plain = _plain(document)
    found: list[Fault] = []
    config = None
    try:
        config = Config.model_validate(plain)
    except ValidationError as error:
        found = of_validation(error.errors(include_url=False), plain)
    found.extend(cross_checks.faults(plain))
    if found or config is None:
        placed = sorted(fault.at(file, lines or {}) for fault in found)
        count = "one fault" if len(placed) == 1 else f"{len(placed)} faults"
        raise ConfigError(
            f"{file} has {count}.",
            faults=[sentence for _, sentence in placed],
            hint="Nothing was started. Mend the file, then run `alia-watch check`.",
        )
    return _anchored(config, folder)


def announcement(values: Mapping[str, Any]) -> Announcement:
    """One announcement from the keys of an `[[announcement]]`, such as those given on the command line.

    Raises:
        ConfigError: with a fault for each key that is wrong.
    """
    found = [replace(fault, path=fault.path[2:]) for fault in cross_checks.dates({"announcement": [values]})]
    try:
        made = AnnouncementSection.model_validate(values)
        if not found:
            return made.record()
    except ValidationError as error:
        found += of_validation(error.errors(include_url=False), values)
    raise ConfigError("That is no announcement.", faults=[fault.at("given", {})[1] for fault in found])


def example_text() -> str:
    """The example configuration: the ALIA watch, ready to run."""
    packaged = importlib.resources.files("alia_watch.config") / "config.example.toml"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    # In a checkout the file stands at its top; only the wheel carries it inside the package.
    return (Path(__file__).parents[3] / "config.example.toml").read_text(encoding="utf-8")


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            body = file.read(_MOST_BYTES + 1)
        if len(body) <= _MOST_BYTES:
            return body.decode("utf-8-sig")
        fault = f"{path.name}: is larger than {_MOST_BYTES // 1024**2} MB; give the right file to --config"
        problem = ConfigError(f"{path.name} cannot be read.", faults=[fault])
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration at {path}.", hint="Run `alia-watch init` to write one, or give --config FILE."
        ) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        fault = f"{path.name}:{line}: is not UTF-8 text; save the file as UTF-8"
        problem = ConfigError(f"{path.name} cannot be read.", faults=[fault])
    except OSError as error:
        problem = ConfigError(
            f"{path} cannot be read ({error.strerror}).", hint="Check that it is a file and that this user may read it."
        )
    raise problem


def _parse(path: Path, text: str) -> dict[str, Any]:
    fault = f"{path.name}: is nested too deeply; no section needs more than three levels"
    try:
        document = tomllib.loads(text, parse_float=Decimal)
        if not _deep(document):
            return document
    except RecursionError:
        pass
    except ArithmeticError:
        fault = f"{path.name}: has a number beyond all bounds; write it in plain digits"
    except ValueError as error:  # TOMLDecodeError, and numbers of thousands of digits
        match = _AT_LINE.match(str(error))
        place = f"{path.name}:{match['line']}" if match else path.name
        what = match["what"] if match else str(error)
        fault = f"{place}: is not TOML: {what}; text stands in quotes, tables in [brackets]"
    raise ConfigError(f"{path.name} cannot be read.", faults=[fault])


def _deep(document: Any) -> bool:
    """Whether it has more levels than any configuration, such as `a.a.a.a…`: what reads it goes down level by level."""
    level, depth = [document], 0
    while level and depth <= _MOST_LEVELS:
        inner = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list))
        level, depth = [value for values in inner for value in values], depth + 1
    return bool(level)


def _plain(value: Any) -> Any:
    """Dates and times as text, so that a bare `2026-01-26` is taken like a quoted one."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _anchored(part: Part, folder: Path) -> Part:
    """A section with every relative path, its own and those inside, made relative to the folder; `~` is the home."""
    changes: dict[str, Any] = {}
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Path):
            changes[name] = folder / value.expanduser()
        elif isinstance(value, BaseModel):
            changes[name] = _anchored(value, folder)
    return part.model_copy(update=changes)
