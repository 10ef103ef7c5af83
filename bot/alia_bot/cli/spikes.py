"""`alia-watch spikes`: what is unusual, in the database or in any CSV of day counts or counter readings."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_csv, print_json, print_table
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.findings.spike import Detection, Spike
    from alia_watch.series.levels import LevelMonth

_COLUMNS = (
    "series",
    "start",
    "peak",
    "end",
    "observed",
    "expected",
    "low",
    "high",
    "lift",
    "excess",
    "half_life",
    "probability",
    "announcements",
)


@app.command(epilog="Example: alia-watch spikes BSC-LT/ALIA-40b-instruct-2512")
def spikes(
    context: typer.Context,
    repo: Annotated[str | None, typer.Argument(help="One repo; without it, the whole family.")] = None,
    *,
    counts: Annotated[
        Path | None, typer.Option(help="A CSV of date,count or series,date,count instead of the database.")
    ] = None,
    readings: Annotated[
        Path | None,
        typer.Option(help="A CSV of date,repo_id,downloads_30d,downloads_all_time instead of the database."),
    ] = None,
    announcements: Annotated[
        Path | None, typer.Option(help="With a file: a CSV of series,date; an empty series is every series.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0.01, max=52, help="False alarms a year; else the configuration's, else 1.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How the spikes are printed.")] = Format.TABLE,
) -> None:
    """Print the spikes, with what was expected and the announcements they coincide with: coincidence, never cause."""
    from alia_watch.errors import UsageError

    if sum(each is not None for each in (repo, counts, readings)) > 1:
        raise UsageError("Give a repo, --counts or --readings: one of them.")
    if announcements is not None and counts is None and readings is None:
        raise UsageError("--announcements goes with --counts or --readings; the database has its own.")
    months: tuple[LevelMonth, ...] = ()
    if counts is not None:
        from alia_watch.pipeline.files import detect_counts

        found: Iterable[Detection] = detect_counts(counts, announcements, false_alarms_per_year=budget or 1.0)
    elif readings is not None:
        from alia_watch.pipeline.files import detect_readings

        found, months = detect_readings(readings, announcements, false_alarms_per_year=budget or 1.0)
    else:
        found = _of_store(context.obj, repo, budget)
    documents = [_document(each) for each in found]
    if format is Format.JSON:
        print_json(documents)
        return
    rows = [
        {"series": document["series"], **spike, "announcements": ", ".join(spike["announcements"]) or None}
        for document in documents
        for spike in document["spikes"]
    ]
    if format is Format.CSV:
        print_csv(rows, _COLUMNS)
        return
    print_table(rows, _COLUMNS, title=f"{len(rows)} spikes; those near announcements are coincidences, not effects")
    for document in documents:
        typer.echo(f"{document['series']}: {_seen(document)}", err=True)
    for month in months:
        if month.together:
            typer.echo(f"{month.month:%Y-%m}: {_together(month)}", err=True)


def _seen(document: dict[str, Any]) -> str:
    if document["days_needed"]:
        return f"too few days are measured to judge; {document['days_needed']} more are needed"
    least = document["smallest_detectable"]
    if least is None:
        return "its days scatter so much that no spike would be seen four times in five"
    return f"a spike that begins with {least} downloads a day would be seen four times in five"


def _together(month: "LevelMonth") -> str:
    went = f"{month.rose} rose and {month.fell} fell"
    return f"of {month.repos} small repos {went}; rolling counts alone tell no day, so this raises no alarm"


def _of_store(session: Session, repo: str | None, budget: float | None) -> "Iterable[Detection]":
    from alia_watch.pipeline.detect import detections
    from alia_watch.store.readings import repo_ids, require_repo

    config = session.config
    if budget is not None:
        section = config.spikes.model_copy(update={"false_alarms_per_year": budget})
        config = config.model_copy(update={"spikes": section})
    with session.store() as store:
        wanted = [require_repo(store, repo)] if repo else config.family.record().members(repo_ids(store))
        return detections(store, config, wanted, now=session.now).values()


def _document(found: "Detection") -> dict[str, Any]:
    return {
        "series": found.repo_id,
        "alarms": [
            {
                "day": alarm.day.isoformat(),
                "observed": alarm.observed,
                "expected": round(alarm.expected, 2),
                "low": alarm.low,
                "high": alarm.high,
                "lift": round(alarm.lift, 2),
                "probability": alarm.probability,
            }
            for alarm in found.alarms
        ],
        "spikes": [_spike(spike) for spike in found.spikes],
        "smallest_detectable": found.smallest.count if found.smallest else None,
        "smallest_multiple": round(found.smallest.multiple, 2) if found.smallest else None,
        "days_needed": found.days_needed,
        "scatter": _rounded(found.scatter),
        "scatter_low": _rounded(found.scatter_low),
        "scatter_high": _rounded(found.scatter_high),
        "wander": _rounded(found.wander),
    }


def _spike(spike: "Spike") -> dict[str, Any]:
    return {
        "start": spike.start.isoformat(),
        "peak": spike.peak.isoformat(),
        "end": spike.end.isoformat(),
        "alarm": spike.alarm.isoformat(),
        "observed": spike.observed,
        "expected": round(spike.expected, 2),
        "low": spike.low,
        "high": spike.high,
        "lift": round(spike.lift, 2),
        "lift_low": round(spike.lift_low, 2),
        "lift_high": round(spike.lift_high, 2),
        "excess": round(spike.excess, 1),
        "excess_low": round(spike.excess_low, 1),
        "excess_high": round(spike.excess_high, 1),
        "probability": spike.probability,
        "half_life": _rounded(spike.half_life),
        "level_shift": spike.level_shift.isoformat() if spike.level_shift else None,
        "announcements": [announcement.id for announcement in spike.announcements],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
