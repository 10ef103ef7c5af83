"""Open data: tables with stable columns, what each means and its unit, as CSV and as a data package (Frictionless)."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: How a formula begins, in the widths that spreadsheets take.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "CC BY 4.0"}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type in a data package, what it means, and its unit where it has one."""

    name: str
    type: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, what a row is, its columns, and its rows of what it is made from."""

    name: str
    row: str
    columns: tuple[Column, ...]
    rows: Callable[[Any], Iterable[Row]]


def file_name(table: str, ending: str, *, simulated: bool) -> str:
    """What a table's file is called. One of simulated data says so itself: files are passed on one by one."""
    return f"{'SIMULATED-' if simulated else ''}{table}.{ending}"


def to_csv(rows: Iterable[Row], columns: Sequence[Column], *, excel: bool) -> bytes:
    """A table as CSV in UTF-8: ISO dates, dots for decimals, null as an empty field; or as Spanish Excel reads it."""
    return b"".join(csv_pieces(rows, columns, excel=excel))


def csv_pieces(rows: Iterable[Row], columns: Sequence[Column], *, excel: bool) -> Iterator[bytes]:
    """The same piece by piece, so that a long table is never whole in memory."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if excel else ",", lineterminator="\r\n" if excel else "\n")
    writer.writerow(column.name for column in columns)
    yield written.getvalue().encode("utf-8-sig" if excel else "utf-8")
    for row in rows:
        written.seek(0)
        written.truncate()
        writer.writerow(_cell(row.get(column.name), column, excel=excel) for column in columns)
        yield written.getvalue().encode()


def dictionary(tables: Iterable[Table]) -> tuple[list[Row], list[Column]]:
    """What every column means, as a table of its own: its rows and its columns."""
    names = ("table", "column", "type", "unit", "meaning")
    rows = [
        dict(zip(names, (table.name, each.name, each.type, each.unit, each.meaning), strict=True))
        for table in tables
        for each in table.columns
    ]
    return rows, [Column(name, "string", "") for name in names]


def package(
    about: Mapping[str, Any], tables: Iterable[Table], *, folder: str, simulated: bool, excel: bool
) -> dict[str, Any]:
    """The description that a data package asks for (specs.frictionlessdata.io).

    Args:
        about: name, id, title, created and homepage.
        folder: where the tables lie beside the description.
    """
    title = f"SIMULATED DATA, no figure is a reading: {about['title']}" if simulated else about["title"]
    return {
        **about,
        "title": title,
        "licenses": [_LICENCE],
        "sources": [{"title": "Hugging Face's public download counters", "path": "https://huggingface.co"}],
        "resources": [
            _resource(table, f"{folder}{file_name(table.name, 'csv', simulated=simulated)}", excel=excel)
            for table in tables
        ],
    }


def _resource(table: Table, path: str, *, excel: bool) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": path,
        "description": f"A row is {table.row}.",
        "encoding": "utf-8",
        "dialect": {"delimiter": ";" if excel else ","},
        "schema": {
            "fields": [
                {
                    "name": each.name,
                    "type": each.type,
                    "description": each.meaning + (f" ({each.unit})" if each.unit else ""),
                    **({"decimalChar": ","} if excel and each.type == "number" else {}),
                }
                for each in table.columns
            ],
            "missingValues": [""],
        },
    }


def _cell(value: Any, column: Column, *, excel: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if column.type == "number" and excel:
        return text.replace(".", ",")
    # Words of others that a spreadsheet would take for a formula.
    return f"'{text}" if column.type == "string" and text.lstrip()[:1] in _FORMULA else text
