"""The month's downloads of the flagship, of each group and of the family, side by side with what came before."""

from typing import Any

from alia_watch.costs.ledger import Refusal
from alia_watch.reports.blocks import Block, Table
from alia_watch.reports.cost_ratio import count_words, refusal_words, scope_words
from alia_watch.reports.lead import share_words
from alia_watch.reports.speech import Speech


def scope_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """One row for each denominator: counts with their bounds, and the change where both are whole, exact and of the
    same repos.

    One whose repos count in different units has no sum, and says so.
    """
    get = speech.get
    rows = tuple(_row(each, document["groups"], speech) for each in document.get("scopes", ()))
    header = (
        get("Downloads of"),
        get("In the month"),
        get("In the month before"),
        get("A year before"),
        get("All time"),
    )
    return [Table(header, rows, frozenset({1, 2, 3, 4}))] if rows else []


def _row(each: dict[str, Any], groups: dict[str, str], speech: Speech) -> tuple[str, ...]:
    name = scope_words(each["month"], groups, speech)
    if each["refused"] == Refusal.MIXED_UNITS:
        return (name, refusal_words(each["refused"], "", speech), "", "", "")
    month = each["month"]
    cells = [_count(month, speech)]
    for before in (each["before"], each["year_before"]):
        words = _count(before, speech)
        alike = month["repos"] == before["repos"] and month["whole"] and before["whole"]
        told = alike and before["count"] is not None
        change = share_words(before["count"], month["count"], speech) if told else None
        if each["id"] == "flagship" and before["repos"] and before["repos"] != month["repos"]:
            words = f"{words} · {before['repos'][0]}"  # another repo was the flagship then
        cells.append(f"{words} ({change})" if change else words)
    return (name, *cells, "" if each["all_time"] is None else speech.number(each["all_time"]))


def _count(downloads: dict[str, Any], speech: Speech) -> str:
    if not downloads["repos"] or not downloads["there"]:
        return ""
    return count_words(downloads["count"], downloads["low"], downloads["high"], speech)
