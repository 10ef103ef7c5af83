"""The words and the buttons of a call to the stand-in Bot API, checked as the service checks them."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from alia_bot.demo.telegram_chat import Button, Keyboard, Markup
from alia_bot.demo.telegram_html import Parsed, UnparsableError, length, parse
from alia_bot.demo.telegram_wire import RefusedError

_MAX_TEXT, _MAX_CAPTION = 4096, 1024
_MAX_DATA_BYTES, _MAX_BUTTONS, _MAX_IN_A_ROW = 64, 100, 8
_LINKS = ("http", "https", "tg")
_ACTIONS = {"callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay", "callback_game"}


def words(fields: Mapping[str, str], *, caption: bool) -> Parsed:
    """The text or the caption.

    Raises:
        RefusedError: it cannot be parsed, is empty or too long.
    """
    given = fields.get("caption" if caption else "text", "")
    mode = fields.get("parse_mode", "")
    if mode not in ("", "HTML"):
        raise RefusedError(400, "Bad Request: unsupported parse_mode")
    try:
        parsed = parse(given) if mode else Parsed(given, ())
    except UnparsableError as error:
        said = str(error)
        raise RefusedError(400, f"Bad Request: can't parse entities: {said}") from error
    if not caption and not parsed.text.strip():
        raise RefusedError(400, "Bad Request: message text is empty")
    if length(parsed.text.strip()) > (_MAX_CAPTION if caption else _MAX_TEXT):
        raise RefusedError(400, f"Bad Request: message {'caption ' if caption else ''}is too long")
    return parsed


def markup(fields: Mapping[str, str], *, inline_only: bool = False) -> Markup:
    """The buttons, or the request for an answer; an edited message can have buttons alone.

    Raises:
        RefusedError: the service would not take them.
    """
    if not fields.get("reply_markup"):
        return Markup()
    try:
        given = json.loads(fields["reply_markup"])
    except ValueError as error:
        raise RefusedError(400, "Bad Request: can't parse reply keyboard markup JSON object") from error
    if not isinstance(given, dict):
        raise RefusedError(400, "Bad Request: object expected as reply markup")
    if "inline_keyboard" in given:
        return Markup(_keyboard(given["inline_keyboard"]))
    if inline_only:
        raise RefusedError(400, "Bad Request: inline keyboard expected")
    if given.get("force_reply") is not True:
        raise RefusedError(400, "Bad Request: unsupported reply markup")
    if len(given.get("input_field_placeholder", "")) > 64:
        raise RefusedError(400, "Bad Request: INPUT_FIELD_PLACEHOLDER_INVALID")
    return Markup(force_reply=True)


def _keyboard(given: Any) -> Keyboard:
    if not isinstance(given, list) or not all(isinstance(row, list) for row in given):
        raise RefusedError(400, "Bad Request: can't parse inline keyboard markup: array of arrays expected")
    rows = tuple(tuple(map(_button, row)) for row in given if row)
    if sum(map(len, rows)) > _MAX_BUTTONS or any(len(row) > _MAX_IN_A_ROW for row in rows):
        raise RefusedError(400, "Bad Request: REPLY_MARKUP_TOO_LONG")
    return rows


def _button(given: Any) -> Button:
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise RefusedError(400, 'Bad Request: can\'t parse inline keyboard button: Field "text" must be of type String')
    label = given["text"].strip()
    if not label:
        raise RefusedError(400, "Bad Request: inline keyboard button text must be non-empty")
    actions = sorted(_ACTIONS & given.keys())
    if not actions or given[actions[0]] == "":
        raise RefusedError(
            400,
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        )
    if len(actions) > 1 or actions[0] not in ("callback_data", "url"):
        raise RefusedError(400, "Bad Request: BUTTON_TYPE_INVALID")
    value = str(given[actions[0]])
    if actions == ["url"]:
        parts = urlsplit(value)
        if parts.scheme not in _LINKS or not parts.netloc:
            raise RefusedError(400, f"Bad Request: inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
        return Button(label, url=value)
    if len(value.encode()) > _MAX_DATA_BYTES:
        raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
    return Button(label, data=value)
