"""The tables of `export`: everything that is known, as open data."""

from collections.abc import Iterable
from typing import Any

from alia_watch.reports.kit_tables import COST_COLUMNS, SPIKE_COLUMNS, WINDOW_COLUMNS
from alia_watch.reports.open_data import Column, Row, Table

_REPO = Column("repo_id", "string", "the repository on the Hugging Face Hub")
_ROLE = Column("role", "string", "family, comparator or control")


def _table(name: str, row: str, *columns: Column) -> Table:
    return Table(name, row, columns, _of(name))


def _of(name: str) -> Any:
    def rows(made: Any) -> Iterable[Row]:
        return getattr(made, name)()  # type: ignore[no-any-return]

    return rows


#: `rows` of each asks what is exported for the method of its name.
TABLES: tuple[Table, ...] = (
    _table(
        "daily_counts",
        "one UTC day of one repo",
        _REPO,
        _ROLE,
        Column("unit", "string", "what the Hub counts: query_file, or gguf_file (every file by itself)"),
        Column("day", "date", "the UTC day"),
        Column("count", "integer", "downloads of the day; empty where it is not known", "downloads"),
        Column("low", "integer", "lower bound; empty where it has none", "downloads"),
        Column("high", "integer", "upper bound; empty where it has none", "downloads"),
        Column("kind", "string", "measured, apportioned, revised or missing"),
    ),
    _table(
        "intervals",
        "days of one repo that were not read, whose total is known",
        _REPO,
        Column("start", "date", "first UTC day"),
        Column("end", "date", "last UTC day"),
        Column("total", "integer", "downloads of all of them together", "downloads"),
    ),
    _table(
        "revisions",
        "one day on which the Hub took downloads off a repo's all-time count",
        _REPO,
        Column("day", "date", "the UTC day of the reading that shows it"),
        Column("size", "integer", "how many, as a negative number", "downloads"),
    ),
    _table(
        "readings",
        "one reading of one repo's counters",
        _REPO,
        Column("observed_at", "string", "when it was read (UTC), or the day, where only that is known"),
        Column("downloads_30d", "integer", "the Hub's rolling 30-day count", "downloads"),
        Column("downloads_all_time", "integer", "the Hub's all-time count", "downloads"),
    ),
    _table(
        "cost_items",
        "one published amount",
        Column("id", "string", "its id"),
        Column("amount", "number", "the amount", "currency"),
        Column("currency", "string", "ISO 4217"),
        Column("bound", "string", "exact, at_least or at_most"),
        Column("reported_on", "date", "when it was published; of a month the first day"),
        Column("covers", "string", "what it is for, as published"),
        Column("scope", "string", "direct, programme, shared_infrastructure or not_alia"),
        Column("status", "string", "budgeted, authorised, awarded, approved, announced, reported or unconfirmed"),
        Column("source_url", "string", "the page it was read on"),
        Column("overlaps", "string", "ids of items it is never summed with, separated by blanks"),
        Column("note", "string", "what else there is to say"),
    ),
    _table("cost_ratios", "one cost scenario over one denominator and window", *COST_COLUMNS),
    _table(
        "announcements",
        "one announcement, confirmed or not",
        Column("id", "string", "its id"),
        Column("date", "date", "civil day of Madrid; of a month its first; empty where none is stated"),
        Column("date_end", "date", "last day, where it is a range"),
        Column("precision", "string", "instant, day, range, month or undated"),
        Column("at", "string", "the instant (UTC), where it is known"),
        Column("kind", "string", "official, agreement, grant, budget, programme, infrastructure, model_release …"),
        Column("title", "string", "as published"),
        Column("announced_by", "string", "who announced it"),
        Column("publisher", "string", "where it was read"),
        Column("url", "string", "its address"),
        Column("confidence", "string", "A the publisher's own page, B press that names the date, C inferred"),
        Column("state", "string", "candidate, confirmed or rejected"),
        Column("decided", "string", "by whom, or by what rule"),
        Column("note", "string", "what else there is to say"),
    ),
    _table(
        "announcement_links",
        "one entry of a source that tells of an announcement",
        Column("announcement", "string", "the announcement's id"),
        Column("source", "string", "the source's id"),
        Column("title", "string", "as published"),
        Column("url", "string", "its address"),
        Column("publisher", "string", "who published it"),
        Column("language", "string", "ISO 639-1, where known"),
        Column("first_read_at", "string", "when it was first read (UTC)"),
        Column("evidence", "string", "SHA-256 of the bytes it was read in"),
    ),
    _table("spikes", "one spike of a repo of the family", *SPIKE_COLUMNS),
    _table("event_windows", "one event window of one series", *WINDOW_COLUMNS),
)
