"""When a request to the Hub may go: inside the quota that the Hub states, and before the deadline.

The Hub counts requests in fixed windows (500 in 5 minutes for an anonymous reader) and tells with every answer how
many are left and when the window ends. Until the first such answer, and with a server that never says, the anonymous
quota is kept over any 5 minutes.
"""

import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alia_watch.clock import Clock, format_second
from alia_watch.sources.patience import Deadline

_LIMIT = re.compile(r'"(?P<kind>\w+)"\s*;\s*r\s*=\s*(?P<r>\d{1,9})\s*;\s*t\s*=\s*(?P<t>\d{1,9})')
_POLICY = re.compile(r"q\s*=\s*(?P<q>[1-9]\d{0,8})\b.*?\bw\s*=\s*(?P<w>[1-9]\d{0,8})\b")
#: How far two statements of a window's end may lie apart and mean the same window.
_ROUNDING = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Quota:
    """So many requests in a window of so many seconds."""

    requests: int = 500
    window_s: int = 300


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a reading will cost: requests when nothing fails, and the least time that the quota makes it last."""

    requests: int
    at_least: timedelta
    quota: Quota

    def __str__(self) -> str:
        """The sentence for people."""
        asked = f"{self.requests} request{'' if self.requests == 1 else 's'}"
        quota = f"the Hub's quota of {self.quota.requests} in {self.quota.window_s / 60:g} minutes"
        if not self.at_least:
            return f"{asked}: a minute or two, inside {quota}"
        return f"{asked}: at least {self.at_least.total_seconds() / 60:g} minutes, under {quota}"


class Pacer:
    """Keeps requests of all threads inside the Hub's quota."""

    def __init__(self, clock: Clock, quota: Quota | None = None) -> None:
        self.quota = quota or Quota()
        self._clock = clock
        self._turn = threading.Lock()  # held while waiting: when one may not send, nobody may
        self._state = threading.Lock()
        self._sent: deque[datetime] = deque()
        self._remaining: int | None = None  # None until the Hub says
        self._reset_at: datetime | None = None
        self._in_flight = 0

    def take_turn(self, deadline: Deadline) -> datetime:
        """Wait until one more request fits the quota, and count it; the instant it goes at. Raises OutOfTime."""
        with self._turn:
            deadline.check()
            while (seconds := self._reserve()) > 0:
                until = format_second(self._clock() + timedelta(seconds=seconds))
                deadline.wait(seconds, f"the Hub's quota is used up until {until}")
            return self._clock()

    def _reserve(self) -> float:
        """0 and the request is counted, or the seconds to wait."""
        with self._state:
            now = self._clock()
            window = timedelta(seconds=self.quota.window_s)
            if self._reset_at is not None and now >= self._reset_at:
                self._reset_at += window * ((now - self._reset_at) // window + 1)
                self._remaining = self.quota.requests
            if self._remaining is not None and self._reset_at is not None:
                if self._remaining <= 0:
                    return (self._reset_at - now).total_seconds()
                self._remaining -= 1
            else:
                while self._sent and now - self._sent[0] >= window:
                    self._sent.popleft()
                if len(self._sent) >= self.quota.requests:
                    return (self._sent[0] + window - now).total_seconds()
                self._sent.append(now)
            self._in_flight += 1
            return 0.0

    def answered(self, headers: Mapping[str, str] | None, *, sent: datetime, refused: bool = False) -> bool:
        """An answer came (None: the request failed without one): learn what it says of the quota.

        `refused` says that the answer was a 429. Whether the quota is the reason, and the next turn is waited for.
        """
        with self._state:
            self._in_flight -= 1
            if headers is None:
                return False
            policy = _POLICY.search(headers.get("ratelimit-policy", ""))
            if policy:
                self.quota = Quota(int(policy["q"]), int(policy["w"]))
            limit = _LIMIT.search(headers.get("ratelimit", ""))
            if not limit:
                return False
            reset_at = self._clock() + timedelta(seconds=int(limit["t"]) + 1)  # `t` is rounded: one second more
            if refused and int(limit["r"]) == 0:
                self._remaining, self._reset_at = 0, reset_at
                return True
            self._learn(int(limit["r"]) - self._in_flight, reset_at, sent)  # those on their way may not be counted yet
            return False

    def _learn(self, remaining: int, reset_at: datetime, sent: datetime) -> None:
        """The Hub's windows are fixed: an end that moved by more than rounding belongs to another window."""
        if self._reset_at is None or self._remaining is None:
            self._remaining, self._reset_at = remaining, reset_at
            return
        began = self._reset_at - timedelta(seconds=self.quota.window_s) - _ROUNDING
        if sent < began or reset_at < self._reset_at - _ROUNDING:
            return  # it speaks of a window that is over
        if reset_at <= self._reset_at + _ROUNDING:
            remaining = min(remaining, self._remaining)
        self._remaining, self._reset_at = remaining, max(reset_at, self._reset_at)

    def estimate(self, requests: int) -> Estimate:
        """How long so many requests take under the quota, from a fresh window on."""
        waits = max(0, -(-requests // self.quota.requests) - 1)
        return Estimate(requests, timedelta(seconds=waits * self.quota.window_s), self.quota)


def organisation(repo_id: str) -> str:
    """The part of an id before the slash; of an id without one, the id."""
    return repo_id.split("/", maxsplit=1)[0]
