"""The family's flagship beside other models: the same counters of the same day, and their own public cost."""

import datetime as dt
from decimal import Decimal
from typing import Any

from alia_watch.reports.blocks import Block, Paragraph, Table
from alia_watch.reports.outside import outside
from alia_watch.reports.speech import Speech


def beside_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """Two tables: downloads, and costs."""
    get = speech.get
    if not document["comparators"]:
        return [Paragraph(get("None is watched."))]
    return [
        _downloads(document, speech),
        Paragraph(
            get(
                "Downloads of the repos watched, as last read in the month. Since release: all downloads, over the days"
                " since the first of these repos was made. Models differ in size, licence and purpose. An empty cell is"
                " not known."
            ),
            small=True,
        ),
        _costs(document, speech),
        Paragraph(cost_scope_words(speech), small=True),
    ]


def cost_scope_words(speech: Speech) -> str:
    """Which costs are divided by downloads."""
    return speech.get(
        "A cost is divided by downloads only where it is that of the model or of the project that made it: by all"
        " downloads since release. That of a programme pays for much else, and of private models no public cost is"
        " known."
    )


def cost_words(each: dict[str, Any], speech: Speech) -> str:
    """A model's own public cost and what it pays for, or that none is known."""
    get = speech.get
    if not each["public_cost"]:
        return get("no public cost known")
    scope = {"model": get("the model"), "project": get("the project"), "programme": get("the programme")}
    amount = speech.money(Decimal(each["public_cost"]), each["currency"])
    return get("{amount} for {scope}", amount=amount, scope=scope[each["cost_scope"]])


def per_day(each: dict[str, Any]) -> float | None:
    """A model's downloads a day since its release; None where not known."""
    return each["all_time"] / each["days"] if each["all_time"] is not None and each["days"] else None


def _downloads(document: dict[str, Any], speech: Speech) -> Table:
    get = speech.get
    header = (get("Model"), get("Last 30 days"), get("All time"), get("Released"), get("Per day since release"))
    rows = []
    for each in (document["beside"], *document["comparators"]):
        daily = per_day(each)
        rows.append(
            (
                outside(each["name"]),
                _number(each["rolling"], speech),
                _number(each["all_time"], speech),
                speech.short_day(dt.date.fromisoformat(each["released"])) if each["released"] else "",
                "" if daily is None else speech.number(daily, 1),
            )
        )
    return Table(header, tuple(rows), frozenset({1, 2, 3, 4}))


def _costs(document: dict[str, Any], speech: Speech) -> Table:
    get = speech.get
    rows = []
    for each in document["comparators"]:
        ratio = speech.money(Decimal(each["ratio"]), each["currency"]) if each["ratio"] else ""
        rows.append((outside(each["name"]), outside(each["funder"]), cost_words(each, speech), ratio))
    header = (get("Model"), get("Who pays"), get("Public cost"), get("Per download since release"))
    return Table(header, tuple(rows), frozenset({3}))


def _number(value: int | None, speech: Speech) -> str:
    return "" if value is None else speech.number(value)
