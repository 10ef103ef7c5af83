"""The stand-in reads Telegram's HTML as strictly as the Bot API does."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_bot.demo.telegram_html import Entity, UnparsableError, length, parse


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("ñ<br/>", 'Unsupported start tag "br/" at byte offset 2'),
        ("5 < 6", 'Unsupported start tag "" at byte offset 2'),
        ("<!-- note -->", 'Unsupported start tag "!--" at byte offset 0'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a ", "Unclosed start tag at byte offset 0"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</ b >", "Unclosed end tag at byte offset 4"),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=http://x>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<span class="big">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_what_telegram_refuses_is_refused_in_its_words(markup: str, said: str) -> None:
    """Broken markup is refused with the sentence and the byte offset that the service gives."""
    with pytest.raises(UnparsableError) as refused:
        parse(markup)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("1 &lt; 2 &amp;&quot;&gt;", '1 < 2 &">'),
        ("&#8364;&#x20ac;", "€€"),
        ("&nbsp;&eacute;", "&nbsp;&eacute;"),
        ("&#0;&#xd800;&#99999999;", "&#0;&#xd800;&#99999999;"),
        ("AT&T & co", "AT&T & co"),
        ("&lt", "<"),
        ("<B>x</B>", "x"),
    ],
)
def test_references_are_read_as_telegram_reads_them(markup: str, text: str) -> None:
    """Four names and numbers are known; anything else stays as it is written."""
    assert parse(markup).text == text


def test_formatting_is_counted_in_utf_16() -> None:
    """Offsets and lengths are those of UTF-16, nested stretches come outermost first, empty ones are dropped."""
    found = parse(
        '😀<b>a<i>ñ</i></b><u></u><a href="https://x.example/?a=1&amp;b=2" >q</a><blockquote expandable>z</blockquote>'
    )
    assert found.text == "😀añqz"
    assert found.entities == (
        Entity("bold", 2, 2),
        Entity("italic", 3, 1),
        Entity("text_link", 4, 1, "https://x.example/?a=1&b=2"),
        Entity("blockquote", 5, 1),
    )
    assert length("😀") == 2


@given(st.text())
def test_escaped_text_passes_unchanged(text: str) -> None:
    """Whatever is escaped arrives word for word, and never breaks the markup around it."""
    assert parse(f"<b>{html.escape(text)}</b>").text == text
