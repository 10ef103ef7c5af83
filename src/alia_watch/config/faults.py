"""What is wrong with a configuration: each fault with its place, the mend, and never the value of a secret."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from alia_watch.config.places import Path
from alia_watch.config.secret import Secret
from alia_watch.config.sections import Config

#: Keys whose values are never shown, whatever stands there; everything under `channels` is hidden besides.
_SECRET_KEY = re.compile(r"token|password|passwd|secret|credential|api_?key|auth", re.IGNORECASE)
#: Values that look like a token, a key, or an address with a password in it.
_SECRET_VALUE = re.compile(r"\d{6,}:\w|\bhf_\w|://.*@|[A-Za-z0-9_+/=-]{32,}")
#: A token that was written where a key belongs.
_SECRET_AS_KEY = re.compile(r"\d{6,}:\w|\bhf_\w{8}")
_HINTS = {
    r"^[a-z0-9][a-z0-9_-]*$": "an id is made of a-z, 0-9, _ and -, such as alia_10_2",
    r"^[\w.-]+/[\w.-]+$": 'a repo is written "owner/name", as on the Hub',
    r"^[\w.-]+/[\w.*?\[\]-]+$": 'a pattern is written "owner/name" with * for any text, such as "BSC-LT/ALIA-*"',
    r"^https?://[^\s@/?#]+([/?#]\S*)?$": "write a whole address that begins with https://, without a user name",
    r"^\d{4}-\d{2}(-\d{2})?$": 'write a day as "2026-01-26", or a month as "2026-01" where the day is not known',
    r"^[ -~]{3,200}$": "write a mail or web address in plain ASCII: it goes into every request's User-Agent",
    r"^[A-Z]{3}$": 'write the three capital letters of the currency, such as "EUR"',
    r"^[A-Za-z_][A-Za-z0-9_]*$": 'give the name of an environment variable, such as { env = "TELEGRAM_TOKEN" }',
}
_MENDS = {
    "missing": "add it; config.example.toml shows how",
    "too_short": "give at least one",
    "tuple_type": "write a list in square brackets, or one [[table]] for each entry",
    "model_type": "write it as a [table] of keys",
    "dict_type": "write it as a table: { name = value }",
    "string_type": "write it in quotes",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "int_from_float": "write a whole number",
    "time_type": 'write a time of day as "09:30"',
    "time_parsing": 'write a time of day as "09:30"',
    "date_type": 'write a day as "2026-01-26"',
    "date_from_datetime_parsing": 'write a day as "2026-01-26"',
    "date_parsing": 'write a day as "2026-01-26"',
}

#: Something of a wholly different shape, which may be a secret in the wrong place: its value is not shown.
_SHAPES = ("model_type", "dict_type", "tuple_type", "too_short")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the key's way from the top, what is wrong, and how to mend it."""

    path: Path
    what: str
    mend: str = ""

    def at(self, file: str, lines: Mapping[Path, int]) -> tuple[int, str]:
        """The line (0 where the key has none) and the printable sentence `file:line: key: what; mend`."""
        found = next((lines[self.path[:n]] for n in range(len(self.path), 0, -1) if self.path[:n] in lines), 0)
        place = f"{file}:{found}" if found else file
        key = f" {dotted(self.path)}:" if self.path else ""
        sentence = f"{place}:{key} {self.what}{'; ' if self.mend else ''}{self.mend}"
        return found, "".join(letter if letter.isprintable() else "?" for letter in sentence)


def dotted(path: Path) -> str:
    """A path for people: `cost[2].amount`, counted from 0."""
    text = ""
    for part in path:
        name = "…" if isinstance(part, str) and _SECRET_AS_KEY.search(part) else part
        text += f"[{name}]" if isinstance(name, int) else f".{name}" if text else name
    return text


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean x?` for the nearest known name, or the names there are."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"known are: {', '.join(names)}" if names else "there is none in the file"


def shown(path: Path, value: Any) -> str:
    """`, not 'x'` for a short plain value that cannot be a secret; otherwise nothing."""
    if not isinstance(value, str | int) or not path or path[0] == "channels":
        return ""
    if any(isinstance(part, str) and _SECRET_KEY.search(part) for part in path):
        return ""
    text = repr(value)
    return "" if len(text) > 60 or _SECRET_VALUE.search(text) else f", not {text}"


def of_validation(errors: Sequence[ErrorDetails], document: Mapping[str, Any]) -> list[Fault]:
    """pydantic's errors as faults; the branches of one union become one fault."""
    by_place: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        if error["type"] == "too_short" and error["input"]:
            continue  # a list whose entries are faulty looks empty to pydantic; the entries are told
        by_place.setdefault(_path(error, document), []).append(error)
    return [_fault(path, group) for path, group in by_place.items()]


def _path(error: ErrorDetails, document: Any) -> Path:
    """The place in the document: pydantic's own without the names of union branches."""
    path: Path = ()
    value: Any = document
    part: Any
    for part in error["loc"]:
        if (isinstance(value, list) and isinstance(part, int)) or (isinstance(value, dict) and part in value):
            value = value[part]
        elif error["type"] != "missing" or part != error["loc"][-1]:
            break
        path = (*path, part)
    return path


def _fault(path: Path, errors: Sequence[ErrorDetails]) -> Fault:
    error = errors[0]
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "missing":
        return Fault(path, "is missing", _MENDS[kind])
    if kind == "value_error":
        what, _, mend = error["msg"].removeprefix("Value error, ").partition(": ")
        return Fault(path, what, mend)
    pattern = error.get("ctx", {}).get("pattern")
    if pattern in _HINTS:
        return Fault(path, f"has the wrong form{shown(path, error['input'])}", _HINTS[pattern])
    what = " or ".join(dict.fromkeys(_plainly(e["msg"]) for e in errors)).replace(" or must be ", " or ")
    value = "" if kind in _SHAPES else shown(path, error["input"])
    return Fault(path, what + value, _MENDS.get(kind, ""))


def _plainly(message: str) -> str:
    for theirs, ours in (
        ("Input should be", "must be"),
        ("a valid string", "text"),
        ("a valid tuple", "a list"),
        ("Tuple should have at least 1 item after validation, not 0", "is empty"),
        ("Field should", "should"),
    ):
        message = message.replace(theirs, ours, 1)
    message = re.sub(r"a valid dictionary or instance of \w+", "a table", message)
    return message[:1].lower() + message[1:]


def _unknown(path: Path) -> Fault:
    name = str(path[-1])
    model = _model_at(path[:-1])
    if model is None or model is Secret:
        return Fault(path, "is not a key here", 'a secret is given as { env = "NAME" } or { file = "PATH" }')
    here = [field.alias or key for key, field in model.model_fields.items()]
    elsewhere = sorted(dotted(way) for way, other in _models() if name in other.model_fields and other is not model)
    if elsewhere and not difflib.get_close_matches(name, here, n=1, cutoff=0.6):
        return Fault(path, "is not a key here", f"it belongs into [{elsewhere[0]}]" if elsewhere[0] else "")
    return Fault(path, "is not a key here", nearest(name, here))


def _models() -> list[tuple[Path, type[BaseModel]]]:
    """Every section with its way from the top."""
    found: list[tuple[Path, type[BaseModel]]] = [((), Config)]
    for way, model in found:  # grows while it is walked
        for key, field in model.model_fields.items():
            inner = _section(field.annotation)
            if inner and inner is not Secret:
                found.append(((*way, field.alias or key), inner))
    return found


def _model_at(path: Path) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Config
    for part in path:
        if isinstance(part, str) and model is not None:
            fields = {field.alias or key: field for key, field in model.model_fields.items()}
            model = _section(fields[part].annotation) if part in fields else None
    return model


def _section(annotation: Any) -> type[BaseModel] | None:
    """The section inside `Section`, `Section | None` or `tuple[Section, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((inner for part in get_args(annotation) if (inner := _section(part))), None)
