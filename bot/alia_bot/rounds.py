"""What is due is done, one duty after another, and written down; what waits in the outbox is sent. Under one
configuration: where that changes, others take over.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Any

import structlog

from alia_bot import timetable
from alia_bot.attempt import DutyFunction, attempt
from alia_bot.duties import Workshop
from alia_bot.duty_process import DutyProcess
from alia_bot.logs import Redactor, secrets_of
from alia_bot.lookout import Lookout
from alia_bot.timetable import Due, Duty
from alia_watch import clock
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError
from alia_watch.store import runs
from alia_watch.store.database import Store, open_store
from alia_watch.store.runs import LastRuns, Run, RunOutcome

#: So often a duty may fail before its line is an error: until then it is tried again by itself.
ASK_A_PERSON_AFTER = 3

_log = structlog.get_logger()


class Rounds:
    """The work of a daemon.

    Args:
        config: what is watched, told, and when.
        workshop: what duties work with here; `duties`: their functions.
        apart: does the duties in the place of these functions, each in a process of its own.
    """

    def __init__(
        self,
        config: Config,
        workshop: Workshop,
        duties: Mapping[Duty, DutyFunction],
        apart: DutyProcess | None = None,
    ) -> None:
        #: Has what waits in the outbox sent soon, where somebody works there beside.
        self.wake: Callable[[], None] = lambda: None
        self._config = config
        self._workshop = workshop
        self._duties = duties
        self._apart = apart
        self._lookout = Lookout(config)
        self._clean = Redactor(secrets_of(config)).clean  # what is written down of a failure holds no secret either
        self._orders: queue.SimpleQueue[Future[Run]] = queue.SimpleQueue()  # readings that a maintainer asked for
        self._last_step = False  # plain: a signal handler may not take an event's lock
        self._stopped = False
        self._sending_ends = threading.Event()
        self._in_hand: int | None = None

    def rest(self) -> None:
        """Begin no other duty after the one in hand. May be called from a signal handler."""
        self._last_step = True

    def rest_sending(self) -> None:
        """Send nothing after the message in hand."""
        self._sending_ends.set()

    def stop(self) -> None:
        """`rest`, and let what is in hand end soon. May be called from a signal handler."""
        self._last_step = self._stopped = True

    def abort(self) -> None:
        """Let a reading in hand end with what it has. To be said more than once: one may begin just now."""
        self._workshop.abort()
        if self._apart is not None:
            self._apart.stop()

    def read_now(self) -> "Future[Run]":
        """Have the Hub read as soon as the duty in hand has ended; whoever asks wakes who works."""
        order: Future[Run] = Future()
        self._orders.put(order)
        return order

    def orders(self, store: Store, at: clock.Clock) -> None:
        """Do the readings that were asked for: out of their time, and they take nothing from those that are planned."""
        while not self._orders.empty():
            order, now = self._orders.get_nowait(), at()
            try:
                order.set_result(self._perform(store, Due(Duty.SNAPSHOT, timetable.read_slot(now), now, now), at))
            except BaseException as error:
                order.set_exception(error)
                raise

    def work(self, store: Store, at: clock.Clock) -> list[Run]:
        """Write down what was missed, then do what is due; after each duty, look again."""
        self._workshop.prepare(store, at())
        gone = timetable.missed(*self._question(store, at()))
        if gone:
            runs.record_missed(store, gone, now=at())
            _log.warning("missed", slots=len(gone), first=gone[0][1], last=gone[-1][1])
        done: dict[str, Run] = {}
        while not self._last_step:
            waiting = [one for one in timetable.due(*self._question(store, at())) if one.slot not in done]
            if not waiting:
                break
            done[waiting[0].slot] = self._perform(store, waiting[0], at)
        self._look(store, at())
        return list(done.values())

    def send(self, store: Store, at: clock.Clock) -> None:
        """Send what is due."""
        began = time.monotonic()
        counts = self._workshop.send(store, at, self._sending_ends)
        if any(counts.values()):
            _log.info("sending", **counts, duration_s=round(time.monotonic() - began, 3))

    def next_due(self, store: Store, now: datetime) -> datetime:
        """The next instant at which a duty is due; `now` where one is."""
        return timetable.next_due(*self._question(store, now))

    def write_off(self, now: datetime) -> None:
        """Write down that the duty in hand did not end, before the process does."""
        if self._in_hand is not None:
            with contextlib.suppress(AliaWatchError), open_store(self._config.watch.database) as store:
                runs.finish(store, self._in_hand, RunOutcome.INTERRUPTED, {}, now=now)

    def _look(self, store: Store, now: datetime) -> None:
        """How the watch does; what breaks in that stops no duty."""
        try:
            queued = self._lookout.look(store, now)
        except (AliaWatchError, OSError) as error:
            _log.warning("the maintainers cannot be told how the watch does", error=str(error))
        else:
            if queued:
                self.wake()

    def _perform(self, store: Store, due: Due, at: clock.Clock) -> Run:
        """One run of one duty: whatever happens in it is written down, and goes no further."""
        started, began = at(), time.monotonic()
        self._in_hand = runs.start(store, due.duty, due.slot, now=started)
        structlog.contextvars.bind_contextvars(run=self._in_hand)  # every line until the end of the run has it
        if self._apart is not None:
            ended = self._apart.perform(due, started)
        else:
            ended = attempt(self._duties[due.duty], store, due, started, self._clean)
        outcome, detail = ended.outcome, {**ended.detail, "duration_s": round(time.monotonic() - began, 3)}
        if self._stopped and outcome in (RunOutcome.FAILED, RunOutcome.INCOMPLETE):
            outcome = RunOutcome.INTERRUPTED
        finished = at()
        runs.finish(store, self._in_hand, outcome, detail, now=finished)
        self._in_hand = None
        _tell(due, outcome, detail, ended.crash)
        structlog.contextvars.unbind_contextvars("run")
        self.wake()  # it may have put something into the outbox
        return Run(due.duty.value, due.slot, started, finished, outcome, detail)

    def _question(self, store: Store, now: datetime) -> tuple[Any, Any, LastRuns, datetime]:
        last = runs.last_runs(store, now=now, memory=timetable.MEMORY, always=timetable.ALWAYS)
        return self._config.timetable, self._config.hub.read_at, last, now


def _tell(due: Due, outcome: RunOutcome, detail: Mapping[str, Any], crash: str) -> None:
    """The canonical line of a run."""
    line = {"duty": due.duty.value, "slot": due.slot, "outcome": outcome.value, "attempt": due.attempt, **detail}
    if crash or (outcome is RunOutcome.FAILED and due.attempt >= ASK_A_PERSON_AFTER):
        _log.error("duty", **line, **({"exception": crash} if crash else {}))
    elif outcome is RunOutcome.DONE:
        _log.info("duty", **line)
    else:
        _log.warning("duty", **line)
