"""The command line as Markdown, for docs/cli.md: `make docs` writes it, and a test compares.

It reads what the verbs declare (their signatures and texts), so it is the same on every terminal.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, get_args, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from alia_bot.cli import (
    app,
    options,
    verbs,  # noqa: F401  importing it registers every command
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One option or argument: its names (an argument's is its metavar), what it takes, its help and its default."""

    names: tuple[str, ...]
    takes: str
    help: str
    default: str
    option: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words (`digest`, `announcements list`), its text, an example, and its parameters."""

    words: str
    help: str
    example: str
    parameters: tuple[Parameter, ...]


def commands() -> tuple[Command, ...]:
    """Every command, in the order of the help."""
    return tuple(_walk("", app))


def before() -> tuple[Parameter, ...]:
    """The options that stand before the command."""
    return tuple(_parameters(options))


def render() -> str:
    """The whole page."""
    lines = [
        "# Command line",
        "",
        "*Made by `make docs` from the program itself; do not edit.*",
        "",
        f"`alia-watch [OPTIONS] COMMAND`: {app.info.help}",
        "",
        "Exit 0: done, whatever was found. 1: the work failed, or a check found a fault. 2: wrong usage or",
        "configuration. Results go to stdout, logs to stderr. The JSON of `--format json` is in [data.md](data.md).",
        "",
        *_table(before(), "Options before the command"),
    ]
    for command in commands():
        arguments = "".join(
            f" {p.names[0]}" if p.required else f" [{p.names[0]}]" for p in command.parameters if not p.option
        )
        lines += [f"## `{command.words}{arguments}`", "", command.help, ""]
        lines += _table(command.parameters, "Option or argument")
        if command.example:
            lines += ["```sh", command.example, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _walk(words: str, part: typer.Typer) -> Iterator[Command]:
    """The commands and groups of one application; a group's own action comes before its commands."""
    for info in part.registered_commands:
        if info.callback and not info.hidden:
            name = info.name or info.callback.__name__.rstrip("_").replace("_", "-")
            yield _command(f"{words} {name}".strip(), info.callback, info.help, info.epilog)
    for group in part.registered_groups:
        inner = group.typer_instance
        if inner is None:
            continue
        callback = inner.registered_callback
        name = f"{words} {group.name or inner.info.name}".strip()
        if callback and callback.callback and callback.invoke_without_command is True:
            yield _command(name, callback.callback, callback.help, callback.epilog or inner.info.epilog)
        yield from _walk(name, inner)


def _command(words: str, callback: Callable[..., Any], text: Any, epilog: Any) -> Command:
    said = text if isinstance(text, str) else inspect.getdoc(callback)
    example = epilog.removeprefix("Example:").strip() if isinstance(epilog, str) else ""
    return Command(words, inspect.cleandoc(said or ""), example, tuple(_parameters(callback)))


def _parameters(callback: Callable[..., Any]) -> Iterator[Parameter]:
    hints = get_type_hints(callback, include_extras=True)
    for name, parameter in inspect.signature(callback).parameters.items():
        metadata = getattr(hints[name], "__metadata__", ())
        info = next((m for m in metadata if isinstance(m, OptionInfo | ArgumentInfo)), None)
        if info is None or info.hidden:
            continue
        kind = get_args(hints[name])[0]
        required = parameter.default is inspect.Parameter.empty
        default = "" if required or parameter.default in (None, False, True, ()) else _plain(parameter.default)
        if isinstance(info, ArgumentInfo):
            label = str(info.metavar or name).strip("[]").upper().replace("_", "-")
            yield Parameter((label,), "", info.help or "", "", option=False, required=required)
            continue
        flag = kind is bool
        dashed = "--" + name.strip("_").replace("_", "-")
        # Inside Annotated, typer keeps the first name where a default would stand.
        given = (info.default, *(info.param_decls or ())) if isinstance(info.default, str) else info.param_decls
        names = tuple(given or ()) or ((dashed, f"--no-{dashed[2:]}") if flag else (dashed,))
        split = tuple(part for one in names for part in one.split("/"))
        yield Parameter(split, "" if flag else _takes(kind, info), info.help or "", default, True, required)


def _plain(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _takes(kind: Any, info: OptionInfo) -> str:
    """What an option takes: its metavar, its choices, or its type in capitals."""
    if info.metavar:
        return str(info.metavar)
    for part in (kind, *get_args(kind)):
        if isinstance(part, type) and issubclass(part, Enum):
            return "|".join(_plain(member) for member in part)
    names = [part.__name__ for part in (kind, *get_args(kind)) if isinstance(part, type) and part is not type(None)]
    return {"str": "TEXT", "int": "NUMBER", "float": "NUMBER", "Path": "PATH"}.get(names[0] if names else "", "VALUE")


def _table(parameters: tuple[Parameter, ...], title: str) -> list[str]:
    if not parameters:
        return []
    rows = []
    for parameter in parameters:
        names = ", ".join(f"`{name}`" for name in parameter.names)
        takes = f" `{parameter.takes}`" if parameter.takes else ""
        default = f" Default: `{parameter.default}`." if parameter.default else ""
        row = f"| {names}{takes} | {' '.join(parameter.help.split())}{default} |"
        rows.append(
            row if "|" not in parameter.takes else row.replace(parameter.takes, parameter.takes.replace("|", "\\|"))
        )
    return [f"| {title} | |", "|---|---|", *rows, ""]


if __name__ == "__main__":
    sys.stdout.write(render())
