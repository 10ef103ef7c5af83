"""The press kit: every table with what it means, in forms that a program and a spreadsheet read."""

import csv
import io
import json
import math
import zipfile
from typing import Any

import pytest

from alia_watch.audience.message import Image
from alia_watch.reports.kit import kit
from alia_watch.reports.kit_tables import TABLES
from alia_watch.reports.pictures import DAILY
from tests.pictures import png
from tests.reports import sample

IMAGE = Image(DAILY, "a chart", png())
DRAWING = {"daily.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"}
DIGESTS = ("digest_whole", "digest_with_gaps")


def opened(name: str, *, excel: bool = False, **changes: Any) -> dict[str, bytes]:
    """The files of a sample's kit by their names below its folder."""
    made = kit(sample(name, **changes), "es", (IMAGE,), DRAWING, excel=excel)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        return {each.partition("/")[2].replace("/SIMULATED-", "/"): archive.read(each) for each in archive.namelist()}


def rows_of(content: bytes, *, excel: bool = False) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig" if excel else "utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if excel else ","))


@pytest.mark.parametrize("name", DIGESTS)
def test_every_table_says_the_same_as_csv_and_as_json(name: str) -> None:
    """Cell by cell; nothing that is not known is a zero, and nothing is not a number."""
    files = opened(name)
    for table in TABLES:
        typed = json.loads(files[f"data/{table.name}.json"])
        plain = rows_of(files[f"data/{table.name}.csv"])
        assert len(typed) == len(plain)
        for one, two in zip(typed, plain, strict=True):
            assert list(one) == list(two) == [column.name for column in table.columns]
            for column, value in one.items():
                written = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                assert two[column] == written
                assert not isinstance(value, float) or math.isfinite(value)


def test_the_tables_hold_what_the_digest_says() -> None:
    """The month's days, the headline's ratio with its arithmetic, and every announcement."""
    document = sample("digest_whole").document
    files = opened("digest_whole")
    days = json.loads(files["data/daily_counts.json"])
    in_month = [row["count"] for row in days if row["day"].startswith("2026-01")]
    assert sum(in_month) == document["flagship_total"]["count"]
    ratios = json.loads(files["data/cost_ratios.json"])
    headline = document["headline"]
    [same] = [
        row
        for row in ratios
        if (row["scenario"], row["denominator"], row["window"], row["amortised"])
        == (headline["scenario"], headline["downloads"]["id"], headline["downloads"]["window"], False)
    ]
    assert (same["ratio"], same["downloads"]) == (headline["ratio"], headline["downloads"]["count"])
    assert [row["id"] for row in json.loads(files["data/announcements.json"])] == [
        each["id"] for each in document["announcements"]
    ]
    assert all((row["ratio"] is None) == (row["refused"] is not None) for row in ratios)


def test_every_column_is_explained_and_described() -> None:
    """In the dictionary, and in the data package, which names each file that there is."""
    files = opened("digest_whole")
    dictionary = {(row["table"], row["column"]): row["meaning"] for row in rows_of(files["data/dictionary.csv"])}
    package = json.loads(files["datapackage.json"])
    for resource in package["resources"]:
        header = files[resource["path"].replace("/SIMULATED-", "/")].decode().splitlines()[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert all(dictionary[resource["name"], column] for column in header)
    assert {each["path"].replace("/SIMULATED-", "/") for each in package["resources"]} | {"data/dictionary.csv"} == {
        name for name in files if name.startswith("data/") and name.endswith(".csv")
    }
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert package["id"] == "digest:2026-01"


def test_a_spanish_spreadsheet_reads_it() -> None:
    """Semicolons, decimal commas, a byte order mark; dates stay ISO, and JSON stays as it is."""
    files, plain = opened("digest_whole", excel=True), opened("digest_whole")
    content = files["data/cost_ratios.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    ours, theirs = rows_of(content, excel=True), rows_of(plain["data/cost_ratios.csv"])
    assert [row["ratio"].replace(",", ".") for row in ours] == [row["ratio"] for row in theirs]
    assert any("," in row["ratio"] for row in ours)
    assert files["data/cost_ratios.json"] == plain["data/cost_ratios.json"]
    assert rows_of(files["data/spikes.csv"], excel=True)[0]["start"] == "2026-01-26"


def test_the_page_needs_no_other_file() -> None:
    """Its chart is in it."""
    page = opened("digest_whole")["digest-2026-01-es.html"].decode()
    assert "cid:" not in page
    assert "data:image/png;base64," in page


def test_what_is_simulated_says_so_and_the_same_digest_gives_the_same_bytes() -> None:
    """In the folder's name and the package's title; made twice it is one."""
    one, two = (kit(sample("digest_whole"), "es", (IMAGE,), DRAWING, excel=False) for _ in range(2))
    assert one == two
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert all(name.startswith("SIMULATED-") for name in archive.namelist())
        tables = [name for name in archive.namelist() if "/data/" in name and "dictionary" not in name]
        assert all("/data/SIMULATED-" in name for name in tables)
    assert json.loads(opened("digest_whole")["datapackage.json"])["title"].startswith("SIMULATED DATA")
    assert not json.loads(opened("digest_whole", simulated=False)["datapackage.json"])["title"].startswith("SIM")


def test_words_of_others_are_no_formulas() -> None:
    """A title that a spreadsheet would run is text."""
    hostile = {
        "id": "x", "date": "2026-01-26", "date_end": None, "precision": "day", "kind": "media",
        "title": '=HYPERLINK("http://x";"ALIA")', "publisher": "@x", "url": None,
    }  # fmt: skip
    [row] = rows_of(opened("digest_whole", announcements=[hostile])["data/announcements.csv"])
    assert (row["title"][:2], row["publisher"]) == ("'=", "'@x")
