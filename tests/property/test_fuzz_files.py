"""Files that a person brings in, of any bytes: they are read, or refused by an error of ours that says why."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alia_watch.audience.links import Links
from alia_watch.errors import AliaWatchError, ImportRefused
from alia_watch.pipeline.import_announcements import import_announcements
from alia_watch.pipeline.import_readings import import_file
from alia_watch.pipeline.import_subscribers import import_subscribers
from alia_watch.sources.calendar_file import read_calendar
from alia_watch.sources.counts_file import read_announcements, read_counts
from alia_watch.sources.readings_file import ReadingsFile
from alia_watch.store.database import open_store
from alia_watch.store.readings import repo_ids
from tests.fuzz import MEGABYTE, fuzz, mutated, peak
from tests.made import made_config
from tests.outbox import NOW

READINGS = b"repo_id,date,downloads_30d,downloads_all_time,likes\no/a,2026-01-23,174,412,9\no/b,2026-01-22,,5,\n"
PUBLISHER = b"repoType,repoName,total,timestamp,downloads\nmodel,o/a,9,2026-01-23T00:00:00.000Z,4\ndataset,o/d,1,x,1\n"
COUNTS = b"series,date,count\na,2026-01-23,4\na,2026-01-24,\nb,2026-01-23,-2\n"
DATES = b"series,date\na,2026-01-23\n,2026-01-24\n"
CALENDAR = (
    b'date,date_end,kind,title,url,confidence,note\n2026-01-26,,official,"A, B",https://x.es/,A,\n'
    b"2026-05,2026-05-09,media,T,,B,n\n"
)
ICS = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:x\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20260101T000000Z\r
DTSTART;VALUE=DATE:20260302\r
DTEND;VALUE=DATE:20260305\r
SUMMARY:MWC <b>ALIA</b>\r
URL:https://x.es/\r
ORGANIZER:mailto:a@x.es\r
CATEGORIES:official,x\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;TZID=Europe/Madrid:20260126T180000\r
DTEND:20260126T190000Z\r
SUMMARY:Dos\r
END:VEVENT\r
END:VCALENDAR\r
"""
PEOPLE = (
    b'address,language,topics,consent_at,consent_source\nana@example.net,gl,"digest, alerts",2025-11-03,paper\n'
    b"bo@example.net,es,,2025-11-03T10:15:00+02:00,form\n"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


def written(folder: Path, body: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def test_the_sound_files_are_sound(folder: Path) -> None:
    """What is taken apart below is read whole before."""
    assert len(list(ReadingsFile(written(folder, READINGS), now=NOW).rows())) == 2
    assert len(list(ReadingsFile(written(folder, PUBLISHER), now=NOW).rows())) == 2
    assert set(read_counts(written(folder, COUNTS))) == {"a", "b"}
    assert len(read_announcements(written(folder, DATES))) == 2
    assert [len(read_calendar(written(folder, each), "Europe/Madrid")) for each in (CALENDAR, ICS)] == [2, 2]


@given(st.binary(max_size=300) | mutated(READINGS, PUBLISHER))
@fuzz(30)
@example(b"repo_id" + b"a" * 200_000 + b"\n")
@example(b"repo_id,date,downloads_30d\n" + b"a" * 200_000 + b",2026-01-01,1\n")
@example(b'"repo_id\n","date"\n')
def test_readings_of_any_bytes(folder: Path, body: bytes) -> None:
    """Each row is a reading or a fault; the file as a whole is refused by ImportRefused alone."""
    with contextlib.suppress(ImportRefused):
        for row in ReadingsFile(written(folder, body), now=NOW).rows():
            str(row).encode("utf-8", "surrogatepass")


@given(mutated(COUNTS, DATES))
@fuzz(30)
def test_counts_of_any_bytes(folder: Path, body: bytes) -> None:
    """The same of day counts and of announcement dates."""
    path = written(folder, body)
    for read in (read_counts, read_announcements):
        with contextlib.suppress(ImportRefused):
            read(path)


@given(mutated(CALENDAR, ICS, ICS))
@fuzz(30)
@example(ICS.replace(b"20260305", b"00010101"))
@example(ICS.replace(b"20260126T180000", b"00010101T000000"))
@example(ICS.replace(b"20260126T180000", b"99991231T235959"))
@example(ICS.replace(b"TZID=Europe/Madrid:20260126T180000", b"TZID=Etc/GMT+12:99991231T235959"))
@example(b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 3000)
def test_calendars_of_any_bytes(folder: Path, body: bytes) -> None:
    """Rows as they stand, or ImportRefused."""
    with contextlib.suppress(ImportRefused):
        for row in read_calendar(written(folder, body), "Europe/Madrid"):
            assert all(isinstance(value, str) for value in row.values.values())


@given(mutated(PEOPLE))
@fuzz(15)
@example(PEOPLE.replace(b"2025-11-03T10:15:00+02:00", b"0001-01-01T00:00:00+14:00"))
def test_subscribers_of_any_bytes(folder: Path, body: bytes) -> None:
    """All of the list is taken or nothing, and the error is ours."""
    config = made_config(folder, subscriber=[])
    (folder / "people.db").unlink(missing_ok=True)
    with open_store(folder / "people.db", create=True) as store:
        before = store.tuples("SELECT count(*) FROM subscribers")
        try:
            import_subscribers(store, config, Links(b"k" * 32, "https://x.es"), written(folder, body), now=NOW)
        except AliaWatchError:
            assert store.tuples("SELECT count(*) FROM subscribers") == before


@given(mutated(READINGS, PUBLISHER), mutated(CALENDAR, ICS))
@fuzz(15)
def test_what_is_imported_is_stored_or_refused(folder: Path, readings: bytes, calendar: bytes) -> None:
    """Down to the database: nothing that passes the reader stops there."""
    config = made_config(folder)
    with open_store(folder / "all.db", create=True) as store:
        with contextlib.suppress(AliaWatchError):
            import_file(store, written(folder, readings), now=NOW)
        with contextlib.suppress(AliaWatchError):
            import_announcements(store, config, written(folder, calendar), kind=None, now=NOW)
        assert all(each.isprintable() for each in repo_ids(store))


@pytest.mark.parametrize(
    "body",
    [
        READINGS + b"x" * 30 * MEGABYTE,
        READINGS + b'"' + b"x\n" * 15 * MEGABYTE,
        b"x" * 30 * MEGABYTE,
        READINGS + b"," * 30 * MEGABYTE,
    ],
    ids=["a line", "a quote", "a header", "fields"],
)
def test_a_file_of_one_endless_line_takes_bounded_memory(folder: Path, body: bytes) -> None:
    """However long a line is: no more of it is held than a line may have."""
    path = written(folder, body)
    with peak() as held, contextlib.suppress(ImportRefused):
        for _ in ReadingsFile(path, now=NOW).rows():
            pass
    path.unlink()
    assert held.bytes < 8 * MEGABYTE
