"""`alia-watch verify`: make a sent report again from its evidence."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, nearest, print_csv, print_json
from alia_bot.cli.session import Session


@app.command(epilog="Example: alia-watch verify digest:2026-01")
def verify(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="The report's id, as it and `deliveries` print it.")],
    format: Annotated[Format, typer.Option(help="How to print; csv gives the figures that differ.")] = Format.TABLE,
) -> None:
    """Recompute a sent report from the evidence it was made of; exit 1 where a figure differs from what was sent."""
    from alia_watch.clock import format_second
    from alia_watch.errors import UsageError
    from alia_watch.pipeline.verify import verify as recompute
    from alia_watch.store.reports import report_keys

    session: Session = context.obj
    with session.store() as store:
        keys = report_keys(store)
        if id not in keys:
            hint = nearest(id, keys) or "`alia-watch deliveries` names those that were sent."
            raise UsageError(f"There is no report {id}.", hint=hint)
        found = recompute(store, session.config, id)
    document = {**asdict(found), "made_at": format_second(found.made_at)}
    if format is Format.JSON:
        print_json(document)
    elif format is Format.CSV:
        print_csv(document["differs"], ("figure", "sent", "again"))
    else:
        _print(document)
    if not found.equal:
        raise typer.Exit(1)


def _print(document: dict[str, Any]) -> None:
    equal = document["equal"]
    verdict = "every figure is what its evidence says" if equal else f"{len(document['differs'])} figures differ"
    typer.echo(f"{document['report']}, made {document['made_at']}: {verdict}.")
    _print_figures(document["differs"], "was sent", "is made again")
    for reason in document["why"]:
        typer.echo(f"- {reason}")
    if document["since"]:
        typer.echo("\nWith what is known now (later readings, imports and announcements) it would say:")
        _print_figures(document["since"], "then", "now")


def _print_figures(figures: list[dict[str, Any]], before: str, after: str) -> None:
    for each in figures:
        sent, again = (_plain(each[name]) for name in ("sent", "again"))
        typer.echo(f"  {each['figure']}: {before} {sent}; {after} {again}")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("id") or value.get("repo_id") or "there")
    return "nothing" if value is None else str(value)
