"""What one message takes: the requests that carry it, within Telegram's lengths, and the chat that it goes to."""

import html
import re
from dataclasses import dataclass

from telegram.constants import MessageLimit

from alia_watch.audience.message import Attachment, Button, Image, Message


@dataclass(frozen=True, slots=True)
class Step:
    """One request: a text, a picture with its caption, or a file. `markup` is Telegram HTML, `plain` its substitute;
    `asks`: the next words of whoever reads it are to be its answer."""

    markup: str
    plain: str
    image: Image | None = None
    file: Attachment | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    asks: bool = False


def steps(message: Message) -> tuple[Step, ...]:
    """The requests that carry a message: its words as the first picture's caption where they fit, else before it;
    files last. Buttons go with the words."""
    pictures = tuple(Step(html.escape(image.alt), image.alt, image) for image in message.images)
    files = tuple(Step("", "", file=file) for file in message.attachments)
    if pictures and length(visible(message.markup)) <= MessageLimit.CAPTION_LENGTH:
        first = Step(message.markup, message.text, message.images[0], buttons=message.buttons)
        return first, *pictures[1:], *files
    words = (Step(message.markup, message.text, buttons=message.buttons),) if message.markup or message.text else ()
    return *words, *pictures, *files


def pieces(text: str) -> list[str]:
    """Plain text in lengths that Telegram takes, cut at a line's end, else between words, else anywhere."""
    cut: list[str] = []
    limit = int(MessageLimit.MAX_TEXT_LENGTH)
    while length(text) > limit:
        head = text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")
        blank = next((n for n in range(len(head) - 1, 0, -1) if head[n].isspace()), 0)  # a tab, too
        at = max(head.rfind("\n"), 0) or blank or len(head)
        cut.append(head[:at].rstrip())
        text = text[at:].lstrip()
    return [piece for piece in (*cut, text) if piece.strip()]


def place(address: str) -> tuple[int | str, int | None]:
    """Chat and forum topic of `-100123`, `-100123/45` or `@channel`.

    Raises:
        ValueError: it is no such address.
    """
    if re.fullmatch(r"@\w+", address, re.ASCII):
        return address, None
    if not re.fullmatch(r"-?\d{1,19}(/\d{1,19})?", address, re.ASCII):
        raise ValueError("the address is no chat id")
    chat, _, thread = address.partition("/")
    return int(chat), int(thread) if thread else None


def visible(markup: str) -> str:
    """Telegram HTML without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def length(text: str) -> int:
    """As Telegram counts: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
