"""Day counts of anybody's: any date,count CSV, with every bad row named."""

from datetime import date
from pathlib import Path

import pytest

from alia_watch.errors import ImportRefused
from alia_watch.sources.bad_rows import LISTED
from alia_watch.sources.counts_file import read_counts


def counts(folder: Path, content: str | bytes) -> dict[str, dict[date, int]]:
    """What is read of a file with this content."""
    path = folder / "mine.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_counts(path)


@pytest.mark.parametrize(
    "content",
    [
        "date,count\n2026-01-01,5\n2026-01-02,0\n",
        "\ufeffdate;count\r\n2026-01-01;5\r\n2026-01-02;0\r\n",
        'count\tdate\tnote\n5\t2026-01-01\tx\n 0 \t"2026-01-02"\t"a\nb"\n',
        " date , count \n2026-01-01, 5\n\n2026-01-02,0\n",
    ],
)
def test_many_hands_write_counts(tmp_path: Path, content: str) -> None:
    """Byte order marks, semicolons, tabs, quotes, spaces and foreign line ends; 0 is a count."""
    assert counts(tmp_path, content) == {"mine": {date(2026, 1, 1): 5, date(2026, 1, 2): 0}}


def test_what_was_not_measured_is_no_count(tmp_path: Path) -> None:
    """An empty cell is missing, a negative one a correction; neither is 0."""
    assert counts(tmp_path, "date,count\n2026-01-01,\n2026-01-02,-4\n2026-01-03\n") == {"mine": {}}


def test_many_series_stay_apart(tmp_path: Path) -> None:
    """One per name, in the order of the file."""
    found = counts(tmp_path, "series,date,count\nb,2026-01-01,1\na,2026-01-01,2\n")
    assert list(found) == ["b", "a"]
    assert found["a"] == {date(2026, 1, 1): 2}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("2026-02-30,5", "line 2, date: '2026-02-30' is not a date"),
        (",5", "line 2, date: '' is not a date"),
        ("2026-01-01,5.5", "line 2, count: '5.5' is not a whole number"),
        ("2026-01-01,5\n2026-01-01,6", "line 3, date: '2026-01-01' stands there twice"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, fault: str) -> None:
    """Line, column, value and reason."""
    with pytest.raises(ImportRefused, match="has one bad row") as refused:
        counts(tmp_path, f"date,count\n{row}\n")
    [line] = refused.value.faults
    assert line.startswith(fault)


def test_of_many_bad_rows_a_hundred_are_listed(tmp_path: Path) -> None:
    """And the number of the others is told."""
    with pytest.raises(ImportRefused, match="130 bad rows") as refused:
        counts(tmp_path, "date,count\n" + "x,1\n" * (LISTED + 30))
    assert len(refused.value.faults) == LISTED + 1
    assert refused.value.faults[-1] == "and 30 more bad rows, not listed"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "its header is nothing"),
        (b"day,n\n", "its header is day, n"),
        ("date,count\n2026-01-01,ñ".encode("latin-1"), "not UTF-8"),
        (b'date,count\n2026-01-01,"5\n', "not sound CSV"),
    ],
)
def test_a_file_of_another_form_says_so(tmp_path: Path, content: bytes, words: str) -> None:
    """One clear sentence."""
    with pytest.raises(ImportRefused, match=words):
        counts(tmp_path, content)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """No traceback."""
    with pytest.raises(ImportRefused, match="cannot be read"):
        read_counts(tmp_path / "none.csv")


def test_a_year_that_is_a_slip_is_named(tmp_path: Path) -> None:
    """The year 9999 would stretch a series over centuries."""
    with pytest.raises(ImportRefused) as refused:
        counts(tmp_path, "date,count\n2026-01-01,5\n9999-12-31,5\n0001-01-01,5\n")
    assert [fault.split(",")[0] for fault in refused.value.faults] == ["line 3", "line 4"]
