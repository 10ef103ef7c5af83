"""A printed figure that turns out wrong: found once, told to those who got it, listed in the next digest."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alia_bot.upkeep import after_detection, correct_figures
from alia_watch.audience.subscriber import FOR_ALL, ChannelKind
from alia_watch.config.sections import Config
from alia_watch.findings.notice import FindingKind, Reason
from alia_watch.pipeline import compose
from alia_watch.pipeline.correct import correct, fingerprint
from alia_watch.pipeline.detect import detect
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.pipeline.import_readings import import_file
from alia_watch.pipeline.verify import verify
from alia_watch.reports.render import render_text
from alia_watch.reports.report import Report, ReportKind
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store
from alia_watch.store.deliveries import retry
from alia_watch.store.findings import findings, notices
from alia_watch.store.outbox import Settlement, State
from alia_watch.store.reports import report_document, report_keys
from tests.made import FLAGSHIP, made_config
from tests.outbox import subscriber
from tests.stored import CONTROLS, DAY, FIRST, counts, history

SPIKE = date(2026, 1, 14)
ALERTED, SENT = datetime(2026, 1, 16, 10, tzinfo=UTC), datetime(2026, 2, 1, 10, tzinfo=UTC)
LATER = SENT + timedelta(days=2)
ANNA, BEN = (
    subscriber(ChannelKind.FOLDER, name, language, FOR_ALL) for name, language in (("anna", "es"), ("ben", "en"))
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return made_config(tmp_path, costs={"thresholds": []})


@pytest.fixture
def store(tmp_path: Path, config: Config) -> Iterator[Store]:
    """A January with a spike, its alert and its digest sent to Anna; Ben came after."""
    with history(tmp_path, {FLAGSHIP: counts(SPIKE)} | {repo: counts(mean=20) for repo in CONTROLS}) as made:
        subscribers.sync(made, [ANNA], now=ALERTED)
        detect(made, config, now=ALERTED)
        alert = compose.alert(made, config, notices(made, until=ALERTED), now=ALERTED)
        assert alert is not None
        enqueue(made, alert, now=ALERTED, charts=None)
        enqueue(made, compose.digest(made, config, "2026-01", now=SENT), now=SENT, charts=None)
        deliver(made, SENT)
        subscribers.sync(made, [ANNA, BEN], now=SENT)
        yield made


def deliver(store: Store, now: datetime) -> list[tuple[str, str]]:
    """Send what is due; who got which report."""
    got = []
    while claimed := outbox.claim(store, channel=ChannelKind.FOLDER, now=now, lease=timedelta(minutes=5)):
        outbox.record(store, claimed.delivery_id, Settlement(State.SENT), attempt=claimed.attempts, now=now)
        got.append((claimed.subscriber.address, claimed.message.report_key))
    return got


def imported(store: Store, days: dict[date, int], name: str = "again") -> None:
    """A file that says how many downloads there were on some days, against the history's."""
    made = counts(SPIKE)
    for day, count in days.items():
        made[(day - FIRST).days] = count
    lines = ["date,repo_id,downloads_30d,downloads_all_time"]
    lines += [
        f"{FIRST + DAY * (n - 1)},{FLAGSHIP},{sum(made[max(0, n - 30) : n])},{1000 + sum(made[:n])}"
        for n in range(len(made) + 1)
    ]
    path = store.path.parent / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    import_file(store, path, now=LATER)


def told(store: Store) -> list[dict[str, Any]]:
    """The corrections of every message of one, in the order they were made."""
    documents = [report_document(store, key) or {} for key in report_keys(store, "correction:")]
    return [each for document in documents for each in document["corrections"]]


def test_a_figure_that_an_import_contradicts_is_corrected_once(store: Store, config: Config) -> None:
    """The month's count and its headline; to Anna, who got them, not to Ben; again is nothing."""
    imported(store, {date(2026, 1, 20): 30})
    queued, looked = correct_figures(store, config, {}, now=LATER)
    assert deliver(store, LATER) == [("anna", report_keys(store, "correction:")[0])]
    assert queued == 1
    right = sum(counts(SPIKE)[31:62]) + 30 - counts()[(date(2026, 1, 20) - FIRST).days]
    by_figure = {each["figure"]: each for each in told(store)}
    assert set(by_figure) >= {"month", "headline"}
    month = by_figure["month"]
    assert (month["said_low"], month["right_low"]) == (str(sum(counts(SPIKE)[31:62])), str(right))
    assert month["why"] == ["import"]
    for before in (looked, {}):
        queued, again = correct_figures(store, config, before, now=LATER + DAY)
        assert (queued, again["rests_on"], "corrections" in again) == (0, looked["rests_on"], False)


def test_the_next_digest_lists_it_and_can_be_verified(store: Store, config: Config) -> None:
    """What was said, what is right, when it was found; made again from the evidence it is the same."""
    imported(store, {date(2026, 1, 20): 30})
    correct_figures(store, config, {}, now=LATER)
    report = compose.digest(store, config, "2026-02", now=datetime(2026, 3, 1, 10, tzinfo=UTC))
    assert [each["found_on"] for each in report.document["corrections"]] == ["2026-02-03"] * len(told(store))
    assert "stood" not in report.document["corrections"][0]
    text = " ".join(render_text(report, "es").split())
    assert f"decía {sum(counts(SPIKE)[31:62])}; lo correcto es" in text
    enqueue(store, report, now=datetime(2026, 3, 1, 10, tzinfo=UTC), charts=None)
    assert verify(store, config, "digest:2026-02").equal
    held = [each for each in notices(store, until=LATER + DAY) if each.finding.kind is FindingKind.CORRECTION]
    assert {(each.tell, each.reason) for each in held} == {(False, Reason.TOLD_APART)}


def test_the_day_of_an_alert_is_corrected(store: Store, config: Config) -> None:
    """The alert told of 54 downloads; there were 41."""
    imported(store, {SPIKE: 41})
    correct_figures(store, config, {}, now=LATER)
    [day] = [each for each in told(store) if each["figure"] == "day"]
    assert (day["of"], day["said_low"], day["right_low"]) == (f"{FLAGSHIP} {SPIKE}", "54", "41")
    assert day["report"].startswith("alert:2026-01-16")


def test_a_gap_that_is_filled_corrects_nothing(tmp_path: Path, config: Config) -> None:
    """What was not known and now is was never wrong; nor is a count within its bounds."""
    with history(tmp_path, {FLAGSHIP: counts(SPIKE)[:50]} | {repo: counts(mean=20) for repo in CONTROLS}) as store:
        subscribers.sync(store, [ANNA], now=SENT)
        enqueue(store, compose.digest(store, config, "2026-01", now=SENT), now=SENT, charts=None)
        document = report_document(store, "digest:2026-01")
        assert document is not None
        assert document["flagship_total"]["count"] is None
        imported(store, {})
        assert "month" not in {each.facts["figure"] for each in correct(store, config, now=LATER)}


def test_a_crash_before_it_was_told_loses_nothing(store: Store, config: Config) -> None:
    """Found and stored, then killed: the next look tells it, though nothing came in since."""
    imported(store, {date(2026, 1, 20): 30})
    found = correct(store, config, now=LATER)
    assert found
    assert report_keys(store, "correction:") == []
    queued, _ = correct_figures(store, config, {"rests_on": fingerprint(store, config)}, now=LATER + DAY)
    assert queued == 1
    assert len(told(store)) == len(found)


def test_a_correction_that_was_wrong_is_corrected(store: Store, tmp_path: Path, config: Config) -> None:
    """A slip of the configuration and its mend: both are told, the second with what the first said."""
    slip = made_config(tmp_path, costs={"thresholds": []}, cost=[_cheaper(each) for each in _costs(tmp_path)])
    correct_figures(store, slip, {}, now=LATER)
    assert [each["corrected"] for each in told(store)] == [None, None]  # the digest's and the alert's headline
    assert {each["figure"] for each in told(store)} == {"headline"}
    correct_figures(store, config, {}, now=LATER + DAY)
    again = told(store)[2:]
    assert [each["said_low"] == each["right_low"] for each in again] == [True, True]
    assert all(each["corrected"] for each in again)
    correct_figures(store, slip, {}, now=LATER + 2 * DAY)
    assert len(told(store)) == 6
    message = report_document(store, report_keys(store, "correction:")[-1])
    assert message is not None
    report = Report("correction:x", ReportKind.CORRECTION, message)
    assert "Una corrección anterior decía" in " ".join(render_text(report, "es").split())


def test_of_two_changes_before_a_message_the_last_is_told(store: Store, tmp_path: Path, config: Config) -> None:
    """What was found and never told is not told once it is wrong itself; nor that what readers have is right."""
    slip, other = (
        made_config(tmp_path, costs={"thresholds": []}, cost=[_cheaper(each, to=to) for each in _costs(tmp_path)])
        for to in (9_000_000, 8_000_000)
    )
    correct(store, slip, now=LATER)
    correct(store, config, now=LATER)
    assert correct_figures(store, config, {}, now=LATER)[0] == 0
    assert told(store) == []
    correct(store, slip, now=LATER)
    correct_figures(store, other, {}, now=LATER)
    assert [(each["sequence"], each["corrected"]) for each in told(store)] == [(3, None), (3, None)]


def test_a_report_that_was_sent_under_a_slip_is_corrected(store: Store, tmp_path: Path, config: Config) -> None:
    """Though the configuration is again what it was at the last look."""
    _, looked = correct_figures(store, config, {}, now=LATER)
    slip = made_config(tmp_path, costs={"thresholds": []}, cost=[_cheaper(each) for each in _costs(tmp_path)])
    at = LATER + timedelta(hours=1)
    enqueue(store, compose.cost_update(store, slip, now=at), now=at, charts=None)
    deliver(store, at)
    queued, _ = correct_figures(store, config, looked, now=LATER + DAY)
    assert queued == 2
    assert {each["report"].partition(":")[0] for each in told(store)} == {"cost_update"}


@pytest.mark.parametrize(
    ("before", "after", "corrected"),
    [
        (("exact", 10_200_000), ("at_most", 10_200_000), True),
        (("at_most", 10_200_000), ("exact", 9_000_000), False),  # what was said is still so
        (("at_most", 1_000_000), ("at_most", 9_000_000), True),  # it may lie above what was said
        (("at_least", 9_000_000), ("exact", 10_200_000), False),
    ],
)
def test_a_bound_is_wrong_where_it_does_not_hold(
    store: Store, tmp_path: Path, before: tuple[str, int], after: tuple[str, int], corrected: bool
) -> None:
    """A cost is corrected as soon as it may lie outside what was said."""
    first, second = (
        made_config(
            tmp_path,
            costs={"thresholds": []},
            cost=[_cheaper(each, to=amount, bound=bound) for each in _costs(tmp_path)],
        )
        for bound, amount in (before, after)
    )
    at = LATER + timedelta(hours=1)
    enqueue(store, compose.cost_update(store, first, now=at), now=at, charts=None)
    found = [each for each in correct(store, second, now=at) if each.facts["report"].startswith("cost_update")]
    assert bool(found) is corrected


def test_who_comes_late_gets_the_last_word_alone(store: Store, tmp_path: Path, config: Config) -> None:
    """Not the correction that was wrong and the one that mended it."""
    slip = made_config(tmp_path, costs={"thresholds": []}, cost=[_cheaper(each) for each in _costs(tmp_path)])
    correct_figures(store, slip, {}, now=LATER)
    correct_figures(store, config, {}, now=LATER)
    deliver(store, LATER)
    kept = report_document(store, "digest:2026-01")
    assert kept is not None
    enqueue(store, Report("digest:2026-01", ReportKind.DIGEST, kept), now=LATER, charts=None)
    deliver(store, LATER)
    correct_figures(store, config, {}, now=LATER + DAY)
    got = [key for who, key in deliver(store, LATER + DAY) if who == "ben"]
    assert len(got) == 1
    document = report_document(store, got[0])
    assert document is not None
    assert all(each["corrected"] for each in document["corrections"])


def test_a_delivery_that_is_tried_again_keeps_the_embargo(store: Store, config: Config) -> None:
    """Given up and revived by hand, it still waits."""
    end = LATER + 5 * DAY
    enqueue(store, compose.digest(store, config, "2026-02", now=LATER), now=LATER, charts=None, hold_until=end)
    with store.writing() as db:
        db.execute("UPDATE deliveries SET state = 'dead' WHERE state = 'due'")
    [number] = store.rows(
        "SELECT d.id FROM deliveries d JOIN messages m ON m.id = d.message_id"
        " WHERE m.report_key = 'digest:2026-02' AND d.subscriber_id = 'folder:anna'"
    )
    retry(store, number["id"], now=LATER)
    assert deliver(store, end - timedelta(seconds=1)) == []
    assert deliver(store, end) == [("anna", "digest:2026-02")]


def test_another_choice_of_headline_corrects_nothing(store: Store, tmp_path: Path) -> None:
    """Both quotients are true, of different amounts."""
    for changes in ({"headline_scenario": "alia_lt3"}, {"headline_denominator": "family_without_gguf"}):
        other = made_config(tmp_path, costs={"thresholds": [], **changes})
        assert correct(store, other, now=LATER) == ()


def test_who_gets_the_report_later_gets_its_correction_later(store: Store, config: Config) -> None:
    """Ben asks for the digest after it was corrected; what is not delivered yet is not corrected yet."""
    imported(store, {date(2026, 1, 20): 30})
    correct_figures(store, config, {}, now=LATER)
    deliver(store, LATER)
    kept = report_document(store, "digest:2026-01")
    assert kept is not None
    enqueue(store, Report("digest:2026-01", ReportKind.DIGEST, kept), now=LATER, charts=None)
    assert correct_figures(store, config, {}, now=LATER)[0] == 0
    assert ("ben", "digest:2026-01") in deliver(store, LATER)
    assert correct_figures(store, config, {}, now=LATER + DAY)[0] == 1
    [(who, key)] = deliver(store, LATER + DAY)
    assert (who, key.partition(":")[0]) == ("ben", "correction")


def test_a_report_that_cannot_be_looked_at_stops_no_other(
    store: Store, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    """An old document without a part is named in the log; the others are corrected."""
    imported(store, {SPIKE: 41})
    with store.writing() as db:
        db.execute("UPDATE reports SET document = json_remove(document, '$.study') WHERE kind = 'digest'")
    queued, _ = after_detection(store, config, {}, {}, now=LATER)
    assert queued >= 1
    assert {each["report"].partition(":")[0] for each in told(store)} == {"alert"}
    assert "digest:2026-01 cannot be looked at" in caplog.text


def test_an_old_report_is_history(store: Store, config: Config) -> None:
    """After 400 days nobody is told any more."""
    imported(store, {date(2026, 1, 20): 30})
    assert correct(store, config, now=SENT + timedelta(days=402)) == ()
    assert findings(store, until=LATER, since=date(2027, 1, 1)) == []


def _costs(folder: Path) -> list[dict[str, Any]]:
    return [each.model_dump(mode="json") for each in made_config(folder).cost]


def _cheaper(cost: dict[str, Any], *, to: int = 9_000_000, bound: str = "exact") -> dict[str, Any]:
    return {**cost, "amount": to, "bound": bound} if str(cost["amount"]) == "10200000" else cost
