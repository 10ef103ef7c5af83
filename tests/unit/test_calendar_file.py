"""Announcements that a person brings in: CSV and ICS, all of it or nothing."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from alia_watch.announcements.announcement import BY_HAND, AnnouncementState, Kind, Precision
from alia_watch.config.sections import Config
from alia_watch.errors import ImportRefused
from alia_watch.pipeline.import_announcements import import_announcements
from alia_watch.store.announcements import announcements_of
from alia_watch.store.database import Store
from tests.command import alia_watch
from tests.made import made_file

NOW = datetime(2026, 2, 1, tzinfo=UTC)
FACTS = Path(__file__).parents[1] / "samples" / "facts" / "announcements.csv"
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//prueba//es
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
SUMMARY:MWC 2026\\, primeros casos de uso de ALIA
DTSTART;TZID=Europe/Madrid:20260303T003000
URL:https://www.example.org/mwc
CATEGORIES:official
ORGANIZER:mailto:prensa@example.org
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20260101T000000Z
SUMMARY:Congreso de la lengua
DTSTART;VALUE=DATE:20260410
DTEND;VALUE=DATE:20260413
URL:javascript:alert(1)
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTAMP:20260101T000000Z
STATUS:CANCELLED
SUMMARY:Acto suspendido
DTSTART;VALUE=DATE:20260411
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_collected_facts_come_in_as_they_stand(store: Store, config: Config) -> None:
    """Every row, confirmed by hand; months stay months; a second time changes nothing."""
    done = import_announcements(store, config, FACTS, kind=None, now=NOW)
    rows = {each.announcement.id: each.announcement for each in done}
    assert len(rows) == len(FACTS.read_text("utf-8").splitlines()) - 1
    months = [each for each in rows.values() if each.precision is Precision.MONTH]
    assert len(months) == 2
    launch = next(each for each in rows.values() if each.title == "Presentación de ALIA 40B Instruido")
    assert (launch.date, launch.date_end, launch.precision) == (date(2025, 12, 17), date(2025, 12, 18), Precision.RANGE)
    assert not any(each.changed for each in import_announcements(store, config, FACTS, kind=None, now=NOW))


def test_a_calendar_gives_civil_days_of_madrid(store: Store, config: Config, tmp_path: Path) -> None:
    """Half past midnight in Madrid is that day; a congress is announced on its first; a script is no address."""
    path = written(tmp_path, "calendar.ics", ICS)
    first, second = (each.announcement for each in import_announcements(store, config, path, kind="media", now=NOW))
    assert (first.date, first.kind, first.url) == (date(2026, 3, 3), Kind.OFFICIAL, "https://www.example.org/mwc")
    assert first.title == "MWC 2026, primeros casos de uso de ALIA"
    assert first.announced_by == "prensa@example.org"
    assert (second.date, second.kind, second.url, second.note) == (
        date(2026, 4, 10), Kind.MEDIA, None, "until 2026-04-12",
    )  # fmt: skip
    assert {each.state for each in (first, second)} == {AnnouncementState.CONFIRMED}
    assert first.source == BY_HAND
    assert first.decided == "by hand: imported from calendar.ics"


def test_every_bad_row_is_told_and_nothing_comes_in(store: Store, config: Config, tmp_path: Path) -> None:
    """With its line and the reason."""
    rows = ("2026-13-01,official,a,", "2026-01-01,party,b,", "2026-01-05,media,c,2026-01-01", "2026-01-06,media,,")
    text = "\n".join(("date,kind,title,date_end", *rows))
    with pytest.raises(ImportRefused) as refused:
        import_announcements(store, config, written(tmp_path, "bad.csv", text), kind=None, now=NOW)
    assert [fault.partition(":")[0] for fault in refused.value.faults] == ["line 2", "line 3", "line 4", "line 5"]
    assert "2026-13-01 is not in the calendar" in refused.value.faults[0]
    assert announcements_of(store) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", ""),
        ("a.csv", "title,when\nx,y\n"),
        ("a.csv", "date,kind,title\n2026-01-01,media,a,b,c\n"),
        ("a.csv", b"date,kind,title\n2026-01-01,media,\xff\n"),
        ("a.csv", 'date,kind,title\n2026-01-01,media,"a\n'),
        ("a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\n"),
        ("a.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:never\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
        ("a.ics", b"BEGIN:VCALENDAR\r\n\xff\xfe\r\nEND:VCALENDAR\r\n"),
    ],
)
def test_what_is_no_calendar_is_refused_with_what_to_do(
    store: Store, config: Config, tmp_path: Path, name: str, text: str | bytes
) -> None:
    """Whatever the bytes."""
    with pytest.raises(ImportRefused) as refused:
        import_announcements(store, config, written(tmp_path, name, text), kind="media", now=NOW)
    assert refused.value.hint


def test_empty_rows_are_no_rows_and_a_precision_that_is_none_is_told(
    store: Store, config: Config, tmp_path: Path
) -> None:
    """What a spreadsheet leaves at the end is skipped; a word that is no precision is never taken for a day."""
    text = "date,kind,title,precision\n2026-01-01,media,a,day\n,,,\n"
    [done] = import_announcements(store, config, written(tmp_path, "a.csv", text), kind=None, now=NOW)
    assert done.announcement.precision is Precision.DAY
    with pytest.raises(ImportRefused) as refused:
        import_announcements(
            store, config, written(tmp_path, "b.csv", text.replace(",day", ",about")), kind=None, now=NOW
        )
    assert "precision: 'about' is none" in refused.value.faults[0]


def test_what_looks_like_a_known_one_is_told(store: Store, config: Config, tmp_path: Path) -> None:
    """On stderr, with the command that merges them; the known one's id is not taken again."""
    made_file(tmp_path)
    call = ("--config", tmp_path / "config.toml", "announcements")
    path = written(tmp_path, "a.csv", "date;kind;title\n2025-12-18;official;La presentación de ALIA 40B Instruido\n")
    ended = alia_watch(*call, "import", path)
    assert ended.code == 0
    assert "It looks like 2025-12-17-presentacion-de-alia-40b-instruido" in ended.err
    again = ("add", "--date", "2025-12-17", "--title", "Presentación de ALIA 40B Instruido")
    known = alia_watch(*call, *again, "--kind", "official", "--url", "https://example.org")
    told = "2025-12-17-presentacion-de-alia-40b-instruido: known already, from configuration, and confirmed"
    assert known.out.startswith(told)
    assert alia_watch(*call, "import", tmp_path / "none.csv").code == 1
