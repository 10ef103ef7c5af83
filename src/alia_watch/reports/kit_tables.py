"""The tables of a digest as open data: stable columns, each with what it means and its unit (docs/data.md)."""

from collections.abc import Iterator, Mapping
from typing import Any

from alia_watch.reports.kit_tables_over_time import TABLES as OVER_TIME
from alia_watch.reports.open_data import Column, Row, Table


def _daily(document: Mapping[str, Any]) -> Iterator[Row]:
    chart = document["chart"]
    for day in chart["days"]:
        yield {"repo_id": chart["repo_id"], "day": day["day"], "count": day["count"], "kind": day["kind"]}


def _intervals(document: Mapping[str, Any]) -> Iterator[Row]:
    for each in document["intervals"]:
        yield {"repo_id": document["flagship"], **each}


def _repos(document: Mapping[str, Any]) -> Iterator[Row]:
    for each in document["family"]:
        month = each["month"]
        yield {
            "repo_id": each["repo_id"],
            "unit": each["unit"],
            "month": document["month"],
            "count": month["count"],
            "low": month["low"],
            "high": month["high"],
            "known_days": month["known_days"],
            "days": month["days"],
            "rolling_30d": each["rolling"],
            "all_time": each["all_time"],
        }


def _ratios(document: Mapping[str, Any]) -> Iterator[Row]:
    yield from map(ratio_row, (*document["ratios"], *document["month_ratios"]))


def ratio_row(each: Mapping[str, Any]) -> Row:
    """A ratio's document (`cost_ratio.ratio_document`) as a row."""
    downloads = each["downloads"]
    return {
        "scenario": each["scenario"],
        "scenario_name": each["scenario_name"],
        "denominator": downloads["id"],
        "window": downloads["window"],
        "start": downloads["start"],
        "end": downloads["end"],
        "amortised": each["amortised"],
        "numerator": each["amount"],
        "currency": each["currency"],
        "bound": each["bound"],
        "downloads": downloads["count"],
        "downloads_low": downloads["low"],
        "downloads_high": downloads["high"],
        "ratio": each["ratio"],
        "ratio_low": each["low"],
        "ratio_high": each["high"],
        "repos": " ".join(downloads["repos"]),
        "read_at": downloads["read_at"],
        "refused": each["refused"]["reason"] if each["refused"] else None,
    }


def _announcements(document: Mapping[str, Any]) -> Iterator[Row]:
    yield from document["announcements"]


def _spikes(document: Mapping[str, Any]) -> Iterator[Row]:
    for each in document["spikes"]:
        yield spike_row(each["repo_id"], each["facts"], hub_wide=each["hub_wide"])


def spike_row(repo_id: str, facts: Mapping[str, Any], *, hub_wide: bool) -> Row:
    """A spike's facts as a row."""
    named = ("start", "peak", "end", "observed", "expected", "low", "high", "lift", "excess", "probability")
    return {
        "repo_id": repo_id,
        **{name: facts[name] for name in named},
        "hub_wide": hub_wide,
        "announcements": " ".join(facts["announcements"]),
    }


def _windows(document: Mapping[str, Any]) -> Iterator[Row]:
    yield from map(window_row, document["study"]["windows"])


def window_row(each: Mapping[str, Any]) -> Row:
    """A window and a series of the event study (`study_document.pair_document`) as a row."""
    first, _, last = each["window"].partition("/")
    named = ("days", "observed", "expected", "ratio", "low", "high", "p", "p_placebo", "placebos", "q")
    return {
        "series": each["series"],
        "start": first,
        "end": last,
        **{name: each[name] for name in named},
        "announcements": " ".join(each["announcements"]),
    }


def _community(document: Mapping[str, Any]) -> Iterator[Row]:
    for each in document.get("community", ()):
        counts = {name: each[name] for name in ("repo_id", "likes", "children", "spaces", "gated")}
        yield counts | {f"{name}_before": each["before"][name] for name in ("likes", "children", "spaces", "gated")}


def _comparators(document: Mapping[str, Any]) -> Iterator[Row]:
    for each in document["comparators"]:
        yield {**each, "repos": " ".join(each["repos"])}


_REPO = Column("repo_id", "string", "the repository on the Hugging Face Hub")
_LOW, _HIGH = Column("low", "number", "lower bound", "downloads"), Column("high", "number", "upper bound", "downloads")
_STATED = Column("announcements", "string", "ids of the announcements that fall together with it in time, and no cause")

COST_COLUMNS: tuple[Column, ...] = (
    Column("scenario", "string", "id of the cost scenario"),
    Column("scenario_name", "string", "what it sums"),
    Column("denominator", "string", "flagship, family, family_without_gguf or a group"),
    Column("window", "string", "rolling_30d, all_time, month:2026-01 or since:<announcement>"),
    Column("start", "date", "first UTC day of the window, where it has one"),
    Column("end", "date", "last UTC day of the window, where it has one"),
    Column("amortised", "boolean", "the numerator is one month's part of the cost"),
    Column("numerator", "number", "the cost", "currency"),
    Column("currency", "string", "ISO 4217"),
    Column("bound", "string", "exact, at_least or at_most"),
    Column("downloads", "integer", "the denominator", "downloads"),
    Column("downloads_low", "integer", "its lower bound", "downloads"),
    Column("downloads_high", "integer", "its upper bound", "downloads"),
    Column("ratio", "number", "cost per download; empty where it is refused", "currency"),
    Column("ratio_low", "number", "its lower bound; empty where none but zero", "currency"),
    Column("ratio_high", "number", "its upper bound; empty where it has none", "currency"),
    Column("repos", "string", "the repos that are counted, separated by blanks"),
    Column("read_at", "string", "when the counters were read (UTC)"),
    Column("refused", "string", "why there is no ratio, as a word"),
)

SPIKE_COLUMNS: tuple[Column, ...] = (
    _REPO,
    Column("start", "date", "first UTC day"),
    Column("peak", "date", "UTC day of the most downloads"),
    Column("end", "date", "last UTC day"),
    Column("observed", "integer", "downloads of the peak day", "downloads"),
    Column("expected", "number", "what was to be expected of it", "downloads"),
    _LOW,
    _HIGH,
    Column("lift", "number", "observed over expected", "times"),
    Column("excess", "number", "downloads beyond what was to be expected", "downloads"),
    Column("probability", "number", "that chance alone brings as much"),
    Column("hub_wide", "boolean", "the whole Hub moved that day"),
    _STATED,
)

WINDOW_COLUMNS: tuple[Column, ...] = (
    Column("series", "string", "the repo"),
    Column("start", "date", "first UTC day"),
    Column("end", "date", "last UTC day"),
    Column("days", "integer", "days of it that are measured", "days"),
    Column("observed", "integer", "downloads in it", "downloads"),
    Column("expected", "number", "what was to be expected", "downloads"),
    Column("ratio", "number", "observed over expected", "times"),
    Column("low", "number", "lower end of its 95 % interval", "times"),
    Column("high", "number", "upper end of its 95 % interval", "times"),
    Column("p", "number", "that chance alone brings as many or more"),
    Column("p_placebo", "number", "share of its other windows with as many or more"),
    Column("placebos", "integer", "how many other windows there are"),
    Column("q", "number", "false discovery rate over all windows examined"),
    _STATED,
)

TABLES: tuple[Table, ...] = (
    Table(
        "daily_counts",
        "one UTC day of the flagship, four weeks before the month and the month",
        (
            _REPO,
            Column("day", "date", "the UTC day"),
            Column("count", "integer", "downloads of the day; empty where it is not known", "downloads"),
            Column("kind", "string", "measured, apportioned, revised or missing"),
        ),
        _daily,
    ),
    Table(
        "intervals",
        "days of the flagship that were not read, whose total is known",
        (
            _REPO,
            Column("start", "date", "first UTC day"),
            Column("end", "date", "last UTC day"),
            Column("total", "integer", "downloads of all of them together", "downloads"),
        ),
        _intervals,
    ),
    Table(
        "repos",
        "one repo of the family",
        (
            _REPO,
            Column("unit", "string", "what the Hub counts: query_file, or gguf_file (every file by itself)"),
            Column("month", "yearmonth", "the month"),
            Column("count", "integer", "downloads of the month; empty where not exactly known", "downloads"),
            _LOW,
            _HIGH,
            Column("known_days", "integer", "days of the month that are known", "days"),
            Column("days", "integer", "days of the month", "days"),
            Column("rolling_30d", "integer", "the Hub's rolling 30-day count, last read in the month", "downloads"),
            Column("all_time", "integer", "the Hub's all-time count, last read in the month", "downloads"),
        ),
        _repos,
    ),
    Table(
        "community",
        "one repo of the family; of each count, as last read up to the end of the month, and before it began",
        (
            _REPO,
            Column("likes", "integer", "likes", "likes"),
            Column("children", "integer", "models that name it as their base, of any kind", "models"),
            Column("spaces", "integer", "applications on the Hub that name it", "Spaces"),
            Column("gated", "string", "no, auto (after a form) or manual (on approval)"),
            *(
                Column(f"{name}_before", kind, "the same, as last read before the month")
                for name, kind in (
                    ("likes", "integer"),
                    ("children", "integer"),
                    ("spaces", "integer"),
                    ("gated", "string"),
                )
            ),
        ),
        _community,
    ),
    Table(
        "cost_ratios",
        "one cost scenario over one denominator and window",
        COST_COLUMNS,
        _ratios,
    ),
    Table(
        "announcements",
        "one announcement of the month",
        (
            Column("id", "string", "its id"),
            Column("date", "date", "civil day of Madrid; of a month its first"),
            Column("date_end", "date", "last day, where it is a range"),
            Column("precision", "string", "instant, day, range or month"),
            Column("kind", "string", "official, agreement, grant, budget, programme, infrastructure, model_release …"),
            Column("title", "string", "as published"),
            Column("publisher", "string", "where it was read"),
            Column("url", "string", "its address"),
        ),
        _announcements,
    ),
    Table(
        "spikes",
        "one spike of the family that began in the month",
        SPIKE_COLUMNS,
        _spikes,
    ),
    Table(
        "event_windows",
        "one event window of the flagship that meets the month",
        WINDOW_COLUMNS,
        _windows,
    ),
    Table(
        "comparators",
        "one model beside the family",
        (
            Column("name", "string", "its name"),
            Column("funder", "string", "who paid for it"),
            Column("repos", "string", "its repos, separated by blanks"),
            Column("rolling", "integer", "their rolling 30-day counts; empty where one is not known", "downloads"),
            Column("all_time", "integer", "their all-time counts; empty where one is not known", "downloads"),
            Column("released", "date", "UTC day the first of them was made; empty where not known"),
            Column("days", "integer", "days from then to the last reading, both included", "days"),
            Column("public_cost", "number", "its public cost, where one is known", "currency"),
            Column("currency", "string", "ISO 4217"),
            Column("cost_scope", "string", "what the cost is of: model, project or programme"),
            Column("ratio", "number", "cost per download since release, where the cost is its own", "currency"),
        ),
        _comparators,
    ),
    *OVER_TIME,
)
