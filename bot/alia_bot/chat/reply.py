"""What is answered: words with buttons, in the place of the message whose button was pressed or as a new one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alia_watch.audience.message import Attachment, Button, Image
from alia_watch.reports.blocks import Block
from alia_watch.reports.render import telegram_words

Buttons = tuple[tuple[Button, ...], ...]
#: What stands before a choice that is made.
CHOSEN = "● "


@dataclass(frozen=True, slots=True)
class Reply:
    """One message back.

    Attributes:
        markup, plain: the words as Telegram HTML, and without.
        asks: what is typed next is its answer: Telegram opens the line for it, and in a group hands it to the bot.
        edits: put in the place of the pressed message, where there is one.
        toast: shown over the screen for a moment after a press, in the place of words or beside them.
        chat: where to, if not where it was asked.
        then: what is still to be done once this is sent, such as waiting for a reading; its replies follow.
    """

    markup: str = ""
    plain: str = ""
    buttons: Buttons = ()
    image: Image | None = None
    file: Attachment | None = None
    asks: bool = False
    edits: bool = False
    toast: str = ""
    chat: int | None = None
    then: "Callable[[], list[Reply]] | None" = None


def say(blocks: Sequence[Block], buttons: Buttons = (), *, edits: bool = False, toast: str = "") -> Reply:
    """Blocks as a reply."""
    markup, plain = telegram_words(blocks)
    return Reply(markup, plain, buttons, edits=edits, toast=toast)


def rows(buttons: Sequence[Button], wide: int = 2) -> Buttons:
    """Buttons in rows of so many."""
    return tuple(tuple(buttons[at : at + wide]) for at in range(0, len(buttons), wide))


#: How many letters a button has room for that shares its row, on a phone.
_HALF_ROW = 18


def packed(buttons: Sequence[Button]) -> Buttons:
    """Buttons two in a row where both have room there, else alone: Telegram cuts a label that is too wide."""
    made: list[tuple[Button, ...]] = []
    for button in buttons:
        if made and len(made[-1]) == 1 and _shares(made[-1][0]) and _shares(button):
            made[-1] = (*made[-1], button)
        else:
            made.append((button,))
    return tuple(made)


def _shares(button: Button) -> bool:
    return len(button.label.removeprefix(CHOSEN)) <= _HALF_ROW
