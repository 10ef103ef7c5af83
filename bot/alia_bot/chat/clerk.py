"""Carries what came in to the rules that answer it, and their answers back: the edge of the conversation.

Nobody is left without a word: what takes longer says that it is being typed, what breaks says so with a number that
stands in the log, and what cannot be sent for now is answered once the line is back.
"""

import asyncio
import contextlib
import contextvars
import json
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import structlog
from telegram import Update
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from alia_bot.channels.telegram_buttons import pressed
from alia_bot.channels.telegram_line import Line
from alia_bot.channels.telegram_pace import RestsError
from alia_bot.channels.telegram_post import Post, Target
from alia_bot.channels.telegram_refusals import CANNOT_EDIT, NO_CHAT, NOTHING_TO_EDIT
from alia_bot.channels.telegram_words import Step
from alia_bot.chat.asking import Tools, asking, guessed
from alia_bot.chat.conversation import answer, needs_rights, place_named, target_of
from alia_bot.chat.incoming import Incoming, Kind, Room, incoming
from alia_bot.chat.membership import PUT_OUT
from alia_bot.chat.patience import patiently
from alia_bot.chat.reply import Reply
from alia_bot.chat.standing import administers, chat_named
from alia_watch.clock import Clock
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError
from alia_watch.reports.speech import Speech
from alia_watch.store import chat
from alia_watch.store.database import open_store
from alia_watch.store.subscribers import stop, subscriber_of_chat

T = TypeVar("T")
#: After so many seconds without an answer, it says that it is being typed; and again, since that fades after five.
TYPING_AFTER_S, TYPING_EVERY_S = 0.7, 4.5
#: What waited longer than this for the line to come back is not answered any more.
STALE = timedelta(minutes=15)
#: So many answers are made at once.
_HANDS = 4

_log = structlog.get_logger()


class Clerk:
    """Answers updates over a line.

    Args:
        database: of the config; each answer opens it for itself.
        at: the present.
    """

    def __init__(self, config: Config, line: Line, post: Post, tools: Tools, *, at: Clock) -> None:
        self._config = config
        self._line = line
        self._post = post
        self._tools = tools
        self._clock = at
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="chat")
        self._rooms: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.bot_name = ""

    def close(self) -> None:
        """No further answer is begun."""
        self._hands.shutdown(wait=False, cancel_futures=True)

    async def in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        """Do what waits for the database or counts, outside the loop."""
        run = contextvars.copy_context().run  # what is logged there says for which update
        return await asyncio.get_running_loop().run_in_executor(self._hands, run, function, *arguments)

    async def handle(self, update_id: int, body: str) -> bool:
        """Answer one update that was taken in; gives whether it is done with. What a chat says is answered in turn."""
        update = Update.de_json(json.loads(body), await self._line.bot())
        came = incoming(update, self.bot_name)
        if came is None:
            await self.in_thread(self._done, update_id)
            return True
        lock = self._rooms.setdefault(came.chat, asyncio.Lock())
        async with lock:
            done = await self._handle(came)
        if done:
            await self.in_thread(self._done, update_id)
        return done

    async def _handle(self, came: Incoming) -> bool:
        structlog.contextvars.bind_contextvars(update=came.update_id)
        began, outcome = time.monotonic(), "answered"
        try:
            async with self._typing(came):
                replies = await self._replies(came)
            await self._send_all(came, replies)
        except (RestsError, RetryAfter):
            outcome = "dropped: the chat must be left in peace"
        except Forbidden:
            outcome = "the chat does not want us"
            await self.in_thread(self._put_out, came.chat)
        except BadRequest as error:
            outcome = "not sent"
            taken_here = not NO_CHAT.search(error.message)  # else nothing is, and no word about it either
            tell = _log.error if taken_here else _log.warning
            tell("chat: not sent", update=came.update_id, error=self._line.clean(error.message))
            if taken_here:
                await self._confess(came)
        except NetworkError:
            outcome = "the line is down"
        except Exception as error:  # noqa: BLE001  whatever breaks is said and written down
            outcome = "failed"
            expected = isinstance(error, AliaWatchError)
            words = self._line.clean(str(error))
            _log.error("chat: failed", update=came.update_id, error=words, exc_info=None if expected else error)
            await self._confess(came)
        line = {"update": came.update_id, "kind": came.kind.value, "command": came.command or None, "outcome": outcome}
        _log.info("chat", **line, duration_s=round(time.monotonic() - began, 3))
        return outcome != "the line is down"

    async def _replies(self, came: Incoming) -> list[Reply]:
        action, target = None, None
        if came.kind is Kind.PRESS:
            action, target = target_of(pressed(came.press, self._line.token, came.chat))
        elif place := place_named(came):
            target = await chat_named(self._line, place)
        rights = await self._rights(came, action, target)
        return await self.in_thread(self._answer, came, action, rights, target)

    async def _rights(self, came: Incoming, action: str | None, target: int | None) -> bool:
        """Whether who asks may settle things: in their own chat always, elsewhere if they administer it."""
        if came.kind in (Kind.MEMBERSHIP, Kind.MOVED):
            settles = came.room is Room.CHANNEL and came.present
        elif target is None:
            settles = came.room is not Room.PRIVATE and not came.anonymous and needs_rights(came, action)
        else:
            settles = True
        if not settles:
            return True
        if came.user is None:
            return False
        return await administers(self._line, came.chat if target is None else target, came.user)

    def _answer(self, came: Incoming, action: str | None, rights: bool, target: int | None) -> list[Reply]:
        now = self._now()
        with open_store(self._config.watch.database) as store:
            asked = asking(store, self._config, came, now=now, tools=self._tools, rights=rights, target=target)
            return answer(asked, action)

    async def _send_all(self, came: Incoming, replies: list[Reply]) -> None:
        toast = next((each.toast for each in replies if each.toast), "")
        if came.kind is Kind.PRESS:
            await self._answer_press(came, toast)
        for reply in replies:
            await self._send(came, reply)
            if reply.then is not None:
                async with self._typing(came):
                    more = await self.in_thread(reply.then)
                for following in more:
                    await self._send(came, following)

    async def _send(self, came: Incoming, reply: Reply) -> None:
        if not (reply.markup or reply.plain or reply.image or reply.file):
            return
        step = Step(reply.markup, reply.plain, reply.image, buttons=reply.buttons, asks=reply.asks)
        notes: list[str] = []
        if reply.edits and came.kind is Kind.PRESS and await self._edit(came, step, notes):
            self._note(came, notes)
            return
        own = reply.chat is None or reply.chat == came.chat
        asked_in = came.message_id if came.kind is Kind.COMMAND and came.room is Room.GROUP else None
        target = (
            Target(came.chat, came.forum_topic, reply_to=asked_in, answer=True)
            if own
            else Target(reply.chat or 0, answer=True)
        )
        try:
            if reply.markup or reply.plain or reply.image:
                await self._post_to(target, step, notes)
            if reply.file:
                await self._post_to(target, Step("", "", file=reply.file), notes)
        except Forbidden:
            if own:
                raise
            notes.append("somebody who never wrote to the bot cannot be told")
        self._note(came, notes)

    async def _edit(self, came: Incoming, step: Step, notes: list[str]) -> bool:
        """Put an answer in the place of the message whose button was pressed; gives whether it stands there."""
        if came.message_id is None:
            return False
        try:
            await patiently(partial(self._post.edit, came.chat, came.message_id, step, notes), self._line.pace)
        except BadRequest as error:
            if NOTHING_TO_EDIT.search(error.message):
                return True
            if not CANNOT_EDIT.search(error.message):
                raise
            return False
        return True

    def _note(self, came: Incoming, notes: list[str]) -> None:
        if notes:
            _log.warning("chat: sent otherwise", update=came.update_id, why="; ".join(notes))

    async def _post_to(self, target: Target, step: Step, notes: list[str]) -> None:
        """Send, once more where the group has moved."""
        try:
            await patiently(partial(self._post.send, target, step, notes), self._line.pace)
        except ChatMigrated as error:
            moved = replace(target, chat=error.new_chat_id, thread=None)
            await patiently(partial(self._post.send, moved, step, notes), self._line.pace)

    async def _answer_press(self, came: Incoming, toast: str) -> None:
        bot = await self._line.bot()
        end = partial(bot.answer_callback_query, came.press_id, text=toast[:200] or None)
        with contextlib.suppress(BadRequest):  # it took too long, and the button no longer waits
            await patiently(end, self._line.pace)

    def _guess(self, came: Incoming) -> Speech:
        """The language of whom the database is not asked about."""
        return Speech(guessed(came.client_language, self._config.watch.language))

    async def calm(self, came: Incoming) -> bool:
        """Tell a chat that asks too much that it is heard again soon."""
        speech = self._guess(came)
        await self._tell(came, speech.get("That is a lot at once. I answer again in a minute."))
        return True

    async def late(self, came: Incoming) -> bool:
        """Tell a chat that what it asked long ago was not answered."""
        speech = self._guess(came)
        await self._tell(came, speech.get("I could not answer in time what you asked. Ask again, please."))
        return True

    async def _confess(self, came: Incoming) -> None:
        """The database may be what failed, so the language is a guess."""
        speech = self._guess(came)
        words = speech.get(
            "That did not work. It is written down as no. {id}; try again a little later.", id=str(came.update_id)
        )
        if came.kind is Kind.PRESS:
            with contextlib.suppress(TelegramError):
                await self._answer_press(came, "")
        if came.room is not Room.CHANNEL:
            await self._tell(came, words)

    async def _tell(self, came: Incoming, words: str) -> None:
        with contextlib.suppress(TelegramError, RestsError):
            await self._post.send(Target(came.chat, came.forum_topic, answer=True), Step(words, words), [])

    @contextlib.asynccontextmanager
    async def _typing(self, came: Incoming) -> AsyncIterator[None]:
        """While an answer is made that takes its time, the chat sees that it is being typed."""
        if came.kind not in (Kind.COMMAND, Kind.PRESS):
            yield
            return
        task = asyncio.create_task(self._type(came))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _type(self, came: Incoming) -> None:
        await asyncio.sleep(TYPING_AFTER_S)
        bot = await self._line.bot()
        while True:
            with contextlib.suppress(TelegramError):
                await bot.send_chat_action(came.chat, ChatAction.TYPING, message_thread_id=came.forum_topic)
            await asyncio.sleep(TYPING_EVERY_S)

    def _put_out(self, chat_id: int) -> None:
        with open_store(self._config.watch.database) as store:
            who = subscriber_of_chat(store, str(chat_id))
            if who is not None and who.stopped is None:
                stop(store, who.id, PUT_OUT, now=self._now())

    def _done(self, update_id: int) -> None:
        with open_store(self._config.watch.database) as store:
            chat.answered(store, update_id)

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)
