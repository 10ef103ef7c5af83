"""`alia-watch deliveries`: what was sent or not, to whom, and why; and another try for what was given up."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.store.deliveries import Delivery

COLUMNS = (
    "id",
    "report",
    "part",
    "subscriber",
    "channel",
    "language",
    "state",
    "due_at",
    "attempts",
    "changed_at",
    "remote_id",
    "why",
)
_IN_TABLE = ("id", "report", "part", "subscriber", "state", "attempts", "changed_at", "why")
_STATES = ("due", "leased", "sent", "unclear", "dead", "summed")


@app.command(epilog="Example: alia-watch deliveries --state dead  (then: alia-watch deliveries --retry 17)")
def deliveries(  # noqa: PLR0917  typer calls it by name
    context: typer.Context,
    state: Annotated[list[str] | None, typer.Option(help=f"Only these: {', '.join(_STATES)}.")] = None,
    report: Annotated[str | None, typer.Option(help="Only this report, such as digest:2026-01.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 100,
    retry: Annotated[list[int] | None, typer.Option(help="Try a dead or unclear delivery again, by its id.")] = None,
    format: Annotated[Format, typer.Option(help="How the deliveries are printed.")] = Format.TABLE,
) -> None:
    """Print what was sent or not, to whom and why; or try again what was given up."""
    session: Session = context.obj
    from alia_watch.clock import format_instant
    from alia_watch.store import deliveries as stored
    from alia_watch.store.deliveries import State

    unknown = [name for name in state or () if name not in _STATES]
    if unknown:
        raise typer.BadParameter(f"choose among {', '.join(_STATES)}", param_hint="--state")
    with session.store() as store:
        for delivery_id in retry or ():
            count = stored.retry(store, delivery_id, now=session.now)
            typer.echo(f"delivery {delivery_id}: {count} part(s) due again, sent by the daemon", err=True)
        found = stored.deliveries(
            store,
            until=session.as_of,
            states=[State(name) for name in state or ()],
            report_key=report,
            limit=limit,
        )
        resting = stored.holds(store, now=session.now)
    print_rows([row(delivery) for delivery in found], _IN_TABLE if format is Format.TABLE else COLUMNS, format)
    for hold in resting:
        typer.echo(f"{hold.channel} rests until {format_instant(hold.until)}: {hold.why}", err=True)


def row(delivery: "Delivery") -> dict[str, Any]:
    """One delivery, JSON-ready."""
    from alia_watch.clock import format_instant

    return {
        "id": delivery.id,
        "report": delivery.report_key,
        "part": delivery.part,
        "subscriber": delivery.subscriber_id,
        "channel": delivery.channel.value,
        "language": delivery.language,
        "state": delivery.state.value,
        "due_at": format_instant(delivery.due_at),
        "attempts": delivery.attempts,
        "changed_at": format_instant(delivery.changed_at),
        "remote_id": delivery.remote_id,
        "why": delivery.why,
    }
