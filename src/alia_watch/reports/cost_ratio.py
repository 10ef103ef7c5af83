"""A cost per download in words: its arithmetic, its bounds, and the reason where there is none."""

import datetime as dt
from decimal import Decimal
from typing import Any

from alia_watch.clock import moment_text
from alia_watch.costs.ledger import Bound, Refusal, Refused
from alia_watch.costs.per_download import FRESH_DAYS, CostRatio, Downloads
from alia_watch.reports.speech import Speech

_SIGNS = {"exact": "", "at_most": "≤ ", "at_least": "≥ "}


def arithmetic(ratio: CostRatio) -> str:
    """The division as the press prints it: `10.200.000 € / 174 = 58.620,69 €`, with plain spaces.

    A cost that is "at most" or "at least" keeps its sign on both sides. Only for a ratio that is not refused.
    """
    return spelled(ratio_document(ratio), Speech("es")).replace("\xa0", " ")


def refusal(refused: Refused, language: str) -> str:
    """Why a sum or a ratio would not be honest, in one sentence without a full stop."""
    return refusal_words(str(refused.reason), refused.detail, Speech(language))


def ratio_document(ratio: CostRatio) -> dict[str, Any]:
    """A ratio as a JSON-ready document: everything its words need."""
    numerator = ratio.numerator
    return {
        "scenario": ratio.scenario.id,
        "scenario_name": ratio.scenario.name,
        "amortised": ratio.amortised,
        "months": ratio.scenario.amortise_months,
        "amount": _text(ratio.amount),
        "currency": numerator.currency if numerator else None,
        "bound": str(numerator.bound) if numerator else None,
        "items": [
            {
                "id": item.id,
                "amount": str(item.amount),
                "currency": item.currency,
                "bound": str(item.bound),
                "covers": item.covers,
                "status": item.status,
                "reported_on": item.reported_on.isoformat(),
                "source": item.source_url,
                "share": _text(ratio.scenario.shares.get(item.id)),
            }
            for item in (numerator.items if numerator else ())
        ],
        "downloads": downloads_document(ratio.downloads),
        "ratio": _text(ratio.ratio),
        "low": _text(ratio.low),
        "high": _text(ratio.high),
        "age_days": ratio.age_days,
        "refused": None
        if ratio.refused is None
        else {"reason": str(ratio.refused.reason), "detail": ratio.refused.detail},
    }


def downloads_document(downloads: Downloads) -> dict[str, Any]:
    """A denominator as a JSON-ready document."""
    read_at = downloads.read_at
    return {
        "id": downloads.id,
        "window": downloads.window,
        "repos": list(downloads.repos),
        "count": downloads.count,
        "low": downloads.low,
        "high": downloads.high,
        "read_at": moment_text(read_at) if read_at else None,
        "start": downloads.start.isoformat() if downloads.start else None,
        "end": downloads.end.isoformat() if downloads.end else None,
    }


def spelled(ratio: dict[str, Any], speech: Speech) -> str:
    """The arithmetic of a ratio's document in a language."""
    sign = _SIGNS[ratio["bound"]]
    amount = speech.money(Decimal(ratio["amount"]), ratio["currency"])
    count = speech.number(ratio["downloads"]["count"])
    result = speech.money(Decimal(ratio["ratio"]), ratio["currency"])
    return f"{sign}{amount} / {count} = {sign}{result}"


def amount_words(amount: str, currency: str, bound: str, speech: Speech) -> str:
    """An amount with what its bound says: less than, more than."""
    money = speech.money(Decimal(amount), currency)
    if bound == Bound.AT_MOST:
        return speech.get("at most {money}", money=money)
    if bound == Bound.AT_LEAST:
        return speech.get("at least {money}", money=money)
    return money


def result_words(ratio: dict[str, Any], speech: Speech) -> str:
    """The result alone, with its bounds where it is not exact, or the reason it is refused."""
    if ratio["refused"]:
        reason = refusal_words(ratio["refused"]["reason"], ratio["refused"]["detail"], speech)
        if ratio["low"] and ratio["high"]:
            return speech.get(
                "between {low} and {high}: {reason}",
                low=speech.money(Decimal(ratio["low"]), ratio["currency"]),
                high=speech.money(Decimal(ratio["high"]), ratio["currency"]),
                reason=reason,
            )
        return speech.get("not given: {reason}", reason=reason)
    return amount_words(ratio["ratio"], ratio["currency"], ratio["bound"], speech)


def count_words(count: int | None, low: int | None, high: int | None, speech: Speech) -> str:
    """A number of downloads with its bounds, or that it is not known."""
    if count is not None:
        return speech.number(count)
    if low is None or (low == 0 and high is None):
        return speech.get("not known")
    if high is None:
        return speech.get("at least {low}", low=speech.number(low))
    return speech.get("between {low} and {high}", low=speech.number(low), high=speech.number(high))


def scope_words(downloads: dict[str, Any], groups: dict[str, str], speech: Speech) -> str:
    """Which repos a denominator counts."""
    names = {
        "flagship": speech.get("the flagship"),
        "family": speech.get("the whole family"),
        "family_without_gguf": speech.get("the family without GGUF"),
    }
    name: str = downloads["id"]
    return names.get(name) or groups.get(name, name)


def window_words(downloads: dict[str, Any], speech: Speech) -> str:
    """Over which time."""
    window = downloads["window"]
    if window == "rolling_30d":
        return speech.get("the last 30 days")
    if window == "all_time":
        return speech.get("all time")
    if window.startswith("month:"):
        return speech.month(dt.date.fromisoformat(f"{window.removeprefix('month:')}-01"))
    if downloads["start"]:
        return speech.get("since {day}", day=speech.short_day(dt.date.fromisoformat(downloads["start"])))
    return speech.get("since an announcement")


def read_words(ratio: dict[str, Any], speech: Speech) -> str:
    """When the counter was read, and how old that is where it is not fresh."""
    read_at = ratio["downloads"]["read_at"]
    if read_at is None:
        return speech.get("never read")
    read = speech.get("read on {moment}", moment=speech.moment(read_at))
    age = ratio["age_days"]
    if age is not None and age >= FRESH_DAYS:
        old = speech.get_plural("a reading {count} day old", "a reading {count} days old", age)
        return f"{read} ({old})"
    return read


def refusal_words(reason: str, detail: str, speech: Speech) -> str:
    """Why there is no figure."""
    get = speech.get
    words = {
        Refusal.UNKNOWN_ITEM: get("the scenario names costs that are not configured: {detail}", detail=detail),
        Refusal.NO_SOURCE: get("an amount without a source enters no sum: {detail}", detail=detail),
        Refusal.NOT_THE_SUBJECT: get("the amount is for something else: {detail}", detail=detail),
        Refusal.NO_SHARE: get("nobody has stated what share of a shared cost to charge: {detail}", detail=detail),
        Refusal.OVERLAP: get("the amounts overlap and cannot be added: {detail}", detail=detail),
        Refusal.MIXED_CURRENCIES: get("the amounts are in different currencies: {detail}", detail=detail),
        Refusal.MIXED_BOUNDS: get("an upper and a lower bound cannot be added: {detail}", detail=detail),
        Refusal.NO_MONTHS: get("the scenario gives no number of months: {detail}", detail=detail),
        Refusal.NOTHING_WATCHED: get("no repo is watched for this denominator: {detail}", detail=detail),
        Refusal.NO_READING: get("there is no reading of {detail}", detail=detail),
        Refusal.MIXED_UNITS: get("the repos count in different units (GGUF files are counted one by one)"),
        Refusal.NO_EVENT: get("no confirmed announcement with a known day has the id {detail}", detail=detail),
        Refusal.UNKNOWN: get("the number of downloads is not exactly known"),
        Refusal.ZERO: get("there were no downloads to divide by"),
        Refusal.NOT_YET: get("no day of this window is closed yet"),
    }
    return words[Refusal(reason)]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
