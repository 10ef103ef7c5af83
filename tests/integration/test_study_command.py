"""`alia-watch study`: on files alone, and on the database."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.command import alia_watch
from tests.made import FLAGSHIP, made_file
from tests.noise import DAY, START, noise
from tests.stored import BASE, CONTROLS, FIRST, GGUF, counts, history

ROWS = (40, 100)
NEXT = "BSC-LT/ALIA-40b-instruct-2601"


def files(folder: Path, *many: list[int]) -> tuple[Path, Path]:
    """Counts of some series, and two announcements of all of them."""
    mine, known = folder / "counts.csv", folder / "announcements.csv"
    lines = [f"s{place},{START + DAY * n},{count}" for place, each in enumerate(many) for n, count in enumerate(each)]
    mine.write_text("series,date,count\n" + "\n".join(lines) + "\n", encoding="utf-8")
    known.write_text("series,date\n" + "".join(f",{START + DAY * row}\n" for row in ROWS), encoding="utf-8")
    return mine, known


def test_a_study_of_files_needs_nothing_else(tmp_path: Path) -> None:
    """Neither a configuration nor a database: each pair with its figures, and all together."""
    high = noise(1, 20, 150)
    high[100:107] = [4 * count for count in high[100:107]]
    mine, known = files(tmp_path, noise(2, 20, 150), high)
    ended = alia_watch("--config", tmp_path / "none.toml", "study", "--counts", mine, "--announcements", known,
                       "--format", "json")  # fmt: skip
    assert ended.code == 0, ended.err
    document = json.loads(ended.out)
    named = {(row["series"], row["announcement"]): row for row in document["pairs"]}
    assert len(named) == 4
    row = named["s1", (START + DAY * 100).isoformat()]
    assert (row["observed"], row["p"], row["days"], row["merged_with"]) == (sum(high[100:107]), 0.0001, 7, [])
    assert row["window"] == f"{START + DAY * 100}/{START + DAY * 106}"
    assert row["low"] < 4 < row["high"]
    assert row["p"] <= row["q"] <= 0.001
    assert {"p_placebo", "pre_trend_p", "expected", "ratio"} <= set(row)
    assert set(document["summary"]) == {"coincidence", "organic_share", "trend"}
    assert 0 < document["summary"]["organic_share"]["share"] < 1
    assert [each["series"] for each in document["series"]] == ["s0", "s1"]
    table = alia_watch("study", "--counts", mine, "--announcements", known)
    assert "event windows" in table.out
    assert "4 windows of a series" in table.out
    text = alia_watch("study", (START + DAY * 40).isoformat(), "--counts", mine, "--announcements", known,
                      "--format", "csv").out  # fmt: skip
    assert len(text.splitlines()) == 3
    known.write_text(f"series,date\n,{START + DAY * 100}\n,{START + DAY * 102}\n", encoding="utf-8")
    second = alia_watch("study", (START + DAY * 102).isoformat(), "--counts", mine, "--announcements", known)
    assert "2 windows of a series" in second.out  # the second announcement of a window has its row too
    assert text.startswith("announcement,series,window,")


def test_a_series_without_a_count_is_an_answer(tmp_path: Path) -> None:
    """Nothing measured, said as such, and no crash."""
    mine, known = tmp_path / "counts.csv", tmp_path / "announcements.csv"
    mine.write_text("series,date,count\na,2026-01-01,\n", encoding="utf-8")
    known.write_text("series,date\n,2026-01-03\n,2026-01-03\n", encoding="utf-8")
    ended = alia_watch("study", "--counts", mine, "--announcements", known, "--format", "json")
    [row] = json.loads(ended.out)["pairs"]
    assert (row["p"], row["too_little"]) == (None, "not_measured")
    assert "no answer" in alia_watch("study", "--counts", mine, "--announcements", known).out
    mine.write_text("series,date,count\n", encoding="utf-8")
    assert (
        json.loads(alia_watch("study", "--counts", mine, "--announcements", known, "--format", "json").out)["pairs"]
        == []
    )


@pytest.mark.parametrize(
    ("known", "says"),
    [("series,date\n,2026-13-01\n", "line 2, date: '2026-13-01'"), ("series,day\n", "its header is series, day")],
)
def test_bad_files_get_the_line_and_the_reason(tmp_path: Path, known: str, says: str) -> None:
    """Which file, which line, and what is wrong with it."""
    mine, dates = files(tmp_path, noise(1, 20, 60))
    dates.write_text(known, encoding="utf-8")
    ended = alia_watch("study", "--counts", mine, "--announcements", dates)
    assert ended.code == 1
    assert "announcements.csv" in ended.err
    assert says in ended.err


def test_wrong_usage_says_what_to_do(tmp_path: Path) -> None:
    """Counts without announcements, and an announcement that is not there."""
    mine, known = files(tmp_path, noise(1, 20, 60))
    assert alia_watch("study", "--counts", mine).code == 2
    wrong = alia_watch("study", "2025-02-100", "--counts", mine, "--announcements", known)
    assert (wrong.code, "Did you mean 2025-02-10?" in wrong.err) == (2, True)


def test_a_study_of_the_watch(tmp_path: Path) -> None:
    """Repos and groups beside the announcements of 26 January; GGUF repos are in no sum with others."""
    made_file(tmp_path)
    quiet = {repo: counts(mean=4) for repo in CONTROLS}
    burst = counts(FIRST + timedelta(days=56))
    with history(
        tmp_path, {FLAGSHIP: burst, BASE: counts(mean=20), NEXT: counts(mean=5), GGUF: counts(mean=3), **quiet}
    ):
        pass
    ended = alia_watch("--config", tmp_path / "config.toml", "--as-of", "2026-02-03", "study", "--format", "json")
    assert ended.code == 0, ended.err
    document = json.loads(ended.out)
    rows = [row for row in document["pairs"] if row["series"] == FLAGSHIP and "2026-01-26" in row["announcement"]]
    assert len(rows) == 2  # the act and the article of that day: one window, both named
    assert [row["merged_with"] for row in rows] == [[rows[1]["announcement"]], [rows[0]["announcement"]]]
    assert all(row["observed"] == sum(burst[55:62]) and row["p"] < 0.01 for row in rows)
    assert {each["series"] for each in document["series"]} == {FLAGSHIP, BASE, NEXT, GGUF, "instruct"}
    group = next(
        row for row in document["pairs"] if row["series"] == "instruct" and "2026-01-26" in row["announcement"]
    )
    assert group["observed"] == rows[0]["observed"] + sum(counts(mean=5)[55:62])
    share = document["summary"]["organic_share"]
    assert share["inside"] + share["outside"] == sum(burst) + sum(counts(mean=20)) + sum(counts(mean=5))
