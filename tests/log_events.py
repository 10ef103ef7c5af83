"""Every line that the program may log, collected from its source: what docs/logs.md is held against."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error", "exception": "error"}


@dataclass(frozen=True)
class LogEvent:
    """One call: the event, the level it is written at, the fields it names, and where it stands."""

    event: str
    level: str
    fields: frozenset[str]
    where: str


def log_events(root: Path = ROOT) -> Iterator[LogEvent]:
    """Every call of a log in our code. One whose event is not written out fails: nobody could search for it."""
    for path in sorted([*(root / "src").rglob("*.py"), *(root / "bot").rglob("*.py")]):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for call in _own_calls(function):
                    where = f"{path.relative_to(root)}:{call.lineno}"
                    first = call.args[0] if call.args else None
                    assert isinstance(first, ast.Constant), f"{where}: the event is not written out"
                    assert isinstance(call.func, ast.Attribute)
                    yield LogEvent(str(first.value), LEVELS[call.func.attr], _fields(call, function), where)


def _own_calls(function: ast.AST) -> Iterator[ast.Call]:
    """The calls of a log in a function, but not in those inside it."""
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "_log":
                yield node
        yield from _own_calls(node)


def _fields(call: ast.Call, function: ast.AST) -> frozenset[str]:
    """The fields a call names, those of a dictionary written out in the same function included."""
    found = {each.arg for each in call.keywords if each.arg}
    spread = {each.value.id for each in call.keywords if each.arg is None and isinstance(each.value, ast.Name)}
    for node in ast.walk(function):
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)):
            continue
        if {each.id for each in node.targets if isinstance(each, ast.Name)} & spread:
            found |= {str(key.value) for key in node.value.keys if isinstance(key, ast.Constant)}
    return frozenset(found - {"exc_info"})
