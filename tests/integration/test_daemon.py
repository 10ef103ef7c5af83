"""The daemon at work, over a real database, with duties that a test can hold in its hand."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from alia_bot.attempt import Ended
from alia_bot.daemon import Daemon, Ticks
from alia_bot.timetable import Due, Duty
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import About, ChannelKind, Topic
from alia_watch.config.sections import Config
from alia_watch.errors import NoDatabase, SecondDaemon, SourceError
from alia_watch.store import deliveries, outbox, subscribers
from alia_watch.store.database import Store, open_store
from alia_watch.store.lock import daemon_lock, holder
from alia_watch.store.reports import save_report
from alia_watch.store.runs import Run, RunOutcome, runs
from tests.days import all_well
from tests.made import made_config

NOW = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
LONG_AGO, LATER = NOW - timedelta(days=400), NOW + timedelta(days=4000)
PATIENCE_S = 30


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = made_config(tmp_path)
    open_store(made.watch.database, create=True).close()
    return made


def remembered(config: Config, duty: Duty | None = None) -> list[Run]:
    with open_store(config.watch.database) as store:
        return runs(store, since=LONG_AGO, until=LATER, duty=duty)


@pytest.fixture
def running() -> Iterator[Callable[[Daemon], threading.Thread]]:
    """Runs daemons in threads of their own; asks them to stop in the end."""
    started: list[tuple[Daemon, threading.Thread]] = []

    def run(daemon: Daemon) -> threading.Thread:
        thread = threading.Thread(target=daemon.run_forever)
        started.append((daemon, thread))
        thread.start()
        return thread

    yield run
    for daemon, thread in started:
        daemon.stop()
        thread.join(PATIENCE_S)


def test_a_tick_does_what_is_due_in_order_and_remembers_it(config: Config) -> None:
    """Each duty that is due runs once, in the order of duties, and the runs table holds what the tick returned."""
    daemon = Daemon(config, channels={}, duties=all_well())
    done = daemon.tick(NOW)
    assert [run.duty for run in done] == ["snapshot", "announcements", "detect", "backup"]
    assert remembered(config) == done
    assert daemon.tick(NOW + timedelta(minutes=1)) == []
    assert daemon.next_due(NOW) == datetime(2026, 1, 23, 14, 15, tzinfo=UTC)


def test_a_duty_that_fails_stops_no_other_and_is_tried_again(config: Config) -> None:
    """A snapshot that fails is remembered with its error, the others run, and it is due again after five minutes."""

    def away(_store: Store, _due: Due, _now: datetime) -> Ended:
        raise SourceError("Hub", "is away", again=True, hint="Wait.")

    daemon = Daemon(config, channels={}, duties=all_well(snapshot=away))
    done = {run.duty: run for run in daemon.tick(NOW)}
    assert done["snapshot"].outcome is RunOutcome.FAILED
    assert (done["snapshot"].detail["error"], done["snapshot"].detail["hint"]) == ("Hub: is away", "Wait.")
    assert done["backup"].outcome is RunOutcome.DONE
    assert daemon.next_due(NOW) == NOW + timedelta(minutes=5)
    again = daemon.tick(NOW + timedelta(minutes=5))
    assert [run.slot for run in again] == ["snapshot:2026-01-23T08:15Z"]


def test_a_bug_in_a_duty_is_told_without_secrets(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error nobody foresaw is written down with its kind, and the token in its text is not."""

    def broken(_store: Store, _due: Due, _now: datetime) -> Ended:
        raise ZeroDivisionError("token hf_abcdefghijklmnopqrstuvwxyz refused")

    [detect] = [
        run for run in Daemon(config, channels={}, duties=all_well(detect=broken)).tick(NOW) if run.duty == "detect"
    ]
    assert detect.outcome is RunOutcome.FAILED
    assert detect.detail["error"] == "ZeroDivisionError: token [redacted] refused"
    assert "hf_" not in str(remembered(config))


def test_what_a_failed_duty_wrote_half_way_is_not_kept(config: Config) -> None:
    """A duty that breaks inside its transaction leaves nothing of it behind but the record of its failure."""

    def half(store: Store, _due: Due, _now: datetime) -> Ended:
        with store.writing() as db:
            db.execute("DELETE FROM runs")
            raise SourceError("Hub", "went away", again=True)

    Daemon(config, channels={}, duties=all_well(backup=half)).tick(NOW)
    assert [run.duty for run in remembered(config)] == ["snapshot", "announcements", "detect", "backup"]


def test_waking_after_five_days_records_the_gaps_and_reads_once(config: Config) -> None:
    """The readings nobody made are rows of their own, and one snapshot is made."""
    daemon = Daemon(config, channels={}, duties=all_well())
    daemon.tick(NOW)
    done = daemon.tick(NOW + timedelta(days=5))
    assert len([run for run in done if run.duty == "snapshot"]) == 1
    missed = [run.slot for run in remembered(config, Duty.SNAPSHOT) if run.outcome is RunOutcome.MISSED]
    assert len(missed) == 19
    assert "snapshot:2026-01-25T20:15Z" in missed


def test_a_crash_between_start_and_end_is_taken_up_again(config: Config) -> None:
    """A run of which only the beginning is written down is repeated by the next process."""

    def killed(_store: Store, _due: Due, _now: datetime) -> Ended:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Daemon(config, channels={}, duties=all_well(snapshot=killed)).tick(NOW)
    assert remembered(config, Duty.SNAPSHOT)[0].outcome is RunOutcome.STARTED
    done = Daemon(config, channels={}, duties=all_well()).tick(NOW)
    assert "snapshot:2026-01-23T08:15Z" in [run.slot for run in done]


def test_a_stop_lets_the_step_in_hand_end(config: Config, running: Callable[[Daemon], threading.Thread]) -> None:
    """Asked to stop in the middle of a duty, the daemon finishes it, begins no other, and remembers it as done."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(_store: Store, _due: Due, _now: datetime) -> Ended:
        begun.set()
        go_on.wait(PATIENCE_S)
        return Ended(RunOutcome.DONE)

    daemon = Daemon(config, channels={}, duties=all_well(snapshot=slow))
    thread = running(daemon)
    assert begun.wait(PATIENCE_S)
    daemon.stop()
    go_on.set()
    thread.join(PATIENCE_S)
    assert [(run.duty, run.outcome) for run in remembered(config)] == [("snapshot", RunOutcome.DONE)]


def test_a_reading_cut_short_by_a_stop_is_taken_up_at_once(
    config: Config, running: Callable[[Daemon], threading.Thread]
) -> None:
    """A duty that ends incomplete because the daemon stops counts as interrupted, and is due when it starts again."""
    begun, go_on = threading.Event(), threading.Event()

    def cut(_store: Store, _due: Due, _now: datetime) -> Ended:
        begun.set()
        go_on.wait(PATIENCE_S)
        return Ended(RunOutcome.INCOMPLETE, {"repos": 3})

    daemon = Daemon(config, channels={}, duties=all_well(snapshot=cut))
    thread = running(daemon)
    assert begun.wait(PATIENCE_S)
    daemon.stop()
    while not daemon.stopping:
        thread.join(0.01)
    go_on.set()
    thread.join(PATIENCE_S)
    [run] = remembered(config, Duty.SNAPSHOT)
    assert (run.outcome, run.detail["repos"]) == (RunOutcome.INTERRUPTED, 3)
    again = Daemon(config, channels={}, duties=all_well()).tick(run.finished_at)
    assert run.slot in [one.slot for one in again]


def test_a_long_duty_holds_no_message_back(config: Config, running: Callable[[Daemon], threading.Thread]) -> None:
    """While a snapshot is in hand, what waits in the outbox is sent."""
    begun, go_on = threading.Event(), threading.Event()

    def long(_store: Store, _due: Due, _now: datetime) -> Ended:
        begun.set()
        go_on.wait(PATIENCE_S)
        return Ended(RunOutcome.DONE)

    message = Message("digest:2026-01", "es", ChannelKind.FOLDER, 0, "Enero", "Texto", "<p>Texto</p>")
    with open_store(config.watch.database) as store:
        subscribers.sync(store, [section.record() for section in config.subscriber], now=NOW)
        save_report(store, message.report_key, "digest", {}, now=NOW)
        assert outbox.put(store, [message], About(frozenset({Topic.DIGEST})), now=NOW) == 1
    thread = running(Daemon(config, duties=all_well(snapshot=long)))
    with open_store(config.watch.database) as store:
        while deliveries.counts(store)[deliveries.State.SENT] == 0:
            thread.join(0.02)
            assert thread.is_alive()
    assert begun.wait(PATIENCE_S)
    assert [run.outcome for run in remembered(config, Duty.SNAPSHOT)] == [RunOutcome.STARTED]
    go_on.set()


def test_one_daemon_per_database(config: Config, running: Callable[[Daemon], threading.Thread]) -> None:
    """While a daemon runs a second one is refused; when it has stopped, the next may start."""
    begun = threading.Event()

    def seen(_store: Store, _due: Due, _now: datetime) -> Ended:
        begun.set()
        return Ended(RunOutcome.DONE)

    first = Daemon(config, channels={}, duties=all_well(backup=seen))
    thread = running(first)
    assert begun.wait(PATIENCE_S)
    assert holder(config.watch.database) is not None
    with pytest.raises(SecondDaemon):
        Daemon(config, channels={}, duties=all_well()).run_forever()
    first.stop()
    thread.join(PATIENCE_S)
    assert holder(config.watch.database) is None
    with daemon_lock(config.watch.database):
        assert holder(config.watch.database) is not None


def test_a_daemon_without_a_database_says_so(config: Config) -> None:
    """Where `init` was not run, the daemon does not make a database by itself."""
    config.watch.database.unlink()
    with pytest.raises(NoDatabase):
        Daemon(config, channels={}, duties=all_well()).run_forever()
    assert not config.watch.database.exists()


def test_ticks_go_on_when_the_clock_is_set_back() -> None:
    """A wall clock set back two hours silences nothing: the next tick comes within one interval."""
    called: list[str] = []
    with time_machine.travel(datetime(2026, 1, 23, 12, 0, tzinfo=UTC), tick=False) as clock:
        ticks = Ticks({60: lambda: called.append("duties"), 10: lambda: called.append("sending")})
        clock.shift(10)
        ticks.run_pending()
        assert called == ["sending"]
        clock.shift(-7200)
        assert ticks.idle_s() <= 10
        clock.shift(10)
        ticks.run_pending()
        assert called == ["sending", "sending"]
        clock.shift(50)
        ticks.run_pending()
        assert called.count("duties") == 1


def test_a_tick_after_days_asleep_comes_once() -> None:
    """Ticks missed during a long sleep are not made up for one by one."""
    called: list[int] = []
    with time_machine.travel(datetime(2026, 1, 23, 12, 0, tzinfo=UTC), tick=False) as clock:
        ticks = Ticks({60: lambda: called.append(1)})
        clock.shift(timedelta(days=5))
        assert ticks.idle_s() == 0
        ticks.run_pending()
        ticks.run_pending()
    assert called == [1]
