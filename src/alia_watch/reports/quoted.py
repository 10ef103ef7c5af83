"""The cost per download as others printed it, made again from what they say they divided."""

import datetime as dt
from decimal import Decimal
from typing import Any

from alia_watch.reports.blocks import Block, Bullets, Link, Paragraph
from alia_watch.reports.outside import outside
from alia_watch.reports.speech import Speech


def quoted_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """One item for each figure printed elsewhere; nothing where none is known."""
    if not document["quoted"]:
        return []
    items = tuple(
        Paragraph(_said(each, speech), (Link(outside(each["by"]), each["url"]),)) for each in document["quoted"]
    )
    return [Paragraph(speech.get("What others printed:")), Bullets(items)]


def _said(each: dict[str, Any], speech: Speech) -> str:
    get, currency = speech.get, each["currency"]
    says, ratio = Decimal(each["says"]), Decimal(each["ratio"])
    said = get(
        "{by}, {day}: {says} for each download of {repo} in a month. Made again: {amount} / {downloads} = {ratio}.",
        by=outside(each["by"]),
        day=_day(each["date"], speech),
        says=speech.money(says, currency),
        repo=each["repo_id"],
        amount=speech.money(Decimal(each["amount"]), currency),
        downloads=speech.number(each["downloads"]),
        ratio=speech.money(ratio, currency),
    )
    if abs(says - ratio) >= min(Decimal(1), ratio / 100):  # what is printed may be rounded
        said += " " + get("The figure printed differs from its own division.")
    if each["read"] is None:
        return f"{said} " + get("We have no reading of that day.")
    return f"{said} " + get(
        "Our own reading of the 30 days, on {moment}: {count}.",
        moment=speech.moment(each["read_at"]),
        count=speech.number(each["read"]),
    )


def _day(text: str, speech: Speech) -> str:
    return speech.short_day(dt.date.fromisoformat(text))
