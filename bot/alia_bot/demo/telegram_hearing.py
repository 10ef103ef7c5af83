"""What people do at the stand-in Bot API becomes updates, with the fields the service gives them."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from alia_bot.demo.telegram_chat import Button, Posted
from alia_bot.demo.telegram_html import length
from alia_bot.demo.telegram_members import member_form
from alia_bot.demo.telegram_world import BOT, Happening, Query, User, World

_FORMATTED = re.compile(
    r"(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])|(?<![\w@])(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?P<url>https?://[^\s<>]+)"
)


class Somewhere(Protocol):
    """A person, a group or a channel: whatever is a chat."""

    @property
    def id(self) -> int:
        """The id of the chat."""


#: A chat as a test names it.
Where = Somewhere | int


def chat_id_of(where: Where) -> int:
    """The id of a chat."""
    return where if isinstance(where, int) else where.id


def hear(
    world: World,
    chat_id: int,
    who: str,
    sender: Mapping[str, Any],
    text: str,
    *,
    thread: int | None = None,
    reply_to: int | None = None,
    picture: str | None = None,
) -> int:
    """Somebody writes, or sends a picture, by its id, with the text beneath; the bot is told where it is there and may
    listen. The id of the message.

    Raises:
        LookupError: there is no such topic, or no such message to reply to.
    """
    chat, kind = world.chats[chat_id], world.kind(chat_id)
    if thread is not None and thread not in chat.threads:
        raise LookupError(f"no topic {thread} in {world.name(chat_id)}")
    if reply_to is not None and (chat_id, reply_to) not in world.messages:
        raise LookupError(f"no message {reply_to} in {world.name(chat_id)}")
    message_id = world.next_message_id(chat_id)
    form = {**world.heading(chat_id, message_id, thread), **sender}
    entities = _entities(text)
    if picture is not None:
        form["photo"] = [{"file_id": picture, "file_unique_id": picture, "width": 90, "height": 60}]
    names = ("text", "entities") if picture is None else ("caption", "caption_entities")
    form |= {name: value for name, value in zip(names, (text, entities), strict=True) if value}
    if reply_to is not None:
        form["reply_to_message"] = world.without_reply(chat_id, reply_to)
    elif thread is not None:
        # So the service does it: whatever is written in a topic answers the message that opened it.
        opened = {"name": chat.topic_name(thread), "icon_color": 7322096}
        form["reply_to_message"] = {**world.heading(chat_id, thread, thread), "forum_topic_created": opened}
    world.messages[chat_id, message_id] = form
    world.happen(Happening(chat_id, "says", who, text or "📷", (), thread, reply_to, message_id=message_id))
    there = kind == "private" or chat.bot in ("member", "administrator")
    if there and (kind == "private" or _overheard(world, chat_id, text, reply_to)):
        world.updates.add("channel_post" if kind == "channel" else "message", form)
    return message_id


def press(world: World, chat_id: int, by: User, posted: Posted, data: str) -> str:
    """Somebody presses a button of a message; the id of the query."""
    query_id = str(4_382_000_000_000_000_001 + len(world.queries))
    world.queries[query_id] = Query(chat_id, posted.thread)
    world.updates.add(
        "callback_query",
        {
            "id": query_id,
            "from": by.form(),
            "message": world.messages[chat_id, posted.message_id],
            "chat_instance": str(abs(chat_id) * 7 + 1),
            "data": data,
        },
    )
    return query_id


def newest(world: World, chat_id: int) -> list[Posted]:
    """The messages of the bot in a chat as they are now, the newest first."""
    return [posted for (where, _), posted in reversed(world.current.items()) if where == chat_id]


def button(world: World, chat_id: int, label: str) -> tuple[Posted, Button]:
    """The newest button whose words are, or else contain, a label.

    Raises:
        LookupError: there is none, or it opens an address.
    """
    there = newest(world, chat_id)
    for posted in there:
        buttons = [button for row in posted.keyboard for button in row]
        for found in sorted((each for each in buttons if label in each.text), key=lambda each: each.text != label):
            if found.url:
                raise LookupError(f"[{found.text}] opens {found.url}: it tells the bot nothing")
            return posted, found
    labels = [f"[{each}]" for posted in there for row in posted.labels for each in row]
    raise LookupError(f"no button “{label}” in {world.name(chat_id)}; there are: {' '.join(labels) or 'none'}")


def standing(world: World, chat_id: int, by: User, status: str, said: str) -> None:
    """The bot's own standing in a chat changes by somebody's hand: blocked, let in, put out."""
    chat, kind = world.chats[chat_id], world.kind(chat_id)
    if kind == "private":
        old = "kicked" if status == "member" else "member"
    else:
        old, chat.bot = chat.bot, status
    world.updates.add(
        "my_chat_member",
        {
            "chat": world.chat_form(chat_id),
            "from": by.form(),
            "date": world.date,
            "old_chat_member": member_form(BOT.form(), old, kind=kind),
            "new_chat_member": member_form(BOT.form(), status, kind=kind),
        },
    )
    world.happen(Happening(chat_id, "event", by.name, said))


def service(world: World, chat_id: int, by: User, content: Mapping[str, Any]) -> None:
    """A message that says what happened in a chat."""
    message_id = world.next_message_id(chat_id)
    form = {**world.heading(chat_id, message_id, None), "from": by.form(), **content}
    world.messages[chat_id, message_id] = form
    world.updates.add("message", form)


def _overheard(world: World, chat_id: int, text: str, reply_to: int | None) -> bool:
    """Whether a bot in privacy mode is told: commands that may be for it, its name, and answers to it."""
    if not world.privacy or world.chats[chat_id].bot == "administrator":
        return True
    command = re.match(r"/[A-Za-z0-9_]+(?:@(\w+))?", text)
    if command is not None:
        return (command[1] or BOT.username).lower() == BOT.username
    return f"@{BOT.username}" in text.lower() or (chat_id, reply_to) in world.current


def _entities(text: str) -> list[dict[str, Any]]:
    return [
        {"type": found.lastgroup, "offset": length(text[: found.start()]), "length": length(found[0])}
        for found in _FORMATTED.finditer(text)
    ]
