"""Results on stdout: a table for people, JSON or CSV for scripts."""

import csv
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

_NUMBER = re.compile(r"[+-]?[\d.,]+%?")


class Format(StrEnum):
    """How figures are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def print_json(value: Any) -> None:
    """One JSON document, indented, keys in the order given, text unescaped."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """CSV with a header; null is an empty field."""
    writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)


def _inert(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it; titles are others' words."""
    formula = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return f"'{value}" if formula and not _NUMBER.fullmatch(value) else value


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, title: str | None = None) -> None:
    """A table that fits the terminal; in a pipe it is as wide as its text. Null is shown as a dash."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    if title:
        console.print(escape(title), style="bold", soft_wrap=True)
    table = Table(show_edge=False, pad_edge=False, box=None, header_style="bold")
    for column in columns:
        numeric = bool(rows) and all(isinstance(row.get(column), int | float | None) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*("—" if row.get(column) is None else escape(str(row[column])) for column in columns))
    console.print(table)


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: Format) -> None:
    """The same rows in the form asked for."""
    if form is Format.JSON:
        print_json([{column: row.get(column) for column in columns} for row in rows])
    elif form is Format.CSV:
        print_csv(rows, columns)
    else:
        print_table(rows, columns)


def nearest(id: str, known: Iterable[str]) -> str:
    """A hint at the known id that looks most like one that is not known; empty where none does."""
    import difflib

    near = difflib.get_close_matches(id, known, n=1, cutoff=0.4)
    return f"Did you mean {near[0]}?" if near else ""
