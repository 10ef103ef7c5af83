"""Blocks that keep to a length: what has no room is left out, and how much of it is said."""

from collections.abc import Sequence
from dataclasses import replace

from alia_watch.reports.blocks import Block, Bullets, Paragraph, Table
from alia_watch.reports.outside import outside
from alia_watch.reports.render import telegram_words, units
from alia_watch.reports.speech import Speech

#: A paragraph as short as this is not cut.
_SHORT = 160
#: For the empty line before a block.
_APART = 2


def fitting(blocks: Sequence[Block], most: int, speech: Speech) -> list[Block]:
    """Blocks of at most so many UTF-16 units: the last items of the longest list go first, and how many is said.

    Where no list has more than one item, the longest paragraph is cut. Nothing else is ever cut.
    """
    if length(blocks) <= most:
        return list(blocks)
    parts = [[(part, length([part])) for part in _parts(block)] for block in blocks]
    room, cut = most - length(not_shown(9999, speech)), 0
    while sum(size for part in parts for _, size in part) > room:
        lists = [part for part in parts if len(part) > 1]
        long = [part for part in parts if isinstance(part[0][0], Paragraph) and part[0][1] > _SHORT]
        if lists:
            max(lists, key=_size).pop()
            cut += 1
        elif long:
            longest = max(long, key=_size)
            longest[0] = _halved(longest[0][0])
        else:
            break
    shown = [_whole(block, [each for each, _ in part]) for block, part in zip(blocks, parts, strict=True)]
    return [*shown, *not_shown(cut, speech)]


def length(blocks: Sequence[Block]) -> int:
    """How many UTF-16 units some blocks take, in one message with others."""
    return units(telegram_words(blocks)[0]) + _APART if blocks else 0


def not_shown(count: int, speech: Speech) -> list[Block]:
    """How many were left out; nothing where none was."""
    if not count:
        return []
    return [Paragraph(speech.get_plural("{count} more is not shown.", "{count} more are not shown.", count))]


def _parts(block: Block) -> list[Block]:
    """A list taken apart into lists of one item."""
    if isinstance(block, Bullets):
        return [replace(block, items=(item,)) for item in block.items]
    if isinstance(block, Table):
        return [replace(block, rows=(row,)) for row in block.rows]
    return [block]


def _whole(block: Block, parts: Sequence[Block]) -> Block:
    """The same put together again."""
    if isinstance(block, Bullets):
        return replace(block, items=tuple(item for part in parts if isinstance(part, Bullets) for item in part.items))
    if isinstance(block, Table):
        return replace(block, rows=tuple(row for part in parts if isinstance(part, Table) for row in part.rows))
    return parts[0]


def _halved(block: Block) -> tuple[Block, int]:
    if isinstance(block, Paragraph):
        block = replace(block, text=outside(block.text, len(block.text) // 2))
    return block, length([block])


def _size(part: Sequence[tuple[Block, int]]) -> int:
    return sum(size for _, size in part)
