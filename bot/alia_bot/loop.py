"""A thread of the daemon that does one step whenever it is woken."""

import errno
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

from alia_bot.duty_process import NO_MORE_HINT
from alia_watch.errors import AliaWatchError
from alia_watch.store.database import Store, open_store

#: How long a tick that fails in the same way again is not told again, in seconds.
SAME_ERROR_S = 600
#: The system gives no more files: where in the code that was is luck, and no news.
_NO_MORE = (errno.EMFILE, errno.ENFILE)

_log = structlog.get_logger()


class Loop(threading.Thread):
    """A thread that does one step each time it is woken. A step that fails is logged; the next is done as usual.

    Args:
        step: what it does.
        still_s: after so many seconds in one step without `moving` the thread counts as stuck.
    """

    def __init__(self, name: str, database: Any, step: Callable[[Store], None], still_s: float) -> None:
        super().__init__(name=name, daemon=True)
        self._database = database
        self._step = step
        self._still_s = still_s
        self._moved: float | None = None  # when the step in hand last showed that it goes on; None between steps
        self._woken = threading.Event()
        self._ended = False
        self._told = ("", 0.0)
        self._failing_since: float | None = None

    def wake(self) -> None:
        """Do a step now, or once more after the one in hand."""
        self._woken.set()

    def end(self) -> None:
        """End after the step in hand."""
        self._ended = True
        self._woken.set()

    def moving(self) -> None:
        """The step in hand goes on: to be said by a long one."""
        self._moved = time.monotonic()

    @property
    def stuck(self) -> bool:
        """Whether the step in hand shows no sign that it goes on."""
        moved = self._moved
        return moved is not None and time.monotonic() - moved > self._still_s

    def run(self) -> None:
        while self._woken.wait() and not self._ended:
            self._woken.clear()
            self.moving()
            try:
                with open_store(self._database) as store:
                    self._step(store)
                self._well()
            except Exception as error:  # noqa: BLE001  a broken tick never ends the daemon
                self._tell(error)
            finally:
                self._moved = None

    def _well(self) -> None:
        """One line when ticks that failed work again."""
        if self._failing_since is not None:
            since, self._failing_since, self._told = self._failing_since, None, ("", 0.0)
            _log.warning("tick works again", thread=self.name, failed_for_s=round(time.monotonic() - since))

    def _tell(self, error: Exception) -> None:
        """One line; the same error again is silent for a while, since a full disk would fill the log too."""
        if self._failing_since is None:
            self._failing_since = time.monotonic()
        told, at = self._told
        if str(error) == told and time.monotonic() - at < SAME_ERROR_S:
            return
        self._told = (str(error), time.monotonic())
        if isinstance(error, AliaWatchError):
            _log.error("tick failed", thread=self.name, error=str(error), hint=error.hint)
        elif isinstance(error, OSError) and error.errno in _NO_MORE:
            _log.error("tick failed", thread=self.name, error=str(error), hint=NO_MORE_HINT)
        else:
            _log.error("tick failed", thread=self.name, error=str(error), exc_info=error)
