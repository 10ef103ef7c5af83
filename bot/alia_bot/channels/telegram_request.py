"""Requests to the Bot API whose answers are looked at before the library builds on them.

Whoever answers in its place (a portal, a proxy, a broken server) may say anything.
"""

import asyncio
import json
from http import HTTPStatus
from typing import Any

from telegram import Bot, ChatFullInfo, ChatMember, Message, TelegramObject, User
from telegram.error import NetworkError, TimedOut
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

#: What the largest update's number may be: as many as can be kept.
_UPDATES = range(2**63)
#: What a refusal may carry, and within which bounds: seconds, of a week at most, and the id of a chat.
_PARAMETERS = {"retry_after": range(1, 7 * 86_400), "migrate_to_chat_id": range(-(2**63), 2**63)}


class NotUnderstoodError(NetworkError):
    """What says that all went well is no answer of the Bot API: what was asked may have been done, or not."""

    def __init__(self, what: str) -> None:
        super().__init__(f"its answer is none of the Bot API's ({what})")


class Request(HTTPXRequest):
    """A connection on which no answer of another shape reaches the library, and each comes within bounded time.

    Args:
        timeout_s: of connecting, and of each wait for bytes; a whole answer may take four times as long.
    """

    def __init__(self, connections: int, timeout_s: float) -> None:
        super().__init__(
            connection_pool_size=connections,
            read_timeout=timeout_s,
            write_timeout=timeout_s,
            connect_timeout=timeout_s,
            pool_timeout=timeout_s,
            media_write_timeout=timeout_s,
        )
        self._whole_s = 4 * timeout_s

    async def do_request(self, *given: Any, **more: Any) -> tuple[int, bytes]:
        """Status and body: an object of JSON, with a result where the status says that all went well, and else with
        what the Bot API says of a refusal.

        Raises:
            NotUnderstoodError: it says that all went well, and has no result.
            NetworkError: it is an error, and none of the Bot API's: a gateway's, a portal's.
            TelegramError: there is no answer.
        """
        wait = more.get("read_timeout")
        seconds = self._whole_s + (wait if isinstance(wait, int | float) else 0)  # a poll waits longer
        try:
            async with asyncio.timeout(seconds):
                status, body = await super().do_request(*given, **more)
        except TimeoutError as error:
            raise TimedOut(f"no whole answer within {seconds:.0f} s") from error
        form = _form(body)
        if 200 <= status <= 299:
            if form is None or "result" not in form:
                raise NotUnderstoodError("no JSON" if form is None else "no result")
            return status, body
        said = _refusal(form or {})
        if said is None and status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:  # which is said before the Bot API is asked
            raise NetworkError(f"{_phrase(status)} ({status})")
        return status, json.dumps(said or {}).encode()


def understood(bot: Bot, method: str, result: Any) -> None:
    """Look at a result before anybody builds on it.

    Raises:
        NotUnderstoodError: it is not what the method gives.
    """
    try:
        if method == "getUpdates":
            _updates(result)
        elif method == "getChatAdministrators":
            for each in result:
                ChatMember.de_json(each, bot)
        elif (kind := _GIVES.get(method)) is not None:
            kind.de_json(result, bot)
    except UNREADABLE as error:
        raise NotUnderstoodError(f"nothing that {method} gives") from error


def _updates(result: Any) -> None:
    for each in result:
        if type(each["update_id"]) is not int or each["update_id"] not in _UPDATES:
            raise ValueError


def _form(body: bytes) -> dict[str, Any] | None:
    """The object that an answer is, read as the library does; None where it is none, such as the page of a gateway."""
    try:
        form = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return form if isinstance(form, dict) else None


def _refusal(form: dict[str, Any]) -> dict[str, Any] | None:
    """What a refusal says, as far as the Bot API could have said it; None where it is none of its refusals."""
    description, parameters = form.get("description"), form.get("parameters")
    if form.get("ok") is not False or not isinstance(description, str):
        return None
    carried = {
        name: value
        for name, value in (parameters.items() if isinstance(parameters, dict) else ())
        if name in _PARAMETERS and type(value) is int and value in _PARAMETERS[name]
    }
    return {"description": description.encode("utf-8", "replace").decode(), "parameters": carried}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown error"
