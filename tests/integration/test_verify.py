"""`alia-watch verify`: every sent figure again from its evidence, and what would be said now."""

import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from alia_watch.announcements.announcement import Announcement, Kind, Precision
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.config.sections import Config
from alia_watch.errors import UsageError
from alia_watch.pipeline import compose
from alia_watch.pipeline.detect import detect
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.pipeline.import_announcements import add
from alia_watch.pipeline.import_readings import import_file
from alia_watch.pipeline.verify import verify
from alia_watch.reports.report import Report
from alia_watch.store import subscribers
from alia_watch.store.database import Store
from alia_watch.store.findings import notices
from alia_watch.store.reports import report_keys, save_report
from tests.command import alia_watch
from tests.made import FLAGSHIP, made_config, made_file
from tests.outbox import subscriber
from tests.stored import CONTROLS, counts, history

SPIKE = date(2026, 1, 14)
ALERTED, SENT = datetime(2026, 1, 16, 10, tzinfo=UTC), datetime(2026, 2, 1, 10, tzinfo=UTC)
LATER = SENT + timedelta(days=2)
DIGEST = "digest:2026-01"


@pytest.fixture
def sent(tmp_path: Path) -> Store:
    """A January with a spike, of which an alert, a cost update and a digest went out."""
    store = history(tmp_path, {FLAGSHIP: counts(SPIKE)} | {repo: counts(mean=20) for repo in CONTROLS})
    config = made_config(tmp_path)
    detect(store, config, now=ALERTED)
    alert = compose.alert(store, config, notices(store, until=ALERTED), now=ALERTED)
    assert alert is not None
    keep(store, alert, ALERTED)
    keep(store, compose.cost_update(store, config, now=ALERTED), ALERTED)
    keep(store, compose.digest(store, config, "2026-01", now=SENT), SENT)
    return store


def keep(store: Store, report: Report, now: datetime) -> None:
    save_report(store, report.key, str(report.kind), report.document, now=now, evidence=report.evidence)


def test_every_kind_of_report_is_what_its_evidence_says(sent: Store, config: Config) -> None:
    """Alert, cost update and digest: made again they are what was sent, figure by figure."""
    keys = report_keys(sent)
    assert {key.partition(":")[0] for key in keys} == {"alert", "cost_update", "digest"}
    for key in keys:
        found = verify(sent, config, key)
        assert (found.equal, found.differs, found.why, found.since) == (True, (), (), ())


def test_later_evidence_makes_no_sent_figure_wrong(sent: Store, config: Config, tmp_path: Path) -> None:
    """An exact count that a publisher gave later stands under what is known since; what was sent stays verified."""
    path = tmp_path / "exact.csv"
    path.write_text(
        f"repoType,repoName,total,timestamp,downloads\nmodel,{FLAGSHIP},999,2026-01-20,99\n", encoding="utf-8"
    )
    import_file(sent, path, now=LATER)
    found = verify(sent, config, DIGEST)
    assert found.equal
    changed = {each.figure: (each.sent, each.again) for each in found.since}
    before, after = changed["flagship_total.count"]
    assert after - before == 99 - counts(SPIKE)[(date(2026, 1, 20) - date(2025, 12, 1)).days]


def test_a_later_announcement_stands_under_what_is_known_since(sent: Store, config: Config) -> None:
    """The report knows the calendar it was made with, whatever a clock says."""
    act = Announcement("2026-01-14-un-acto", SPIKE, Precision.DAY, Kind.OFFICIAL, "Un acto")
    add(sent, config, [act], now=SENT - timedelta(days=30))
    found = verify(sent, config, DIGEST)
    assert found.equal
    assert f"announcements[{act.id}]" in {each.figure for each in found.since}


def test_a_figure_that_was_tampered_with_is_found(sent: Store, config: Config) -> None:
    """By its place, with what was sent and what the evidence says."""
    (row,) = sent.rows("SELECT document FROM reports WHERE key = ?", [DIGEST])
    document = json.loads(row["document"])
    right = document["flagship_total"]["count"]
    document["flagship_total"]["count"] = right + 1
    with sent.writing() as db:
        db.execute("UPDATE reports SET document = ? WHERE key = ?", [json.dumps(document), DIGEST])
    found = verify(sent, config, DIGEST)
    assert not found.equal
    assert [(each.figure, each.sent, each.again) for each in found.differs] == [
        ("flagship_total.count", right + 1, right)
    ]


def test_a_changed_configuration_is_said_to_be_why(sent: Store, tmp_path: Path) -> None:
    """Another headline scenario gives other figures; another method page gives none."""
    assert verify(sent, made_config(tmp_path, watch={"method_url": "https://example.org/other"}), DIGEST).equal
    answered = [{"by": "El organismo", "date": "2026-01-30", "text": "No se contó el uso."}]
    assert verify(sent, made_config(tmp_path, reply=answered), DIGEST).equal
    other = made_config(tmp_path, costs={"headline_scenario": "alia_lt3"})
    found = verify(sent, other, DIGEST)
    assert not found.equal
    assert "headline.amount" in {each.figure for each in found.differs}
    assert found.why[0].startswith("the configuration changed since")


def test_a_printed_message_that_says_something_else_is_found(sent: Store, config: Config) -> None:
    """Every message that went out is written again from the document, in each language and form."""
    receivers = [subscriber(form, language, language) for form in ChannelKind for language in ("es", "eu")]
    subscribers.sync(sent, receivers, now=SENT)
    report = compose.digest(sent, config, "2026-01", now=SENT)
    assert enqueue(sent, report, now=SENT, charts=None) == len(receivers) + 2  # Telegram's page is a part
    assert verify(sent, config, DIGEST).equal
    with sent.writing() as db:
        db.execute("UPDATE messages SET text = 'Nadie la descarga.' WHERE language = 'eu' AND form = 'email'")
    found = verify(sent, config, DIGEST)
    assert [each.figure for each in found.differs] == ["message[eu email].text"]


def test_an_alert_that_names_another_finding_is_found(sent: Store, config: Config) -> None:
    """A finding that was taken away is missed, and so is one that never was."""
    (key,) = (key for key in report_keys(sent) if key.startswith("alert:"))
    (row,) = sent.rows("SELECT document FROM reports WHERE key = ?", [key])
    with sent.writing() as db:
        db.execute(
            "UPDATE reports SET document = ? WHERE key = ?", [row["document"].replace("2026-01-14", "2026-01-13"), key]
        )
    assert not verify(sent, config, key).equal
    with sent.writing() as db:
        db.execute("UPDATE reports SET document = ? WHERE key = ?", [row["document"], key])
        db.execute("UPDATE reports SET document = json_set(document, '$.findings', json('[]')) WHERE key = ?", [key])
    assert "findings_named" in {each.figure for each in verify(sent, config, key).differs}


def test_the_kit_of_a_sent_digest_is_of_what_was_sent(sent: Store, tmp_path: Path) -> None:
    """Even if the configuration changed since; what is simulated says so in the name of the file."""
    other = ("--config", made_file(tmp_path, costs={"headline_scenario": "alia_lt3"}))
    kit = ("digest", "2026-01", "--format", "kit", "--out")
    ended = alia_watch(*other, *kit, tmp_path / "sent")
    assert (ended.code, "as it was sent on 2026-02-01" in ended.err) == (0, True)
    assert alia_watch(*other, "--as-of", "2026-02-01T10:00:00Z", *kit, tmp_path / "anew").code == 0
    name = "digest-2026-01-es"
    pages = [_page(tmp_path / folder / f"{name}.zip", name) for folder in ("sent", "anew")]
    assert pages[0] != pages[1]
    simulated = ("--config", made_file(tmp_path, watch={"simulated": True}), "--as-of", "2026-02-01T10:00:00Z")
    assert alia_watch(*simulated, *kit, tmp_path / "simulated").code == 0
    assert [path.name for path in (tmp_path / "simulated").iterdir()] == [f"SIMULATED-{name}.zip"]


def _page(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        (page,) = (each for each in archive.namelist() if each.endswith(".html"))
        return archive.read(page).decode()


def test_what_holds_no_figure_or_kept_no_evidence_is_refused(sent: Store, config: Config) -> None:
    """Each with the reason."""
    with pytest.raises(UsageError, match="There is no report"):
        verify(sent, config, "digest:1999-01")
    save_report(sent, "digest:2025-12", "digest", {}, now=SENT)
    with pytest.raises(UsageError, match="kept no evidence"):
        verify(sent, config, "digest:2025-12")
    save_report(sent, "maintenance:x", "maintenance", {"made_at": "x"}, now=SENT, evidence={"marks": {}})
    with pytest.raises(UsageError, match="holds no figures"):
        verify(sent, config, "maintenance:x")


def test_the_command_says_what_it_found(sent: Store, tmp_path: Path) -> None:
    """Exit 0 where all is equal, 1 where not; JSON for scripts; the nearest id where there is none."""
    call = ("--config", made_file(tmp_path), "verify")
    ended = alia_watch(*call, DIGEST)
    assert (ended.code, ended.out) == (
        0,
        f"{DIGEST}, made 2026-02-01T10:00:00Z: every figure is what its evidence says.\n",
    )
    document = json.loads(alia_watch(*call, DIGEST, "--format", "json").out)
    assert (document["equal"], document["differs"]) == (True, [])
    wrong = alia_watch(*call, "digest:2026-02")
    assert (wrong.code, f"Did you mean {DIGEST}?" in wrong.err) == (2, True)
    with sent.writing() as db:
        db.execute(
            "UPDATE reports SET document = replace(document, '\"days\": 31', '\"days\": 30') WHERE key = ?", [DIGEST]
        )
    ended = alia_watch(*call, DIGEST)
    assert ended.code == 1
    assert "flagship_total.days: was sent 30; is made again 31" in ended.out
