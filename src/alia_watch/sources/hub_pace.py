"""When a request to the Hub may go: inside the quota that the Hub states, and before the deadline.

The Hub counts requests in fixed windows (500 in 5 minutes for an anonymous reader) and tells with every answer how
many are left and when the window ends. Until the first such answer, and with a server that never says, the anonymous
quota is kept over any 5 minutes.
"""

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from alia_watch.clock import Clock, format_second

Sleep = Callable[[float], object]

_LIMIT = re.compile(r'"(?P<kind>\w+)"\s*;\s*r\s*=\s*(?P<r>\d{1,9})\s*;\s*t\s*=\s*(?P<t>\d{1,9})')
_POLICY = re.compile(r"q\s*=\s*(?P<q>[1-9]\d{0,8})\b.*?\bw\s*=\s*(?P<w>[1-9]\d{0,8})\b")
#: How far two statements of a window's end may lie apart and mean the same window.
_ROUNDING = timedelta(seconds=2)


class OutOfTime(Exception):
    """There is no time left to wait, or the reading was told to stop. The message says which."""


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


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for, written as seconds or as an HTTP date; None where it says nothing."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def organisation(repo_id: str) -> str:
    """The part of an id before the slash; of an id without one, the id."""
    return repo_id.split("/", maxsplit=1)[0]
