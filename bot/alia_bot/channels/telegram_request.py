"""Requests to the Bot API whose answers are looked at before the library builds on them.

Whoever answers in its place (a portal, a proxy, a broken server) may say anything.
"""

import json
from typing import Any

from telegram import Bot, ChatFullInfo, ChatMember, Message, TelegramObject, User
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

#: What the library raises where it reads an object of another shape; OverflowError and OSError for an instant of no
#: year.
UNREADABLE = (TypeError, ValueError, LookupError, AttributeError, OverflowError, OSError, RecursionError)

#: What the methods that are asked for an object give.
_GIVES: dict[str, type[TelegramObject]] = {
    "getMe": User,
    "getChat": ChatFullInfo,
    "getChatMember": ChatMember,
    **dict.fromkeys(("sendMessage", "sendPhoto", "sendDocument"), Message),
    **dict.fromkeys(("editMessageText", "editMessageCaption", "editMessageReplyMarkup"), Message),
}

#: What a refusal may carry, and within which bounds: seconds, of a week at most, and the id of a chat.
_PARAMETERS = {"retry_after": range(1, 7 * 86_400), "migrate_to_chat_id": range(-(2**63), 2**63)}


class NotUnderstoodError(NetworkError):
    """What says that all went well is no answer of the Bot API: what was asked may have been done, or not."""

    def __init__(self, what: str) -> None:
        super().__init__(f"its answer is none of the Bot API's ({what})")


class Request(HTTPXRequest):
    """A connection on which no answer of another shape reaches the library."""

    async def do_request(self, *given: Any, **more: Any) -> tuple[int, bytes]:
        """Status and body: an object of JSON, with a result where the status says that all went well, and else with
        what the Bot API says of a refusal.

        Raises:
            NotUnderstoodError: it says so, and is none.
            TelegramError: there is no answer.
        """
        status, body = await super().do_request(*given, **more)
        form = _form(body)
        if 200 <= status <= 299:
            if form is None or "result" not in form:
                raise NotUnderstoodError("no JSON" if form is None else "no result")
            return status, body
        return status, json.dumps(_refusal(form or {})).encode()


def understood(bot: Bot, method: str, result: Any) -> None:
    """Look at a result before anybody builds on it.

    Raises:
        NotUnderstoodError: it is not what the method gives.
    """
    if method == "getUpdates":
        sound = isinstance(result, list) and all(
            isinstance(each, dict) and isinstance(each.get("update_id"), int) for each in result
        )
        if not sound:
            raise NotUnderstoodError("no updates")
    if (kind := _GIVES.get(method)) is None:
        return
    try:
        kind.de_json(result, bot)
    except UNREADABLE as error:
        raise NotUnderstoodError(f"no {kind.__name__}") from error


def _form(body: bytes) -> dict[str, Any] | None:
    """The object that an answer is; None where it is none, such as the page of a gateway."""
    try:
        form = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return form if isinstance(form, dict) else None


def _refusal(form: dict[str, Any]) -> dict[str, Any]:
    """What a refusal says, as far as the Bot API could have said it."""
    said: dict[str, Any] = {}
    if isinstance(form.get("description"), str):
        said["description"] = form["description"]
    parameters = form.get("parameters")
    if isinstance(parameters, dict):
        said["parameters"] = {
            name: value
            for name, value in parameters.items()
            if name in _PARAMETERS and type(value) is int and value in _PARAMETERS[name]
        }
    return said
