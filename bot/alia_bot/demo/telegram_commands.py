"""The command menus of the stand-in Bot API: one for each scope and language."""

import json
import re
from collections.abc import Mapping
from typing import Any

from alia_bot.demo.telegram_wire import RefusedError
from alia_bot.demo.telegram_world import World

_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_MOST, _LONGEST_NAME, _LONGEST_DESCRIPTION = 100, 32, 256


def set_commands(world: World, fields: Mapping[str, str]) -> bool:
    """Keep a menu.

    Raises:
        RefusedError: a name, a description, the scope or the language is not right.
    """
    key = _key(world, fields)
    try:
        given = json.loads(fields.get("commands", ""))
    except ValueError as error:
        raise RefusedError(400, "Bad Request: can't parse commands JSON object") from error
    if len(given) > _MOST:
        raise RefusedError(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    menu = dict(_command(each) for each in given)
    if menu:
        world.commands[key] = menu
    else:
        world.commands.pop(key, None)
    return True


def get_commands(world: World, fields: Mapping[str, str]) -> list[dict[str, str]]:
    """A menu, exactly as it was set for this scope and language."""
    menu = world.commands.get(_key(world, fields), {})
    return [{"command": name, "description": description} for name, description in menu.items()]


def delete_commands(world: World, fields: Mapping[str, str]) -> bool:
    """Take a menu away."""
    world.commands.pop(_key(world, fields), None)
    return True


def _key(world: World, fields: Mapping[str, str]) -> tuple[str, str]:
    scope: dict[str, Any] = json.loads(fields.get("scope") or '{"type": "default"}')
    if scope.get("type") not in _SCOPES:
        raise RefusedError(400, "Bad Request: can't parse BotCommandScope: unsupported type specified")
    for name in _SCOPES[scope["type"]]:
        if scope.get(name) in (None, ""):
            raise RefusedError(400, f"Bad Request: can't parse BotCommandScope: {name} is empty")
    if "chat_id" in scope:
        chat_id = world.resolve(scope["chat_id"])
        if chat_id is None:
            raise RefusedError(400, "Bad Request: chat not found")
        if scope["type"] != "chat" and world.kind(chat_id) == "private":
            raise RefusedError(400, "Bad Request: can't use specified scope in private chats")
    language = fields.get("language_code", "")
    if language and not re.fullmatch("[a-z]{2}", language):
        raise RefusedError(400, "Bad Request: invalid language code specified")
    return json.dumps(scope, sort_keys=True), language


def _command(given: Mapping[str, str]) -> tuple[str, str]:
    name, description = given.get("command", "").removeprefix("/"), given.get("description", "").strip()
    if not name:
        raise RefusedError(400, "Bad Request: command must be non-empty")
    if len(name) > _LONGEST_NAME:
        raise RefusedError(400, f"Bad Request: command length must not exceed {_LONGEST_NAME}")
    if not description:
        raise RefusedError(400, "Bad Request: command description must be non-empty")
    if len(description) > _LONGEST_DESCRIPTION:
        raise RefusedError(400, f"Bad Request: command description length must not exceed {_LONGEST_DESCRIPTION}")
    if not re.fullmatch("[a-z0-9_]+", name):
        raise RefusedError(400, "Bad Request: BOT_COMMAND_INVALID")
    return name, description
