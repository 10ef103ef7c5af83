"""Readings that others kept: taken whole or not at all, once, with every bad row named."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from alia_watch.errors import ImportRefused
from alia_watch.pipeline.import_readings import LISTED, import_file
from alia_watch.series.snapshot import Evidence
from alia_watch.store.database import Store, open_store
from alia_watch.store.imports import imported_files
from alia_watch.store.readings import exact_counts, readings, repo_ids
from tests.command import alia_watch
from tests.made import made_file

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parents[1] / "samples"
REPO = "BSC-LT/ALIA-40b-instruct-2512"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty database."""
    return open_store(tmp_path / "alia-watch.db", create=True)


def written(folder: Path, text: str | bytes, name: str = "readings.csv") -> Path:
    """A file to import."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", ["daily_30d.csv", "monthly_30d.csv"])
def test_real_files_go_in_as_they_are(store: Store, name: str) -> None:
    """Duplicate days, gaps and irregular spacing included: every row is kept, and every repo has its readings."""
    done = import_file(store, SAMPLES / name, now=NOW)
    rows = (SAMPLES / name).read_text(encoding="utf-8").splitlines()[1:]
    assert (done.rows, done.skipped, done.already) == (len(rows), 0, False)
    assert set(done.repos) == {row.split(",")[1] for row in rows} == set(repo_ids(store))
    assert sum(len(readings(store, repo, until=NOW)) for repo in done.repos) == len(rows)


def test_a_second_import_changes_nothing(store: Store, tmp_path: Path) -> None:
    """The same bytes under any name are known."""
    import_file(store, SAMPLES / "daily_30d.csv", now=NOW)
    before = store.rows("SELECT * FROM imported_readings")
    copy = written(tmp_path, (SAMPLES / "daily_30d.csv").read_bytes(), "another name.csv")
    again = import_file(store, copy, now=NOW)
    assert again.already
    assert again.name == "daily_30d.csv"
    assert store.rows("SELECT * FROM imported_readings") == before
    assert len(imported_files(store)) == 1


def test_rows_carry_their_file(store: Store) -> None:
    """Name, SHA-256 and line stand with every row, so that each can be found again."""
    done = import_file(store, SAMPLES / "daily_30d.csv", now=NOW, third_party=True)
    row = store.rows("SELECT r.*, i.name, i.sha256, i.evidence FROM imported_readings r JOIN imports i ON 1 LIMIT 1")[0]
    line = (SAMPLES / "daily_30d.csv").read_text(encoding="utf-8").splitlines()[row["line"] - 1]
    assert line == f"{row['observed_at']},{row['repo_id']},{row['downloads_30d']}"
    assert (row["name"], row["sha256"], row["evidence"]) == ("daily_30d.csv", done.sha256, "third_party")
    assert readings(store, row["repo_id"], until=NOW)[0].evidence is Evidence.THIRD_PARTY


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("2026-02-30,a/b,5,", "line 2, date: '2026-02-30' is not a date"),
        ("23/01/2026,a/b,5,", "line 2, date: '23/01/2026' is not a date"),
        ("2026-01-23T10:00:00Z,a/b,5,", "line 2, date"),
        ("2027-01-01,a/b,5,", "lies in the future"),
        ("1999-01-01,a/b,5,", "before 2016"),
        ("2026-01-23,a b,5,", "line 2, repo_id: 'a b' is not a repo id"),
        ("2026-01-23,,5,", "line 2, repo_id: '' is not a repo id"),
        ("2026-01-23,a/b,-5,", "line 2, downloads_30d: '-5' is not a whole number"),
        ("2026-01-23,a/b,1.234,", "line 2, downloads_30d: '1.234' is not a whole number"),
        ("2026-01-23,a/b,٣,", "is not a whole number"),
        ("2026-01-23,a/b,99999999999999999999,", "is not a whole number"),
        ("2026-01-23,a/b,,", "every other counter"),
        ("2026-01-23,a/b,5", "has 3 fields, the header 4"),
        ("2026-01-23,a/b,5,6,7", "has 5 fields, the header 4"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_imported(store: Store, tmp_path: Path, row: str, fault: str) -> None:
    """Line, column, value and reason; the good rows around it stay out as well."""
    path = written(tmp_path, f"date,repo_id,downloads_30d,downloads_all_time\n{row}\n2026-01-24,a/b,7,70\n")
    with pytest.raises(ImportRefused, match="one bad row; nothing was imported") as refused:
        import_file(store, path, now=NOW)
    assert fault in refused.value.faults[0]
    assert repo_ids(store) == ()
    assert imported_files(store) == []
    assert import_file(store, path, now=NOW, skip_bad=True).rows == 1


def test_every_bad_row_is_counted_and_the_first_hundred_listed(store: Store, tmp_path: Path) -> None:
    """What is not listed is said in a last line."""
    path = written(tmp_path, "date,repo_id,downloads_30d\n" + "2026-01-23,a/b,x\n" * (LISTED + 50))
    with pytest.raises(ImportRefused) as refused:
        import_file(store, path, now=NOW)
    assert len(refused.value.faults) == LISTED + 1
    assert refused.value.faults[-1] == "and 50 more bad rows, not listed"


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffdate,repo_id,downloads_30d,likes,note\r\n2026-01-23,a/b,5,2,x\r\n",
        "date;repo_id;downloads_30d;likes;note\n2026-01-23;a/b;5;2;x\n\n",
        "observed_at\trepo_id\tdownloads_30d\tlikes\tnote\n2026-01-23\ta/b\t5\t2\tx\n",
        'date,repo_id,downloads_30d,likes,note\n"2026-01-23","a/b"," 5 ",2,"x, y"\n',
    ],
)
def test_many_hands_write_csv(store: Store, tmp_path: Path, text: str) -> None:
    """Byte order marks, semicolons, tabs, quotes and foreign line ends are taken; unknown columns are named."""
    done = import_file(store, written(tmp_path, text), now=NOW)
    assert done.ignored == ("note",)
    [reading] = readings(store, "a/b", until=NOW)
    assert (reading.observed_at, reading.downloads_30d, reading.likes) == (date(2026, 1, 23), 5, 2)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no known form"),
        (b"date,repo_id\n", "no known form"),
        (b"date,observed_at,repo_id,downloads_30d\n", "no known form"),
        (b"date,date,repo_id,downloads_30d\n", "the column date twice"),
        ("date,repo_id,downloads_30d\n2026-01-23,a/ñ,5\n".encode("latin-1"), "not UTF-8"),
        (b'date,repo_id,downloads_30d\n2026-01-23,"a/b,5\n', "not sound CSV"),
    ],
)
def test_a_file_of_no_known_form_says_what_to_give(store: Store, tmp_path: Path, content: bytes, words: str) -> None:
    """One clear sentence, and nothing imported."""
    with pytest.raises(ImportRefused, match=words):
        import_file(store, written(tmp_path, content), now=NOW)
    assert repo_ids(store) == ()


def test_a_missing_file_and_a_folder_are_said_to_be_so(store: Store, tmp_path: Path) -> None:
    """Neither is a traceback."""
    with pytest.raises(ImportRefused, match="There is no file"):
        import_file(store, tmp_path / "nowhere.csv", now=NOW)
    with pytest.raises(ImportRefused, match="cannot be read"):
        import_file(store, tmp_path, now=NOW)


def test_a_header_alone_is_an_empty_import(store: Store, tmp_path: Path) -> None:
    """No row is no fault."""
    assert import_file(store, written(tmp_path, "date,repo_id,downloads_30d\n"), now=NOW).rows == 0


PUBLISHER = """repoType,repoName,total,timestamp,downloads
model,a/b,30,2026-01-21T00:00:00.000Z,4
model,a/b,30,2026-01-22T00:00:00.000Z,0
dataset,a/d,9,2026-01-22T00:00:00.000Z,3
model,a/b,30,2026-03-31T00:00:00.000Z,9
"""


def test_publisher_analytics_are_exact_day_counts(store: Store, tmp_path: Path) -> None:
    """The Hub's own export gives days; datasets are counted apart, and a day that is not over does not count yet."""
    done = import_file(store, written(tmp_path, PUBLISHER), now=NOW)
    assert (done.evidence, done.rows, done.other) == (Evidence.PUBLISHER, 3, 1)
    assert [(c.day.isoformat(), c.count) for c in exact_counts(store, "a/b", until=NOW)] == [
        ("2026-01-21", 4),
        ("2026-01-22", 0),
    ]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("app,a/b,1,2026-01-21T00:00:00.000Z,4", "is not model, dataset or space"),
        ("model,a/b,1,2026-01-21T05:00:00.000Z,4", "is not the start of a UTC day"),
        ("model,a/b,1,2026-01-21T00:00:00,4", "is not a date"),
        ("model,a/b,1,2026-01-21T00:00:00.000Z,", "a day without downloads has 0"),
    ],
)
def test_a_bad_row_of_the_export_is_named(store: Store, tmp_path: Path, row: str, fault: str) -> None:
    """The export is read as strictly as the long form."""
    path = written(tmp_path, PUBLISHER + row + "\n")
    with pytest.raises(ImportRefused) as refused:
        import_file(store, path, now=NOW)
    assert fault in refused.value.faults[0]


def test_progress_ends_at_the_end(store: Store, tmp_path: Path) -> None:
    """The bar gets bytes read and bytes in all, and fills."""
    path = written(tmp_path, "date,repo_id,downloads_30d\n" + "2026-01-23,a/b,5\n" * 12_000)
    told: list[tuple[int, int]] = []
    import_file(store, path, now=NOW, progress=lambda done, size: told.append((done, size)))
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_command_says_what_became_of_a_file(tmp_path: Path) -> None:
    """Rows, repos, and those that are not watched; then a series of dates; then the nearest name of a wrong repo."""
    config = made_file(tmp_path)
    open_store(tmp_path / "alia-watch.db", create=True).close()
    path = written(tmp_path, f"date,repo_id,downloads_all_time,x\n2026-01-22,{REPO},400,1\n2026-01-23,{REPO},406,1\n")
    done = alia_watch("--config", config, "import", path, "--format", "json")
    assert (done.code, json.loads(done.out)[0]["rows"], json.loads(done.out)[0]["not_watched"]) == (0, 2, 0)
    assert "columns not read: x" in done.err
    assert "nothing changed" in alia_watch("--config", config, "import", path).err
    series = json.loads(alia_watch("--config", config, "series", REPO, "--format", "json").out)
    assert series["days"] == [
        {"day": "2026-01-22", "count": None, "low": 0, "high": None, "kind": "missing"},
        {"day": "2026-01-23", "count": 6, "low": 6, "high": 6, "kind": "measured"},
    ]
    assert [level["observed_at"] for level in series["level"]] == ["2026-01-22", "2026-01-23"]
    assert "2026-01-23,6,6,6,measured" in alia_watch("--config", config, "series", REPO, "--format", "csv").out
    assert "The last of 2 readings" in alia_watch("--config", config, "series", REPO).out
    wrong = alia_watch("--config", config, "series", "BSC-LT/ALIA-40b-instruct-2521")
    assert (wrong.code, "Did you mean BSC-LT/ALIA-40b-instruct-2512?" in wrong.err) == (2, True)
    earlier = alia_watch("--config", config, "--as-of", "2026-01-22", "series", REPO, "--format", "json")
    assert [day["day"] for day in json.loads(earlier.out)["days"]] == ["2026-01-22"]


def test_the_command_refuses_bad_rows_with_exit_1(tmp_path: Path) -> None:
    """Each fault on stderr, and what to do; with --skip-bad the others go in."""
    config = made_file(tmp_path)
    open_store(tmp_path / "alia-watch.db", create=True).close()
    path = written(tmp_path, "date,repo_id,downloads_30d\n2026-01-23,x/y,5\n2026-01-24,x/y,-1\n")
    refused = alia_watch("--config", config, "import", path)
    assert refused.code == 1
    assert "line 3, downloads_30d: '-1'" in refused.err
    assert "--skip-bad" in refused.err
    taken = alia_watch("--config", config, "import", path, "--skip-bad", "--third-party", "--format", "csv")
    assert taken.code == 0
    assert "third_party,False,1,1,0,1,1" in taken.out
    assert "1 of 1 repos are not watched" in taken.err


def test_without_a_database_the_command_says_how_to_make_one(tmp_path: Path) -> None:
    """`alia-watch init`, and exit 2."""
    ended = alia_watch("--config", made_file(tmp_path), "series", REPO)
    assert (ended.code, "alia-watch init" in ended.err) == (2, True)
