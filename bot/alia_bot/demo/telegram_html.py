"""Telegram's HTML, read as strictly as the Bot API reads it: what it refuses there is refused here, in its words.

Observed behaviour (core.telegram.org/bots/api#html-style, and the errors the service gives): only the named tags, every
tag closed in order, attributes with a value, four named character references; any other reference stays as it is.
"""

import re
from dataclasses import dataclass, field

TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "span": "spoiler",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,7})|#(\d{1,8})|([A-Za-z]+));?")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>]*")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*(?=[\s>])")


class UnparsableError(ValueError):
    """Telegram's own sentence, without its prefix."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch; `offset` and `length` in UTF-16 code units, `argument` the address of a link.

    `folded` marks a quotation that opens at a tap. It is no part of what makes two stretches alike.
    """

    kind: str
    offset: int
    length: int
    argument: str = ""
    folded: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The words without markup, and their formatting."""

    text: str
    entities: tuple[Entity, ...]


def length(text: str) -> int:
    """In UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def parse(markup: str) -> Parsed:
    """Read a text with `parse_mode=HTML`.

    Raises:
        UnparsableError: the Bot API would answer `can't parse entities`.
    """
    words: list[str] = []
    entities: list[Entity] = []
    opened: list[tuple[str, str, int]] = []  # tag, argument, offset
    at = written = 0
    while at < len(markup):
        if markup.startswith("</", at):
            at = _close(markup, at, opened, entities, written)
        elif markup[at] == "<":
            tag, argument, at = _open(markup, at)
            opened.append((tag, argument, written))
        else:
            word, at = _character(markup, at)
            words.append(word)
            written += length(word)
    if opened:
        raise UnparsableError(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return Parsed("".join(words), tuple(sorted(entities, key=lambda entity: (entity.offset, -entity.length))))


def _character(markup: str, at: int) -> tuple[str, int]:
    """The next character and where the following one begins; a known reference is one character."""
    found = _REFERENCE.match(markup, at)
    if found is None:
        return markup[at], at + 1
    hexadecimal, decimal, name = found.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal) if decimal else 0
    word = _NAMED.get(name, "") if name else chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""
    return (word, found.end()) if word else (markup[at], at + 1)


def _open(markup: str, start: int) -> tuple[str, str, int]:
    """Tag, argument and where the text goes on."""
    name = _TAG_NAME.match(markup, start + 1)
    assert name is not None  # noqa: S101  the pattern matches nothing, too
    tag, at = name[0].lower(), name.end()
    if at == len(markup):
        raise UnparsableError(f"Unclosed start tag at byte offset {_bytes(markup, start)}")
    if tag not in TAGS:
        raise UnparsableError(f'Unsupported start tag "{tag}" at byte offset {_bytes(markup, start)}')
    argument = ""
    while True:
        at = _skip_spaces(markup, at)
        if markup.startswith(">", at):
            break
        key, value, at = _attribute(markup, at, tag, start)
        if (tag, key) in (("a", "href"), ("tg-emoji", "emoji-id"), ("span", "class")):
            argument = value
        elif (tag, key) == ("blockquote", "expandable"):
            argument = key
    if tag == "span" and argument != "tg-spoiler":
        raise UnparsableError(f'Tag "span" must have class "tg-spoiler" at byte offset {_bytes(markup, start)}')
    return tag, argument, at + 1


def _attribute(markup: str, at: int, tag: str, start: int) -> tuple[str, str, int]:
    where = f"byte offset {_bytes(markup, start)}"
    name = _ATTRIBUTE_NAME.match(markup, at)
    assert name is not None  # noqa: S101  the pattern matches nothing, too
    if at == len(markup):
        raise UnparsableError(f"Unclosed start tag at {where}")
    if not name[0]:
        raise UnparsableError(f'Empty attribute name in the tag "{tag}" at {where}')
    at = _skip_spaces(markup, name.end())
    if (tag, name[0]) == ("blockquote", "expandable"):
        return name[0], "", at
    if not markup.startswith("=", at):
        raise UnparsableError(f'Expected equal sign in declaration of an attribute of the tag "{tag}" at {where}')
    at = _skip_spaces(markup, at + 1)
    quote = markup[at : at + 1]
    if quote in ("'", '"') and quote:
        value, at = [], at + 1
        while at < len(markup) and markup[at] != quote:
            word, at = _character(markup, at)
            value.append(word)
        if at + 1 >= len(markup):
            raise UnparsableError(f"Unclosed start tag at {where}")
        return name[0], "".join(value), at + 1
    token = _NAME_TOKEN.match(markup, at)
    if token is None:
        raise UnparsableError(f"Unexpected end of name token at byte offset {_bytes(markup, at)}")
    return name[0], token[0].lower(), token.end()


def _close(markup: str, start: int, opened: list[tuple[str, str, int]], entities: list[Entity], written: int) -> int:
    """Take the innermost open tag off; where the text goes on."""
    where = f"byte offset {_bytes(markup, start)}"
    if not opened:
        raise UnparsableError(f"Unexpected end tag at {where}")
    name = _TAG_NAME.match(markup, start + 2)
    assert name is not None  # noqa: S101  the pattern matches nothing, too
    at = _skip_spaces(markup, name.end())
    if not markup.startswith(">", at):
        raise UnparsableError(f"Unclosed end tag at {where}")
    tag, argument, offset = opened.pop()
    found = name[0].lower()
    if found not in ("", tag):
        raise UnparsableError(f'Unmatched end tag at {where}, expected "</{tag}>", found "</{found}>"')
    if written > offset:
        address = argument if tag in ("a", "tg-emoji") else ""
        folded = tag == "blockquote" and bool(argument)
        entities.append(Entity(TAGS[tag], offset, written - offset, address, folded))
    return at + 1


def _skip_spaces(markup: str, at: int) -> int:
    while at < len(markup) and markup[at].isspace():
        at += 1
    return at


def _bytes(markup: str, at: int) -> int:
    return len(markup[:at].encode())
