"""From stored facts to reports in the outbox, and the digest from the command line."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from alia_bot.channels.folder import FolderChannel
from alia_bot.dispatch import drain
from alia_watch import clock
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.config.sections import Config
from alia_watch.findings.notice import Finding, FindingKind, Notice, Reason
from alia_watch.pipeline import compose
from alia_watch.pipeline.detect import detect
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.reports.render import render, render_text
from alia_watch.reports.report import Report, ReportKind
from alia_watch.series.snapshot import HubReading, RepoSnapshot, State
from alia_watch.store import subscribers
from alia_watch.store.database import Store, open_store
from alia_watch.store.reports import report_document, report_keys
from alia_watch.store.snapshots import save_hub_reading
from tests.command import alia_watch
from tests.made import FLAGSHIP, made_config, made_file
from tests.stored import BASE, CONTROLS, counts, history

SPIKE = date(2026, 1, 26)
NOW = datetime(2026, 2, 1, 10, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A small watch with a Spanish and an English folder, and one in Basque."""
    basque = [{"channel": "folder", "address": name, "language": name} for name in ("es", "en", "eu")]
    return made_config(tmp_path, subscriber=basque, costs={"thresholds": []})


@pytest.fixture
def store(tmp_path: Path, config: Config) -> Iterator[Store]:
    """Two months with a burst, and the receivers of the configuration."""
    quiet = {repo: counts(mean=4) for repo in CONTROLS}
    with history(tmp_path, {FLAGSHIP: counts(SPIKE), BASE: counts(mean=20), **quiet}) as made:
        subscribers.sync(made, [section.record() for section in config.subscriber], now=NOW)
        yield made


def test_a_digest_holds_the_month(store: Store, config: Config) -> None:
    """Total, headline, spike with its announcements, changes and comparators: JSON-ready, and the same each time."""
    report = compose.digest(store, config, "2026-01", now=NOW)
    document = report.document
    assert report.key == "digest:2026-01"
    assert document["flagship_total"]["count"] == sum(counts(SPIKE)[31:62])
    assert document["flagship_before"]["count"] == sum(counts(SPIKE)[:31])
    assert document["headline"]["downloads"]["count"] == sum(counts(SPIKE)[32:62])
    assert [(spike["day"], len(spike["announcements"])) for spike in document["spikes"]] == [("2026-01-26", 2)]
    assert [repo["repo_id"] for repo in document["family"]] == [BASE, FLAGSHIP]
    assert [row["rolling"] for row in document["comparators"]] == [None, None]
    assert document["chart"]["days"][0]["day"] == "2025-12-04"
    assert json.dumps(document) == json.dumps(compose.digest(store, config, "2026-01", now=NOW).document)


def test_a_month_that_is_not_whole_says_so(store: Store, config: Config) -> None:
    """Composed on the 20th, it knows nothing later."""
    document = compose.digest(store, config, "2026-01", now=datetime(2026, 1, 20, 12, tzinfo=UTC)).document
    assert document["closed_until"] == "2026-01-20"
    assert (document["flagship_total"]["count"], document["flagship_total"]["known_days"]) == (None, 20)
    assert document["spikes"] == []
    with pytest.raises(ValueError, match="not a month"):
        compose.digest(store, config, "2026-13", now=NOW)


def test_a_digest_of_nothing_is_a_digest(tmp_path: Path, config: Config) -> None:
    """An empty watch has a report too: everything in it is not known."""
    with open_store(tmp_path / "empty.db", create=True) as empty:
        document = compose.digest(empty, config, "2026-01", now=NOW).document
        subscribers.sync(empty, [section.record() for section in config.subscriber], now=NOW)
        report = compose.digest(empty, config, "2026-01", now=NOW)
        assert enqueue(empty, report, now=NOW, charts=None) == 3
    assert document["headline"]["refused"]["reason"] == "no_reading"
    assert document["closed_until"] is None


def test_what_stands_around_a_repo_is_as_last_read_in_the_month(store: Store, config: Config) -> None:
    """And as before it; what an answer left out is of the one before; what comes after the month is not seen."""
    read = (
        (datetime(2025, 12, 31, 23, tzinfo=UTC), {"likes": 3, "children": 1, "spaces": (), "gated": "no"}),
        (datetime(2026, 1, 20, 2, tzinfo=UTC), {"likes": 5, "children": 2, "spaces": ("a/b", "c/d"), "gated": "auto"}),
        (datetime(2026, 1, 31, 2, tzinfo=UTC), {"likes": 4}),
        (datetime(2026, 2, 1, 2, tzinfo=UTC), {"likes": 99, "children": 99, "spaces": ("a/b",), "gated": "manual"}),
    )
    for at, said in read:
        repo = RepoSnapshot(FLAGSHIP, at, State.PRESENT, answered_id=FLAGSHIP, downloads_30d=180, **said)
        save_hub_reading(store, HubReading(at, at, 1, True, (repo,), ()))
    report = compose.digest(store, config, "2026-01", now=NOW)
    by_repo = {each["repo_id"]: each for each in report.document["community"]}
    assert by_repo[FLAGSHIP] == {
        "repo_id": FLAGSHIP, "likes": 4, "children": 2, "spaces": 2, "gated": "auto",
        "before": {"likes": 3, "children": 1, "spaces": 0, "gated": "no"},
    }  # fmt: skip
    assert by_repo[BASE]["likes"] is None
    text = render_text(report, "es")
    around = text[text.index("Me gusta:") : text.index("tras un formulario")]
    assert " ".join(around.split()) == "Me gusta: 4 (3) Modelos derivados: 2 (1) Spaces: 2 (0) Se puede descargar:"


def test_what_was_answered_stands_in_the_digest_of_its_month(tmp_path: Path, store: Store) -> None:
    """Whole, in its own language and as data, not markup; who runs the watch and who pays stands beside."""
    replies = [
        {"by": "El organismo", "date": day, "text": f"Se publicó <b>bien</b> el {day}."}
        for day in ("2025-12-31", "2026-01-01", "2026-02-01", "2026-02-02")
    ]
    config = made_config(tmp_path, reply=replies, watch={"run_by": "Una asociación", "funded_by": "Sus socios"})
    report = compose.digest(store, config, "2026-01", now=NOW)
    assert [each["date"] for each in report.document["replies"]] == ["2026-01-01", "2026-02-01"]
    (mail,) = render(report, "eu", ChannelKind.EMAIL)
    assert "El organismo (2026ko urtarrilaren 1a): «Se publicó &lt;b&gt;bien&lt;/b&gt; el 2026-01-01.»" in mail.markup
    for words in ("Una asociación", "Sus socios", "test@example.org"):
        assert words in mail.text
    without = compose.digest(store, made_config(tmp_path), "2026-01", now=NOW)
    assert "Jasotako erantzunak" not in render(without, "eu", ChannelKind.EMAIL)[0].text


def test_the_cost_in_words(tmp_path: Path, store: Store) -> None:
    """What a cost update of then would say; words and tables are two things."""
    call = ("--config", made_file(tmp_path), "--as-of", "2026-02-01T10:00:00Z", "cost")
    report = compose.cost_update(store, made_config(tmp_path), now=NOW)
    assert alia_watch(*call, "--lang", "gl").out == render_text(report, "gl").rstrip() + "\n"
    for wrong in (("--lang", "fr"), ("--lang", "es", "--format", "json"), ("--lang", "es", "--scenario", "x")):
        assert alia_watch(*call, *wrong).code == 2


def test_a_report_is_queued_once_for_each_who_asked(store: Store, config: Config) -> None:
    """In their language; again is nothing, and draws nothing; who comes later gets it."""
    report = compose.digest(store, config, "2026-01", now=NOW)
    with ChartWorker() as charts:
        assert enqueue(store, report, now=NOW, charts=charts) == 3
        charts.close()
        assert enqueue(store, report, now=NOW, charts=charts) == 0
        assert charts.pid is None  # for nobody, nothing is drawn
    rows = {row["language"]: row for row in store.rows("SELECT * FROM messages")}
    assert set(rows) == {"es", "en", "eu"}
    assert len({row["text"] for row in rows.values()}) == 3
    names = {row["name"] for row in store.rows("SELECT name FROM message_images")}
    assert names == {"daily.png", "months.png", "cost.png", "announcements.png", "beside.png"}
    assert len(store.rows("SELECT * FROM message_images")) == 3 * len(names)
    assert report_keys(store, "digest:") == ["digest:2026-01"]
    late = replace(config.subscriber[0].record(), id="folder:late", address="late")
    subscribers.sync(store, [*(section.record() for section in config.subscriber), late], now=NOW)
    changed = replace(report, document={**report.document, "family_name": "ANOTHER"})
    assert enqueue(store, changed, now=NOW, charts=None) == 1
    kept = report_document(store, report.key)
    assert kept is not None
    assert kept["family_name"] == "ALIA"


def test_an_alert_tells_only_what_is_to_be_told(store: Store, config: Config) -> None:
    """One report for what one detection decided; nothing to tell is no report."""
    decided = detect(store, config, now=NOW)
    report = compose.alert(store, config, decided.notices, now=NOW)
    assert report is not None
    assert [finding["repo_id"] for finding in report.document["findings"]] == [FLAGSHIP]
    held = [replace(notice, tell=False, reason=Reason.TOO_OLD) for notice in decided.notices]
    assert compose.alert(store, config, held, now=NOW) is None
    assert enqueue(store, report, now=NOW, charts=None) == 3


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (FindingKind.REPO_STATE, {"state": "gone", "last_seen": "2026-01-20T00:00:00Z"}),
        (FindingKind.REPO_STATE, {"state": "renamed", "to": "BSC-LT/X"}),
        (FindingKind.REPO_STATE, {"state": "disabled"}),
        (FindingKind.REPO_STATE, {"state": "back", "was": "gone"}),
        (FindingKind.GATE, {"from": "no", "to": "auto"}),
        (FindingKind.GATE, {"from": "manual", "to": "no"}),
        (FindingKind.SPIKE, {"start": "2026-01-26", "peak": "2026-01-26", "end": "2026-01-26", "observed": 40,
                             "expected": 6.0, "low": 1, "high": 12, "lift": 6.7, "excess": 34, "probability": 0.0001,
                             "baseline_days": 40, "announcements": []}),
    ],
)  # fmt: skip
def test_every_finding_can_be_told(store: Store, config: Config, kind: FindingKind, facts: dict[str, object]) -> None:
    """Each kind has its words in every form and language."""
    finding = Finding(f"{kind}:x", kind, BASE, SPIKE, facts)
    report = compose.alert(store, config, [Notice(finding, True, Reason.TOLD)], now=NOW)
    assert report is not None
    assert enqueue(store, report, now=NOW, charts=None) == 3
    assert all(BASE in row["text"] for row in store.rows("SELECT text FROM messages"))


def test_a_cost_update_remembers_the_week_before(store: Store, config: Config) -> None:
    """With the ISO week of Madrid in its key."""
    report = compose.cost_update(store, config, now=datetime(2026, 1, 25, 23, 30, tzinfo=UTC))
    assert report.key == "cost_update:2026-W05"  # already Monday in Madrid
    assert report.document["before"]["downloads"]["count"] == sum(counts(SPIKE)[19:49])
    first = compose.cost_update(store, config, now=datetime(2025, 12, 1, 10, tzinfo=UTC))
    assert first.document["before"] is None


def test_the_digest_from_the_command_line(tmp_path: Path, store: Store) -> None:
    """Printed in each form, written with its chart, sent once; a wrong month or language is wrong usage."""
    config = made_file(tmp_path)

    def run(*arguments: object) -> str:
        ended = alia_watch("--config", config, "--as-of", "2026-02-01T10:00:00Z", "digest", *arguments)
        assert ended.code == 0, ended.err
        return ended.out

    assert run().startswith("ALIA: descargas de enero de 2026")
    assert run("2025-12", "--lang", "en").startswith("ALIA: downloads in December 2025")
    assert run("2026-01", "--format", "html").startswith("<!DOCTYPE html>")
    assert "<b>ALIA: descargas de enero de 2026</b>" in run("2026-01", "--format", "telegram")
    assert json.loads(run("2026-01", "--format", "json"))["month"] == "2026-01"
    run("2026-01", "--out", tmp_path / "out")
    pictures = [f"-{name}.png" for name in ("daily", "months", "cost", "announcements", "beside")]
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {f"digest-2026-01-es{ending}" for ending in (".html", ".txt", *pictures)}
    assert 'src="digest-2026-01-es-daily.png"' in (tmp_path / "out" / "digest-2026-01-es.html").read_text("utf-8")
    assert "2 new deliveries; sent 2" in run("2026-01", "--send")
    assert "0 new deliveries; sent 0" in run("2026-01", "--send")
    for wrong in (("2026-1x",), ("2026-01", "--lang", "fr")):
        assert alia_watch("--config", config, "digest", *wrong).code == 2


def test_a_digest_can_be_held(tmp_path: Path, store: Store) -> None:
    """Until an instant nobody gets it, those who ask meanwhile neither; then the daemon sends it by itself."""
    config = made_file(tmp_path)

    def run(at: str, *arguments: object, code: int = 0) -> str:
        ended = alia_watch("--config", config, "--as-of", at, "digest", "2026-01", *arguments)
        assert ended.code == code, ended.err
        return ended.out + ended.err

    end = "2026-02-03T08:00:00Z"
    assert "the embargo ended" in run("2026-02-03T08:00:01Z", "--send", "--embargo", end, code=2).lower()
    assert "goes with --send" in run("2026-02-01T10:00:00Z", "--embargo", end, code=2)
    assert "is not an instant" in run("2026-02-01T10:00:00Z", "--send", "--embargo", "soon", code=2)
    said = run("2026-02-01T10:00:00Z", "--send", "--embargo", end)
    assert "2 new deliveries, held until 2026-02-03T08:00:00Z; sent 0" in said
    assert "cannot be held any more" in run("2026-02-01T11:00:00Z", "--send", "--embargo", end, code=2)
    kept = report_document(store, "digest:2026-01")
    assert kept is not None
    asked = datetime(2026, 2, 2, 9, tzinfo=UTC)
    late = replace(made_config(tmp_path).subscriber[0].record(), id="folder:late", address="late")
    subscribers.sync(store, [*(each.record() for each in made_config(tmp_path).subscriber), late], now=asked)
    assert enqueue(store, Report("digest:2026-01", ReportKind.DIGEST, kept), now=asked, charts=None) == 1
    for at, expected in ((asked, 0), (datetime(2026, 2, 3, 7, 59, 59, tzinfo=UTC), 0), (clock.parse_instant(end), 3)):
        channels = {ChannelKind.FOLDER: FolderChannel(tmp_path / "outbox", name="ALIA Watch", sender="a@example.org")}
        assert drain(store, channels, now=at, clock=itertools.repeat(at).__next__).sent == expected
    assert {path.parent.name for path in (tmp_path / "outbox").rglob("*.txt")} == {"es", "en", "late"}
