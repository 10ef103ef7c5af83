"""`alia-watch study`: what each announcement coincided with, and whether downloads peak only around announcements."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, nearest, print_csv, print_json, print_table
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.findings.event_study import Study

_COLUMNS = (
    "announcement", "series", "window", "days", "observed", "expected", "ratio", "low", "high", "p", "p_placebo",
    "placebos", "q", "pre_trend_p", "half_life", "detectable", "merged_with", "too_little", "days_needed",
)  # fmt: skip
_SHOWN = (
    "announcement", "series", "window", "observed", "expected", "ratio", "95 %", "p", "p_placebo", "q", "week before",
)  # fmt: skip
_WHY_NONE = {
    "nothing_before": "hardly anything is measured before it",
    "not_measured": "too few of its days are measured",
    "few_days": "too few days around it are measured",
    "not_over": "it is not over",
}


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
    from alia_watch.reports.study_document import announcement_rows, summary_document

    rows = [row for pair in found.pairs for row in announcement_rows(pair)]
    if id is not None:
        from alia_watch.errors import UsageError

        known = {row["announcement"] for row in rows}
        if id not in known:
            hint = nearest(id, known) or "`alia-watch study` shows those with an event window."
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
        row | {"95 %": f"{row['low']} to {row['high']}", "week before": row["pre_trend_p"], "announcement": _named(row)}
        for row in windows.values()
    ]
    windows_seen = "1 window" if len(rows) == 1 else f"{len(rows)} windows"
    print_table(rows, _SHOWN, title=f"{windows_seen} of a series: what fell together in time, which is no cause")
    typer.echo("Each p is of as many or more: only rises are tested.")
    without = {(row["series"], row["window"]): row for row in document["pairs"] if row["p"] is None}
    for row in without.values():
        if row["days_needed"] is not None:
            days = "1 more day is needed" if row["days_needed"] == 1 else f"{row['days_needed']} more days are needed"
            typer.echo(f"{_named(row)} · {row['series']}: {_WHY_NONE[row['too_little']]}; {days}")
    for (name, why), count in Counter(
        (row["series"], row["too_little"]) for row in without.values() if row["days_needed"] is None
    ).items():
        typer.echo(f"{name}: no answer for {'1 window' if count == 1 else f'{count} windows'}: {_WHY_NONE[why]}")
    typer.echo("\n" + "\n".join(_words(document["summary"])))


def _named(row: dict[str, Any]) -> str:
    return ", ".join(sorted([row["announcement"], *row["merged_with"]]))


def _words(summary: dict[str, Any]) -> list[str]:
    spikes, share, trend = summary["coincidence"], summary["organic_share"], summary["trend"]
    lines = []
    chance = f"{spikes['expected']:g} by chance"
    chance += f" (p {spikes['p']:g})" if spikes["p"] is not None else "; too few days or spikes to judge"
    lines.append(f"Spikes in event windows: {spikes['in_windows']} of {spikes['spikes']}; {chance}.")
    if share["share"] is None:
        where = "outside" if not share["outside"] else "inside"
        lines.append(f"No share can be told: nothing was downloaded on a measured day {where} event windows.")
    else:
        lines.append(
            f"{share['share']:.1%} of the downloads ({share['low']:.1%} to {share['high']:.1%}) fell on days outside"
            f" event windows ({share['days_share']:.1%} of the {share['days']:,} measured days); had the windows"
            f" brought what was to be expected of them, it would be {share['expected']:.1%}."
        )
    if share["excess"] is not None:
        lines.append(
            f"Inside them there were {round(share['excess']):,} downloads above what was to be expected"
            f" ({round(share['excess_low']):,} to {round(share['excess_high']):,})."
        )
    if trend["percent_per_month"] is None:
        lacks = (
            f"{trend['days_needed']} more days are needed" if trend["days_needed"] else "too few downloads, or too wild"
        )
        lines.append(f"Trend outside event windows: too little data; {lacks}.")
    else:
        lines.append(
            f"Trend outside event windows: {trend['percent_per_month']:+g} % a month"
            f" ({trend['low']:+g} to {trend['high']:+g})."
        )
    return lines
