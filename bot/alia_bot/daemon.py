"""The loop: what is due is done, one duty after another; what waits in the outbox is sent meanwhile.

Three threads. The main one only ticks (the `schedule` library) and waits for the word to stop. *duties* does what the
timetable says is due. *sending* drains the outbox, so that a long snapshot holds no message back. Each opens the
database for itself and for one tick. Nothing that goes wrong in one tick reaches the next.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import schedule
import structlog

from alia_bot import doors, timetable
from alia_bot.duties import DutyFunction, Ended, Workshop
from alia_bot.logs import Redactor, secrets_of
from alia_bot.loop import Loop
from alia_bot.service import Service
from alia_bot.timetable import Due, Duty
from alia_watch import clock
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError, NoDatabase
from alia_watch.store import runs
from alia_watch.store.database import Store, open_store
from alia_watch.store.lock import daemon_lock
from alia_watch.store.runs import LastRuns, Run, RunOutcome

if TYPE_CHECKING:
    from alia_bot.channels.channel import Channel
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.sources.hub import Hub
    from alia_watch.sources.patience import Sleep

#: How often what is due is looked up, and how often the outbox, in seconds.
DUTIES_EVERY_S = 60
SENDING_EVERY_S = 10
#: How long a step in hand may take to end after the word to stop; the process is gone within 10 seconds.
GRACE_S = 7.0

_log = structlog.get_logger()


class Daemon:
    """The watch at work on one database.

    Args:
        config: what is watched, told, and when.
        hub, channels, charts: in the place of those the configuration names; they stay the caller's to close.
        duties: other functions for some duties, in the place of the watch's own.
        at, sleep: what instants and waits of reading the sources are measured by.
    """

    def __init__(
        self,
        config: Config,
        *,
        hub: "Hub | None" = None,
        channels: "Mapping[ChannelKind, Channel] | None" = None,
        charts: Any = None,
        duties: Mapping[Duty, DutyFunction] | None = None,
        at: clock.Clock = clock.now,
        sleep: "Sleep | None" = None,
    ) -> None:
        self._config = config
        self._database = config.watch.database
        self._workshop = Workshop(config, hub=hub, channels=channels, charts=charts, at=at, sleep=sleep)
        self._duties = {**self._workshop.duties(), **(duties or {})}
        self._clean = Redactor(secrets_of(config)).clean  # what is written down of a failure holds no secret either
        self._words: queue.SimpleQueue[str] = queue.SimpleQueue()  # safe to use inside a signal handler
        self._stopping = threading.Event()
        self._orders: queue.SimpleQueue[Future[Run]] = queue.SimpleQueue()  # readings that a maintainer asked for
        self._asked_to_stop = False  # plain: a signal handler may not take an event's lock
        self._in_hand: int | None = None

    def tick(self, now: datetime) -> list[Run]:
        """Do everything that is due at an instant and send what is due, then return what was run, in order.

        For a clock of one's own (a replay, a test). What fails is in the runs returned; it does not raise.
        """
        with open_store(self._database) as store:
            done = self._work(store, lambda: now)
            self._send(store, lambda: now)
        return done

    def next_due(self, now: datetime) -> datetime:
        """The next instant at which a duty is due; `now` where one is."""
        with open_store(self._database) as store:
            last = self._last(store, now)
        return timetable.next_due(self._config.timetable, self._config.hub.read_at, last, now)

    def stop(self) -> None:
        """Ask the daemon to end after the step in hand. May be called from a signal handler or another thread."""
        self._asked_to_stop = True  # before the word is heard: no step begins in between
        self._words.put("stop")

    @property
    def stopping(self) -> bool:
        """Whether the daemon is ending: no other step is begun."""
        return self._asked_to_stop or self._stopping.is_set()

    def run_forever(self) -> bool:
        """Work until `stop`. False when a step in hand did not end in time: what it had done is rolled back and kept
        for the next start, and the caller should end the process without waiting for it.

        Raises:
            NoDatabase: there is none.
            ConfigError: a secret is not set.
            SecondDaemon: another daemon holds this database.
            StoreError: the database cannot be used.
        """
        if not self._database.exists():
            raise NoDatabase(self._database)
        self._workshop.open()
        with daemon_lock(self._database):
            with open_store(self._database) as store:  # migrated here, once, by the only daemon
                soonest = timetable.next_due(*self._question(store, _present()))
            _log.info("daemon started", database=str(self._database), next_due=clock.format_instant(soonest))
            threads = [
                Loop("duties", self._database, self._duties_tick),
                Loop("sending", self._database, self._sending_tick),
            ]
            ticks = Ticks({DUTIES_EVERY_S: threads[0].wake, SENDING_EVERY_S: threads[1].wake})
            self._workshop.on_queued = threads[1].wake
            house = doors.pages(self._config, at=_present, wake=threads[1].wake)
            for thread in threads:
                thread.start()
                thread.wake()
            read_now = partial(self._read_now, threads[0].wake)
            channels = self._workshop.channels()
            desk = doors.conversation(self._config, channels, at=_present, read_now=read_now, wake=threads[1].wake)
            service = Service()
            service.ready(f"next due {clock.format_instant(soonest)}")
            while self._word(ticks.idle_s()) != "stop":
                ticks.run_pending()
                if all(thread.is_alive() for thread in threads):
                    service.alive()
            service.stopping()
            for each in (desk, house):
                if each is not None:
                    each.close()
            return self._end(threads)

    def _word(self, timeout: float) -> str | None:
        with contextlib.suppress(queue.Empty):
            return self._words.get(timeout=timeout)
        return None

    def _end(self, threads: "list[Loop]") -> bool:
        """Let each thread finish the step in hand; write down what did not."""
        _log.info("daemon stopping")
        self._stopping.set()
        for thread in threads:
            thread.end()
        deadline = time.monotonic() + GRACE_S
        while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
            self._workshop.abort()  # more than once: a reading may begin just now
            for thread in threads:
                thread.join(0.1)
        alive = [thread.name for thread in threads if thread.is_alive()]
        if self._in_hand is not None:
            with contextlib.suppress(AliaWatchError), open_store(self._database) as store:
                runs.finish(store, self._in_hand, RunOutcome.INTERRUPTED, {}, now=_present())
        if not alive:
            self._workshop.close()
        _log.info("daemon stopped", unfinished=alive)
        return not alive

    def _duties_tick(self, store: Store) -> None:
        while not self._orders.empty():
            self._obey(store, self._orders.get_nowait())
        self._work(store, _present)

    def _read_now(self, wake: Callable[[], None]) -> "Future[Run]":
        """Have the Hub read as soon as the duty in hand has ended."""
        order: Future[Run] = Future()
        self._orders.put(order)
        wake()
        return order

    def _obey(self, store: Store, order: "Future[Run]") -> None:
        """A reading out of its time; it takes nothing from those that are planned."""
        now = _present()
        slot = f"{Duty.SNAPSHOT}:{now:%Y-%m-%dT%H:%MZ}"
        try:
            order.set_result(self._perform(store, Due(Duty.SNAPSHOT, slot, now, now), _present))
        except BaseException as error:
            order.set_exception(error)
            raise

    def _sending_tick(self, store: Store) -> None:
        self._send(store, _present)

    def _work(self, store: Store, at: clock.Clock) -> list[Run]:
        """Write down what was missed, then do what is due; after each duty, look again."""
        self._workshop.prepare(store, at())
        gone = timetable.missed(*self._question(store, at()))
        if gone:
            runs.record_missed(store, gone, now=at())
            _log.warning("missed", slots=len(gone), first=gone[0][1], last=gone[-1][1])
        done: dict[str, Run] = {}
        while not self.stopping:
            waiting = [one for one in timetable.due(*self._question(store, at())) if one.slot not in done]
            if not waiting:
                break
            done[waiting[0].slot] = self._perform(store, waiting[0], at)
        return list(done.values())

    def _perform(self, store: Store, due: Due, at: clock.Clock) -> Run:
        """One run of one duty: whatever happens in it is written down, and goes no further."""
        started, began = at(), time.monotonic()
        self._in_hand = runs.start(store, due.duty, due.slot, now=started)
        crash: Exception | None = None
        try:
            ended = self._duties[due.duty](store, due, started)
        except AliaWatchError as error:
            hint = {"hint": error.hint} if error.hint else {}
            ended = Ended(RunOutcome.FAILED, {"error": self._clean(str(error)), **hint})
        except Exception as error:  # noqa: BLE001  whatever breaks in a duty never stops another
            crash = error
            ended = Ended(RunOutcome.FAILED, {"error": self._clean(f"{type(error).__name__}: {error}")})
        if self.stopping and ended.outcome in (RunOutcome.FAILED, RunOutcome.INCOMPLETE):
            ended = Ended(RunOutcome.INTERRUPTED, ended.detail)
        detail = {**ended.detail, "duration_s": round(time.monotonic() - began, 3)}
        finished = at()
        runs.finish(store, self._in_hand, ended.outcome, detail, now=finished)
        self._in_hand = None
        _tell(due, ended.outcome, detail, crash)
        return Run(due.duty.value, due.slot, started, finished, ended.outcome, detail)

    def _send(self, store: Store, at: clock.Clock) -> None:
        began = time.monotonic()
        counts = self._workshop.send(store, at, self._stopping)
        if any(counts.values()):
            _log.info("sending", **counts, duration_s=round(time.monotonic() - began, 3))

    def _last(self, store: Store, now: datetime) -> LastRuns:
        return runs.last_runs(store, now=now, memory=timetable.MEMORY, always=timetable.ALWAYS)

    def _question(self, store: Store, now: datetime) -> tuple[Any, Any, LastRuns, datetime]:
        return self._config.timetable, self._config.hub.read_at, self._last(store, now), now


class Ticks:
    """Calls functions at intervals of seconds, through `schedule`, whose clock is the wall's.

    After the wall clock is set back, `schedule` alone would stay silent until the old time came round; it is armed anew
    as soon as it would wait longer than its intervals allow.
    """

    def __init__(self, jobs: Mapping[int, Callable[[], None]]) -> None:
        self._jobs = jobs
        self._scheduler = schedule.Scheduler()
        self._arm()

    def idle_s(self) -> float:
        """How long nothing is to be done, in seconds; never longer than the shortest interval."""
        idle = self._scheduler.idle_seconds
        if idle is None or idle > min(self._jobs) + 1:
            self._arm()
            idle = min(self._jobs)
        return max(0.0, idle)

    def run_pending(self) -> None:
        """Call those whose time has come, once each, however late."""
        self._scheduler.run_pending()

    def _arm(self) -> None:
        self._scheduler.clear()
        for seconds, job in self._jobs.items():
            self._scheduler.every(seconds).seconds.do(job)


def _present() -> datetime:
    """Now, in whole seconds: as instants are kept."""
    return clock.now().replace(microsecond=0)


def _tell(due: Due, outcome: RunOutcome, detail: Mapping[str, Any], crash: Exception | None) -> None:
    """The canonical line of a run."""
    line = {"duty": due.duty.value, "slot": due.slot, "outcome": outcome.value, "attempt": due.attempt, **detail}
    if outcome is RunOutcome.FAILED:
        _log.error("duty", **line, exc_info=crash)
    elif outcome is RunOutcome.DONE:
        _log.info("duty", **line)
    else:
        _log.warning("duty", **line)
