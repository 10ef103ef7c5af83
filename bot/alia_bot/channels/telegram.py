"""Telegram, through the Bot API.

What a refusal means: a blocked, left or unknown chat is for ever and stops the subscriber at once. A group that became
a supergroup has moved. Markup that Telegram cannot parse goes out as plain text, and a picture it cannot read is left
out: both are noted, no words are lost. A refused token is ours and stops the channel; an over-long message is ours and
stops that message. Telegram away, or asking for patience, is for now and for everyone. A connection lost after sending
leaves it unclear whether the message arrived.
"""

import asyncio
import html
import os
import re
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library's own switch to durations; without it every 429 warns

from telegram import Bot, LinkPreviewOptions
from telegram.constants import MessageLimit, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from alia_bot.channels.channel import SEND_WITHIN_S
from alia_bot.channels.outcome import Later, Moved, Never, Outcome, Sent, Unclear
from alia_watch.audience.message import Attachment, Image, Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.errors import ChannelError

#: What a Bad Request says of a chat that will never take a message.
_NO_CHAT = re.compile(
    r"chat not found|user not found|peer_id_invalid|chat_id_invalid|user_id_invalid|group chat was deactivated"
    r"|need administrator rights|not enough rights|chat_write_forbidden|have no rights to send"
    r"|thread not found|topic_closed|topic_deleted|chat_admin_required|channel_private",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"can't parse entities|entity_text_invalid|unsupported url protocol", re.IGNORECASE)
_PICTURE = re.compile(
    r"photo_invalid|image_process_failed|photo_save_file_invalid|wrong file|file is too big|photo should be uploaded",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(r"too long|message_too_long|caption_too_long|entity too large", re.IGNORECASE)
#: The library wraps its HTTP client's errors; in these, nothing was handed over.
_NOT_SENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "WriteError", "WriteTimeout", "ProxyError"}
_PERHAPS_SENT = {"ReadError", "ReadTimeout", "RemoteProtocolError", "CloseError"}


@dataclass(frozen=True, slots=True)
class Step:
    """One request: a text, a picture with its caption, or a file. `markup` is Telegram HTML, `plain` its substitute."""

    markup: str
    plain: str
    image: Image | None = None
    file: Attachment | None = None


class TelegramChannel:
    """Sends as one bot. A message of several requests goes on where it stopped, as long as the process lives."""

    kind = ChannelKind.TELEGRAM

    def __init__(self, token: SecretStr, *, api: str, timeout_s: float) -> None:
        self._token = token
        self._api = api.rstrip("/")
        self._timeout_s = timeout_s
        self._runner: asyncio.Runner | None = None
        self._opened: tuple[Bot, HTTPXRequest] | None = None
        self._done: dict[str, list[str]] = {}

    def send(self, subscriber: Subscriber, message: Message, *, message_id: str, now: datetime) -> Outcome:  # noqa: ARG002  Telegram dates messages itself
        """Send one message; see the module for what a refusal means."""
        try:
            chat, thread = _place(subscriber.address)
        except ValueError as error:
            return Never(str(error), ours=False, stop=True)
        outcome = self._run(self._within(chat, thread, message, self._done.setdefault(message_id, [])))
        if isinstance(outcome, Sent) or (isinstance(outcome, Never) and not outcome.channel):
            del self._done[message_id]
        return outcome

    def probe(self) -> str:
        """Ask the bot's name."""
        outcome = self._run(self._me())
        if isinstance(outcome, Sent):
            return f"the bot @{outcome.id} answers"
        raise ChannelError(f"Telegram: {getattr(outcome, 'why', outcome)}", hint="Check [channels.telegram].")

    def close(self) -> None:
        """Let go of the connection."""
        if self._runner:
            self._runner.run(self._shut())
            self._runner.close()
        self._runner = None

    def _run(self, work: Coroutine[Any, Any, Outcome]) -> Outcome:
        self._runner = self._runner or asyncio.Runner()
        return self._runner.run(work)

    async def _bot(self) -> Bot:
        if self._opened is None:
            seconds = self._timeout_s
            request = HTTPXRequest(
                connection_pool_size=2,
                read_timeout=seconds,
                write_timeout=seconds,
                connect_timeout=seconds,
                pool_timeout=seconds,
                media_write_timeout=seconds,
            )
            await request.initialize()
            bot = Bot(self._token.get_secret_value(), base_url=f"{self._api}/bot", request=request)
            self._opened = bot, request
        return self._opened[0]

    async def _shut(self) -> None:
        if self._opened:
            await self._opened[1].shutdown()
        self._opened = None

    async def _within(self, chat: int | str, thread: int | None, message: Message, done: list[str]) -> Outcome:
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                return await self._all(chat, thread, message, done)
        except TimeoutError:
            return Unclear(f"no end within {SEND_WITHIN_S:.0f} seconds")

    async def _all(self, chat: int | str, thread: int | None, message: Message, done: list[str]) -> Outcome:
        notes: list[str] = []
        for step in steps(message)[len(done) :]:
            try:
                done.append(await self._one(chat, thread, step, notes))
            except TelegramError as error:
                return self._meaning(error)
        return Sent(",".join(one for one in done if one), "; ".join(notes))

    async def _one(self, chat: int | str, thread: int | None, step: Step, notes: list[str]) -> str:
        """One step, and what is done instead where Telegram cannot use its markup, its picture or its file."""
        try:
            return await self._request(chat, thread, step, ParseMode.HTML)
        except BadRequest as error:
            if step.file and not _NO_CHAT.search(error.message):
                notes.append(self._clean(f"the file {step.file.name} was left out: {error.message}"))
                return ""
            if step.image and _PICTURE.search(error.message):
                notes.append(self._clean(f"the picture {step.image.name} was left out: {error.message}"))
                return await self._one(chat, thread, Step(step.markup, step.plain), notes)
            if not _MARKUP.search(error.message):
                raise
            notes.append(self._clean(f"sent as plain text: {error.message}"))
        except NetworkError as error:
            if not (step.file and _TOO_LONG.search(error.message)):
                raise
            notes.append(self._clean(f"the file {step.file.name} was left out: {error.message}"))
            return ""
        if step.image:
            fits = _length(step.plain) <= MessageLimit.CAPTION_LENGTH
            caption = step.plain if fits else step.image.alt
            sent = [await self._request(chat, thread, Step("", caption, step.image), None)]
            rest = [] if fits else pieces(step.plain)
        else:
            sent, rest = [], pieces(step.plain)
        sent += [await self._request(chat, thread, Step("", piece), None) for piece in rest]
        return ",".join(sent)

    async def _request(self, chat: int | str, thread: int | None, step: Step, mode: ParseMode | None) -> str:
        bot = await self._bot()
        words = step.markup if mode else step.plain
        if step.file:
            sent = await bot.send_document(chat, step.file.content, message_thread_id=thread, filename=step.file.name)
        elif step.image:
            sent = await bot.send_photo(
                chat,
                step.image.png,
                caption=words or None,
                parse_mode=mode,
                message_thread_id=thread,
                filename=step.image.name,
            )
        else:
            sent = await bot.send_message(
                chat,
                words,
                parse_mode=mode,
                message_thread_id=thread,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        return str(sent.message_id)

    async def _me(self) -> Outcome:
        try:
            return Sent((await (await self._bot()).get_me()).username or "")
        except TelegramError as error:
            return self._meaning(error)

    def _meaning(self, error: TelegramError) -> Outcome:
        """The order matters: BadRequest and TimedOut are NetworkErrors too, and would be retried for ever."""
        why = self._clean(error.message)
        match error:
            case RetryAfter():
                wait = error.retry_after
                after = wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
                return Later(after, why, channel=True)
            case ChatMigrated():
                return Moved(str(error.new_chat_id))
            case Forbidden():
                return Never(why, ours=False, stop=True)
            case InvalidToken() | Conflict():
                return Never(f"Telegram refuses this bot: {why}", ours=True, channel=True)
            case BadRequest() if _NO_CHAT.search(error.message):
                return Never(why, ours=False, stop=True)
            case NetworkError() if _TOO_LONG.search(error.message):
                return Never(f"over-long for Telegram: {why}", ours=True)
            case BadRequest():
                return Never(f"Telegram cannot use this message: {why}", ours=True)
        cause = type(error.__cause__).__name__
        if cause in _PERHAPS_SENT or (isinstance(error, TimedOut) and cause not in _NOT_SENT):
            return Unclear(f"the connection was lost after sending: {why}")
        return Later(None, f"Telegram does not answer as it should: {why}", channel=True)

    def _clean(self, text: str) -> str:
        """One short line, without the token."""
        return " ".join(text.replace(self._token.get_secret_value(), "[token]").split())[:300]


def steps(message: Message) -> tuple[Step, ...]:
    """The requests that carry a message: its words as the first picture's caption where they fit, else before it;
    files last."""
    pictures = tuple(Step(html.escape(image.alt), image.alt, image) for image in message.images)
    files = tuple(Step("", "", file=file) for file in message.attachments)
    if pictures and _length(_visible(message.markup)) <= MessageLimit.CAPTION_LENGTH:
        return Step(message.markup, message.text, message.images[0]), *pictures[1:], *files
    return Step(message.markup, message.text), *pictures, *files


def pieces(text: str) -> list[str]:
    """Plain text in lengths that Telegram takes, cut at a line's end, else between words, else anywhere."""
    cut: list[str] = []
    limit = int(MessageLimit.MAX_TEXT_LENGTH)
    while _length(text) > limit:
        head = text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
        at = max(head.rfind("\n"), 0) or max(head.rfind(" "), 0) or len(head)
        cut.append(head[:at].rstrip())
        text = text[at:].lstrip()
    return [piece for piece in (*cut, text) if piece.strip()]


def _place(address: str) -> tuple[int | str, int | None]:
    """Chat and forum topic of `-100123`, `-100123/45` or `@channel`."""
    if re.fullmatch(r"@\w+", address, re.ASCII):
        return address, None
    if not re.fullmatch(r"-?\d{1,19}(/\d{1,19})?", address, re.ASCII):
        raise ValueError("the address is no chat id")
    chat, _, thread = address.partition("/")
    return int(chat), int(thread) if thread else None


def _visible(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def _length(text: str) -> int:
    """As Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
