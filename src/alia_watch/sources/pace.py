"""When a request to a host may go: never sooner than a while after the one before it, whichever source asks."""

import threading
from datetime import datetime, timedelta

from alia_watch.clock import Clock
from alia_watch.sources.patience import Deadline


class Pace:
    """At most one request to a host in `pause_s` seconds, over all sources. Safe for threads.

    A source may ask for a longer pause on its hosts: some say how often they want to be asked.
    """

    def __init__(self, clock: Clock, pause_s: float) -> None:
        self._clock = clock
        self._pause = timedelta(seconds=pause_s)
        self._lock = threading.Lock()
        self._free_at: dict[str, datetime] = {}
        self._latest = clock()

    def take_turn(self, name: str, deadline: Deadline, pause_s: float = 0) -> None:
        """Wait for this host's turn; the next comes no sooner than `pause_s` after it. Raises OutOfTime."""
        with self._lock:
            now = self._clock()
            if now < self._latest:  # the clock was set back, and the turns go with it
                self._free_at = {each: at - (self._latest - now) for each, at in self._free_at.items()}
            self._latest = now
            at = max(now, self._free_at.get(name, now))
            wait = (at - now).total_seconds()
            if wait < deadline.left():  # who cannot wait so long takes no turn from the others
                self._free_at[name] = at + max(self._pause, timedelta(seconds=pause_s))
        deadline.wait(wait, "another request to this host comes first")
