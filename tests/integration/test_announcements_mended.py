"""A person's word on the calendar, and what it changes in figures that went out."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.cli.output import Format
from alia_watch.announcements.announcement import Announcement, AnnouncementState, Kind, Precision
from alia_watch.errors import ConfigError
from alia_watch.pipeline import compose, mend
from alia_watch.pipeline.amend import Amendment, amendments
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.detect import detect
from alia_watch.pipeline.import_announcements import add
from alia_watch.store.announcements import announcements_as, announcements_of, calendar_version, save_announcements
from alia_watch.store.database import Store
from alia_watch.store.findings import notices
from alia_watch.store.reports import save_report
from tests.command import alia_watch
from tests.made import FLAGSHIP, made_config, made_file
from tests.stored import CONTROLS, counts, history

SPIKE = date(2026, 1, 14)
ALERTED = datetime(2026, 1, 16, 10, tzinfo=UTC)
SENT = datetime(2026, 2, 1, 10, tzinfo=UTC)
LATER = datetime(2026, 2, 3, 10, tzinfo=UTC)
ACT = Announcement(
    "2026-01-14-un-acto",
    SPIKE,
    Precision.DAY,
    Kind.OFFICIAL,
    "Un acto",
    publisher="BOE",
    state=AnnouncementState.CANDIDATE,
)


@pytest.fixture
def sent(tmp_path: Path) -> Store:
    """A January with a spike on the 14th, an act of that day nobody confirmed, and two reports that went out."""
    store = history(tmp_path, {FLAGSHIP: counts(SPIKE)} | {repo: counts(mean=20) for repo in CONTROLS})
    config = made_config(tmp_path)
    save_announcements(store, [ACT], now=SENT - timedelta(days=9))
    detect(store, config, now=ALERTED)
    told = notices(store, until=SENT)
    alert = compose.alert(store, config, told, now=ALERTED)
    assert alert is not None
    save_report(store, alert.key, str(alert.kind), alert.document, now=ALERTED, evidence=alert.evidence)
    digest = compose.digest(store, config, "2026-01", now=SENT)
    save_report(store, digest.key, str(digest.kind), digest.document, now=SENT, evidence=digest.evidence)
    return store


def figures(found: list[Amendment]) -> dict[str, tuple[object, object]]:
    return {f"{each.report.partition(':')[0]} {each.figure}": (each.before, each.after) for each in found}


def test_a_late_confirmation_lists_what_it_changes_in_sent_figures(sent: Store, tmp_path: Path) -> None:
    """The alert's and the digest's spike would be set beside it, and the coincidences would be one more."""
    config = made_config(tmp_path)
    assert amendments(sent, config, ACT.id) == []
    mend.decide(sent, ACT.id, AnnouncementState.CONFIRMED, now=LATER)
    found = figures(amendments(sent, config, ACT.id))
    assert found[f"alert findings[{FLAGSHIP} {SPIKE}].announcements[{ACT.id}]"] == (None, ACT.id)
    assert found[f"digest announcements[{ACT.id}]"] == (None, ACT.id)
    assert found["digest study.flagship.coincidence.in_windows"] == (0, 1)
    assert amendments(sent, config, ACT.id) == amendments(sent, config, ACT.id)
    mend.decide(sent, ACT.id, AnnouncementState.REJECTED, now=LATER)
    assert amendments(sent, config, ACT.id) == []


def test_what_happens_after_a_report_amends_nothing_of_it(sent: Store, tmp_path: Path) -> None:
    """An act of March, and another's change, leave January as it is."""
    config = made_config(tmp_path)
    march = Announcement("2026-03-03-marzo", date(2026, 3, 3), Precision.DAY, Kind.OFFICIAL, "Marzo")
    add(sent, config, [march], now=LATER)
    assert amendments(sent, config, march.id) == []


def test_the_calendar_is_known_as_it_stood(sent: Store, tmp_path: Path) -> None:
    """Before a decision the candidate, after it the confirmed one; and a correction keeps both dates."""
    then = calendar_version(sent)
    mend.decide(sent, ACT.id, AnnouncementState.CONFIRMED, now=SENT - timedelta(days=30))  # its clock was set back
    mend.correct(sent, ACT.id, {"date": "2026-01-13"}, now=LATER)
    before = {each.id: each for each in announcements_as(sent, then)}
    after = {each.id: each for each in announcements_as(sent, calendar_version(sent))}
    assert (before[ACT.id].state, before[ACT.id].date) == (AnnouncementState.CANDIDATE, SPIKE)
    assert (after[ACT.id].state, after[ACT.id].date) == (AnnouncementState.CONFIRMED, date(2026, 1, 13))
    assert announcements_as(sent, 0) == []


def test_a_wrong_correction_changes_nothing(sent: Store) -> None:
    """Each fault is told at once."""
    with pytest.raises(ConfigError) as wrong:
        mend.correct(sent, ACT.id, {"date": "2026-13-01", "kind": "party"}, now=LATER)
    assert len(wrong.value.faults) == 2
    with pytest.raises(ConfigError):
        mend.correct(sent, ACT.id, {"date": "2026-01-14", "date_end": "2026-01-12"}, now=LATER)
    assert [each for each in announcements_of(sent) if each.id == ACT.id] == [ACT]


def test_a_merged_announcement_counts_no_more(sent: Store, tmp_path: Path) -> None:
    """Nor does it come back from the configuration that names it."""
    config = made_config(tmp_path)
    first, second = (each.id for each in config.announcement if each.date == "2026-01-26")
    mend.merge(sent, config, first, second, now=LATER)
    assert first not in {each.id for each in confirmed(sent, config)}
    assert second in {each.id for each in confirmed(sent, config)}


def test_the_verbs_of_the_command_line(sent: Store, tmp_path: Path) -> None:
    """confirm prints what it changes; edit, merge and show say what was done; wrong ids and keys are refused."""
    config = ("--config", made_file(tmp_path), "--as-of", "2026-02-03T10:00:00Z", "announcements")
    confirmed_ = alia_watch(*config, "confirm", ACT.id, "--why", "read in the BOE")
    assert confirmed_.out.startswith(f"{ACT.id}: confirmed\n")
    assert "study.flagship.coincidence.in_windows: 0; now 1" in confirmed_.out
    shown = alia_watch(*config, "show", ACT.id).out
    assert "confirmed (by hand: read in the BOE)" in shown
    assert "Downloads around it: a coincidence in time, and no cause" in shown
    assert FLAGSHIP in shown
    edited = alia_watch(
        *config, "edit", ACT.id, "--date", "2026-01-13", "--date-end", "2026-01-14", "--note", "dos días"
    )
    assert "corrected date, date_end, note" in edited.out
    document = json.loads(alia_watch(*config, "show", ACT.id, "--format", Format.JSON).out)
    assert (document["date"], document["date_end"], document["corrected"]) == (
        "2026-01-13", "2026-01-14", ["at", "date", "date_end", "note", "precision"],
    )  # fmt: skip
    assert alia_watch(*config, "edit", ACT.id).code == 2
    assert alia_watch(*config, "merge", ACT.id, ACT.id).code == 2
    other = json.loads(alia_watch(*config, "list", "--kind", "media", "--format", "json").out)[0]["id"]
    assert alia_watch(*config, "merge", other, ACT.id).out.startswith(f"{other}: merged into {ACT.id}")
    gone = alia_watch(*config, "show", other)
    assert (gone.code, f"Ask for {ACT.id}" in gone.err) == (2, True)
    assert alia_watch(*config, "split", ACT.id, "moncloa", "x").code == 2


def test_the_list_is_narrowed_by_state_kind_and_date(sent: Store, tmp_path: Path) -> None:
    """In every form; an unknown word names those there are."""
    config = ("--config", made_file(tmp_path), "announcements", "list")
    january = json.loads(alia_watch(*config, "--since", "2026-01-01", "--until", "2026-01-20", "--format", "json").out)
    assert [row["id"] for row in january] == [ACT.id]
    rows = alia_watch(*config, "--state", "candidate", "--format", "csv").out.splitlines()
    assert rows[0].startswith("id,date,precision,kind,title,announced_by")
    assert [row.split(",")[0] for row in rows[1:]] == [ACT.id]
    wrong = alia_watch(*config, "--kind", "party")
    assert (wrong.code, "model_release" in wrong.err) == (2, True)
