"""Who is in the chats of the stand-in Bot API: what it answers about chats and their members."""

from collections.abc import Mapping
from typing import Any

from alia_bot.demo.telegram_places import known, present
from alia_bot.demo.telegram_wire import RefusedError
from alia_bot.demo.telegram_world import BOT, Happening, World

_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_RIGHTS = (
    "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members", "can_change_info",
    "can_post_stories", "can_edit_stories", "can_delete_stories",
)  # fmt: skip


def member_form(user: Mapping[str, Any], status: str, *, kind: str) -> dict[str, Any]:
    """A member of a chat as the Bot API writes it."""
    form: dict[str, Any] = {"user": dict(user), "status": status}
    match status:
        case "creator":
            form["is_anonymous"] = False
        case "administrator":
            form |= {"can_be_edited": False, "is_anonymous": False, "can_manage_chat": True, "can_invite_users": True}
            form |= dict.fromkeys(_RIGHTS, False)
            in_channel = ("can_post_messages", "can_edit_messages")
            form |= dict.fromkeys(in_channel if kind == "channel" else ("can_pin_messages", "can_manage_topics"), True)
        case "kicked":
            form["until_date"] = 0
    return form


def get_chat(world: World, fields: Mapping[str, str]) -> dict[str, Any]:
    """All about a chat.

    Raises:
        RefusedError: the bot does not know it, or was put out.
    """
    chat_id = known(world, fields)
    if world.kind(chat_id) != "private" and not world.chats[chat_id].username:
        present(world, chat_id)
    gifts = dict.fromkeys(_GIFTS, False)
    return {**world.chat_form(chat_id), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_member(world: World, fields: Mapping[str, str]) -> dict[str, Any]:
    """What one person, or the bot, is in a chat.

    Raises:
        RefusedError: chat or person is not known.
    """
    chat_id = known(world, fields)
    chat, kind = present(world, chat_id), world.kind(chat_id)
    given = fields.get("user_id", "")
    if not given.isdecimal():
        raise RefusedError(400, "Bad Request: invalid user_id specified")
    user = world.users.get(int(given))
    if user is None:
        raise RefusedError(400, "Bad Request: member not found")
    if kind == "channel" and chat.bot != "administrator" and user != BOT:
        raise RefusedError(400, "Bad Request: member list is inaccessible")
    there = {chat_id: "member"} if kind == "private" else chat.members
    own = "member" if kind == "private" else chat.bot
    return member_form(user.form(), own if user == BOT else there.get(user.id, "left"), kind=kind)


def get_administrators(world: World, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    """The people who administer a chat; bots are not listed.

    Raises:
        RefusedError: there are none, or the bot may not know.
    """
    chat_id = known(world, fields)
    chat, kind = present(world, chat_id), world.kind(chat_id)
    if kind == "private":
        raise RefusedError(400, "Bad Request: there are no administrators in the private chat")
    if kind == "channel" and chat.bot != "administrator":
        raise RefusedError(400, "Bad Request: member list is inaccessible")
    return [
        member_form(world.users[user_id].form(), status, kind=kind)
        for user_id, status in chat.members.items()
        if status in ("creator", "administrator")
    ]


def leave(world: World, fields: Mapping[str, str]) -> bool:
    """The bot goes.

    Raises:
        RefusedError: it is not there.
    """
    chat_id = known(world, fields)
    chat = present(world, chat_id)
    if world.kind(chat_id) == "private":
        raise RefusedError(400, "Bad Request: chat member status can't be changed in private chats")
    chat.bot = "left"
    world.happen(Happening(chat_id, "event", BOT.name, "leaves"))
    return True
