"""What Telegram's refusals mean.

A blocked, left or unknown chat is for ever and stops the subscriber at once. A group that became a supergroup has
moved. A refused token is ours and stops the channel; an over-long message is ours and stops that message. Telegram
away, or asking for patience, is for now. A connection lost after sending, and an answer of success that cannot be read,
leave it unclear whether the message arrived.
"""

import re
from collections.abc import Callable
from datetime import timedelta

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

from alia_bot.channels.outcome import Later, Moved, Never, Outcome, Unclear
from alia_bot.channels.telegram_request import NotUnderstoodError

#: What a Bad Request says of a forum topic that takes no message; the group may.
CLOSED_TOPIC = re.compile(r"thread not found|topic_closed|topic_deleted", re.IGNORECASE)
#: The same of a chat that will never take one.
NO_CHAT = re.compile(
    r"chat not found|user not found|peer_id_invalid|chat_id_invalid|user_id_invalid|group chat was deactivated"
    r"|need administrator rights|not enough rights|chat_write_forbidden|have no rights to send"
    r"|chat_admin_required|channel_private|" + CLOSED_TOPIC.pattern,
    re.IGNORECASE,
)
MARKUP = re.compile(r"can't parse entities|entity_text_invalid|unsupported url protocol", re.IGNORECASE)
PICTURE = re.compile(
    r"photo_invalid|image_process_failed|photo_save_file_invalid|wrong file|file is too big|photo should be uploaded"
    r"|not enough rights to send photos|send_photos_forbidden|send_media_forbidden|not enough rights to send media",
    re.IGNORECASE,
)
WRONG_FILE_ID = re.compile(r"wrong file identifier|file reference|wrong remote file", re.IGNORECASE)
TOO_LONG = re.compile(r"too long|message_too_long|caption_too_long|entity too large", re.IGNORECASE)
#: An edit that would change nothing, or of a message that is gone.
NOTHING_TO_EDIT = re.compile(r"message is not modified", re.IGNORECASE)
CANNOT_EDIT = re.compile(r"message to edit not found|message can't be edited|there is no (text|caption)", re.IGNORECASE)
#: The library wraps its HTTP client's errors; in these, nothing was handed over.
_NOT_SENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "WriteError", "WriteTimeout", "ProxyError"}
_PERHAPS_SENT = {"ReadError", "ReadTimeout", "RemoteProtocolError", "CloseError"}


def meaning(error: TelegramError, clean: Callable[[str], str], refused: Callable[[float], bool]) -> Outcome:
    """What becomes of a message after an error.

    The order matters: BadRequest and TimedOut are NetworkErrors too, and would be retried for ever.

    Args:
        clean: takes secrets out of a text.
        refused: told of a request for patience of so many seconds; says whether it is for everyone.
    """
    why = clean(error.message)
    match error:
        case NotUnderstoodError():
            return Unclear(f"Telegram does not answer as it should: {why}")
        case RetryAfter():
            seconds = seconds_of(error)
            return Later(timedelta(seconds=seconds), why, channel=refused(seconds), counted=False)
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Never(why, ours=False, stop=True)
        case InvalidToken() | Conflict():
            return Never(f"Telegram refuses this bot: {why}", ours=True, channel=True)
        case BadRequest() if NO_CHAT.search(error.message):
            return Never(why, ours=False, stop=True)
        case NetworkError() if TOO_LONG.search(error.message):
            return Never(f"over-long for Telegram: {why}", ours=True)
        case BadRequest():
            return Never(f"Telegram cannot use this message: {why}", ours=True)
    if perhaps_sent(error):
        return Unclear(f"the connection was lost after sending: {why}")
    return Later(None, f"Telegram does not answer as it should: {why}", channel=True)


def perhaps_sent(error: TelegramError) -> bool:
    """Whether it is unclear that a message arrived: it was handed over, and there is no answer, or none to be read."""
    cause = type(error.__cause__).__name__
    lost = isinstance(error, TimedOut) and cause not in _NOT_SENT
    return lost or cause in _PERHAPS_SENT or isinstance(error, NotUnderstoodError)


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
