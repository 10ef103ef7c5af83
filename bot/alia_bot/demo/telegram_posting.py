"""What the bot posts and edits at the stand-in Bot API, and how it answers a pressed button."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alia_bot.demo.telegram_chat import Posted
from alia_bot.demo.telegram_html import Entity
from alia_bot.demo.telegram_places import known, place, present
from alia_bot.demo.telegram_wire import RefusedError, Upload
from alia_bot.demo.telegram_words import markup, words
from alia_bot.demo.telegram_world import BOT, Happening, World

_NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"
_MAX_ANSWER = 200
_DOING = {
    "typing": "is typing…",
    "upload_photo": "is sending a picture…",
    "upload_document": "is sending a file…",
    "choose_sticker": "is choosing a sticker…",
    "find_location": "is finding a place…",
    "record_video": "is recording a video…",
    "upload_video": "is sending a video…",
    "record_voice": "is recording a voice message…",
    "upload_voice": "is sending a voice message…",
    "record_video_note": "is recording a video message…",
    "upload_video_note": "is sending a video message…",
}


def send(world: World, kind: str, fields: Mapping[str, str], files: Mapping[str, Upload]) -> dict[str, Any]:
    """Post a text, or the `photo` or `document` of a call.

    Raises:
        RefusedError: with the reason.
    """
    chat_id, thread, answered = place(world, fields)
    _within_limits(world, chat_id)
    captioned = kind != "text"
    file, new = world.files.read(kind, fields, files) if captioned else (None, False)
    parsed = words(fields, caption=captioned)
    buttons = markup(fields)
    if file and new:
        world.files.keep(file)
    posted = Posted(
        world.next_message_id(chat_id),
        chat_id,
        thread,
        parsed.text,
        parsed.entities,
        photo=file.content if file and kind == "photo" else None,
        document=file.content if file and kind == "document" else None,
        markup=buttons,
        silent=_true(fields, "disable_notification"),
        reply_to=answered,
        file=file,
    )
    world.posted.append(posted)
    return _written(world, posted, "sends", world.posted_form(posted))


def edit(world: World, what: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Change the `text`, the `caption` or only the `markup` of a message.

    Raises:
        RefusedError: with the reason.
    """
    chat_id = known(world, fields)
    present(world, chat_id)
    _within_limits(world, chat_id)
    given = fields.get("message_id", "")
    if not given.isdecimal():
        raise RefusedError(400, "Bad Request: message identifier is not specified")
    key = (chat_id, int(given))
    if key not in world.messages:
        raise RefusedError(400, "Bad Request: message to edit not found")
    if key not in world.current:
        raise RefusedError(400, "Bad Request: message can't be edited")
    old = world.current[key]
    new = replace(old, markup=markup(fields, inline_only=True))
    if what != "markup":
        if (old.file is None) != (what == "text"):
            raise RefusedError(400, f"Bad Request: there is no {what} in the message to edit")
        parsed = words(fields, caption=what == "caption")
        new = replace(new, text=parsed.text, entities=parsed.entities)
    if (new, _folds(new.entities)) == (old, _folds(old.entities)):
        raise RefusedError(400, _NOT_MODIFIED)
    world.edits.append(new)
    form = {**world.posted_form(new), "date": world.messages[key]["date"], "edit_date": world.date}
    return _written(world, new, "edits", form)


def answer_query(world: World, fields: Mapping[str, str]) -> bool:
    """End the wait on a pressed button, with a toast, an alert, or nothing.

    Raises:
        RefusedError: with the reason.
    """
    query = world.queries.get(fields.get("callback_query_id", ""))
    text = fields.get("text", "")
    if len(text) > _MAX_ANSWER:
        raise RefusedError(400, "Bad Request: MESSAGE_TOO_LONG")
    if query is None or query.answered:
        raise RefusedError(400, _TOO_OLD)
    if fields.get("url"):
        raise RefusedError(400, "Bad Request: URL_INVALID")
    query.answered = True
    if text:
        kind = "alert" if _true(fields, "show_alert") else "toast"
        world.happen(Happening(query.chat_id, kind, BOT.name, text, thread=query.thread))
    return True


def act(world: World, fields: Mapping[str, str]) -> bool:
    """Show what the bot is doing.

    Raises:
        RefusedError: with the reason.
    """
    chat_id, thread, _ = place(world, fields)
    doing = _DOING.get(fields.get("action", ""))
    if doing is None:
        raise RefusedError(400, "Bad Request: wrong parameter action in request")
    world.happen(Happening(chat_id, "doing", BOT.name, doing, thread=thread))
    return True


def _within_limits(world: World, chat_id: int | str) -> None:
    if world.limits is not None:
        world.limits.check(chat_id, group=world.kind(chat_id) in ("group", "supergroup"))


def _written(world: World, posted: Posted, how: str, form: dict[str, Any]) -> dict[str, Any]:
    chat_id, thread = posted.chat_id, posted.thread
    if world.limits is not None:
        world.limits.take(chat_id)
    world.current[chat_id, posted.message_id] = posted
    world.messages[chat_id, posted.message_id] = form
    world.happen(
        Happening(
            chat_id, how, BOT.name, posted.text, posted.entities, thread, posted.reply_to, posted, posted.message_id
        )
    )
    return form


def _folds(entities: tuple[Entity, ...]) -> list[bool]:
    return [entity.folded for entity in entities]


def _true(fields: Mapping[str, str], name: str) -> bool:
    return fields.get(name, "").lower() in ("true", "1")
