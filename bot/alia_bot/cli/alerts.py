"""`alia-watch alerts`: what was told and what was held, with the reason."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session

_COLUMNS = ("decided_at", "told", "reason", "kind", "repo_id", "day", "key", "facts")


@app.command(epilog="Example: alia-watch alerts --held --since 2026-01-01")
def alerts(
    context: typer.Context,
    held: Annotated[bool, typer.Option("--held", help="Only what was held.")] = False,
    told: Annotated[bool, typer.Option("--told", help="Only what was told.")] = False,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Only what was decided on this UTC day and later."),
    ] = None,
    format: Annotated[Format, typer.Option(help="How the decisions are printed.")] = Format.TABLE,
) -> None:
    """Print what was found and decided: told, or held and why."""
    from alia_watch.clock import format_instant
    from alia_watch.errors import UsageError
    from alia_watch.store.findings import decisions

    if held and told:
        raise UsageError("Give --held or --told, not both; without either all are printed.")
    session: Session = context.obj
    with session.store() as store:
        found = decisions(store, until=session.now)
    rows = [
        {
            "decided_at": format_instant(decided_at),
            "told": notice.tell,
            "reason": str(notice.reason),
            "kind": str(notice.finding.kind),
            "repo_id": notice.finding.repo_id,
            "day": notice.finding.day.isoformat(),
            "key": notice.finding.key,
            "facts": notice.finding.facts,
        }
        for decided_at, notice in found
        if (since is None or decided_at >= since.replace(tzinfo=UTC))
        and (notice.tell or not told)
        and (not notice.tell or not held)
    ]
    print_rows(rows, _COLUMNS if format is not Format.TABLE else _COLUMNS[:6], format)
