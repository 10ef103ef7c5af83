"""What happened in a chat of the stand-in Bot API, as one reads a conversation."""

from alia_bot.demo.telegram_chat import Posted
from alia_bot.demo.telegram_drawing import weave
from alia_bot.demo.telegram_html import Entity
from alia_bot.demo.telegram_world import Happening, World

_MARKS = {"bold": "**", "italic": "_", "code": "`", "strikethrough": "~~", "underline": "__", "spoiler": "||"}
_QUOTE = "blockquote"


def transcript(world: World, chat_id: int | str) -> str:
    """A chat from its beginning, in the order things happened.

    Raises:
        LookupError: there is no such chat.
    """
    with world.lock:
        found = world.resolve(chat_id)
        if found is None:
            raise LookupError(f"there is no chat {chat_id}")
        lines = [_line(world, each) for each in world.happened if each.chat_id == found]
    return "".join(f"{line}\n" for line in lines)


def marked(text: str, entities: tuple[Entity, ...]) -> str:
    """Formatted words in plain signs: bold as **, italic as _, code as `, a link as [words](address)."""
    return weave(text, entities, _marks, _character)


def size(content: bytes) -> str:
    """How large a file is, for a person."""
    return f"{len(content)} B" if len(content) < 1024 else f"{round(len(content) / 1024)} KB"


def sent_as(posted: Posted) -> str:
    """The verb for a message with a picture or a file; nothing for words alone."""
    file = posted.file
    if file is None:
        return ""
    if file.kind == "photo":
        return f"sends a picture ({file.width}×{file.height})"
    return f"sends {file.name or 'a file'} ({size(file.content)})"


def _line(world: World, happening: Happening) -> str:
    who = happening.who
    match happening.kind:
        case "event":
            return f"— {who} {happening.text}"
        case "presses":
            return f"{who} presses [{happening.text}]"
        case "toast" | "alert":
            return f"{who} ({happening.kind}): {happening.text}"
    if happening.thread is not None:
        who += f" in “{world.chats[happening.chat_id].topic_name(happening.thread)}”"
    if happening.kind == "doing":
        return f"{who} {happening.text}"
    posted = happening.posted
    if happening.kind == "edits":
        return _said(f"{who} edits", happening, posted)
    if happening.reply_to is not None:
        who += ", replying"
    if posted is not None and posted.silent:
        who += " (silently)"
    if posted is not None and posted.file is not None:
        who += f"{',' if happening.reply_to is not None else ''} {sent_as(posted)}"
    return _said(who, happening, posted)


def _said(head: str, happening: Happening, posted: Posted | None) -> str:
    words = marked(happening.text, happening.entities).rstrip("\n").replace("\n", "\n  ")
    line = f"{head}: {words}" if words else head
    rows = [" ".join(f"[{button.text}]" for button in row) for row in (posted.keyboard if posted else ())]
    return "\n    ".join([line, *rows])


def _marks(entity: Entity) -> tuple[str, str]:
    match entity.kind:
        case "text_link":
            return "[", f"]({entity.argument})"
        case "pre":
            return "```\n", "\n```"
        case "blockquote":
            return "> ", ""
    mark = _MARKS.get(entity.kind, "")
    return mark, mark


def _character(character: str, inside: list[Entity]) -> str:
    quoted = character == "\n" and any(entity.kind == _QUOTE for entity in inside)
    return "\n> " if quoted else character
