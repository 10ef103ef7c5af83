"""What Telegram knows of a chat and of somebody in it: which chat a name means, and who administers it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, NetworkError

from alia_bot.channels.telegram_line import Line
from alia_bot.chat.patience import patiently

T = TypeVar("T")


async def chat_named(line: Line, place: str) -> int | None:
    """The id of a chat that the bot is in, by its `@name` or its id; None where there is none.

    Raises:
        TelegramError: Telegram is away, or did not say.
    """
    found = await _said(line, partial((await line.bot()).get_chat, place))
    return found.id if found is not None else None


async def administers(line: Line, chat: int, user: int) -> bool:
    """Whether somebody administers a chat. Raises TelegramError where Telegram is away, or did not say."""
    member = await _said(line, partial((await line.bot()).get_chat_member, chat, user))
    return member is not None and member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


async def _said(line: Line, ask: Callable[[], Awaitable[T]]) -> T | None:
    """What Telegram says; None where it says nothing of that to this bot."""
    try:
        found = await patiently(ask, line.pace)
    except (BadRequest, Forbidden):
        return None
    if found is None:
        raise NetworkError("Telegram did not say")
    return found
