"""The press kit of a digest: every table as CSV and JSON with what its columns mean, the chart, and the page itself.

The same digest gives the same bytes. What is simulated says so in the name of its folder and of every file's page.
"""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from alia_watch.audience.message import Image
from alia_watch.reports.kit_tables import TABLES
from alia_watch.reports.open_data import dictionary, file_name, package, to_csv
from alia_watch.reports.render import file_stem, page
from alia_watch.reports.report import Report

#: A zip file has no zone and no time worth telling: the report says when it was made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def kit(report: Report, language: str, images: Sequence[Image], drawings: Mapping[str, str], *, excel: bool) -> bytes:
    """The press kit as a zip file.

    Args:
        images: the charts as PNG; `drawings`: as SVG, by file name.
        excel: CSV as a Spanish spreadsheet wants it: semicolons, decimal commas, a byte order mark. JSON stays.
    """
    stem = file_stem(report, language)
    simulated = bool(report.document["simulated"])
    folder = f"SIMULATED-{stem}" if simulated else stem
    files: dict[str, bytes] = {f"{stem}.html": page(report, language, images).encode()}
    for image in images:
        files[f"{stem}-{image.name}"] = image.png
    for name, drawing in drawings.items():
        files[f"{stem}-{name}"] = drawing.encode()
    for table in TABLES:
        rows = [{column.name: row.get(column.name) for column in table.columns} for row in table.rows(report.document)]
        csv_name, json_name = (file_name(table.name, ending, simulated=simulated) for ending in ("csv", "json"))
        files[f"data/{csv_name}"] = to_csv(rows, table.columns, excel=excel)
        files[f"data/{json_name}"] = _json(rows)
    files["data/dictionary.csv"] = to_csv(*dictionary(TABLES), excel=excel)
    files["datapackage.json"] = _json(_package(report, excel=excel))
    return _zipped({f"{folder}/{name}": content for name, content in files.items()})


def _package(report: Report, *, excel: bool) -> dict[str, Any]:
    document = report.document
    about = {
        "name": report.key.replace(":", "-"),
        "id": report.key,
        "title": f"{document['watch']}, {document['month']}",
        "created": document["made_at"],
        "homepage": document["method_url"],
    }
    return package(about, TABLES, folder="data/", simulated=document["simulated"], excel=excel)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), files[name], zipfile.ZIP_DEFLATED)
    return written.getvalue()
