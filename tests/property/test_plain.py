"""Plain text reads the same whether a parser of markup has looked at it or not."""

from hypothesis import given
from hypothesis import strategies as st

from alia_watch.sources.plain import plain

#: NUL apart: the parser drops it, and any other control is a gap.
_letters = st.characters(codec=None, categories=None, exclude_characters="\0<&")


@given(st.text(_letters | st.sampled_from("\r\n\t\xad\u200b\u2028\u202e>\x9f"), max_size=30))
def test_text_without_markup_needs_no_parser(text: str) -> None:
    """What has no tag and no entity comes out as it does behind an empty tag."""
    assert plain(text) == plain("<b></b>" + text)


@given(st.text(max_size=30))
def test_what_comes_out_is_one_line_that_can_be_seen(text: str) -> None:
    """No control, no mark of direction, no two spaces, whatever went in."""
    line = plain(text)
    assert line.isprintable()
    assert line == " ".join(line.split())
