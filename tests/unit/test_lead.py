"""How a digest begins: what is said of a month beside others, and what is not."""

from typing import Any

import pytest

from alia_watch.reports.blocks import Paragraph
from alia_watch.reports.lead import lead_blocks
from alia_watch.reports.speech import Speech
from tests.reports import sample


def counted(count: int | None) -> dict[str, Any]:
    known = 0 if count is None else 31
    return {"count": count, "low": count or 0, "high": count, "known_days": known, "days": 31}


def said(now: int | None, before: int | None, year: int | None, born: str | None = None) -> str:
    changes = {"flagship_total": now, "flagship_before": before, "flagship_year_before": year}
    counts = {name: counted(count) for name, count in changes.items()}
    report = sample("digest_whole", **counts, flagship_born=born)
    last = lead_blocks(report.document, Speech("en"))[-1]
    assert isinstance(last, Paragraph)
    return last.text


@pytest.mark.parametrize(
    ("now", "before", "year", "words"),
    [
        (310, 300, None, "That is 10.0 a day on average. In the month before there were 300, a change of +3.3% since."),
        (300, 400, None, "That is 9.7 a day on average. In the month before there were 400, a change of −25% since."),
        (100_001, 100_000, None, "In the month before there were 100,000, a change of 0% since."),
        (99_999, 100_000, None, "In the month before there were 100,000, a change of 0% since."),
        (31, 0, None, "That is 1.0 a day on average. In the month before there were 0."),
        (None, 300, 200, "In the month before there were 300. A year before (January 2025) there were 200."),
        (31, None, 62, "A year before (January 2025) there were 62, a change of −50% since."),
        (0, 62, None, "That is 0.0 a day on average. In the month before there were 62, a change of −100% since."),
    ],
)
def test_a_month_is_set_beside_what_came_before(
    now: int | None, before: int | None, year: int | None, words: str
) -> None:
    """A change is said where both counts are exactly known and the earlier is not none; never of a sign and nothing."""
    assert said(now, before, year).endswith(words)


def test_what_is_not_known_is_not_compared() -> None:
    """Without an exact count nothing is said of a day's mean, or of a change."""
    assert said(None, None, None).startswith("Downloads of the flagship")


@pytest.mark.parametrize(
    ("born", "words"),
    [
        ("2026-01-02", "Downloads of the flagship, "),
        ("2026-01-01", "That is 10.0 a day on average."),
        ("2025-12-17", "That is 10.0 a day on average. In the month before there were 62, since the repo was made on"),
        ("2025-12-01", "That is 10.0 a day on average. In the month before there were 62, a change of +400% since."),
        ("2025-01-02", "That is 10.0 a day on average. In the month before there were 62, a change of +400% since."),
    ],
)
def test_a_month_that_the_repo_was_not_there_for_is_no_measure(born: str, words: str) -> None:
    """Of the month it was born in the count stands with the day and no change; of one before nothing is said."""
    assert said(310, 62, 0, born).startswith(words)
    assert "A year before" not in said(310, 62, 0, born)
    assert "A year before" in said(310, 62, 0, "2025-01-01")
