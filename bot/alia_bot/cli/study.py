"""`alia-watch study`: what each announcement coincided with, and whether downloads peak only around announcements."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_csv, print_json, print_table
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.findings.event_study import Study

_COLUMNS = (
    "announcement", "series", "window", "days", "observed", "expected", "ratio", "low", "high", "p", "p_placebo",
    "placebos", "q", "pre_trend_p", "half_life", "detectable", "merged_with", "too_little", "days_needed",
)  # fmt: skip
_SHOWN = ("announcement", "series", "window", "observed", "expected", "ratio", "95 %", "p", "p_placebo", "q", "before")


@app.command(epilog="Example: alia-watch study 2026-01-26-129-m-para-mn5 --format json")
def study(
    context: typer.Context,
    id: Annotated[str | None, typer.Argument(help="One announcement; without it, all.")] = None,
    *,
    counts: Annotated[
        Path | None, typer.Option(help="A CSV of date,count or series,date,count instead of the database.")
    ] = None,
    announcements: Annotated[
        Path | None, typer.Option(help="With --counts: a CSV of series,date; an empty series is every series.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How the study is printed.")] = Format.TABLE,
) -> None:
    """Print what each announcement coincided with, beside chance: coincidence, never cause."""
    from alia_watch.errors import UsageError

    if (counts is None) != (announcements is None):
        raise UsageError("--counts and --announcements go together.", hint="The database has announcements of its own.")
    if counts is not None and announcements is not None:
        from alia_watch.pipeline.files import study_counts

        found = study_counts(counts, announcements)
    else:
        found = _of_store(context.obj)
    document = _document(found, id)
    if format is Format.JSON:
        print_json(document)
    elif format is Format.CSV:
        print_csv([row | {"merged_with": " ".join(row["merged_with"])} for row in document["pairs"]], _COLUMNS)
    else:
        _table(document)


def _of_store(session: Session) -> "Study":
    from alia_watch.pipeline.study import study as of_store

    with session.store() as store:
        return of_store(store, session.config, now=session.now)


def _document(found: "Study", id: str | None) -> dict[str, Any]:
    from alia_watch.reports.study import announcement_rows, summary_document

    rows = [row for pair in found.pairs for row in announcement_rows(pair)]
    if id is not None:
        import difflib

        from alia_watch.errors import UsageError

        known = {row["announcement"] for row in rows}
        if id not in known:
            near = difflib.get_close_matches(id, known, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else "`alia-watch study` shows those with an event window."
            raise UsageError(f"There is no announcement {id} with an event window here.", hint=hint)
        rows = [row for row in rows if row["announcement"] == id]
    return {
        "pairs": rows,
        "summary": summary_document(found.summary),
        "series": [{"series": name, **summary_document(each)} for name, each in found.by_series.items()],
    }


def _table(document: dict[str, Any]) -> None:
    windows = {(row["series"], row["window"]): row for row in document["pairs"] if row["p"] is not None}
    rows = [
        row | {"95 %": f"{row['low']} to {row['high']}", "before": row["pre_trend_p"], "announcement": _named(row)}
        for row in windows.values()
    ]
    title = f"{len(rows)} windows and series: what fell together in time, which is no cause"
    print_table(rows, _SHOWN, title=title)
    open_ = [row for row in document["pairs"] if row["days_needed"] is not None]
    for row in open_:
        typer.echo(
            f"{row['announcement']} · {row['series']}: too little data; {row['days_needed']} more days are needed"
        )
    none = sum(row["p"] is None for row in document["pairs"]) - len(open_)
    if none:
        typer.echo(f"{none} more have no answer: nothing measured in their window, or nothing before it.")
    typer.echo("\n" + "\n".join(_words(document["summary"])))


def _named(row: dict[str, Any]) -> str:
    return ", ".join(sorted([row["announcement"], *row["merged_with"]]))


def _words(summary: dict[str, Any]) -> list[str]:
    spikes, share, trend = summary["coincidence"], summary["organic_share"], summary["trend"]
    lines = []
    chance = f"{spikes['expected']:g} by chance"
    chance += f" (p {spikes['p']:g})" if spikes["p"] is not None else "; too few days or spikes to judge"
    lines.append(f"Of {spikes['spikes']} spikes {spikes['in_windows']} fall in event windows, {chance}.")
    if share["share"] is None:
        lines.append("Nothing was downloaded on a measured day.")
    else:
        lines.append(
            f"{share['share']:.1%} of the downloads ({share['low']:.1%} to {share['high']:.1%}) fell on days outside"
            f" event windows, which are {share['days_share']:.1%} of the {share['days']} measured days."
        )
    if share["excess"] is not None:
        lines.append(
            f"Inside them there were {round(share['excess']):,} downloads above what was to be expected"
            f" ({round(share['excess_low']):,} to {round(share['excess_high']):,})."
        )
    if trend["percent_per_month"] is None:
        lacks = f"{trend['days_needed']} more days are needed" if trend["days_needed"] else "too few downloads"
        lines.append(f"Trend outside event windows: too little data; {lacks}.")
    else:
        lines.append(
            f"Trend outside event windows: {trend['percent_per_month']:+g} % a month"
            f" ({trend['low']:+g} to {trend['high']:+g})."
        )
    return lines
