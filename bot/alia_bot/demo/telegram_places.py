"""Where a call to the stand-in Bot API goes: the chat and the topic, and who would not have the bot there."""

import json
import re
from collections.abc import Mapping

from alia_bot.demo.telegram_chat import GENERAL, Chat
from alia_bot.demo.telegram_wire import RefusedError
from alia_bot.demo.telegram_world import World

_NO_FIRST_WORD = "Forbidden: bot can't initiate conversation with a user"


def known(world: World, fields: Mapping[str, str]) -> int | str:
    """The chat a call names.

    Raises:
        RefusedError: there is none, or it moved.
    """
    given = fields.get("chat_id", "")
    if not given:
        raise RefusedError(400, "Bad Request: chat_id is empty")
    chat_id = world.resolve(int(given) if re.fullmatch(r"-?\d+", given) else given)
    if chat_id is None:
        raise RefusedError(400, "Bad Request: chat not found")
    return chat_id


def present(world: World, chat_id: int | str) -> Chat:
    """The chat, where the bot is in it.

    Raises:
        RefusedError: it was blocked, kicked or never let in, or the group has become another.
    """
    chat = world.chats[chat_id]
    kind = chat.kind_of(chat_id)
    if chat.refusal:
        if chat.refusal.startswith("Bad Request"):
            raise RefusedError(400, chat.refusal)
        raise RefusedError(403, f"Forbidden: {chat.refusal}")
    if chat.moved_to is not None:
        raise RefusedError(
            400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": chat.moved_to}
        )
    if kind == "private":
        if not chat.started:
            raise RefusedError(403, _NO_FIRST_WORD)
    elif chat.bot == "kicked":
        raise RefusedError(403, f"Forbidden: bot was kicked from the {kind} chat")
    elif chat.bot == "left":
        raise RefusedError(403, f"Forbidden: bot is not a member of the {kind} chat")
    return chat


def place(world: World, fields: Mapping[str, str]) -> tuple[int | str, int | None, int | None]:
    """Chat, topic and the message that is answered, of a message the bot may post.

    Raises:
        RefusedError: it may not.
    """
    chat_id = known(world, fields)
    chat = present(world, chat_id)
    if chat.kind_of(chat_id) == "channel" and chat.bot != "administrator":
        raise RefusedError(400, "Bad Request: need administrator rights in the channel chat")
    thread = int(fields["message_thread_id"]) if fields.get("message_thread_id") else None
    if thread is not None and thread not in chat.threads:
        raise RefusedError(400, "Bad Request: message thread not found")
    answered = _answered(world, chat_id, fields)
    if answered is not None and thread is None:
        thread = world.messages[chat_id, answered].get("message_thread_id")
        if thread is not None and thread not in chat.threads:
            raise RefusedError(400, "Bad Request: message to be replied not found")
    if (GENERAL if thread is None else thread) in chat.closed:
        raise RefusedError(400, "Bad Request: TOPIC_CLOSED")
    return chat_id, thread, answered


def _answered(world: World, chat_id: int | str, fields: Mapping[str, str]) -> int | None:
    if not fields.get("reply_parameters"):
        return None
    wanted = json.loads(fields["reply_parameters"])
    if wanted.get("chat_id") not in (None, chat_id):
        raise RefusedError(400, "Bad Request: message to be replied not found")
    message_id = int(wanted["message_id"])
    if (chat_id, message_id) in world.messages:
        return message_id
    if wanted.get("allow_sending_without_reply"):
        return None
    raise RefusedError(400, "Bad Request: message to be replied not found")
