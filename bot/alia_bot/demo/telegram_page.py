"""Every conversation of the stand-in Bot API on one page that a person can look at, alone and without a network."""

import base64
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.demo.telegram_chat import Button, Posted, StoredFile
from alia_bot.demo.telegram_drawing import weave
from alia_bot.demo.telegram_html import Entity
from alia_bot.demo.telegram_page_style import STYLE
from alia_bot.demo.telegram_transcript import size
from alia_bot.demo.telegram_world import BOT, Happening, World

_KINDS = {"group": "group", "supergroup": "group", "channel": "channel"}
_TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code", "pre": "pre"}


@dataclass(frozen=True, slots=True)
class PageWords:
    """What a page says by itself, and in which language."""

    language: str = "en"
    private: str = "private chat"
    edited: str = "edited"
    silent: str = "silent"
    picture: str = "picture"


def transcript_page(
    api: TelegramStandIn,
    *,
    title: str = "What the bot said",
    words: PageWords = PageWords(),
    chats: Collection[int | str] | None = None,
    note: str = "",
) -> str:
    """One HTML page with the chats in which something happened. It asks for nothing from elsewhere.

    Args:
        chats: only these.
        note: what is said above all else.
    """
    world = api.world
    with world.lock:
        happened = dict.fromkeys(each.chat_id for each in world.happened)
        shown = "\n".join(_chat(world, chat_id, words) for chat_id in happened if chats is None or chat_id in chats)
    above = f'<p class="note">{escape(note)}</p>\n' if note else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(words.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n{above}<main>\n{shown}\n</main>\n</body>\n</html>\n"
    )


def drawn(text: str, entities: tuple[Entity, ...]) -> str:
    """Formatted words as HTML, escaped."""
    return weave(text, entities, _tags, lambda character, _: escape(character))


def _chat(world: World, chat_id: int | str, words: PageWords) -> str:
    bubbles = "\n".join(_shown(world, each, words) for each in world.happened if each.chat_id == chat_id)
    kind = "forum" if world.chats[chat_id].is_forum else _KINDS.get(world.kind(chat_id), words.private)
    name = escape(world.name(chat_id))
    return (
        f'<section aria-label="{name}">\n<h2><span class="face" aria-hidden="true">{name[:1]}</span>'
        f"<span>{name}<small>{kind} · {escape(str(chat_id))}</small></span></h2>\n"
        f'<div class="talk">\n{bubbles}\n</div>\n</section>'
    )


def _shown(world: World, happening: Happening, words: PageWords) -> str:
    who, said = escape(happening.who), escape(happening.text)
    match happening.kind:
        case "event":
            return f'<p class="event">{who} {said}</p>'
        case "doing":
            return f'<p class="event doing">{who} {said}</p>'
        case "toast" | "alert":
            return f'<p class="{happening.kind}" title="{happening.kind}">{said}</p>'
        case "presses":
            return f'<p class="event pressed">{who} ▸ <b>{said}</b></p>'
    return _bubble(world, happening, words)


def _bubble(world: World, happening: Happening, words: PageWords) -> str:
    posted, by_bot = happening.posted, happening.who == BOT.name and happening.posted is not None
    notes = [f"“{world.chats[happening.chat_id].topic_name(happening.thread)}”"] if happening.thread is not None else []
    if happening.kind == "edits":
        notes.append(words.edited)
    if posted is not None and posted.silent:
        notes.append(words.silent)
    head = f'<p class="who">{escape(happening.who)}{"".join(f"<small>{escape(note)}</small>" for note in notes)}</p>'
    quoted = _quoted(world, happening)
    text = f'<div class="words">{drawn(happening.text, happening.entities)}</div>' if happening.text else ""
    file = _file(posted.file, words) if posted and posted.file else ""
    buttons = _buttons(posted) if posted else ""
    side = "bot" if by_bot else "human"
    return f'<div class="turn {side}"><div class="bubble">{head}{quoted}{file}{text}</div>{buttons}</div>'


def _quoted(world: World, happening: Happening) -> str:
    if happening.reply_to is None:
        return ""
    form = world.messages.get((happening.chat_id, happening.reply_to), {})
    text = str(form.get("text") or form.get("caption") or "…")
    short = text if len(text) <= 80 else f"{text[:80]}…"
    return f'<p class="quoted">{escape(short)}</p>'


def _file(file: StoredFile, words: PageWords) -> str:
    if file.kind == "photo":
        content = base64.b64encode(file.content).decode()
        return (
            f'<img src="data:image/png;base64,{content}" width="{file.width}" height="{file.height}" '
            f'alt="{escape(words.picture)}" loading="lazy">'
        )
    name, large = escape(file.name), size(file.content)
    return f'<p class="file">{name} <small>{large}</small></p>'


def _buttons(posted: Posted) -> str:
    rows = "".join(f'<div class="row">{"".join(map(_button, row))}</div>' for row in posted.keyboard)
    answer = '<p class="event">asks for an answer</p>' if posted.markup.force_reply else ""
    return f'<div class="buttons">{rows}</div>{answer}' if rows else answer


def _button(button: Button) -> str:
    return f"<span>{escape(button.text)}{' ↗' if button.url else ''}</span>"


def _tags(entity: Entity) -> tuple[str, str]:
    match entity.kind:
        case "text_link":
            # An address of another kind would be a way to run something on the page of whoever looks at it.
            safe = urlsplit(entity.argument).scheme in ("http", "https", "tg", "mailto")
            return (f'<a href="{escape(entity.argument)}" rel="noreferrer">', "</a>") if safe else ("<u>", "</u>")
        case "blockquote":
            if entity.folded:
                return "<details><summary>…</summary><blockquote>", "</blockquote></details>"
            return "<blockquote>", "</blockquote>"
        case "spoiler":
            return '<span class="spoiler">', "</span>"
    tag = _TAGS.get(entity.kind)
    return (f"<{tag}>", f"</{tag}>") if tag else ("", "")
