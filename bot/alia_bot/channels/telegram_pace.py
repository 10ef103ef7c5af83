"""Telegram's limits, kept before Telegram has to: 30 messages a second in all, one a second in a chat, 20 a minute in
a group (core.telegram.org/bots/faq#broadcasting-to-users). Answers to people go before what is sent to many.

A message counts from the moment its answer came: Telegram saw it before then, however long it was under way.

Belongs to one event loop.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

#: Of all messages, of one chat, of one group; a little longer than Telegram's, whose clock is not ours.
IN_ALL, WINDOW_S = 30, 1.005
CHAT_EVERY_S = 1.05
GROUP_A_MINUTE, MINUTE_S = 20, 60.5
#: So long a broadcast waits for a chat before it lets the others go first; so long an answer to a person.
BROADCAST_PATIENCE_S, ANSWER_PATIENCE_S = 3.0, 45.0
#: How often waiting broadcasts look whether an answer still goes first.
_GLANCE_S = 0.02


class RestsError(Exception):
    """A chat, or where `everyone` the bot as a whole, may take nothing for so many seconds."""

    def __init__(self, seconds: float, *, everyone: bool) -> None:
        super().__init__(f"{seconds:.1f} s")
        self.seconds = seconds
        self.everyone = everyone


@dataclass(slots=True, eq=False)
class _Departure:
    """A message that left: when, or when its answer came."""

    at: float


class Pace:
    """When the next message may leave, by chat and in all.

    Args:
        clock: seconds that only go forward; `sleep`: waits so many of them.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._all: deque[_Departure] = deque(maxlen=IN_ALL)
        self._chats: dict[int | str, deque[_Departure]] = {}
        self._rests: dict[int | str, float] = {}
        self._everyone_rests = float("-inf")
        self._answers: dict[object, float] = {}  # that wait, and since when their chats would let them

    @asynccontextmanager
    async def turn(self, chat: int | str, *, answer: bool) -> AsyncIterator[None]:
        """Entered as soon as a message may leave to a chat, left when its answer came.

        Args:
            answer: to a person who waits for it, so that it goes before what is sent to many; unless its own chat must
                wait, which holds nobody else back.

        Raises:
            RestsError: it may not for longer than one should wait here; nothing is counted.
        """
        departure = await self._leave(chat, answer=answer)
        try:
            yield
        finally:
            departure.at = self._clock()

    async def _leave(self, chat: int | str, *, answer: bool) -> _Departure:
        waiting = object()
        try:
            while True:
                now = self._clock()
                rest = max(self._everyone_rests - now, self._chat_free(chat, now) - now)
                if rest > (ANSWER_PATIENCE_S if answer else BROADCAST_PATIENCE_S):
                    raise RestsError(rest, everyone=self._everyone_rests > now)
                free = max(rest, self._all[0].at + WINDOW_S - now if len(self._all) == IN_ALL else 0.0)
                if answer:
                    self._answers[waiting] = now + rest
                behind = not answer and any(since <= now for since in self._answers.values())
                if free <= 0 and not behind:
                    break
                await self._sleep(max(free, _GLANCE_S) if behind else free)
        finally:
            self._answers.pop(waiting, None)
        departure = _Departure(now)
        self._all.append(departure)
        self._sent(chat).append(departure)
        if len(self._chats) > 4 * IN_ALL:
            self._forget(now)
        return departure

    async def wait(self, seconds: float) -> None:
        """Wait so long by this pace's clock; nothing is counted."""
        await self._sleep(seconds)

    def refused(self, chat: int | str, seconds: float) -> bool:
        """Telegram asks for patience. Gives whether it is for everyone: a second chat is refused while a first rests.

        The answer does not say whose limit was reached, so the chat that got it rests, and the others try.
        """
        now = self._clock()
        everyone = any(until > now for other, until in self._rests.items() if other != chat)
        self._rests[chat] = now + seconds
        if everyone:
            self._everyone_rests = max(self._everyone_rests, now + seconds)
        return everyone

    def _chat_free(self, chat: int | str, now: float) -> float:
        sent, free = self._chats.get(chat), self._rests.get(chat, now)
        if sent:
            free = max(free, sent[-1].at + CHAT_EVERY_S)
            if len(sent) == GROUP_A_MINUTE:
                free = max(free, sent[0].at + MINUTE_S)
        return free

    def _sent(self, chat: int | str) -> deque[_Departure]:
        """The last messages of a chat: one of a person, a minute's of a group or channel, whose ids are negative."""
        person = isinstance(chat, int) and chat > 0
        return self._chats.setdefault(chat, deque(maxlen=1 if person else GROUP_A_MINUTE))

    def _forget(self, now: float) -> None:
        """What no longer holds anything back: ten thousand chats leave nothing behind."""
        self._chats = {chat: sent for chat, sent in self._chats.items() if sent[-1].at > now - MINUTE_S}
        self._rests = {chat: until for chat, until in self._rests.items() if until > now}
