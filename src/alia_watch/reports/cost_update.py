"""The cost update: the headline ratio, what it rests on, and its alternatives."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from alia_watch.costs.per_download import TARGETS, CostRatio, downloads_needed
from alia_watch.reports.blocks import Block, Bullets, Figure, Heading, Link, Paragraph, Picture, Table
from alia_watch.reports.cost_ratio import (
    amount_words,
    ratio_document,
    read_words,
    result_words,
    scope_words,
    spelled,
    window_words,
)
from alia_watch.reports.outside import outside, quotable
from alia_watch.reports.pictures import charts_of
from alia_watch.reports.report import ReportKind
from alia_watch.reports.speech import Speech


def cost_update_document(
    headline: CostRatio, ratios: Iterable[CostRatio], before: CostRatio | None, groups: dict[str, str]
) -> dict[str, Any]:
    """The facts of a cost update.

    Args:
        headline: the ratio quoted everywhere.
        ratios: every scenario over every denominator.
        before: the headline a week earlier.
        groups: names of the family's groups, by id.
    """
    return {
        "headline": ratio_document(headline),
        "before": ratio_document(before) if before else None,
        "ratios": [ratio_document(ratio) for ratio in ratios],
        "groups": groups,
    }


def cost_update_blocks(document: dict[str, Any], speech: Speech, *, brief: bool = False) -> list[Block]:
    """The cost update in one language. A `brief` one leaves the tables to the e-mail edition and says so."""
    get = speech.get
    headline = document["headline"]
    charts = charts_of(ReportKind.COST_UPDATE, document, speech).values()
    blocks: list[Block] = [Heading(get("Cost per download"), 1), *headline_blocks(headline, speech)]
    blocks += [Picture(chart.name, chart.alt) for chart in charts]
    blocks += moved_blocks(document["before"], headline, get("A week earlier"), speech)
    if brief:
        return [*blocks, Paragraph(get("Other costs, and other downloads, are in the e-mail edition."))]
    blocks.append(Heading(get("Other ways to count")))
    blocks += cost_tables(headline, document["ratios"], (), document["groups"], speech)
    blocks += [Heading(get("How many downloads it would take")), break_even(headline, speech)]
    return blocks


def moved_blocks(before: dict[str, Any] | None, now: dict[str, Any], when: str, speech: Speech) -> list[Block]:
    """What the headline was before, with the cost as it is configured now, and why it is another: downloads or repos.

    Args:
        when: the words that open the sentence: a week earlier, a month earlier.
    """
    get = speech.get
    if before is None or before["ratio"] is None:
        return []
    said = get(
        "{when} it was {before}, over {downloads} downloads ({read}).",
        when=when,
        before=result_words(before, speech),
        downloads=speech.number(before["downloads"]["count"]),
        read=read_words(before, speech),
    )
    if now["ratio"] is None:
        return [Paragraph(said)]
    reasons = []
    if before["downloads"]["repos"] != now["downloads"]["repos"]:
        repos = speech.listing(now["downloads"]["repos"])
        reasons.append(get("the repos that are counted are others now ({repos})", repos=repos))
    counts = [each["downloads"]["count"] for each in (before, now)]
    if counts[0] != counts[1]:
        first, last = (speech.number(count) for count in counts)
        reasons.append(get("the downloads of the 30 days went from {first} to {last}", first=first, last=last))
    if not reasons:
        return [Paragraph(f"{said} " + get("Nothing in it has changed."))]
    return [Paragraph(f"{said} " + get("What changed: {reasons}.", reasons=speech.listing(reasons)))]


def headline_blocks(headline: dict[str, Any], speech: Speech) -> list[Block]:
    """The headline ratio with scope, window, date and source; or why there is none."""
    figure = ratio_figure(headline, speech.listing(headline["downloads"]["repos"]), speech)
    if headline["refused"]:
        return [figure]
    return [figure, sources(headline, speech), what_it_divides(speech)]


def ratio_figure(ratio: dict[str, Any], repos: str, speech: Speech) -> Block:
    """A ratio over the last 30 days with its arithmetic, or why there is none; `repos` in words."""
    get = speech.get
    repos = repos or get("no repo")
    result = result_words(ratio, speech)
    if ratio["refused"]:
        return Paragraph(get("Cost per download of {repos}: {result}.", repos=repos, result=result))
    label = get(
        "for each download of {repos} in the last 30 days ({read})", repos=repos, read=read_words(ratio, speech)
    )
    return Figure(result, label, spelled(ratio, speech))


def what_it_divides(speech: Speech) -> Paragraph:
    """What a cost paid once over the downloads of a month is worth."""
    return Paragraph(
        speech.get(
            "This figure divides a cost paid once by the downloads of a single month: it depends on the month taken,"
            " and says nothing of the model's worth."
        )
    )


def sources(ratio: dict[str, Any], speech: Speech) -> Paragraph:
    """What the money is, item by item, each with its source."""
    get = speech.get
    parts, links = [], []
    for item in ratio["items"]:
        amount = amount_words(item["amount"], item["currency"], item["bound"], speech)
        day = speech.short_day(dt.date.fromisoformat(item["reported_on"]))
        share = (
            get(", of which {share} is charged", share=speech.percent(float(item["share"]))) if item["share"] else ""
        )
        parts.append(
            get(
                "{amount}, “{covers}” ({status}, published on {day}){share}",
                amount=amount,
                covers=quotable(outside(item["covers"]), speech.language),
                status=status_words(item["status"], speech),
                day=day,
                share=share,
            )
        )
        if item["source"]:
            links.append(Link(get("source"), item["source"]))
    return Paragraph(get("Cost: {items}.", items="; ".join(parts)), tuple(links), small=True)


def status_words(status: str, speech: Speech) -> str:
    """What is known of an amount."""
    get = speech.get
    return {
        "budgeted": get("budgeted"),
        "authorised": get("authorised"),
        "awarded": get("awarded"),
        "approved": get("approved"),
        "announced": get("announced"),
        "reported": get("reported by the press"),
        "unconfirmed": get("unconfirmed"),
    }[status]


def cost_tables(
    headline: dict[str, Any],
    ratios: Sequence[dict[str, Any]],
    months: Sequence[dict[str, Any]],
    groups: dict[str, str],
    speech: Speech,
) -> list[Block]:
    """The headline's cost over other downloads, and other costs over the headline's downloads.

    Every cell has the result and what was divided by; every other combination is a row of `alia-watch cost`.
    """
    get = speech.get
    found = {_place(ratio): ratio for ratio in ratios}
    scenario, denominator = headline["scenario"], headline["downloads"]["id"]
    by_month = {ratio["downloads"]["id"]: ratio for ratio in months}
    header = [get("Downloads of"), get("Last 30 days")]
    if by_month:
        header.append(window_words(months[0]["downloads"], speech))
    header.append(get("All time"))
    rows = []
    for name in dict.fromkeys(ratio["downloads"]["id"] for ratio in ratios):
        rolling = found[scenario, name, "rolling_30d", False]
        cells = [scope_words(rolling["downloads"], groups, speech), ratio_cell(rolling, speech)]
        if by_month:
            cells.append(ratio_cell(by_month[name], speech))
        cells.append(ratio_cell(found[scenario, name, "all_time", False], speech))
        rows.append(tuple(cells))
    over_others = Table(tuple(header), tuple(rows), frozenset(range(1, len(header))))
    rows = []
    for each in dict.fromkeys(ratio["scenario"] for ratio in ratios):
        whole = found[each, denominator, "rolling_30d", False]
        monthly = found.get((each, denominator, "rolling_30d", True))
        part = monthly_cell(monthly, speech) if monthly else ""
        amount = get("unknown")
        if whole["amount"]:
            amount = amount_words(whole["amount"], whole["currency"], whole["bound"], speech)
        lifetime = ratio_cell(found[each, denominator, "all_time", False], speech)
        rows.append((outside(whole["scenario_name"]), amount, ratio_cell(whole, speech), part, lifetime))
    other_costs = Table(
        (get("Cost"), get("Amount"), get("Last 30 days"), get("One month's part"), get("All time")),
        tuple(rows),
        frozenset({1, 2, 3, 4}),
    )
    scope = scope_words(headline["downloads"], groups, speech)
    return [
        Paragraph(get("The same cost over other downloads; in brackets, the downloads it is divided by:")),
        over_others,
        Paragraph(get("Other costs over the same downloads ({scope}):", scope=scope)),
        other_costs,
        Paragraph(
            get(
                "The amounts are alternatives: they overlap, and none is added to another unless its line says so. A"
                " share of shared infrastructure is an assumption of its line; no source gives one."
            ),
            small=True,
        ),
    ]


def _place(ratio: dict[str, Any]) -> tuple[str, str, str, bool]:
    return (ratio["scenario"], ratio["downloads"]["id"], ratio["downloads"]["window"], ratio["amortised"])


def monthly_cell(ratio: dict[str, Any], speech: Speech) -> str:
    """The part of one month, with the months that the amount is spread over."""
    return speech.get("{ratio}; {months} months", ratio=ratio_cell(ratio, speech), months=str(ratio["months"]))


def ratio_cell(ratio: dict[str, Any], speech: Speech) -> str:
    """A result with, in brackets, the downloads it is divided by."""
    downloads = ratio["downloads"]
    if ratio["refused"]:
        return result_words(ratio, speech)
    return f"{result_words(ratio, speech)} ({speech.number(downloads['count'])})"


def break_even(headline: dict[str, Any], speech: Speech) -> Block:
    """How many downloads bring the headline's amount to 1,000, 100, 10 and 1 each."""
    get = speech.get
    if headline["amount"] is None:
        return Paragraph(get("Not known: there is no amount to divide."))
    amount, currency = Decimal(headline["amount"]), headline["currency"]
    return Bullets(
        tuple(
            Paragraph(
                get(
                    "{price} each: {downloads} downloads",
                    price=speech.money(price, currency),
                    downloads=speech.number(downloads_needed(amount, price)),
                )
            )
            for price in TARGETS
        )
    )
