"""`alia-watch announcements fetch`: read the sources now, or bring in the past."""

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli.announcements import announcements
from alia_bot.cli.announcements_show import print_amendments
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.pipeline.fetch_announcements import Fetched

_COLUMNS = (
    "source", "requests", "entries", "matching", "new", "renewed", "confirmed", "older", "undated", "read_until",
    "error",
)  # fmt: skip


@announcements.command(epilog="Example: alia-watch announcements fetch boe --since 2025-01-01")
def fetch(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Argument(help="Only these sources; without, all that are on.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Bring in the past from this Madrid day on."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="With --since: up to this day.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How it is printed.")] = Format.TABLE,
) -> None:
    """Read the sources and take in what is new. Nothing of before a source's first reading comes in without --since."""
    from alia_watch.errors import UsageError
    from alia_watch.pipeline.amend import amendments
    from alia_watch.pipeline.collect import open_hub
    from alia_watch.pipeline.fetch_announcements import fetch as read

    session: Session = context.obj
    if until is not None and since is None:
        raise UsageError("--until needs --since.", hint="Give the day the past begins on.")
    if since is not None and until is not None and until < since:
        raise UsageError("--until is before --since.", hint="Give the days the other way round.")
    with session.store() as store, open_hub(session.config) as hub:
        done = read(
            store,
            session.config,
            now=session.started,
            hub=hub,
            only=source or (),
            since=since.date() if since else None,
            until=until.date() if until else None,
        )
        changed = [name for each in done for name in (*each.admitted.confirmed, *each.admitted.renewed)]
        amended = amendments(store, session.config, *dict.fromkeys(changed))
    print_rows([_row(each) for each in done], _COLUMNS, format)
    if amended and format is Format.TABLE:
        typer.echo()
        print_amendments([asdict(each) for each in amended])
    if not done:
        typer.echo("No source is on: add a [[source]] to the configuration.", err=True)
    older = sum(each.admitted.older + each.admitted.undated for each in done)
    if older and since is None:
        left = "1 older entry was" if older == 1 else f"{older} older entries were"
        typer.echo(f"{left} left out: `alia-watch announcements fetch --since DAY` brings them in.", err=True)
    if any(each.error is not None for each in done):
        raise typer.Exit(1)


def _row(fetched: "Fetched") -> dict[str, Any]:
    admitted = fetched.admitted
    return {
        "source": fetched.source,
        "requests": fetched.requests,
        "entries": fetched.entries,
        "matching": fetched.matching,
        "new": len(admitted.new),
        "renewed": len(admitted.renewed),
        "confirmed": len(admitted.confirmed),
        "older": admitted.older,
        "undated": admitted.undated,
        "read_until": str(fetched.read_until) if fetched.read_until else None,
        "error": str(fetched.error) if fetched.error else None,
    }
