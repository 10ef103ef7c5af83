"""A clock that stands still until it is moved, shared by a simulated world and by who reads it."""

import threading
from datetime import UTC, datetime, timedelta


class SimulatedClock:
    """Call it for the present instant. Sleeping moves it on at once; safe for threads.

    `slept` lists every wait, in seconds and in order.
    """

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        """The present instant."""
        with self._lock:
            return self._at

    def sleep(self, seconds: float) -> None:
        """Let so much time pass."""
        with self._lock:
            self.slept.append(seconds)
            self._at += timedelta(seconds=seconds)

    def set(self, at: datetime) -> None:
        """Go to an instant."""
        with self._lock:
            self._at = at.astimezone(UTC)
