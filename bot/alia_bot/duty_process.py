"""A duty in a process of its own: what it loads and grows to is gone with it, and where it crashes the daemon lives on.

It ends by itself as soon as the daemon does, however that ends.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

import structlog

from alia_bot import logs
from alia_bot.attempt import Ended, attempt, failed
from alia_bot.duties import Workshop
from alia_bot.timetable import Due
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError
from alia_watch.store.database import open_store
from alia_watch.store.runs import RunOutcome

#: What to do where the system gives no more files or processes.
NO_MORE_HINT = "It is tried again. Raise the limit of the service where this lasts (`ulimit -n`, LimitNOFILE)."
#: How long a process may take to go once its duty has ended, in seconds.
_GOES_WITHIN_S = 10.0
#: How long a duty may take besides reading the Hub, in seconds: many times what the greatest watch needs.
_WITHIN_S = 7200.0


def duty_within_s(config: Config) -> float:
    """How long a duty may take, in seconds."""
    return config.hub.deadline_s + _WITHIN_S


def present(config: Config, _now: datetime) -> Workshop:
    """What duties work with in the present."""
    return Workshop(config)


@dataclass(frozen=True, slots=True)
class _Given:
    """What every process is told; see `DutyProcess`."""

    config: Config
    form: str
    verbose: bool
    workshop: Callable[[Config, datetime], Workshop]


class DutyProcess:
    """Does duties for a daemon, one at a time.

    Args:
        config: of the watch.
        form, verbose: how the process logs, as `logs.configure` says.
        workshop: makes what a duty works with, from the configuration and the instant the duty began; a function of a
            module, for it is called in the other process.
        within_s: how long a duty may take; it is ended then.
    """

    def __init__(
        self,
        config: Config,
        *,
        form: str = "console",
        verbose: bool = False,
        workshop: Callable[[Config, datetime], Workshop] = present,
        within_s: float | None = None,
    ) -> None:
        self._given = _Given(config, form, verbose, workshop)
        self._within_s = duty_within_s(config) if within_s is None else within_s
        self._lock = threading.Lock()
        self._pipe: Connection[Any, Any] | None = None

    def perform(self, due: Due, now: datetime) -> Ended:
        """Do a duty; how it ended. A process that dies on the way is a failure of the duty, and of nothing else."""
        context = multiprocessing.get_context("spawn")
        try:
            ours, theirs = context.Pipe()
        except OSError as error:
            return _not_begun(error)
        said = structlog.contextvars.get_contextvars()  # what every line of the run has, has it there too
        process: SpawnProcess = context.Process(
            target=_perform, args=(theirs, due, now, self._given, said), name=due.slot
        )
        try:
            process.start()
        except OSError as error:
            ours.close()
            return _not_begun(error)
        finally:
            theirs.close()
        with self._lock:
            self._pipe = ours
        try:
            ended: Ended = ours.recv() if ours.poll(self._within_s) else self._put_down(process)
        except EOFError:
            process.join()
            ended = Ended(RunOutcome.FAILED, {"error": _death(process.exitcode)})
        finally:
            with self._lock:
                self._pipe = None
                ours.close()
            process.join(_GOES_WITHIN_S)
            process.kill()
            process.join()
            process.close()
        return ended

    def _put_down(self, process: SpawnProcess) -> Ended:
        """End a process that hangs; what it had in hand is rolled back by the database."""
        process.kill()
        error = f"It did not end within {self._within_s / 3600:.3g} hours, and was ended."
        return Ended(RunOutcome.FAILED, {"error": error, "hint": "It is tried again."})

    def stop(self) -> None:
        """Let the duty in hand end soon, with what it has. Safe from any thread, any number of times."""
        with self._lock, contextlib.suppress(OSError):
            if self._pipe is not None:
                self._pipe.send("stop")


def _not_begun(error: OSError) -> Ended:
    """The system gives no process: too many files are open, too many processes run, or there is no memory."""
    said = f"The process of this duty cannot begin: {error.strerror}."
    return Ended(RunOutcome.FAILED, {"error": said, "hint": NO_MORE_HINT})


def _death(exitcode: int | None) -> str:
    """What became of a process that gave no answer."""
    if exitcode is not None and exitcode < 0:
        return f"The process of this duty was killed ({signal.Signals(-exitcode).name}): was there enough memory?"
    return f"The process of this duty ended without a result (exit {exitcode})."


def _perform(pipe: "Connection[Any, Any]", due: Due, now: datetime, given: "_Given", said: dict[str, Any]) -> None:
    """What the process does: the one duty."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for the daemon, which says what becomes of this
    secrets = logs.secrets_of(given.config)
    logs.configure(given.form, verbose=given.verbose, secrets=secrets)
    structlog.contextvars.bind_contextvars(**said)
    room = given.workshop(given.config, now)
    threading.Thread(target=_listen, args=(pipe, room), daemon=True).start()
    clean = logs.Redactor(secrets).clean
    try:
        with open_store(given.config.watch.database) as store:
            ended = attempt(room.duties()[due.duty], store, due, now, clean)
    except AliaWatchError as error:  # the database went since the daemon opened it
        ended = failed(error, clean)
    room.close()
    pipe.send(ended)


def _listen(pipe: "Connection[Any, Any]", room: Workshop) -> None:
    """Hear when to end; without a daemon at the other end there is nothing left to do."""
    try:
        while pipe.recv():
            room.abort()
    except (EOFError, OSError):
        os._exit(1)
