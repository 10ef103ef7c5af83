"""Buttons under messages: what a press sends back is signed for its chat, and anything else is nothing.

Telegram gives back up to 64 bytes that a hostile client may choose. A signature by a key that only this bot has, over
the chat and the action, makes a press worth no more than the chat it came from.
"""

import base64
import hashlib
import hmac

from pydantic import SecretStr
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from alia_watch.audience.message import Button

#: 66 bits; the rest is for the action, whose longest sets the zone America/Argentina/ComodRivadavia for a channel.
_SIGNATURE = 11
#: How long an action may be: the rest of the 64 bytes.
LONGEST_ACTION = 64 - _SIGNATURE


def keyboard(buttons: tuple[tuple[Button, ...], ...], token: SecretStr, chat: int | str) -> InlineKeyboardMarkup | None:
    """The buttons as Telegram takes them; None where there are none."""
    if not buttons:
        return None
    return InlineKeyboardMarkup([[_one(button, token, chat) for button in row] for row in buttons])


def pressed(data: str, token: SecretStr, chat: int | str) -> str | None:
    """The action of a press in a chat; None where this bot made no such button there."""
    signature, action = data[:_SIGNATURE], data[_SIGNATURE:]
    return action if signature.isascii() and hmac.compare_digest(signature, _sign(action, token, chat)) else None


def _one(button: Button, token: SecretStr, chat: int | str) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.label, url=button.url)
    if len(button.action.encode()) > LONGEST_ACTION:
        raise ValueError(f"an action of more than {LONGEST_ACTION} bytes: {button.action}")
    return InlineKeyboardButton(button.label, callback_data=_sign(button.action, token, chat) + button.action)


def _sign(action: str, token: SecretStr, chat: int | str) -> str:
    key = hashlib.sha256(b"alia-watch buttons\n" + token.get_secret_value().encode()).digest()
    mac = hmac.new(key, f"{chat}\n{action}".encode(errors="replace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac)[:_SIGNATURE].decode()
