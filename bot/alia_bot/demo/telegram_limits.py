"""The Bot API's flood limits: thirty messages a second in all, one a second and twenty a minute in a chat.

The real limits are softer and secret; these are the ones its makers publish, held to the letter. Whoever goes on
sending while asked to wait is refused until the wait is over.
"""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from alia_bot.demo.telegram_wire import RefusedError

#: How many messages in how many seconds.
IN_ALL = ((30, 1.0),)
TO_A_CHAT = ((1, 1.0),)
TO_A_GROUP = ((1, 1.0), (20, 60.0))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that passed: when, on the clock of the limits, and in which chat."""

    instant: float
    chat_id: int | str


class _Window:
    """The recent instants of one chat, or of all, and the wait that is running there."""

    def __init__(self) -> None:
        self.instants: deque[float] = deque()
        self.until = -math.inf

    def wait(self, now: float, rules: tuple[tuple[int, float], ...]) -> float:
        """How many seconds are left until one more would pass."""
        longest = max(seconds for _, seconds in rules)
        while self.instants and self.instants[0] <= now - longest:
            self.instants.popleft()
        left = [self.until - now]
        for most, seconds in rules:
            if len(self.instants) >= most:
                left.append(self.instants[-most] + seconds - now)
        return max(left)


class Limits:
    """Counts what is sent and edited. `clock` gives seconds that only go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.refused = 0
        self.accepted: list[Accepted] = []
        self._clock = clock
        self._all = _Window()
        self._chats: defaultdict[int | str, _Window] = defaultdict(_Window)

    def check(self, chat_id: int | str, *, group: bool) -> None:
        """Let a message pass, or refuse it.

        Raises:
            RefusedError: 429, with the seconds to wait.
        """
        now = self._clock()
        for window, rules in ((self._chats[chat_id], TO_A_GROUP if group else TO_A_CHAT), (self._all, IN_ALL)):
            left = window.wait(now, rules)
            if left > 0:
                seconds = max(1, math.ceil(left))
                if window.until <= now:
                    window.until = now + seconds
                self.refused += 1
                raise RefusedError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})

    def take(self, chat_id: int | str) -> None:
        """Count a message that was accepted."""
        now = self._clock()
        self.accepted.append(Accepted(now, chat_id))
        self._chats[chat_id].instants.append(now)
        self._all.instants.append(now)

    def most_within(self, seconds: float, chat_id: int | str | None = None) -> int:
        """The most messages that passed in any stretch of so many seconds, in one chat or in all."""
        instants = [each.instant for each in self.accepted if chat_id in (None, each.chat_id)]
        most = start = 0
        for end, instant in enumerate(instants):
            while instants[start] <= instant - seconds:
                start += 1
            most = max(most, end - start + 1)
        return most
