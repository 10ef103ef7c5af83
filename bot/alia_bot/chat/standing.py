"""What Telegram knows of a chat and of somebody in it: which chat a name means, and who administers it."""

from functools import partial

from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, NetworkError

from alia_bot.channels.telegram_line import Line
from alia_bot.chat.patience import patiently


async def chat_named(line: Line, place: str) -> int | None:
    """The id of a chat that the bot is in, by its `@name` or its id; None where there is none.

    Raises:
        TelegramError: Telegram is away, or did not say.
    """
    bot = await line.bot()
    try:
        found = await patiently(partial(bot.get_chat, place), line.pace)
    except (BadRequest, Forbidden):
        return None
    if found is None:
        raise NetworkError("which chat it is was not said")
    return found.id


async def administers(line: Line, chat: int, user: int) -> bool:
    """Whether somebody administers a chat. Raises TelegramError where Telegram is away, or did not say."""
    bot = await line.bot()
    try:
        member = await patiently(partial(bot.get_chat_member, chat, user), line.pace)
    except (BadRequest, Forbidden):
        return False
    if member is None:
        raise NetworkError("who administers this chat was not said")
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
