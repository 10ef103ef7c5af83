"""Answers are worked out in a process of their own, so that the daemon carries neither the mathematics nor what they
grow to. It is started by a question, and ends when nobody has asked for a while.
"""

import signal
import threading
from collections.abc import Callable
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

import structlog

from alia_bot import logs
from alia_watch.child import Child
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError
from alia_watch.store.database import open_store

#: How long the process waits for the next question, and how long an answer may take, in seconds.
IDLE_S, WITHIN_S = 600.0, 120.0

T = TypeVar("T")

_log = structlog.get_logger()


class NotReckonedError(AliaWatchError):
    """An answer could not be worked out."""


class Reckoner(Protocol):
    """Works out what `step(store, config, *given, now=now)` gives, from one look at the database."""

    def __call__(self, step: Callable[..., T], *given: Any, now: datetime) -> T:
        """The step is a function of a module; what it is given, and what it gives, can be sent to another process."""

    def close(self) -> None:
        """End what was started for it."""


class Here:
    """In the caller's thread."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def __call__(self, step: Callable[..., T], *given: Any, now: datetime) -> T:
        return _reckoned(self._config, step, given, now)

    def close(self) -> None:
        """Nothing was started."""


class Apart:
    """In a process of its own; one question at a time.

    Args:
        form, verbose: how the process logs, as `logs.configure` says.
        idle_s: how long it waits for the next question; `within_s`: how long an answer may take.

    Raises:
        NotReckonedError: the step failed, the process died, or it took too long. The next question gets a new one.
    """

    def __init__(
        self,
        config: Config,
        *,
        form: str = "console",
        verbose: bool = False,
        idle_s: float = IDLE_S,
        within_s: float = WITHIN_S,
    ) -> None:
        self._within_s = within_s
        self._asking = threading.Lock()
        self._child = Child(_reckon, config, idle_s, form, verbose, name="reckoner")

    def __call__(self, step: Callable[..., T], *given: Any, now: datetime) -> T:
        with self._asking:
            made, result = self._asked((step, given, now))
        if not made:
            raise NotReckonedError(f"An answer could not be worked out: {result}")
        answer: T = result
        return answer

    def close(self) -> None:
        """End the process, whatever it does."""
        with self._asking:
            self._child.end()

    def _asked(self, question: tuple[Any, ...], *, again: bool = True) -> tuple[bool, Any]:
        try:
            made, result = self._child.ask(question, self._within_s)
        except TimeoutError as error:
            raise NotReckonedError(f"An answer was not worked out within {self._within_s:g} s.") from error
        except EOFError as error:
            if again:  # it may have ended just now, for nobody had asked: another is asked, once
                return self._asked(question, again=False)
            raise NotReckonedError("The process that works answers out died.") from error
        return made, result


def _reckoned(config: Config, step: Callable[..., T], given: tuple[Any, ...], now: datetime) -> T:
    with open_store(config.watch.database) as store, store.reading():
        return step(store, config, *given, now=now)


def _reckon(pipe: "Connection[Any, Any]", config: Config, idle_s: float, form: str, verbose: bool) -> None:
    """What the process does: questions in, answers or reasons out, until nobody asks or listens."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # they are for the daemon, which ends this when it is done
    logs.configure(form, verbose=verbose, secrets=logs.secrets_of(config))
    while pipe.poll(idle_s):
        try:
            step, given, now = pipe.recv()
        except EOFError:
            return
        try:
            answer = True, _reckoned(config, step, given, now)
        except AliaWatchError as error:
            answer = False, str(error)
        except Exception as error:  # noqa: BLE001  the next question may fare better
            _log.exception("answers: failed", step=step.__name__)
            answer = False, f"{type(error).__name__}; the log says where."
        pipe.send(answer)
