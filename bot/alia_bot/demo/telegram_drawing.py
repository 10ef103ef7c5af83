"""Formatted stretches put back into a text, in any notation."""

from collections.abc import Callable, Iterable

from alia_bot.demo.telegram_html import Entity

#: What stands before and after a stretch.
Marks = Callable[[Entity], tuple[str, str]]


def weave(
    text: str, entities: Iterable[Entity], marks: Marks, write: Callable[[str, list[Entity]], str] | None = None
) -> str:
    """The text with the marks of every stretch around it; `write` draws a character inside its stretches."""
    waiting = sorted(entities, key=lambda entity: (entity.offset, -entity.length))
    opened: list[Entity] = []
    out: list[str] = []
    at = 0

    def close() -> None:
        while opened and opened[-1].offset + opened[-1].length <= at:
            out.append(marks(opened.pop())[1])

    for character in text:
        close()
        while waiting and waiting[0].offset <= at:
            opened.append(waiting.pop(0))
            out.append(marks(opened[-1])[0])
        out.append(write(character, opened) if write else character)
        at += 2 if ord(character) > 0xFFFF else 1
    close()
    return "".join(out)
