"""Small valid configurations for tests, made through the loader's own `build`."""

import copy
import json
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from alia_watch.config.loader import build, example_text
from alia_watch.config.sections import Config

FLAGSHIP = "BSC-LT/ALIA-40b-instruct-2512"
LAUNCH = "2025-12-17-presentacion-de-alia-40b-instruido"


@cache
def _example() -> dict[str, Any]:
    return tomllib.loads(example_text(), parse_float=Decimal)


def made_document(**changes: Any) -> dict[str, Any]:
    """The document behind `made_config`: the example's costs and scenarios, ten controls, two folder subscribers.

    A change that is a dict is merged into its table (a value of None removes the key); anything else replaces the
    section. The sections are those of config.example.toml; `announcement` starts with the launch and 26 January 2026.
    """
    example = copy.deepcopy(_example())
    document: dict[str, Any] = {
        "watch": {
            "database": "alia-watch.db",
            "contact": "test@example.org",
            "method_url": "https://example.org/method",
        },
        "hub": {},
        "family": {
            **example["family"],
            "flagship": [{"repo": FLAGSHIP, "from": "2025-12-17", "source": "https://example.org/launch"}],
        },
        "basket": {"repos": [f"control/model-{n:02d}" for n in range(10)]},
        "comparator": [c for c in example["comparator"] if c["name"] in ("Salamandra", "Apertus")],
        "cost": example["cost"],
        "scenario": example["scenario"],
        "costs": {**example["costs"], "since": [LAUNCH]},
        "announcement": [a for a in example["announcement"] if a["id"] == LAUNCH or a["date"] == "2026-01-26"],
        "channels": {"folder": {"path": "outbox"}},
        "subscriber": [
            {"channel": "folder", "address": "es", "language": "es"},
            {"channel": "folder", "address": "en", "language": "en"},
        ],
        "timetable": {},
        "spikes": {},
    }
    for section, change in changes.items():
        before = document.get(section, {})
        if isinstance(change, dict) and isinstance(before, dict):
            table = {**before, **change}
            document[section] = {key: value for key, value in table.items() if value is not None}
        else:
            document[section] = change
    return document


def made_config(folder: Path, **changes: Any) -> Config:
    """A small valid configuration whose files (database, outbox, backups) lie in `folder`; see `made_document`.

    `made_config(tmp_path, watch={"simulated": True}, hub={"endpoint": stand_in.url})`.
    """
    return build(made_document(**changes), folder)


def made_file(folder: Path, **changes: Any) -> Path:
    """`made_config` as a file, for the command line: `alia_watch("--config", made_file(tmp_path), "check")`."""
    path = folder / "config.toml"
    lines = (f"{key} = {_toml(value)}\n" for key, value in made_document(**changes).items())
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
