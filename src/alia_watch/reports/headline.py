"""How a digest opens: one sentence that could be printed, and three more that say the most."""

import datetime as dt
from typing import Any

from alia_watch.reports.blocks import Block, Bullets, Paragraph
from alia_watch.reports.cost_ratio import count_words, result_words, scope_words, spelled
from alia_watch.reports.lead import change_words
from alia_watch.reports.speech import Speech


def headline_sentences(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The sentence, and the three."""
    points = (_unusual(document, speech), _family(document, speech), _outside(document, speech))
    said = tuple(Paragraph(each) for each in points if each is not None)
    return [Paragraph(_sentence(document, speech)), Bullets(said)]


def _sentence(document: dict[str, Any], speech: Speech) -> str:
    get, total, ratio = speech.get, document["flagship_total"], document["headline"]
    words = {
        "repo": document["flagship"],
        "month": speech.month(dt.date.fromisoformat(document["first"])),
        "count": count_words(total["count"], total["low"], total["high"], speech),
    }
    if total["count"] is None and not total["low"] and total["high"] is None:
        return get("How many downloads {repo} had in {month} is not known.", **words)
    change = change_words(document, speech)
    if change is None:
        said = get("Downloads of {repo} in {month}: {count}.", **words)
    else:
        said = get("Downloads of {repo} in {month}: {count}, {change} on the month before.", change=change, **words)
    if ratio["refused"]:
        return said
    return f"{said} " + get(
        "Cost per download of {scope} over the last 30 days: {cost} ({arithmetic}).",
        scope=scope_words(ratio["downloads"], document["groups"], speech),
        cost=result_words(ratio, speech),
        arithmetic=spelled(ratio, speech),
    )


def _unusual(document: dict[str, Any], speech: Speech) -> str:
    get, spikes = speech.get, [each for each in document["spikes"] if not each["hub_wide"]]
    if not spikes and document["spikes"]:
        return get("No unusual day was found in the family, but on days on which the whole Hub moved.")
    if not spikes and document["smallest_detectable"] is None:
        return get("For the flagship too few days are known to tell what would be unusual.")
    if not spikes:
        return get("No unusual day was found in the family.")
    most = max(spikes, key=lambda each: float(each["facts"]["lift"]))
    facts = most["facts"]
    said = speech.get_plural("{count} run of unusual days.", "{count} runs of unusual days.", len(spikes)) + " "
    said += get(
        "The steepest, of {repo}: {observed} downloads on {day} (UTC), {lift} times what was to be expected.",
        repo=most["repo_id"],
        observed=speech.number(facts["observed"]),
        day=speech.day(dt.date.fromisoformat(facts["peak"])),
        lift=speech.number(facts["lift"], 1),
    )
    named = len(most["announcements"])
    if not named:
        return f"{said} " + get("No known announcement falls in the days before it.")
    return f"{said} " + speech.get_plural(
        "It coincides in time with {count} announcement.", "It coincides in time with {count} announcements.", named
    )


def _family(document: dict[str, Any], speech: Speech) -> str | None:
    """The family's month, of the repos that are counted in requests; None where nobody counts it."""
    found = next((each for each in document["month_ratios"] if each["downloads"]["id"] == "family_without_gguf"), None)
    if found is None:
        return None
    if found["downloads"]["low"] is None:
        return speech.get("For the whole family the month's downloads are not known.")
    downloads = found["downloads"]
    count = count_words(downloads["count"], downloads["low"], downloads["high"], speech)
    if found["refused"]:
        return speech.get("The whole family without GGUF, in the month: {count} downloads.", count=count)
    return speech.get(
        "The whole family without GGUF, in the month: {count} downloads; cost per download of that month: {cost}.",
        count=count,
        cost=result_words(found, speech),
    )


def _outside(document: dict[str, Any], speech: Speech) -> str:
    """The share of downloads outside the windows of announcements, or how much of the month is known."""
    share = document["study"]["flagship"]["organic_share"]
    total = document["flagship_total"]
    if share["share"] is None:
        return speech.get(
            "Known of the flagship's month: {known} of {days} days.",
            known=speech.number(total["known_days"]),
            days=speech.number(total["days"]),
        )
    return speech.get(
        "To date, {share} of the flagship's downloads fell outside the windows of announcements (95 % interval: {low}"
        " to {high}).",
        **{name: speech.percent(share[name]) for name in ("share", "low", "high")},
    )
