"""What came in from Telegram, without Telegram: one record for whatever somebody said or pressed, or what became of
the bot in a chat."""

from dataclasses import dataclass, replace
from enum import StrEnum

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, MessageEntity, Update
from telegram.constants import ChatMemberStatus, ChatType

#: Telegram's stand-in for an administrator who stays anonymous: what it sends is a group's own word.
_ANONYMOUS = 1087968824


class Kind(StrEnum):
    """What happened."""

    COMMAND = "command"
    TEXT = "text"
    PRESS = "press"
    MEMBERSHIP = "membership"  # the bot came in, went, or may do other things
    MOVED = "moved"  # a group became a supergroup


class Room(StrEnum):
    """What kind of chat."""

    PRIVATE = "private"
    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update.

    Attributes:
        chat, room, title: where; `forum_topic` the topic of a forum, else None.
        message_id: what was said, or the message whose button was pressed.
        user: who; None where nobody is named. `anonymous`: an administrator of this group who does not show.
        client_language: of their program, as it says, such as `pt-br`; may be empty.
        command: without its slash; `words`: what stands after it, or all that was said (empty: a picture, say, or a
            voice); `addressed`: whether it can only be meant for this bot.
        press, press_id: what a button sent back, unverified, and what Telegram calls the press.
        present: of a membership: whether the bot may write there now.
        moved_to: the supergroup.
    """

    update_id: int
    kind: Kind
    chat: int
    room: Room
    title: str = ""
    forum_topic: int | None = None
    message_id: int | None = None
    user: int | None = None
    client_language: str = ""
    anonymous: bool = False
    command: str = ""
    words: str = ""
    addressed: bool = False
    press: str = ""
    press_id: str = ""
    present: bool = False
    moved_to: int | None = None


def incoming(update: Update, bot_name: str) -> Incoming | None:
    """What an update says to this bot; None where it says nothing, such as a post in a channel, or what people say to
    one another in a group: a bot that administers it hears all of that.

    Args:
        bot_name: without its @; commands addressed to another bot are not ours.
    """
    if update.callback_query is not None:
        return _press(update.update_id, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(update.update_id, update.my_chat_member)
    if update.message is not None:
        return _said(update.update_id, update.message, bot_name)
    return None


def _said(update_id: int, message: Message, bot_name: str) -> Incoming | None:
    room = _room(message.chat)
    if room is Room.CHANNEL:
        return None
    user = message.from_user
    own_word = user is not None and user.id == _ANONYMOUS and message.sender_chat is not None
    text = message.text or ""
    said = Incoming(
        update_id=update_id,
        kind=Kind.TEXT,
        chat=message.chat.id,
        room=room,
        title=message.chat.title or "",
        forum_topic=message.message_thread_id if message.is_topic_message else None,
        message_id=message.message_id,
        user=user.id if user else None,
        client_language=(user.language_code or "") if user else "",
        anonymous=own_word and message.sender_chat is not None and message.sender_chat.id == message.chat.id,
        words=text.strip(),
    )
    if message.migrate_to_chat_id is not None:
        return replace(said, kind=Kind.MOVED, moved_to=message.migrate_to_chat_id)
    first = message.entities[0] if message.entities else None
    if text and first is not None and first.type == MessageEntity.BOT_COMMAND and first.offset == 0:
        named, _, addressed = text[: first.length].removeprefix("/").partition("@")  # ASCII, so its units are letters
        if addressed and addressed.lower() != bot_name.lower():
            return None
        words = text[first.length :].strip()
        ours = bool(addressed) or room is Room.PRIVATE
        return replace(said, kind=Kind.COMMAND, command=named.lower(), words=words, addressed=ours)
    meant = room is Room.PRIVATE or _answers(message, bot_name)
    return said if meant and (said.words or message.effective_attachment is not None) else None


def _answers(message: Message, bot_name: str) -> bool:
    """Whether it is said in answer to this bot."""
    to = message.reply_to_message.from_user if message.reply_to_message is not None else None
    return to is not None and (to.username or "").lower() == bot_name.lower()


def _press(update_id: int, query: CallbackQuery) -> Incoming | None:
    message = query.message
    if message is None or query.data is None:
        return None
    topic = getattr(message, "message_thread_id", None) if getattr(message, "is_topic_message", False) else None
    return Incoming(
        update_id=update_id,
        kind=Kind.PRESS,
        chat=message.chat.id,
        room=_room(message.chat),
        title=message.chat.title or "",
        forum_topic=topic,
        message_id=message.message_id,
        user=query.from_user.id,
        client_language=query.from_user.language_code or "",
        press=query.data,
        press_id=query.id,
    )


def _membership(update_id: int, change: ChatMemberUpdated) -> Incoming:
    room, new = _room(change.chat), change.new_chat_member
    out = new.status in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
    if room is Room.CHANNEL:
        present = new.status == ChatMemberStatus.ADMINISTRATOR and bool(getattr(new, "can_post_messages", False))
    elif new.status == ChatMemberStatus.RESTRICTED:
        present = bool(getattr(new, "is_member", False)) and bool(getattr(new, "can_send_messages", False))
    else:
        present = not out
    return Incoming(
        update_id=update_id,
        kind=Kind.MEMBERSHIP,
        chat=change.chat.id,
        room=room,
        title=change.chat.title or "",
        user=change.from_user.id,
        client_language=change.from_user.language_code or "",
        present=present,
    )


def _room(chat: Chat) -> Room:
    if chat.type == ChatType.PRIVATE:
        return Room.PRIVATE
    return Room.CHANNEL if chat.type == ChatType.CHANNEL else Room.GROUP
