"""Where updates come in: asked for one long request after another, kept until they are answered, each once.

Of two daemons with one token, Telegram ends the request of the one when the other asks. The one that has been
answered for long holds on; the one that came second stops asking, and says why. Now and then it looks whether the other
is gone: where that was the daemon before an update, it takes over.
"""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from telegram import Update
from telegram.error import BadRequest, Conflict, NetworkError, RetryAfter, TelegramError

from alia_bot.channels.telegram_line import Line
from alia_bot.channels.telegram_refusals import seconds_of
from alia_bot.channels.telegram_request import UNREADABLE
from alia_bot.chat.clerk import STALE, Clerk
from alia_bot.chat.commands import publish
from alia_bot.chat.conversation import concerns
from alia_bot.chat.crowd import Crowd
from alia_bot.chat.incoming import Incoming, Kind, incoming
from alia_watch.clock import Clock
from alia_watch.config.sections import Config
from alia_watch.store import chat
from alia_watch.store.database import open_store

#: How long one request waits for something to be said, in seconds.
POLL_S = 25
#: The wait after a failure; it doubles to a minute.
BACK_OFF_S, BACK_OFF_MOST_S = 1.0, 60.0
#: So often in a row a bot that came second asks; one that was answered for so many seconds holds on.
CONFLICTS, SETTLED_S = 4, 120.0
#: How often one asks who holds on; and one that stopped asking.
_HOLD_ON_S = 5.0
LOOK_AGAIN_S = 600.0
_WANTED = ("message", "callback_query", "my_chat_member")

_log = structlog.get_logger()


@dataclass(slots=True)
class _Luck:
    """How asking has gone: failures in a row, conflicts in a row, and since when it goes well (None: never yet)."""

    failures: int = 0
    conflicts: int = 0
    well_since: float | None = None


class Reception:
    """Takes in what is said to one bot, and has it answered.

    Args:
        line: whose token asks.
        clerk: who answers.
        ticks: seconds that only go forward, by which it is measured how much a chat asks, and how long all goes well.
    """

    def __init__(
        self,
        config: Config,
        line: Line,
        clerk: Clerk,
        *,
        at: Clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._line = line
        self._clerk = clerk
        self._clock = at
        self._ticks = ticks
        self._crowd = Crowd()
        self._luck = _Luck()
        self._tasks: dict[int, asyncio.Task[bool]] = {}
        self._published = False
        self._left_over = False  # something was not answered, since the line was down for it alone
        self._offset: int | None = None
        #: Whether it asks; false while another bot with this token does.
        self.asking = True

    @property
    def busy(self) -> int:
        """How many updates are being answered."""
        return len(self._tasks)

    @property
    def _behind(self) -> bool:
        """Whether something may wait for its answer since before: it begins, Telegram was away, or the line down."""
        return bool(self._luck.failures) or self._luck.well_since is None or self._left_over

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            try:
                await self._heard(await self._ask())
            except asyncio.CancelledError:
                raise
            except TelegramError as error:
                await self._refused(error)
            except Exception:  # noqa: BLE001  such as a full disk: nothing was confirmed to Telegram, so nothing is lost
                _log.exception("chat: what was said cannot be taken in; again in a minute")
                await asyncio.sleep(BACK_OFF_MOST_S)

    async def _heard(self, updates: Sequence[dict[str, Any]]) -> None:
        """After an answer: what waited for it is done, and what was said is taken in."""
        if not self.asking:
            self.asking = True
            _log.info("chat: no other daemon answers for this bot any more; this one does again")
        if self._luck.failures:
            _log.info("chat: Telegram answers again", after_failures=self._luck.failures)
        if self._behind:
            await self._again()
        if not self._published:
            await self._publish()
        self._luck = _Luck(well_since=self._luck.well_since or self._ticks())
        await self._take(updates)

    async def rest(self, seconds: float) -> None:
        """Let what is being answered end, for so long at most."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)

    async def _ask(self) -> Sequence[dict[str, Any]]:
        bot = await self._line.bot()
        if not self._clerk.bot_name:
            self._clerk.bot_name = (await bot.get_me()).username or ""
            await bot.delete_webhook()
        # What was left over is answered once Telegram does, so the first request waits for nothing to be said.
        return await self._line.updates(self._offset, POLL_S if self.asking and not self._behind else 0, _WANTED)

    async def _publish(self) -> None:
        """The lists of commands, once; what Telegram does not take now is tried with the next request."""
        telegram = self._config.channels.telegram
        try:
            await publish(self._line, self._config.watch.language, telegram.maintainers if telegram else ())
        except TelegramError as error:
            _log.warning("chat: the lists of commands were not taken", why=self._line.clean(error.message))
        else:
            self._published = True

    async def _again(self) -> None:
        """What was taken in and not answered, for a crash or since Telegram was away; of what is too old by now, each
        chat is told so once."""
        self._left_over = False
        fresh, stale = await self._clerk.in_thread(self._unanswered)
        for update_id, body in fresh:
            self._begin(update_id, body)
        told: dict[int, tuple[int, Incoming]] = {}
        for update_id, body in stale:
            if (came := await self._read(json.loads(body))) is not None and came.kind in (Kind.COMMAND, Kind.TEXT):
                told[came.chat] = update_id, came
        for update_id, came in told.values():
            self._line_up(update_id, self._clerk.late(came))

    async def _take(self, updates: Sequence[dict[str, Any]]) -> None:
        """Keep them, then have them answered; only then does the next request confirm them to Telegram."""
        kept = []
        for update in updates:
            came, update_id = await self._read(update), update["update_id"]
            if came is None or not concerns(came):
                continue
            if came.kind in (Kind.MEMBERSHIP, Kind.MOVED) or self._crowd.admits(came.chat, self._ticks()):
                kept.append((update_id, json.dumps(update)))
            elif self._crowd.tells(came.chat):
                self._line_up(update_id, self._clerk.calm(came))
        if kept:
            new = set(await self._clerk.in_thread(self._keep, kept))
            for update_id, body in kept:
                if update_id in new:
                    self._begin(update_id, body)
        if updates:
            self._offset = updates[-1]["update_id"] + 1

    async def _read(self, update: dict[str, Any]) -> Incoming | None:
        """What an update says to this bot; nothing where the library cannot read it: it comes no second time."""
        try:
            came = incoming(Update.de_json(update, await self._line.bot()), self._clerk.bot_name)
            hash(came)  # a list in the place of a number is found here, and not by whoever looks the number up
        except UNREADABLE as error:
            _log.error("chat: an update that cannot be read", update=update["update_id"], error=type(error).__name__)
            return None
        return came

    def _begin(self, update_id: int, body: str) -> None:
        if update_id not in self._tasks:
            self._line_up(update_id, self._clerk.handle(update_id, body))

    def _line_up(self, update_id: int, work: Coroutine[Any, Any, bool]) -> None:
        task = asyncio.create_task(work)
        self._tasks[update_id] = task
        task.add_done_callback(partial(self._ended, update_id))

    def _ended(self, update_id: int, task: "asyncio.Task[bool]") -> None:
        del self._tasks[update_id]
        if task.cancelled():
            return
        if task.exception() is None:
            self._left_over = self._left_over or not task.result()
        else:
            _log.error("chat: an update could not be handled", update=update_id, exc_info=task.exception())

    async def _refused(self, error: TelegramError) -> None:
        """Another bot asks; or Telegram is away; or it refuses the token. Wait, or stop."""
        luck, why = self._luck, self._line.clean(error.message)
        if isinstance(error, Conflict):
            luck.conflicts += 1
            settled = luck.well_since is not None and self._ticks() - luck.well_since > SETTLED_S
            if self.asking and luck.conflicts >= CONFLICTS and not settled:
                self.asking = False
                _log.error("chat: another daemon answers for this bot; this one only sends from now on", why=why)
            if not self.asking:
                await asyncio.sleep(LOOK_AGAIN_S)
                return
            await asyncio.sleep(_HOLD_ON_S if settled else BACK_OFF_S)
            return
        luck.failures += 1
        wait = min(BACK_OFF_S * 2 ** min(luck.failures - 1, 10), BACK_OFF_MOST_S)
        if isinstance(error, RetryAfter):
            wait = max(wait, seconds_of(error))
        elif isinstance(error, BadRequest) or not isinstance(error, NetworkError):
            wait = BACK_OFF_MOST_S  # a refused token, say: asking often mends nothing
        if luck.failures == 1:
            _log.warning("chat: Telegram does not answer as it should; it is asked again", why=why)
        await asyncio.sleep(wait)

    def _keep(self, updates: list[tuple[int, str]]) -> list[int]:
        with open_store(self._config.watch.database) as store:
            return chat.take_in(store, updates, now=self._now())

    def _unanswered(self) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        fresh: list[tuple[int, str]] = []
        stale: list[tuple[int, str]] = []
        with open_store(self._config.watch.database) as store:
            for each in chat.unanswered(store):
                if self._now() - each.received_at <= STALE:
                    fresh.append((each.update_id, each.body))
                else:
                    stale.append((each.update_id, each.body))
                    chat.answered(store, each.update_id)
                    _log.warning("chat: too old to be answered", update=each.update_id)
        return fresh, stale

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)
