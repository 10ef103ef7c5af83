"""One configuration at work: two threads, the public pages, and the conversation.

*duties* does what the timetable says is due; *sending* drains the outbox, so that a long snapshot holds no message
back. Each opens the database for itself and for one tick.
"""

import time
from concurrent.futures import Future
from datetime import datetime

import structlog

from alia_bot import doors
from alia_bot.channels.channel import SEND_WITHIN_S
from alia_bot.duties import Workshop
from alia_bot.duty_process import duty_within_s
from alia_bot.loop import Loop
from alia_bot.reckoner import Reckoner
from alia_bot.rounds import Rounds
from alia_watch.clock import Clock
from alia_watch.config.sections import Config
from alia_watch.store.database import Store
from alia_watch.store.runs import Run

#: How long a step in hand may take to end after the word to stop; the process is gone within 10 seconds.
GRACE_S = 7.0
#: How much longer than it may take at most a step lasts before its thread counts as stuck, in seconds.
LEEWAY_S = 600.0

_log = structlog.get_logger()


class Shift:
    """At work from the beginning, until `stop` or until it was `relieved`.

    Args:
        config: of the watch.
        workshop, rounds: made for it; they are closed with it.
        at: the present; `reckoner`: works out what pages and conversation say; closed with them.

    Raises:
        ConfigError: the pages cannot listen where they should; nothing is at work then.
    """

    def __init__(self, config: Config, workshop: Workshop, rounds: Rounds, *, at: Clock, reckoner: Reckoner) -> None:
        self._workshop, self._rounds, self._at, self._reckoner = workshop, rounds, at, reckoner
        self._told_stuck: set[str] = set()
        self._duties = Loop("duties", config.watch.database, self._work, duty_within_s(config) + LEEWAY_S)
        self._sending = Loop("sending", config.watch.database, self._send, SEND_WITHIN_S + LEEWAY_S)
        rounds.wake = self._sending.wake
        self._house = doors.pages(config, at=at, wake=self._sending.wake, reckoner=reckoner)
        for thread in (self._duties, self._sending):
            thread.start()
            thread.wake()
        self._desk = doors.conversation(
            config,
            workshop.channels(),
            at=at,
            read_now=self._read_now,
            wake=self._sending.wake,
            reckoner=reckoner,
        )

    @property
    def alive(self) -> bool:
        """Whether all threads are there."""
        return self._duties.is_alive() and self._sending.is_alive()

    @property
    def stuck(self) -> bool:
        """Whether a thread is stuck in one step: that is said once."""
        found = [thread.name for thread in (self._duties, self._sending) if thread.stuck]
        for name in found:
            if name not in self._told_stuck:
                self._told_stuck.add(name)
                hint = "A service manager restarts the daemon; else you do."
                _log.error("a thread is stuck", thread=name, hint=hint)
        return bool(found)

    def wake_duties(self) -> None:
        """Look up what is due."""
        self._duties.wake()

    def wake_sending(self) -> None:
        """Look into the outbox."""
        self._sending.wake()

    def relieved(self) -> bool:
        """Begin nothing new; whether the steps in hand have ended. Messages go out as long as a duty is in hand, and
        people are answered. To be asked again until it has."""
        self._rounds.rest()
        self._duties.end()
        if not self._duties.is_alive():
            self._rounds.rest_sending()
            self._sending.end()
        return not self._duties.is_alive() and not self._sending.is_alive()

    def leave(self) -> None:
        """Close everything, once it was relieved."""
        self._close_doors()
        self._workshop.close()

    def stop(self) -> bool:
        """Let each thread finish the step in hand, but not long, and close everything; False where one did not."""
        self._close_doors()
        _log.info("daemon stopping")
        self._rounds.stop()
        self._rounds.rest_sending()
        threads = (self._duties, self._sending)
        for thread in threads:
            thread.end()
        deadline = time.monotonic() + GRACE_S
        while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
            self._rounds.abort()
            for thread in threads:
                thread.join(0.1)
        alive = [thread.name for thread in threads if thread.is_alive()]
        self._rounds.write_off(self._at())
        if not alive:
            self._workshop.close()
        _log.info("daemon stopped", unfinished=alive)
        return not alive

    def _close_doors(self) -> None:
        for each in (self._desk, self._house):
            if each is not None:
                each.close()
        self._reckoner.close()

    def _work(self, store: Store) -> None:
        at = _moving(self._duties, self._at)
        self._rounds.orders(store, at)
        self._rounds.work(store, at)

    def _send(self, store: Store) -> None:
        self._rounds.send(store, _moving(self._sending, self._at))

    def _read_now(self) -> "Future[Run]":
        order = self._rounds.read_now()
        self._duties.wake()
        return order


def _moving(thread: Loop, at: Clock) -> Clock:
    """The same clock; whoever looks at it goes on: it is looked at before each duty, and before each message."""

    def look() -> datetime:
        thread.moving()
        return at()

    return look
