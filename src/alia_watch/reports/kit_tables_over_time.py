"""The tables of the press kit behind the charts of a year, and what was said elsewhere or said wrong."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from alia_watch.costs.per_download import per_download
from alia_watch.reports.open_data import Column, Row, Table


def _months(document: Mapping[str, Any]) -> Iterator[Row]:
    for each in document.get("months", ()):
        yield {"repo_id": document["flagship"], **each}


def _cost_course(document: Mapping[str, Any]) -> Iterator[Row]:
    course = document.get("cost_course")
    for scenario in course["scenarios"] if course else ():
        for day in course["days"] if course else ():
            ratio = per_download(Decimal(scenario["amount"]), day["rolling"])
            yield {
                "repo_id": course["repo_id"] if course else None,
                "day": day["day"],
                "rolling_30d": day["rolling"],
                "scenario": scenario["scenario"],
                "numerator": scenario["amount"],
                "currency": scenario["currency"],
                "bound": scenario["bound"],
                "ratio": None if ratio is None else str(ratio),
            }


def _quoted(document: Mapping[str, Any]) -> Iterator[Row]:
    yield from document.get("quoted", ())


def _corrections(document: Mapping[str, Any]) -> Iterator[Row]:
    for each in document.get("corrections", ()):
        low, high = each["corrected"] or (None, None)
        yield {**each, "why": " ".join(each["why"]), "corrected_low": low, "corrected_high": high}


def _scopes(document: Mapping[str, Any]) -> Iterator[Row]:
    for each in document.get("scopes", ()):
        for name in ("month", "before", "year_before"):
            counted = each[name]
            yield {
                "denominator": each["id"],
                "month": counted["window"].removeprefix("month:"),
                "count": counted["count"],
                "low": counted["low"],
                "high": counted["high"],
                "repos": " ".join(counted["repos"]),
                "whole": counted["whole"],
            }


def _derived(document: Mapping[str, Any]) -> Iterator[Row]:
    found = document.get("derived")
    if found and found["day"]:
        for name in ("finetune", "adapter", "merge", "quantized", "discussions"):
            yield {
                "repo_id": found["repo_id"],
                "kind": name,
                "count": found[name],
                "day": found["day"],
                "before": found["before"][name],
                "before_day": found["before"]["day"],
            }


_REPO = Column("repo_id", "string", "the repository on the Hugging Face Hub")

TABLES: tuple[Table, ...] = (
    Table(
        "scopes",
        "the flagship, a group or the family in one month: the digest's, the one before, and a year before",
        (
            Column("denominator", "string", "flagship, family, family_without_gguf or a group"),
            Column("month", "yearmonth", "the month"),
            Column("count", "integer", "downloads; empty where not exactly known, or units differ", "downloads"),
            Column("low", "integer", "lower bound", "downloads"),
            Column("high", "integer", "upper bound; empty where it has none", "downloads"),
            Column("repos", "string", "the repos that are counted, separated by blanks"),
            Column("whole", "boolean", "all of them were there from the month's first day on"),
        ),
        _scopes,
    ),
    Table(
        "months",
        "one month of the flagship, of the last thirteen",
        (
            _REPO,
            Column("month", "yearmonth", "the month"),
            Column("count", "integer", "downloads; empty where not exactly known", "downloads"),
            Column("low", "integer", "lower bound", "downloads"),
            Column("high", "integer", "upper bound; empty where it has none", "downloads"),
            Column("known_days", "integer", "days of the month that are known", "days"),
            Column("days", "integer", "days of the month", "days"),
        ),
        _months,
    ),
    Table(
        "cost_over_time",
        "one UTC day and cost scenario, of a year: the scenario over the rolling 30 days of the flagship",
        (
            _REPO,
            Column("day", "date", "the UTC day that the reading closed"),
            Column("rolling_30d", "integer", "the Hub's rolling 30-day count", "downloads"),
            Column("scenario", "string", "id of the cost scenario"),
            Column("numerator", "number", "the cost", "currency"),
            Column("currency", "string", "ISO 4217"),
            Column("bound", "string", "exact, at_least or at_most"),
            Column("ratio", "number", "cost per download; empty where there was none", "currency"),
        ),
        _cost_course,
    ),
    Table(
        "derived",
        "what was made from the flagship, of one kind, or its discussions",
        (
            _REPO,
            Column("kind", "string", "finetune, adapter, merge, quantized, or discussions (pull requests too)"),
            Column("count", "integer", "how many, as last looked at in the month; empty where not read"),
            Column("day", "date", "the UTC day of that look"),
            Column("before", "integer", "how many, as last looked at before the month"),
            Column("before_day", "date", "the UTC day of that look"),
        ),
        _derived,
    ),
    Table(
        "quoted",
        "one cost per download that somebody printed",
        (
            Column("by", "string", "who printed it"),
            Column("date", "date", "when"),
            Column("url", "string", "where"),
            Column("says", "number", "the figure as printed", "currency"),
            Column("amount", "number", "what it says was divided", "currency"),
            Column("currency", "string", "ISO 4217"),
            Column("downloads", "integer", "by what it says it was divided", "downloads"),
            _REPO,
            Column("counted_on", "date", "the day of the reading it speaks of, where it names one"),
            Column("ratio", "number", "the same division, made again", "currency"),
            Column("read_at", "string", "when our own last reading up to the end of that day was made (UTC)"),
            Column("read", "integer", "the rolling 30-day count of that reading", "downloads"),
        ),
        _quoted,
    ),
    Table(
        "corrections",
        "one printed figure that was found wrong since the last digest",
        (
            Column("report", "string", "the id of the report that said it"),
            Column("made_on", "date", "when it was made"),
            Column("figure", "string", "headline, month, day, spikes or in_windows"),
            Column("of", "string", "the repo or denominator, and the month or day"),
            Column("said_low", "number", "what was said; equal to said_high where it was exact"),
            Column("said_high", "number", "what was said, upper bound"),
            Column("right_low", "number", "what is right"),
            Column("right_high", "number", "what is right, upper bound"),
            Column("corrected_low", "number", "what an earlier correction said, where there was one"),
            Column("corrected_high", "number", "what an earlier correction said, upper bound"),
            Column("currency", "string", "ISO 4217, of a cost"),
            Column("why", "string", "what changed since: import, calendar, configuration, program"),
            Column("found_on", "date", "when it was found"),
        ),
        _corrections,
    ),
)
