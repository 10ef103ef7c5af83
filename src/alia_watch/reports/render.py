"""From a report to finished messages: its blocks in a language, through the template of each channel."""

import base64
import html
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alia_watch.audience.message import Attachment, Button, Image, Message
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.alert import alert_blocks
from alia_watch.reports.blocks import Banner, Block, Bullets, Heading, Link, Paragraph, Picture, Table
from alia_watch.reports.coded import coded
from alia_watch.reports.confirmation import confirmation_blocks
from alia_watch.reports.correction import correction_report_blocks
from alia_watch.reports.cost_update import cost_update_blocks
from alia_watch.reports.digest import digest_blocks
from alia_watch.reports.letter_files import letter_files
from alia_watch.reports.maintenance import maintenance_blocks
from alia_watch.reports.report import Report, ReportKind
from alia_watch.reports.speech import Speech
from alia_watch.reports.summary import (
    broadcast_blocks,
    candidate_blocks,
    candidate_buttons,
    summary_blocks,
    summary_buttons,
)

#: Telegram's limit for a message, in UTF-16 units of its text without markup; a part keeps a little away from it.
TELEGRAM_LIMIT = 4000
#: The same of the words beneath a picture, whole.
CAPTION_LIMIT = 1024
_WIDTH = 72


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list, by itself."""

    text: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table as lines: the first cell, then each label with its cell."""

    cells: tuple[str, ...]
    header: tuple[str, ...]

    @property
    def labelled(self) -> list[tuple[str, str]]:
        """Label and cell, without empty cells."""
        return [(label, cell) for label, cell in zip(self.header[1:], self.cells[1:], strict=True) if cell]


Piece = Block | Item | Row
_WITHOUT_FIGURES: dict[ReportKind, Callable[[dict[str, Any], Speech], list[Block]]] = {
    ReportKind.MAINTENANCE: maintenance_blocks,
    ReportKind.SUMMARY: summary_blocks,
    ReportKind.CANDIDATE: candidate_blocks,
    ReportKind.BROADCAST: broadcast_blocks,
    ReportKind.CONFIRMATION: confirmation_blocks,
}
_BUTTONS: dict[ReportKind, Callable[[dict[str, Any], Speech], tuple[tuple[Button, ...], ...]]] = {
    ReportKind.SUMMARY: summary_buttons,
    ReportKind.CANDIDATE: candidate_buttons,
}


def render(report: Report, language: str, form: ChannelKind, images: Sequence[Image] = ()) -> list[Message]:
    """The finished messages of a report in one language, for one kind of channel, in the order of their parts.

    Telegram gets as many parts as its limits ask, each one request: split between blocks, the picture that is shown on
    the first where its words fit beneath it, and after the last of a digest the whole of it as a page; mail and folder
    get one, with the pictures inside, and a digest by mail its tables for whoever wants them. Pure: the same report
    gives the same words.
    """
    blocks = report_blocks(report, language, form)
    title = next(block.text for block in blocks if isinstance(block, Heading))
    subject = f"[{_simulated(language)}] {title}" if report.document["simulated"] else title
    if form is ChannelKind.TELEGRAM:
        shown = {block.name for block in blocks if isinstance(block, Picture)}
        pictures = [image for image in images if image.name in shown]
        parts: list[tuple[str, str, tuple[Image, ...], tuple[Attachment, ...]]] = []
        for pieces in _telegram_parts(blocks):
            markup = _telegram(pieces)
            beneath = pictures[:1] if not parts and units(markup) <= CAPTION_LIMIT else []
            parts.append((_text(pieces), markup, tuple(beneath), ()))
            pictures = pictures[len(beneath) :]
        parts += [(image.alt, html.escape(image.alt), (image,), ()) for image in pictures]
        parts += [("", "", (), (file,)) for file in _attached(report, language, images)]
        messages = [Message(report.key, language, form, number, subject, *part) for number, part in enumerate(parts)]
        if report.kind in _BUTTONS:
            buttons = _BUTTONS[report.kind](report.document, Speech(language))
            messages[-1] = replace(messages[-1], buttons=buttons)
        return messages
    markup = mail_html(blocks, language, title, {image.name for image in images})
    words, files = _text(list(_pieces(blocks))), letter_files(report) if form is ChannelKind.EMAIL else ()
    return [Message(report.key, language, form, 0, subject, words, markup, tuple(images), files)]


def page(report: Report, language: str, images: Sequence[Image]) -> str:
    """The report as a page that needs no other file."""
    markup = render(report, language, ChannelKind.EMAIL, images)[0].markup
    for image in images:
        data = base64.b64encode(image.png).decode("ascii")
        markup = markup.replace(f'src="cid:{image.name}"', f'src="data:image/png;base64,{data}"')
    return markup


def file_stem(report: Report, language: str) -> str:
    """What files of a report in a language are called, before their ending."""
    return f"{report.key.replace(':', '-')}-{language}"


def _attached(report: Report, language: str, images: Sequence[Image]) -> tuple[Attachment, ...]:
    """The whole digest, which a Telegram message only sums up."""
    if report.kind is not ReportKind.DIGEST:
        return ()
    return (Attachment(f"{file_stem(report, language)}.html", page(report, language, images).encode()),)


def render_text(report: Report, language: str) -> str:
    """The report as plain text."""
    return _text(list(_pieces(report_blocks(report, language, ChannelKind.EMAIL))))


def report_blocks(report: Report, language: str, form: ChannelKind) -> list[Block]:
    """The blocks of a report in a language, as a channel has them; what is simulated says so first of all."""
    speech = Speech(language)
    document, brief = report.document, form is ChannelKind.TELEGRAM
    if report.kind is ReportKind.DIGEST:
        blocks = digest_blocks(document, speech, brief=brief)
    elif report.kind is ReportKind.COST_UPDATE:
        blocks = [*cost_update_blocks(document, speech, brief=brief), caveat(document, speech)]
    elif report.kind is ReportKind.CORRECTION:
        blocks = [*correction_report_blocks(document, speech), caveat(document, speech)]
    elif report.kind in _WITHOUT_FIGURES:
        blocks = _WITHOUT_FIGURES[report.kind](document, speech)
    else:
        blocks = [*alert_blocks(document, speech), caveat(document, speech)]
    return [*banner(document, speech), *blocks]


def banner(document: dict[str, Any], speech: Speech) -> list[Block]:
    """What is simulated says so; nothing where it is not."""
    return [Banner(speech.get("SIMULATED DATA: no figure here is a reading"))] if document["simulated"] else []


def telegram_words(blocks: Sequence[Block]) -> tuple[str, str]:
    """Blocks as Telegram's HTML and as plain text, in one piece, without pictures: those are sent beside the words."""
    pieces = [piece for piece in _pieces(blocks) if not isinstance(piece, Picture)]
    return _telegram(pieces), _text(pieces)


def web_html(blocks: Sequence[Block], images: str) -> str:
    """Blocks as HTML without a page around it, for one that has the classes of the mail's style.

    Args:
        images: where pictures are, before their names.
    """
    pictures = {block.name for block in blocks if isinstance(block, Picture)}
    named = [(type(block).__name__, block) for block in blocks]
    return _templates().get_template("blocks.html.j2").render(blocks=named, pictures=pictures, images=images)


def mail_html(blocks: Sequence[Block], language: str, title: str, pictures: set[str]) -> str:
    """The HTML of a mail, its style written into its elements as mail programs want it."""
    page = (
        _templates()
        .get_template("mail.html.j2")
        .render(
            blocks=[(type(block).__name__, block) for block in blocks],
            language=language,
            title=title,
            pictures=pictures,
            images="cid:",
        )
    )
    return css_inline.inline(page, keep_style_tags=False, keep_at_rules=True)


def caveat(document: dict[str, Any], speech: Speech) -> Paragraph:
    """What a count is, in one line, and where all the rest is."""
    words = speech.get("A download is a request that Hugging Face counted, not a person.")
    return Paragraph(words, (Link(speech.get("How it is counted"), document["method_url"]),), small=True)


def _simulated(language: str) -> str:
    return Speech(language).get("SIMULATED")


def _pieces(blocks: Iterable[Block]) -> Iterator[Piece]:
    """Blocks, with lists and tables taken apart: the places where a message may be split."""
    for block in blocks:
        if isinstance(block, Bullets):
            yield from (Item(item.text, item.links) for item in block.items)
        elif isinstance(block, Table):
            yield from (Row(row, block.header) for row in block.rows)
        else:
            yield block


def _telegram_parts(blocks: Sequence[Block]) -> list[list[Piece]]:
    """Parts that keep to the limit. A heading is never the last of its part."""
    parts: list[list[Piece]] = [[]]
    lengths: list[int] = []  # of the pieces of the last part, each with the empty line before it
    for piece in _pieces(block for block in blocks if not isinstance(block, Picture)):
        last, length = parts[-1], units(_one("telegram.html.j2", piece)) + 2
        if last and sum(lengths) + length > TELEGRAM_LIMIT:
            alone = isinstance(last[-1], Heading) and len(last) > 1
            carried, lengths = ([last.pop()], lengths[-1:]) if alone else ([], [])
            parts.append(carried)
        parts[-1].append(piece)
        lengths.append(length)
    return parts


def units(markup: str) -> int:
    """The length Telegram counts: UTF-16 units of the text without tags."""
    text = html.unescape(re.sub(r"<[^>]*>", "", markup))
    return len(text.encode("utf-16-le")) // 2


def _telegram(pieces: Sequence[Piece]) -> str:
    return _joined(pieces, [_one("telegram.html.j2", piece) for piece in pieces])


def _text(pieces: Sequence[Piece]) -> str:
    wrapped = []
    for piece in pieces:
        lines = _one("text.txt.j2", piece).split("\n")
        if isinstance(piece, Heading) and piece.level < 3:
            lines.append(("=" if piece.level == 1 else "-") * min(len(lines[0]), _WIDTH))
        # Wrapped first: a number is never parted from its unit.
        wrapped.append("\n".join(_wrapped(line) for line in lines).replace("\xa0", " "))
    return _joined(pieces, wrapped) + "\n"


def _wrapped(line: str) -> str:
    indent = "    " if line.startswith("    ") else "  " if line.startswith("- ") else ""
    return textwrap.fill(line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _joined(pieces: Sequence[Piece], words: Sequence[str]) -> str:
    """Blocks stand apart by an empty line, items and rows of one list by none."""
    joined = ""
    for number, (piece, text) in enumerate(zip(pieces, words, strict=True)):
        if number:
            same = isinstance(piece, Item | Row) and isinstance(pieces[number - 1], Item | Row)
            joined += "\n" if same or isinstance(pieces[number - 1], Heading) else "\n\n"
        joined += text
    return joined


def _one(template: str, piece: Piece) -> str:
    return _templates().get_template(template).render(kind=type(piece).__name__, block=piece).strip()


@cache
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("alia_watch.reports"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        keep_trailing_newline=False,
    )
    made.filters["coded"] = coded
    return made
