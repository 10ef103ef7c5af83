"""`alia-watch status`: is the watch well? Also a container's health check."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_csv, print_json, print_table
from alia_bot.cli.session import Session

_DUTIES = ("duty", "slot", "outcome", "at", "attempts", "error", "next_slot", "next_at")


@app.command(epilog="Example: alia-watch status --format json")
def status(
    context: typer.Context,
    format: Annotated[Format, typer.Option(help="How to print; csv gives the duties alone.")] = Format.TABLE,
) -> None:
    """Say whether the watch is healthy, and what it last did. Exit 1 where it is not."""
    session: Session = context.obj
    from alia_bot import health
    from alia_bot.safety import safety_rows

    with session.store() as store:
        found = health.look(store, session.config, now=session.now)
        found |= safety_rows(store, session.config, now=session.now)
    if format is Format.JSON:
        print_json(found)
    elif format is Format.CSV:
        print_csv(found["duties"], _DUTIES)
    else:
        _print(found)
    if not found["healthy"]:
        raise typer.Exit(1)


def _print(found: dict[str, Any]) -> None:
    typer.echo("The watch is healthy." if found["healthy"] else "The watch is not healthy:")
    for fault in found["faults"]:
        typer.echo(f"- {fault}")
    snapshots, hub, outbox, daemon = found["snapshots"], found["hub"], found["outbox"], found["daemon"]
    gaps = ", ".join(
        gap["start"] if gap["start"] == gap["end"] else f"{gap['start']} to {gap['end']}" for gap in snapshots["gaps"]
    )
    between = hub["update_hour_between"]
    hour = f"{hub['update_hour']:02}:00 UTC" + (
        f", learnt from {hub['changes_seen']} changes (between {between[0]:02} and {between[1]:02} h)"
        if between
        else ", not learnt from readings"
    )
    newest = _aged(snapshots["last_at"], found["now"])
    newer = {} if snapshots["last_is_complete"] in (True, None) else {"newest snapshot": f"{newest}, incomplete"}
    typer.echo()
    rows = {
        "daemon": f"running (process {daemon['process']})" if daemon["running"] else "not running",
        "last complete snapshot": _aged(snapshots["last_complete_at"], found["now"]),
        **newer,
        "days not read (30 days)": gaps or "none",
        "the Hub updates at": hour,
        "its lag": f"{hub['lag_days']} day(s)",
        "outbox": ", ".join(
            f"{outbox[state]} {state}" for state in ("due", "leased", "sent", "unclear", "dead") if state in outbox
        ),
        "next due": found["next_due"],
        "last backup": _backup(found["backup"]),
        "sources in trouble": "; ".join(
            f"{each['source']}: {each['trouble']} since {each['since']}" for each in found["sources_in_trouble"]
        )
        or "none",
        "database": f"{_megabytes(found['database_bytes'])}, schema {found['schema']}",
        "free on its disk": _megabytes(found["disk_free_bytes"]),
        "open to people": ", ".join(name for name in ("bot", "pages") if found[name]) or "nothing",
        "version": found["version"],
    }
    for name, value in rows.items():
        typer.echo(f"{name:<24} {value}")
    typer.echo()
    print_table(found["duties"], ("duty", "slot", "outcome", "at", "next_at", "error"))


def _aged(at: str | None, now: str) -> str:
    """An instant, and how long ago it was."""
    if at is None:
        return "none"
    hours = (datetime.fromisoformat(now) - datetime.fromisoformat(at)) / timedelta(hours=1)
    return f"{at}, {hours:.0f} h ago" if hours < 72 else f"{at}, {hours / 24:.0f} days ago"


def _backup(backup: dict[str, Any]) -> str:
    if backup["at"] is None:
        return "none"
    copied = f", copied to {backup['copied_to']}" if backup["copied_to"] else ""
    failed = f", second copy failed: {backup['copy_error']}" if backup["copy_error"] else ""
    return f"{backup['at']}, checked{copied}{failed}"


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
