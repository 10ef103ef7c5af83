"""Words from outside within a sentence of ours: quotation marks within quotation marks."""

import pytest

from alia_watch.reports.outside import quotable


@pytest.mark.parametrize(
    ("text", "language", "shown"),
    [
        ("MareNostrum 5, «más de 150 M€»", "es", "MareNostrum 5, “más de 150 M€”"),
        ("«No llega»", "eu", "“No llega”"),
        ("«No llega»", "en", "«No llega»"),
        ("the “first” model", "en", "the ‘first’ model"),
        ("the “first” model", "ca", "the “first” model"),
        ("nothing quoted", "gl", "nothing quoted"),
    ],
)
def test_a_quotation_within_another_has_other_marks(text: str, language: str, shown: str) -> None:
    """As each language writes it: raised marks within guillemets, single ones within double ones."""
    assert quotable(text, language) == shown
