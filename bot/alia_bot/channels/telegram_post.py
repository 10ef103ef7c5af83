"""One request that carries words, a picture or a file, and what goes instead where Telegram cannot use a part of it.

Markup that Telegram cannot parse, or finds too long, goes out as plain text, and a picture or file it cannot take is
left out: both are noted, no words are lost. A picture is uploaded once and then named by Telegram's own id for it.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

from telegram import ForceReply, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import MessageLimit, ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter

from alia_bot.channels.telegram_buttons import keyboard
from alia_bot.channels.telegram_line import Line
from alia_bot.channels.telegram_refusals import MARKUP, NO_CHAT, PICTURE, TOO_LONG, WRONG_FILE_ID, seconds_of
from alia_bot.channels.telegram_words import Step, length, pieces

T = TypeVar("T")
#: So many files' ids are remembered.
_REMEMBERED = 500
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes and how.

    Attributes:
        thread: the forum topic; None the general one, or no forum.
        silent: without a sound.
        reply_to: the message it answers, where that is shown.
        answer: to a person who waits for it.
    """

    chat: int | str
    thread: int | None = None
    silent: bool = False
    reply_to: int | None = None
    answer: bool = False


class Post:
    """Sends single requests over a line. `notes` that it is given get a sentence on whatever was done differently."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._ids: dict[str, str] = {}  # of files, by what is in them

    async def send(self, target: Target, step: Step, notes: list[str]) -> str:
        """The ids of the messages it came to, joined by commas; empty where all of it was left out.

        Raises:
            TelegramError: it was not sent, or perhaps: see `telegram_refusals`.
            RestsError: not now.
        """
        try:
            return await self._request(target, step, ParseMode.HTML)
        except BadRequest as error:
            if step.image and PICTURE.search(error.message):
                notes.append(self._line.clean(f"the picture {step.image.name} was left out: {error.message}"))
                return await self.send(target, replace(step, image=None), notes)
            if step.file and not NO_CHAT.search(error.message):
                notes.append(self._line.clean(f"the file {step.file.name} was left out: {error.message}"))
                return ""
            if not (MARKUP.search(error.message) or TOO_LONG.search(error.message)):
                raise
            notes.append(self._line.clean(f"sent as plain text: {error.message}"))
        except NetworkError as error:
            if not ((step.file or step.image) and TOO_LONG.search(error.message)):
                raise
            name = step.file.name if step.file else step.image.name if step.image else ""
            notes.append(self._line.clean(f"{name} was left out: {error.message}"))
            return await self.send(target, replace(step, image=None), notes) if step.image else ""
        return await self._plain(target, step)

    async def edit(self, chat: int, message_id: int, step: Step, notes: list[str]) -> None:
        """Put other words and buttons in the place of those of a message that has no picture.

        Raises:
            TelegramError: nothing was changed.
            RestsError: not now.
        """
        bot = await self._line.bot()
        change = partial(
            bot.edit_message_text,
            chat_id=chat,
            message_id=message_id,
            reply_markup=keyboard(step.buttons, self._line.token, chat),
            link_preview_options=_NO_PREVIEW,
        )
        target = Target(chat, answer=True)
        try:
            await self._in_turn(target, partial(change, step.markup, parse_mode=ParseMode.HTML))
        except BadRequest as error:
            if not MARKUP.search(error.message):
                raise
            notes.append(self._line.clean(f"changed to plain text: {error.message}"))
            await self._in_turn(target, partial(change, pieces(step.plain)[0]))

    async def _plain(self, target: Target, step: Step) -> str:
        """The words without markup: beneath the picture where they fit, else after it, in as many as it takes."""
        if step.image:
            fits = length(step.plain) <= MessageLimit.CAPTION_LENGTH
            caption = step.plain if fits else step.image.alt
            sent = [await self._request(target, replace(step, plain=caption), None)]
            rest = [] if fits else pieces(step.plain)
        else:
            sent, rest = [], pieces(step.plain)
        for number, piece in enumerate(rest):
            last = step.buttons if number == len(rest) - 1 and not sent else ()
            sent.append(await self._request(target, Step("", piece, buttons=last), None))
        return ",".join(sent)

    async def _request(self, target: Target, step: Step, mode: ParseMode | None) -> str:
        words = step.markup if mode else step.plain
        if step.file or step.image:
            return await self._with_file(target, step, words, mode)
        bot = await self._line.bot()
        send = partial(bot.send_message, text=words, link_preview_options=_NO_PREVIEW)
        return str((await self._in_turn(target, partial(send, **self._common(target, step, mode)))).message_id)

    async def _with_file(self, target: Target, step: Step, words: str, mode: ParseMode | None) -> str:
        content = step.file.content if step.file else step.image.png if step.image else b""
        name = hashlib.sha256(content).hexdigest() + (step.file.name if step.file else "")
        known = self._ids.get(name)
        try:
            sent = await self._upload(target, step, words, mode, known or content)
        except BadRequest as error:
            if known is None or not WRONG_FILE_ID.search(error.message):
                raise
            del self._ids[name]
            sent = await self._upload(target, step, words, mode, content)
        found = sent.document.file_id if sent.document else sent.photo[-1].file_id if sent.photo else None
        if found:
            self._ids[name] = found
            if len(self._ids) > _REMEMBERED:
                del self._ids[next(iter(self._ids))]
        return str(sent.message_id)

    async def _upload(
        self, target: Target, step: Step, words: str, mode: ParseMode | None, content: bytes | str
    ) -> Message:
        bot = await self._line.bot()
        common = {**self._common(target, step, mode), "caption": words or None}
        if step.file:
            send = partial(bot.send_document, document=content, filename=step.file.name, **common)
        else:
            send = partial(bot.send_photo, photo=content, filename=step.image.name if step.image else None, **common)
        return await self._in_turn(target, send)

    def _common(self, target: Target, step: Step, mode: ParseMode | None) -> dict[str, Any]:
        """What every kind of message takes."""
        reply = (
            ReplyParameters(target.reply_to, allow_sending_without_reply=True) if target.reply_to is not None else None
        )
        return {
            "chat_id": target.chat,
            "message_thread_id": target.thread,
            "parse_mode": mode,
            "disable_notification": target.silent,
            "reply_markup": ForceReply() if step.asks else keyboard(step.buttons, self._line.token, target.chat),
            "reply_parameters": reply,
        }

    async def _in_turn(self, target: Target, send: Callable[[], Awaitable[T]]) -> T:
        """Send when the limits leave room; where Telegram asks for patience all the same, once more after it."""
        pace = self._line.pace
        try:
            async with pace.turn(target.chat, answer=target.answer):
                return await send()
        except RetryAfter as error:
            pace.refused(target.chat, seconds_of(error))
        async with pace.turn(target.chat, answer=target.answer):
            return await send()
