"""`alia-watch spikes`: what is unusual, in the database or in any CSV of day counts."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_csv, print_json, print_table
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.findings.spike import Spike

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
    "probability",
    "announcements",
)


@app.command(epilog="Example: alia-watch spikes BSC-LT/ALIA-40b-instruct-2512")
def spikes(
    context: typer.Context,
    repo: Annotated[str | None, typer.Argument(help="One repo; without it, the whole family.")] = None,
    counts: Annotated[
        Path | None, typer.Option(help="A CSV of date,count or series,date,count instead of the database.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0.01, max=52, help="False alarms a year; else the configuration's, else 1.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How the spikes are printed.")] = Format.TABLE,
) -> None:
    """Print the spikes, with what was expected and the announcements they coincide with: coincidence, never cause."""
    from alia_watch.errors import UsageError

    if counts is not None and repo is not None:
        raise UsageError("Give a repo or --counts, not both.")
    documents = _of_file(counts, budget or 1.0) if counts is not None else _of_store(context.obj, repo, budget)
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
        least = document["smallest_detectable"]
        seen = "too few days are measured to judge" if least is None else f"a day below {least} would not be seen"
        typer.echo(f"{document['series']}: {seen}", err=True)


def _of_store(session: Session, repo: str | None, budget: float | None) -> list[dict[str, Any]]:
    from alia_watch.findings.spike import smallest_detectable
    from alia_watch.pipeline.detect import expectations
    from alia_watch.pipeline.detect import spikes as find
    from alia_watch.store.readings import repo_ids, require_repo

    config = session.config
    if budget is not None:
        section = config.spikes.model_copy(update={"false_alarms_per_year": budget})
        config = config.model_copy(update={"spikes": section})
    with session.store() as store:
        wanted = [require_repo(store, repo)] if repo else config.family.record().members(repo_ids(store))
        found = find(store, config, wanted, now=session.now)
        expected = expectations(store, config, wanted, now=session.now)
    documents = []
    for repo_id, prediction in expected.items():
        least = smallest_detectable(prediction, config.spikes.false_alarms_per_year) if prediction else None
        mine = [spike for spike in found if spike.repo_id == repo_id]
        documents.append(_document(repo_id, mine, least))
    return documents


def _of_file(path: Path, budget: float) -> list[dict[str, Any]]:
    from alia_watch.findings.spike import detect, predict, smallest_detectable
    from alia_watch.sources.counts_file import read_counts

    documents = []
    for name, counts in read_counts(path).items():
        found = detect(name, counts, false_alarms_per_year=budget)
        after = date.fromordinal(max(counts).toordinal() + 1) if counts else None
        prediction = predict(counts, after) if after else None
        least = smallest_detectable(prediction, budget) if prediction else None
        documents.append(_document(name, found, least))
    return documents


def _document(series: str, found: "tuple[Spike, ...] | list[Spike]", least: int | None) -> dict[str, Any]:
    return {
        "series": series,
        "spikes": [
            {
                "start": spike.start.isoformat(),
                "peak": spike.peak.isoformat(),
                "end": spike.end.isoformat(),
                "observed": spike.observed,
                "expected": round(spike.expected, 2),
                "low": spike.low,
                "high": spike.high,
                "lift": round(spike.lift, 2),
                "excess": round(spike.excess, 1),
                "probability": spike.probability,
                "announcements": [announcement.id for announcement in spike.announcements],
            }
            for spike in found
        ],
        "smallest_detectable": least,
    }
