"""An answer whose way is blocked for a moment is sent once the way is free: whoever asks is not left without a word.

What failed before it was handed over is tried again a few times; what may have arrived, once. A chat that Telegram
wants left in peace is waited for. What still does not go is the caller's to keep for later.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from telegram.error import BadRequest, NetworkError, RetryAfter

from alia_bot.channels.telegram_pace import Pace, RestsError
from alia_bot.channels.telegram_refusals import perhaps_sent, seconds_of

T = TypeVar("T")
#: The waits, in seconds, before each further attempt; together less than a poll takes.
AGAIN_S = (1.0, 4.0, 15.0)
#: The longest that an answer waits for a chat that must be left in peace.
LONGEST_REST_S = 600.0

_log = structlog.get_logger()


async def patiently(send: Callable[[], Awaitable[T]], pace: Pace) -> T | None:
    """What a request to Telegram gives, at the first attempt or a later one; None where it may have arrived twice.

    Args:
        send: makes the request anew each time.
        pace: whose clock is waited by.

    Raises:
        TelegramError: it was refused, or Telegram is away for longer.
        RestsError: the chat must be left in peace for longer.
    """
    unclear = False
    for wait in (*AGAIN_S, None):
        try:
            return await send()
        except BadRequest:
            raise
        except NetworkError as error:
            if unclear and perhaps_sent(error):
                _log.warning("chat: an answer may have arrived, and is not repeated again")
                return None
            if wait is None:
                raise
            unclear = unclear or perhaps_sent(error)
            rest = wait
        except (RestsError, RetryAfter) as error:
            rest = error.seconds if isinstance(error, RestsError) else seconds_of(error)
            if wait is None or rest > LONGEST_REST_S:
                raise
        await pace.wait(rest)
    raise AssertionError("the last attempt ends in an answer or an error")
