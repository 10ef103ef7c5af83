"""Another process holds the database: every public function of the store works, or says that it is busy."""

import contextlib
import importlib
import inspect
import pkgutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import alia_watch.store
from alia_watch.announcements.announcement import AnnouncementState, Kind
from alia_watch.announcements.entry import Entry
from alia_watch.audience.bounce import Kind as BounceKind
from alia_watch.audience.message import Message
from alia_watch.audience.signup import Signup
from alia_watch.audience.subscriber import About, ChannelKind, Subscriber
from alia_watch.clock import UtcDay, utc_day
from alia_watch.errors import DatabaseBusy, UnknownRepo
from alia_watch.pipeline.import_readings import import_file
from alia_watch.series.snapshot import HubReading
from alia_watch.store import (
    announcements,
    answers,
    backup,
    bounces,
    chat,
    database,
    deliveries,
    erased,
    evidence,
    findings,
    imports,
    keys,
    links,
    messages,
    outbox,
    persons,
    readings,
    replays,
    repo_community,
    repo_files,
    reports,
    runs,
    signups,
    snapshots,
    sources,
    subscribers,
    waiting,
)
from alia_watch.store.database import Store, open_store

NOW = datetime(2026, 1, 23, 8, 15, tzinfo=UTC)
DAY: UtcDay = utc_day(NOW)
MINUTE = timedelta(minutes=1)
FOLDER = ChannelKind.FOLDER
MESSAGE = {
    "message_id": 1, "report_key": "maintenance:x", "written_in": "es", "form": "folder", "part": 0, "subject": "x",
    "text": "x", "markup": "x", "buttons": "[]",
}  # fmt: skip
SOMEBODY = Subscriber("folder:x", FOLDER, "x", "es", frozenset())
SIGNUP = Signup("x", "a@example.net", "es", frozenset(), "x", "x", NOW)
ENTRY = Entry("moncloa", "x", "x", None, (), "0" * 64, Kind.OFFICIAL)

Call = Callable[[Store], object]


def _copied(store: Store) -> None:
    with evidence.as_of(store, evidence.marks(store), store.path.parent) as copy:
        assert copy.path != store.path


#: Add every new public function of the store that takes one, here or below.
READERS: dict[Callable[..., Any], Call] = {
    database.schema: database.schema,
    announcements.announcements_of: announcements.announcements_of,
    announcements.announcements_as: lambda s: announcements.announcements_as(s, 1),
    announcements.calendar_version: announcements.calendar_version,
    announcements.corrected: announcements.corrected,
    announcements.merged: announcements.merged,
    deliveries.deliveries: deliveries.deliveries,
    bounces.softly_returned: lambda s: bounces.softly_returned(s, "x", since=NOW),
    chat.asked: lambda s: chat.asked(s, 1, 1, now=NOW),
    chat.unanswered: chat.unanswered,
    deliveries.counts: deliveries.counts,
    deliveries.of_subscriber: lambda s: deliveries.of_subscriber(s, "x"),
    deliveries.oldest_due: deliveries.oldest_due,
    deliveries.receivers: lambda s: deliveries.receivers(s, "digest:2026-01"),
    deliveries.holds: lambda s: deliveries.holds(s, now=NOW),
    evidence.marks: evidence.marks,
    evidence.as_of: _copied,
    findings.findings: lambda s: findings.findings(s, until=NOW),
    findings.undecided: lambda s: findings.undecided(s, until=NOW),
    findings.decisions: lambda s: findings.decisions(s, until=NOW),
    findings.notices: lambda s: findings.notices(s, until=NOW),
    imports.imported_file: lambda s: imports.imported_file(s, "0" * 64),
    imports.imported_files: imports.imported_files,
    links.links: links.links,
    links.taken_before: lambda s: links.taken_before(s, "moncloa"),
    links.versions: lambda s: links.versions(s, "moncloa", "x"),
    messages.messages_of: lambda s: messages.messages_of(s, "maintenance:x"),
    messages.message_ids: lambda s: messages.message_ids(s, "maintenance:x", "es", FOLDER),
    messages.message_sent: lambda s: messages.message_sent(s, 1, "x"),
    messages.stored_message: lambda s: messages.stored_message(s, MESSAGE),
    readings.readings: lambda s: readings.readings(s, "a/b", until=NOW),
    readings.exact_counts: lambda s: readings.exact_counts(s, "a/b", until=NOW),
    readings.repo_ids: readings.repo_ids,
    readings.own_repos: lambda s: readings.own_repos(s, until=NOW),
    readings.was_read: lambda s: readings.was_read(s, "a/b", until=NOW),
    readings.require_repo: lambda s: readings.require_repo(s, "a/b"),
    reports.report_document: lambda s: reports.report_document(s, "digest:2026-01"),
    reports.hold_of: lambda s: reports.hold_of(s, "digest:2026-01"),
    reports.report_keys: reports.report_keys,
    reports.report_made: lambda s: reports.report_made(s, "digest:2026-01"),
    reports.reports_made: lambda s: list(reports.reports_made(s)),
    repo_community.last_community: lambda s: repo_community.last_community(s, "a/b", until=NOW),
    repo_files.repo_files: repo_files.repo_files,
    outbox.meant: lambda s: outbox.meant(s, "x", About(None)),
    replays.replay_of: lambda s: replays.replay_of(s, "a/b", "x"),
    runs.last_runs: lambda s: runs.last_runs(s, now=NOW, memory=MINUTE),
    runs.runs: lambda s: runs.runs(s, since=NOW, until=NOW),
    runs.last_done: lambda s: runs.last_done(s, "backup", until=NOW),
    snapshots.repo_snapshots: lambda s: snapshots.repo_snapshots(s, "a/b", until=NOW),
    snapshots.latest_snapshots: lambda s: snapshots.latest_snapshots(s, until=NOW),
    snapshots.snapshot_repos: lambda s: snapshots.snapshot_repos(s, 1),
    snapshots.recent_states: lambda s: snapshots.recent_states(s, ["a/b"], until=NOW),
    snapshots.seen_repos: snapshots.seen_repos,
    snapshots.created_on: snapshots.created_on,
    snapshots.last_snapshot: lambda s: snapshots.last_snapshot(s, until=NOW),
    snapshots.incomplete_snapshot: lambda s: snapshots.incomplete_snapshot(s, DAY, until=NOW),
    snapshots.first_look: snapshots.first_look,
    snapshots.complete_snapshots: lambda s: snapshots.complete_snapshots(s, since=NOW, until=NOW),
    answers.raw_answer: lambda s: answers.raw_answer(s, "0" * 64),
    answers.pack_answers: lambda s: answers.pack_answers(s, before=NOW, at_most=1),  # writes where there are some
    sources.source_states: sources.source_states,
    sources.pages: lambda s: sources.pages(s, "moncloa"),
    sources.volumes: lambda s: sources.volumes(s, DAY, DAY),
    persons.kept_of: lambda s: persons.kept_of(s, SOMEBODY),
    persons.persons: lambda s: persons.persons(s, "x"),
    signups.asked_by: lambda s: signups.asked_by(s, "x", since=NOW),
    signups.asked_to: lambda s: signups.asked_to(s, "x", since=NOW),
    signups.consents: lambda s: signups.consents(s, "x"),
    signups.signup: lambda s: signups.signup(s, "x"),
    subscribers.subscriber_of_address: lambda s: subscribers.subscriber_of_address(s, "x"),
    subscribers.subscribers: subscribers.subscribers,
    subscribers.since: lambda s: subscribers.since(s, "x"),
    subscribers.subscriber_named: lambda s: subscribers.subscriber_named(s, "x"),
    subscribers.subscriber_of_chat: lambda s: subscribers.subscriber_of_chat(s, "1"),
    waiting.who_waits: lambda s: waiting.who_waits(s, FOLDER, now=NOW),
    waiting.waiting: lambda s: waiting.waiting(s, "x", now=NOW),
    backup.backup: lambda s: backup.backup(s, s.path.parent / "backups", now=NOW),
}
WRITERS: dict[Callable[..., Any], Call] = {
    announcements.save_announcements: lambda s: announcements.save_announcements(s, [], now=NOW),
    announcements.set_state: lambda s: announcements.set_state(s, "x", AnnouncementState.CONFIRMED, "", now=NOW),
    announcements.correct: lambda s: announcements.correct(s, "x", {"title": "x"}, now=NOW),
    announcements.merge: lambda s: announcements.merge(s, "x", "y", now=NOW),
    bounces.note: lambda s: bounces.note(s, "folder:x", "<x>", BounceKind.SOFT, "", now=NOW),
    erased.erase_address: lambda s: erased.erase_address(s, "x", "x", now=NOW),
    erased.is_erased: lambda s: erased.is_erased(s, "x"),
    erased.welcome_back: lambda s: erased.welcome_back(s, "x"),
    keys.key: lambda s: keys.key(s, "x"),
    persons.erase_person: lambda s: persons.erase_person(s, "x", "x", now=NOW),
    signups.confirm: lambda s: signups.confirm(s, "x", now=NOW),
    signups.erase_unconfirmed: lambda s: signups.erase_unconfirmed(s, before=NOW),
    signups.leave: lambda s: signups.leave(s, SOMEBODY, "x", now=NOW),
    signups.save_signup: lambda s: signups.save_signup(s, SIGNUP),
    signups.withdraw: lambda s: signups.withdraw(s, "x", now=NOW),
    chat.answered: lambda s: chat.answered(s, 1),
    chat.ask: lambda s: chat.ask(s, 1, 1, chat.Prompt("x", "y"), now=NOW),
    chat.erase_chat: lambda s: chat.erase_chat(s, 1),
    chat.settle: lambda s: chat.settle(s, 1, 1),
    chat.take_in: lambda s: chat.take_in(s, [(1, "{}")], now=NOW),
    deliveries.retry: lambda s: deliveries.retry(s, 1, now=NOW),
    findings.save_findings: lambda s: findings.save_findings(s, [], now=NOW),
    findings.save_notices: lambda s: findings.save_notices(s, [], now=NOW),
    links.keep_entry: lambda s: links.keep_entry(s, ENTRY, (), now=NOW),
    links.link: lambda s: links.link(s, "moncloa", "x", "y", ""),
    messages.insert: lambda s: messages.insert(s, Message("maintenance:x", "es", FOLDER, 0, "x", "x", "x")),
    outbox.put: lambda s: outbox.put(s, [], About(None), now=NOW),
    outbox.put_test: lambda s: outbox.put_test(s, [], now=NOW, only=[]),
    outbox.claim: lambda s: outbox.claim(s, channel=FOLDER, now=NOW, lease=MINUTE),
    outbox.record: lambda s: outbox.record(s, 1, outbox.Settlement(outbox.State.SENT, ""), attempt=1, now=NOW),
    reports.save_report: lambda s: reports.save_report(s, "digest:2026-01", "digest", {}, now=NOW),
    reports.erase_report: lambda s: reports.erase_report(s, "summary:x"),
    replays.save_replays: lambda s: replays.save_replays(s, {}, "x"),
    repo_files.save_repo_files: lambda s: repo_files.save_repo_files(s, []),
    runs.start: lambda s: runs.start(s, "backup", "backup:2026-01-23", now=NOW),
    runs.finish: lambda s: runs.finish(s, 1, runs.RunOutcome.DONE, {}, now=NOW),
    runs.record_missed: lambda s: runs.record_missed(s, [("backup", "backup:2026-01-23")], now=NOW),
    answers.save_answers: lambda s: answers.save_answers(s, []),
    repo_community.save_community: lambda s: repo_community.save_community(s, [], []),
    snapshots.save_hub_reading: lambda s: snapshots.save_hub_reading(s, HubReading(NOW, NOW, 0, True, (), ())),
    sources.save_source_state: lambda s: sources.save_source_state(s, sources.SourceState("moncloa", "", DAY, NOW)),
    sources.save_pages: lambda s: sources.save_pages(s, "moncloa", {}),
    sources.forget_pages: lambda s: sources.forget_pages(s, "moncloa"),
    sources.save_volumes: lambda s: sources.save_volumes(s, [], now=NOW),
    subscribers.sync: lambda s: subscribers.sync(s, [], now=NOW),
    subscribers.choose: lambda s: subscribers.choose(s, SOMEBODY, now=NOW),
    subscribers.forget: lambda s: subscribers.forget(s, SOMEBODY, "asked", now=NOW),
    subscribers.stop: lambda s: subscribers.stop(s, "x", "blocked", now=NOW),
    subscribers.resume: lambda s: subscribers.resume(s, "x", now=NOW),
    subscribers.move: lambda s: subscribers.move(s, "x", "y", now=NOW),
    waiting.put_off: lambda s: waiting.put_off(s, 1, NOW, now=NOW),
    waiting.replan: lambda s: waiting.replan(s, SOMEBODY, now=NOW),
    waiting.withdraw: lambda s: waiting.withdraw(s, [1], "x", now=NOW),
}


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__.rsplit('.', maxsplit=1)[-1]}.{function.__name__}"


@contextlib.contextmanager
def _busy(path: Path) -> Iterator[None]:
    """Another process is in the middle of a write step."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def impatient(store: Store) -> Store:
    """A connection that does not wait for other writers."""
    store.db.execute("PRAGMA busy_timeout = 0")
    return store


@pytest.mark.parametrize("function", READERS, ids=_name)
def test_a_reader_works_while_another_writes(impatient: Store, function: Callable[..., Any]) -> None:
    """Readers see what was there before."""
    with _busy(impatient.path), contextlib.suppress(KeyError, UnknownRepo):
        READERS[function](impatient)


@pytest.mark.parametrize("function", WRITERS, ids=_name)
def test_a_writer_says_that_the_database_is_busy(impatient: Store, function: Callable[..., Any]) -> None:
    """With what to do about it, and with no step left open."""
    with _busy(impatient.path), pytest.raises(DatabaseBusy) as busy:
        WRITERS[function](impatient)
    assert busy.value.hint
    assert not impatient.db.conn.in_transaction


def test_no_function_of_the_store_is_left_out() -> None:
    """A new one must be put into one of the two lists above."""
    public = set()
    for module in pkgutil.iter_modules(alia_watch.store.__path__):
        for name, each in vars(importlib.import_module(f"alia_watch.store.{module.name}")).items():
            if inspect.isfunction(each) and not name.startswith("_") and "store" in inspect.signature(each).parameters:
                public.add(_name(each))
    assert public == {_name(each) for each in {*READERS, *WRITERS}}


def test_an_import_into_a_busy_database_can_be_tried_again(impatient: Store, tmp_path: Path) -> None:
    """Nothing of it is there, and the second try brings all of it."""
    path = tmp_path / "one.csv"
    path.write_text("date,repo_id,downloads_30d\n2026-01-23,a/b,174\n", encoding="utf-8")
    with _busy(impatient.path), pytest.raises(DatabaseBusy):
        import_file(impatient, path, now=NOW)
    assert readings.repo_ids(impatient) == ()
    assert import_file(impatient, path, now=NOW).rows == 1


def test_a_database_held_by_another_alone_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exclusive lock is told as what it is."""
    monkeypatch.setattr("alia_watch.store.database.BUSY_TIMEOUT_S", 0.0)
    path = tmp_path / "alia-watch.db"
    open_store(path, create=True).close()
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseBusy):
            open_store(path)


def test_what_is_written_within_a_read_step_is_an_error_and_not_lost(impatient: Store) -> None:
    """A read step ends by rolling back; after it the same write goes through."""
    with impatient.reading(), pytest.raises(RuntimeError, match="would be lost"):
        _written(impatient)
    _written(impatient)
    assert reports.report_keys(impatient)[-1] == "digest:2026-02"


def _written(store: Store) -> None:
    reports.save_report(store, "digest:2026-02", "digest", {}, now=NOW)
