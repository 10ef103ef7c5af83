"""Blocks that keep to a length."""

import pytest

from alia_watch.reports.blocks import Block, Bullets, Heading, Paragraph, Table
from alia_watch.reports.fitting import fitting, length
from alia_watch.reports.speech import LANGUAGES, Speech

HEADING = Heading("What is asked", 1)
LIST = Bullets(tuple(Paragraph(f"item {n} 😀") for n in range(60)))
TABLE = Table(("name", "count"), tuple((f"row {n}", "1") for n in range(20)))
LONG = Paragraph("word " * 300)


def test_what_fits_is_left_as_it_is() -> None:
    """Nothing is cut, and nothing is said of it."""
    blocks: list[Block] = [HEADING, LIST, TABLE, LONG]
    assert fitting(blocks, length(blocks), Speech("en")) == blocks


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("most", [300, 500, 900, 1500, 2000])
def test_what_does_not_fit_is_counted(most: int, language: str) -> None:
    """The longest list gives way first, then the longest paragraph; each list keeps its first item."""
    shown = fitting([HEADING, LIST, TABLE, LONG], most, Speech(language))
    assert length(shown) <= most
    assert shown[0] == HEADING
    bullets, table, paragraph, left = shown[1:]
    assert isinstance(bullets, Bullets)
    assert isinstance(table, Table)
    assert isinstance(paragraph, Paragraph)
    assert isinstance(left, Paragraph)
    assert bullets.items == LIST.items[: len(bullets.items)]
    assert table.rows == TABLE.rows[: len(table.rows)]
    gone = len(LIST.items) + len(TABLE.rows) - len(bullets.items) - len(table.rows)
    assert str(gone) in left.text
    assert paragraph == LONG or paragraph.text.endswith("…")


def test_what_cannot_be_cut_stays() -> None:
    """A heading, one item and a short sentence are never taken away."""
    blocks: list[Block] = [HEADING, Bullets((Paragraph("one"),)), Paragraph("short")]
    assert fitting(blocks, 5, Speech("en")) == blocks
