"""Corrections in words: what was said, what is right, why, and when."""

import datetime as dt
from typing import Any

from alia_watch.clock import month_days
from alia_watch.costs.ledger import Bound
from alia_watch.findings.correction import Cause, FigureName
from alia_watch.findings.notice import Finding
from alia_watch.reports.blocks import Block, Bullets, Heading, Paragraph
from alia_watch.reports.cost_ratio import amount_words, count_words, scope_words
from alia_watch.reports.speech import Speech


def correction_document(correction: Finding) -> dict[str, Any]:
    """A correction as a JSON-ready document."""
    facts = {name: value for name, value in correction.facts.items() if name != "stood"}
    return {**facts, "found_on": correction.day.isoformat()}


def correction_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The digest's part: every correction since the last digest."""
    if not document["corrections"]:
        return [Paragraph(speech.get("None since the last digest."))]
    return [Bullets(tuple(Paragraph(_said(each, document["groups"], speech)) for each in document["corrections"]))]


def correction_report_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The message for those who got the wrong figure."""
    get = speech.get
    return [
        Heading(get("A correction of what we sent you"), 1),
        Bullets(tuple(Paragraph(_said(each, document["groups"], speech)) for each in document["corrections"])),
        Paragraph(
            get("The report as it was sent is kept, and the next digest lists this correction. Please correct it too.")
        ),
    ]


def _said(each: dict[str, Any], groups: dict[str, str], speech: Speech) -> str:
    why = {
        Cause.IMPORT: speech.get("readings that came in later"),
        Cause.CALENDAR: speech.get("a decision on an announcement"),
        Cause.CONFIGURATION: speech.get("a change of the costs, of what is watched or of how spikes are found"),
        Cause.PROGRAM: speech.get("a change of the method or of the program"),
    }
    said = speech.get(
        "{report}, of {made}. {figure}: it said {said}; right is {right}. Found on {found}. What changed since: {why}.",
        report=_report(each["report"], speech),
        made=_day(each["made_on"], speech),
        figure=_figure(each, groups, speech),
        said=_value(each["said_low"], each["said_high"], each["currency"], speech),
        right=_value(each["right_low"], each["right_high"], each["currency"], speech),
        found=_day(each["found_on"], speech),
        why=speech.listing([why[Cause(cause)] for cause in each["why"]]),
    )
    if each["corrected"] is None:
        return said
    low, high = each["corrected"]
    earlier = _value(low, high, each["currency"], speech)
    return f"{said} " + speech.get("An earlier correction said {value}.", value=earlier)


def _report(key: str, speech: Speech) -> str:
    kind = key.partition(":")[0]
    names = {
        "digest": speech.get("Digest"),
        "cost_update": speech.get("Cost update"),
        "alert": speech.get("Alert"),
    }
    return names[kind]


def _figure(each: dict[str, Any], groups: dict[str, str], speech: Speech) -> str:
    get = speech.get
    name, (repo, _, when) = each["figure"], each["of"].partition(" ")
    if name == FigureName.HEADLINE:
        scope = scope_words({"id": repo}, groups, speech)
        return get("Cost per download over the last 30 days ({scope})", scope=scope)
    if name == FigureName.MONTH:
        month = speech.month(dt.date.fromisoformat(f"{when}-01"))
        return get("Downloads of {repo} in {month}", repo=repo, month=month)
    if name == FigureName.DAY:
        return get("Downloads of {repo} on {day} (UTC)", repo=repo, day=_day(when, speech))
    end = speech.short_day(month_days(when)[1])
    if name == FigureName.SPIKES:
        return get("Runs of unusual days of {repo} up to {day}", repo=repo, day=end)
    return get("Runs of unusual days of {repo} up to {day} in the window of an announcement", repo=repo, day=end)


def _value(low: str, high: str | None, currency: str | None, speech: Speech) -> str:
    if currency is not None:
        bound = Bound.EXACT if low == high else Bound.AT_LEAST if high is None else Bound.AT_MOST
        return amount_words(low if high is None else high, currency, bound, speech)
    exact = int(low) if low == high else None
    return count_words(exact, int(low), None if high is None else int(high), speech)


def _day(text: str, speech: Speech) -> str:
    return speech.short_day(dt.date.fromisoformat(text))
