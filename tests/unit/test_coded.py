"""Commands within sentences, as Telegram shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_bot.demo.telegram_html import parse
from alia_watch.reports.blocks import Paragraph
from alia_watch.reports.render import telegram_words


def shown(text: str, small: bool) -> str:
    """A paragraph as Telegram HTML."""
    return telegram_words([Paragraph(text, small=small)])[0]


@pytest.mark.parametrize(
    ("text", "italic", "markup"),
    [
        ("`alia-watch status` says all of it.", False, "<code>alia-watch status</code> says all of it."),
        ("See `alia-watch check`.", True, "<i>See </i><code>alia-watch check</code><i>.</i>"),
        ("Check `backup.copy_to` or `reject`", False, "Check <code>backup.copy_to</code> or <code>reject</code>"),
        ("`alia-watch announcements confirm <1>`", False, "<code>alia-watch announcements confirm &lt;1&gt;</code>"),
        ("Others' `words` stay & are", False, "Others&#39; `words` stay &amp; are"),
        ("nothing", True, "<i>nothing</i>"),
    ],
)
def test_a_command_is_code(text: str, italic: bool, markup: str) -> None:
    """And what is none stays as it was written."""
    assert shown(text, italic) == markup


@given(text=st.text(st.sampled_from("`alia-watch x.reject<&\n"), max_size=60), italic=st.booleans())
def test_telegram_takes_whatever_comes_of_it(text: str, italic: bool) -> None:
    """No word is lost, and no code stands within other marks."""
    found = parse(shown(text, italic))
    assert found.text.replace("`", "").split() == text.replace("`", "").split()
    kinds = [(each.kind, each.offset, each.offset + each.length) for each in found.entities]
    codes = [each for each in kinds if each[0] == "code"]
    assert not any(start < end_ and start_ < end for _, start, end in codes for k, start_, end_ in kinds if k != "code")
