"""Which charts a report has: the name of each, how it is drawn, and in words, from the same data, what it shows."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alia_watch.costs.per_download import per_download
from alia_watch.reports.cost_ratio import amount_words
from alia_watch.reports.outside import outside
from alia_watch.reports.report import ReportKind
from alia_watch.reports.speech import Speech

Document = Mapping[str, Any]
DAILY, MONTHS, COST, WINDOWS, BESIDE = "daily.png", "months.png", "cost.png", "announcements.png", "beside.png"
#: The height of a chart that goes with a short message.
_SMALL = 180


@dataclass(frozen=True, slots=True)
class Definition:
    """Makes the Vega-Lite definition of a chart when it is called: by a `ChartWorker` in the process that draws, where
    memory counts."""

    name: str
    document: Document
    language: str
    height: int | None = None

    def __call__(self) -> dict[str, Any]:
        """The definition, as a plain dict."""
        from alia_watch.reports.drawings import drawn  # noqa: PLC0415  altair takes 50 MB, and a second

        return drawn(self.name, self.document, Speech(self.language), self.height)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of a report in a language: `definition` makes its Vega-Lite definition, `alt` says what it shows."""

    name: str
    alt: str
    definition: Definition


def charts_of(kind: ReportKind, document: Document, speech: Speech) -> dict[str, Chart]:
    """The charts of a report, by name, in the order in which they stand; those with nothing to draw are left out."""
    height = None if kind is ReportKind.DIGEST else _SMALL
    shown: dict[str, str] = {}
    if document.get("chart") and any(day["count"] is not None for day in document["chart"]["days"]):
        shown[DAILY] = _daily(document, speech)
    if len(document.get("months", ())) > 1:
        shown[MONTHS] = _months(document, speech)
    course = document.get("cost_course")
    if course and course["scenarios"] and sum(1 for each in course["days"] if each["rolling"]) > 1:
        shown[COST] = _cost(course, speech)
    year = document["study"]["year"] if "study" in document else ()
    if any(each["ratio"] is not None for each in year):
        shown[WINDOWS] = _windows(document, speech)
    if document.get("comparators") and document.get("beside"):
        shown[BESIDE] = _beside(document, speech)
    return {name: Chart(name, alt, Definition(name, document, speech.language, height)) for name, alt in shown.items()}


def drawn_finding(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The spike of an alert that its chart shows; None where it draws another finding, or nothing."""
    repo = document["chart"]["repo_id"] if "chart" in document else None
    spikes = (each for each in document.get("findings", ()) if each["kind"] == "spike" and each["repo_id"] == repo)
    return next(spikes, None)


def _daily(document: Document, speech: Speech) -> str:
    chart = document["chart"]
    known = [day for day in chart["days"] if day["count"] is not None]
    most, least = max(known, key=lambda day: day["count"]), min(known, key=lambda day: day["count"])
    said = speech.get(
        "Chart: downloads of {repo} on each UTC day from {first} to {last}. The least is {least}, the most {most}, on"
        " {day}.",
        repo=chart["repo_id"],
        first=_day(chart["days"][0]["day"], speech),
        last=_day(chart["days"][-1]["day"], speech),
        least=speech.number(least["count"]),
        most=speech.number(most["count"]),
        day=_day(most["day"], speech),
    )
    if unknown := len(chart["days"]) - len(known):
        said += " " + speech.get_plural("{count} day is not known.", "{count} days are not known.", unknown)
    return said


def _months(document: Document, speech: Speech) -> str:
    rows = []
    for each in document["months"]:
        month = speech.short_month(dt.date.fromisoformat(f"{each['month']}-01"))
        count = speech.number(each["low"] if each["count"] is None else each["count"])
        rows.append(f"{month}: {count if each['count'] is not None else f'≥ {count}'}")
    return speech.get(
        "Chart: downloads of {repo} per month. {months}.", repo=document["flagship"], months="; ".join(rows)
    )


def _cost(course: Document, speech: Speech) -> str:
    days = [each for each in course["days"] if each["rolling"]]
    lines = []
    for each in course["scenarios"]:
        shares = (per_download(Decimal(each["amount"]), day["rolling"]) for day in (days[0], days[-1]))
        ends = [amount_words(str(share), each["currency"], each["bound"], speech) for share in shares]
        lines.append(f"{outside(each['name'], 150)}: {ends[0]} → {ends[1]}")
    return speech.get(
        "Chart: cost per download of {repo} over the 30 days before, from {first} to {last}. {lines}.",
        repo=course["repo_id"],
        first=_day(days[0]["day"], speech),
        last=_day(days[-1]["day"], speech),
        lines="; ".join(lines),
    )


def _windows(document: Document, speech: Speech) -> str:
    lines = [
        speech.get(
            "{dates}: {ratio} ({low} to {high})",
            dates=speech.listing([_day(day, speech) for day in each["dates"]]),
            **{name: speech.number(each[name], 1) for name in ("ratio", "low", "high")},
        )
        for each in document["study"]["year"]
        if each["ratio"] is not None
    ]
    return speech.get(
        "Chart: downloads of {repo} around announcements, as a multiple of what was to be expected. {lines}.",
        repo=document["flagship"],
        lines="; ".join(lines),
    )


def _beside(document: Document, speech: Speech) -> str:
    lines = []
    for each in (document["beside"], *document["comparators"]):
        recent = speech.get("not known") if each["rolling"] is None else speech.number(each["rolling"] / 30, 1)
        lines.append(f"{outside(each['name'], 60)}: {recent}")
    return speech.get("Chart: downloads a day in the last 30 days. {lines}.", lines="; ".join(lines))


def _day(text: str, speech: Speech) -> str:
    return speech.short_day(dt.date.fromisoformat(text))
