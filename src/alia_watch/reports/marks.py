"""In words: a spike that is over, a round count, a record month, a cost that has passed a round amount."""

import datetime as dt
from decimal import Decimal
from typing import Any

from alia_watch.reports.cost_ratio import count_words
from alia_watch.reports.speech import Speech


def mark_words(finding: dict[str, Any], speech: Speech) -> str:
    """What was found, with its figures; the kinds of `findings.milestone`."""
    words = {"faded": _faded, "milestone": _milestone, "record_month": _record_month, "threshold": _threshold}
    return words[finding["kind"]](finding, speech)


def _faded(finding: dict[str, Any], speech: Speech) -> str:
    get, facts = speech.get, finding["facts"]
    said = get(
        "From {first} to {last} (UTC) there were about {excess} downloads more than expected (95 % interval: {low} to"
        " {high}).",
        first=_day(facts["start"], speech),
        last=_day(facts["end"], speech),
        **{
            name: speech.number(facts[key])
            for name, key in (("excess", "excess"), ("low", "excess_low"), ("high", "excess_high"))
        },
    )
    if facts["level_shift"]:
        return f"{said} " + get("Since {day} they are taken to be usual.", day=_day(facts["level_shift"], speech))
    if facts["half_life"] is not None:
        return f"{said} " + get(
            "What was above the usual halved in about {days} days.", days=speech.number(facts["half_life"], 1)
        )
    return said


def _milestone(finding: dict[str, Any], speech: Speech) -> str:
    return speech.get(
        "Its all-time count closed {day} (UTC) at {count}; the one before it was {before}.",
        day=_day(finding["day"], speech),
        count=speech.number(finding["facts"]["count"]),
        before=speech.number(finding["facts"]["before"]),
    )


def _record_month(finding: dict[str, Any], speech: Speech) -> str:
    facts = finding["facts"]
    return speech.get(
        "Downloads in {month}: {count}. The most before, in the {months} months since it was first read, were {before}"
        " in {before_month}.",
        month=_month(facts["month"], speech),
        count=speech.number(facts["count"]),
        months=speech.number(facts["months"]),
        before=count_words(facts["before"], facts["before_low"], facts["before_high"], speech),
        before_month=_month(facts["before_month"], speech),
    )


def _threshold(finding: dict[str, Any], speech: Speech) -> str:
    facts = finding["facts"]
    amount, before, after = (
        speech.money(Decimal(facts[name]), facts["currency"]) for name in ("amount", "before", "after")
    )
    return speech.get(
        "{amount} / {downloads} = {after}, over the 30 days up to {day} (UTC); the reading before gave {before}. The"
        " cost is the same: the downloads of the 30 days went from {downloads_before} to {downloads}, as one day came"
        " in and another went out.",
        amount=amount,
        after=after,
        before=before,
        day=_day(finding["day"], speech),
        downloads=speech.number(facts["downloads"]),
        downloads_before=speech.number(facts["downloads_before"]),
    )


def _day(text: str, speech: Speech) -> str:
    return speech.day(dt.date.fromisoformat(text))


def _month(text: str, speech: Speech) -> str:
    return speech.month(dt.date.fromisoformat(f"{text}-01"))
