"""How long a reading may last, how long one answer, and how long a server asks to wait."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from alia_watch.clock import Clock

Sleep = Callable[[float], object]

#: How often it is looked at whether an answer's time is over, in seconds: a stop is heard as soon.
_LOOK_S = 0.1


class OutOfTime(Exception):
    """There is no time left to wait, or the reading was told to stop. The message says which."""


class Deadline:
    """How long a reading may still last, by the clock given and by the machine's stopwatch: the earlier ends it.

    Two, because a clock can be set back. `sleep` None waits in short slices, so that `stop` is heard.
    """

    def __init__(self, seconds: float, *, clock: Clock, sleep: Sleep | None) -> None:
        self.seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._started = clock()
        self._stopwatch = time.monotonic()
        self._stopped = False

    def stop(self) -> None:
        """End the reading now. Safe in a signal handler: it sets a flag and nothing else."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether the reading was told to stop."""
        return self._stopped

    def left(self) -> float:
        """Seconds left; 0 when over or stopped."""
        if self._stopped:
            return 0.0
        gone = max((self._clock() - self._started).total_seconds(), time.monotonic() - self._stopwatch)
        return max(0.0, self.seconds - gone)

    def check(self) -> None:
        """Raise OutOfTime when no time is left."""
        if self._stopped:
            raise OutOfTime("the reading was stopped")
        if self.left() <= 0:
            raise OutOfTime(f"the deadline of {self.seconds:g} s for the whole reading is over")

    def wait(self, seconds: float, why: str) -> None:
        """Wait, or raise OutOfTime at once where the deadline would come first."""
        self.check()
        if seconds >= self.left():
            raise OutOfTime(f"{why}; that is beyond the deadline of {self.seconds:g} s for the whole reading")
        if self._sleep is not None and seconds > 0:
            self._sleep(seconds)
        else:
            until = time.monotonic() + seconds
            while not self._stopped and (rest := until - time.monotonic()) > 0:
                time.sleep(min(rest, 0.2))
        self.check()


class Watch:
    """The time of one answer. When that is over, or the reading's, the connections it may come by are cut.

    A read of a socket ends in time only where nothing arrives: a byte now and then, or one `100 Continue` after
    another, would keep it for ever. `end` it when the answer was read.
    """

    def __init__(self, seconds: float, deadline: Deadline, sockets: Collection[socket.socket]) -> None:
        self._until = time.monotonic() + seconds
        self._deadline = deadline
        self._sockets = sockets
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
        self._thread.start()

    def left(self) -> float:
        """Seconds left for the answer; 0 when its time or the reading's is over."""
        return max(0.0, min(self._until - time.monotonic(), self._deadline.left()))

    def end(self) -> None:
        """Cut nothing any more."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(min(_LOOK_S, self.left() or _LOOK_S)):
            if self.left() <= 0:
                for each in tuple(self._sockets):
                    with contextlib.suppress(OSError):  # it was closed already
                        socket.socket.shutdown(each, socket.SHUT_RDWR)  # below TLS, which would wait for the other side


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for, written as seconds or as an HTTP date; None where it says nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # OverflowError: a year of eleven digits
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
