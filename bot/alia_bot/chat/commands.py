"""The commands: their names, what each does in a line, and who sees them in Telegram's list."""

import contextlib

from telegram import BotCommand, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import BadRequest, Forbidden

from alia_bot.channels.telegram_line import Line
from alia_watch.reports.speech import LANGUAGES, Speech

FOR_ALL = (
    "status",
    "cost",
    "chart",
    "spikes",
    "announcements",
    "compare",
    "digest",
    "subscribe",
    "settings",
    "mute",
    "stop",
    "privacy",
    "help",
)
FOR_MAINTAINERS = ("health", "deliveries", "subscribers", "candidates", "broadcast", "snapshot")


def description(name: str, speech: Speech) -> str:
    """What a command does, in a line."""
    get = speech.get
    return {
        "status": get("today’s figures"),
        "cost": get("cost per download, with its arithmetic"),
        "chart": get("daily downloads: /chart 90d"),
        "spikes": get("unusual days"),
        "announcements": get("what was announced, and when"),
        "compare": get("beside other models"),
        "digest": get("the monthly digest: /digest 2026-01"),
        "subscribe": get("get messages"),
        "settings": get("what comes, when and how"),
        "mute": get("silence for a while: /mute 7d"),
        "stop": get("get nothing more"),
        "privacy": get("what is kept of you; export, erase"),
        "help": get("all commands"),
        "health": get("how the watch does"),
        "deliveries": get("what was not delivered, and why"),
        "subscribers": get("how many there are"),
        "candidates": get("announcements to decide on"),
        "broadcast": get("write to everyone"),
        "snapshot": get("read the Hub now"),
    }[name]


async def publish(line: Line, watch_language: str, maintainers: tuple[int, ...]) -> None:
    """Tell Telegram the commands, in each language; in the watch's own for those who speak another. A maintainer who
    has not spoken to the bot yet sees theirs after its next start.

    Raises:
        TelegramError: it did not take them.
    """
    bot = await line.bot()
    for language in (None, *LANGUAGES):
        speech = Speech(language or watch_language)
        await bot.set_my_commands(_listed(FOR_ALL, speech), scope=BotCommandScopeDefault(), language_code=language)
    for chat in maintainers:
        every = _listed((*FOR_ALL, *FOR_MAINTAINERS), Speech(watch_language))
        with contextlib.suppress(BadRequest, Forbidden):
            await bot.set_my_commands(every, scope=BotCommandScopeChat(chat))


def _listed(names: tuple[str, ...], speech: Speech) -> list[BotCommand]:
    return [BotCommand(name, description(name, speech)) for name in names]
