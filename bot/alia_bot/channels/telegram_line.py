"""The line to Telegram: one bot, its connections and its pace, in an event loop of their own.

What is sent to many and what is answered to one person go over the same line, so that limits are kept together. Used
from any thread; the loop begins at the first use.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from pydantic import SecretStr

os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library's own switch to durations; without it every 429 warns

from telegram import Bot

from alia_bot.channels.telegram_pace import Pace
from alia_bot.channels.telegram_request import Request, understood

T = TypeVar("T")
Updates = list[dict[str, Any]]
#: Connections for sending and answering; polling has one of its own.
_CONNECTIONS = 8


class _Bot(Bot):
    """A bot that gives updates as they come, and no result that is not what was asked for.

    `get_updates` raises for the whole of an answer where it cannot read one update of it, such as one of a kind that
    Telegram added since; and so would again, for ever.
    """

    async def _post(self, endpoint: str, *given: Any, **more: Any) -> Any:
        result = await super()._post(endpoint, *given, **more)
        understood(self, endpoint, result)
        return result

    async def updates(self, offset: int | None, wait_s: int, kinds: Sequence[str], patience_s: float) -> Updates:
        """Wait so long for updates from an id on, which confirms those before it."""
        asked = {"offset": offset, "timeout": wait_s, "allowed_updates": kinds}
        found: Updates = await self._post("getUpdates", asked, read_timeout=wait_s + patience_s)
        return found


class Line:
    """One bot's line.

    Args:
        token: the bot's; it goes nowhere but into the address of requests.
        api: where the Bot API is.
        timeout_s: of each request.
    """

    def __init__(self, token: SecretStr, *, api: str, timeout_s: float, pace: Pace | None = None) -> None:
        self.token = token
        self.pace = pace or Pace()
        self._api = api.rstrip("/")
        self._timeout_s = timeout_s
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._bot: _Bot | None = None
        self._requests: tuple[Request, Request] | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do this in the loop; the calling thread waits for its end."""
        return self.submit(work).result()

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin this in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._running())

    async def updates(self, offset: int | None, wait_s: int, kinds: Sequence[str]) -> Updates:
        """What was said to the bot since, unread. Only inside the loop.

        Args:
            offset: the id of the first that is wanted; those before it are confirmed, and come no more.
            wait_s: how long Telegram may wait for something, in seconds.

        Raises:
            TelegramError: there is no answer.
        """
        return await (await self._made()).updates(offset, wait_s, kinds, self._timeout_s)

    async def bot(self) -> Bot:
        """The bot, ready for requests. Only inside the loop."""
        return await self._made()

    async def _made(self) -> _Bot:
        if self._bot is None:
            sending, polling = Request(_CONNECTIONS, self._timeout_s), Request(2, self._timeout_s)
            await sending.initialize()
            await polling.initialize()
            self._requests = sending, polling
            self._bot = _Bot(
                self.token.get_secret_value(),
                base_url=f"{self._api}/bot",
                request=sending,
                get_updates_request=polling,
            )
        return self._bot

    def clean(self, text: str) -> str:
        """One short line, without the token."""
        return " ".join(text.replace(self.token.get_secret_value(), "[token]").split())[:300]

    def close(self) -> None:
        """End what is under way and let go of the connections."""
        with self._starting:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._shut(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._turn, args=(self._loop,), name="telegram", daemon=True)
                self._thread.start()
            return self._loop

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    async def _shut(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._requests:
            for request in self._requests:
                await request.shutdown()
        self._bot = self._requests = None
