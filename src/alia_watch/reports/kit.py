"""The press kit of a digest: every table as CSV and JSON with what its columns mean, the chart, and the page itself.

The same digest gives the same bytes. What is simulated says so in the name of its folder and of every file's page.
"""

import base64
import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from alia_watch.audience.message import Image
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.kit_tables import TABLES, Column, Row
from alia_watch.reports.render import render
from alia_watch.reports.report import Report

#: A zip file has no zone and no time worth telling: the report says when it was made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_LICENCE = {"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/", "title": "CC BY 4.0"}


def kit(report: Report, language: str, images: Sequence[Image], drawings: Mapping[str, str], *, excel: bool) -> bytes:
    """The press kit as a zip file.

    Args:
        images: the charts as PNG; `drawings`: as SVG, by file name.
        excel: CSV as a Spanish spreadsheet wants it: semicolons, decimal commas, a byte order mark. JSON stays.
    """
    stem = f"{report.key.replace(':', '-')}-{language}"
    folder = f"SIMULATED-{stem}" if report.document["simulated"] else stem
    files: dict[str, bytes] = {f"{stem}.html": _page(report, language, images).encode()}
    for image in images:
        files[f"{stem}-{image.name}"] = image.png
    for name, drawing in drawings.items():
        files[f"{stem}-{name}"] = drawing.encode()
    for table in TABLES:
        rows = [{column.name: row.get(column.name) for column in table.columns} for row in table.rows(report.document)]
        files[f"data/{table.name}.csv"] = to_csv(rows, table.columns, excel=excel)
        files[f"data/{table.name}.json"] = _json(rows)
    files["data/dictionary.csv"] = _dictionary(excel=excel)
    files["datapackage.json"] = _json(_package(report, excel=excel))
    return _zipped({f"{folder}/{name}": content for name, content in files.items()})


def to_csv(rows: Sequence[Row], columns: Sequence[Column], *, excel: bool) -> bytes:
    """A table as CSV in UTF-8: ISO dates, dots for decimals, null as an empty field; or as Spanish Excel reads it."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";" if excel else ",", lineterminator="\r\n" if excel else "\n")
    writer.writerow(column.name for column in columns)
    for row in rows:
        writer.writerow(_cell(row[column.name], column, excel=excel) for column in columns)
    return written.getvalue().encode("utf-8-sig" if excel else "utf-8")


def _cell(value: Any, column: Column, *, excel: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if column.type == "number" and excel:
        return text.replace(".", ",")
    # Words of others that a spreadsheet would take for a formula.
    return f"'{text}" if column.type == "string" and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _dictionary(*, excel: bool) -> bytes:
    names = ("table", "column", "type", "unit", "meaning")
    rows = [
        dict(zip(names, (table.name, each.name, each.type, each.unit, each.meaning), strict=True))
        for table in TABLES
        for each in table.columns
    ]
    return to_csv(rows, [Column(name, "string", "") for name in names], excel=excel)


def _package(report: Report, *, excel: bool) -> dict[str, Any]:
    """The description that a data package asks for (specs.frictionlessdata.io)."""
    document = report.document
    simulated = "SIMULATED DATA, no figure is a reading: " if document["simulated"] else ""
    return {
        "name": report.key.replace(":", "-"),
        "id": report.key,
        "title": f"{simulated}{document['watch']}, {document['month']}",
        "created": document["made_at"],
        "licenses": [_LICENCE],
        "sources": [{"title": "Hugging Face's public download counters", "path": "https://huggingface.co"}],
        "homepage": document["method_url"],
        "resources": [
            {
                "name": table.name,
                "path": f"data/{table.name}.csv",
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
            for table in TABLES
        ],
    }


def _page(report: Report, language: str, images: Sequence[Image]) -> str:
    """The digest as a page that needs no other file."""
    markup = render(report, language, ChannelKind.EMAIL, images)[0].markup
    for image in images:
        data = base64.b64encode(image.png).decode("ascii")
        markup = markup.replace(f"cid:{image.name}", f"data:image/png;base64,{data}")
    return markup


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), files[name], zipfile.ZIP_DEFLATED)
    return written.getvalue()
