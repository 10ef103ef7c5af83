"""A finished message: what the outbox holds and a channel sends, word for word."""

from dataclasses import dataclass

from alia_watch.audience.subscriber import ChannelKind


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that travels with a message. `name` is its file name and Content-ID; `alt` says what it shows."""

    name: str
    alt: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a message, under its name."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a Telegram message: what it says, and what a press asks for, or the page it opens."""

    label: str
    action: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One part of a report in one language for one kind of channel, finished.

    Attributes:
        part: counts from 0; parts are sent in order. Mail and folder have one part; Telegram as many as its limits ask.
        text: plain text; on Telegram what is sent should the markup be refused.
        markup: Telegram HTML, or the HTML body of a mail (images by `cid:NAME`); for the folder both forms are made
            from the mail's HTML.
        attachments: after everything else: of Telegram messages, and of mails for subscribers who asked for files.
        buttons: in rows, under the words; only on Telegram.
    """

    report_key: str
    language: str
    form: ChannelKind
    part: int
    subject: str
    text: str
    markup: str
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
