"""`alia-watch subscribers`: who receives what, and who no longer does, and why."""

from typing import Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session

_COLUMNS = ("id", "channel", "address", "language", "topics", "state", "stopped")
_IN_TABLE = ("id", "language", "topics", "state", "stopped")


subscribers = typer.Typer(invoke_without_command=True, help="Who receives what.")
app.add_typer(
    subscribers, name="subscribers", epilog="Example: alia-watch subscribers --resume telegram:-1001234567890"
)


@subscribers.callback()
def list_(
    context: typer.Context,
    resume: Annotated[list[str] | None, typer.Option(help="Send to a stopped subscriber again, by its id.")] = None,
    format: Annotated[Format, typer.Option(help="How the subscribers are printed.")] = Format.TABLE,
) -> None:
    """Print who receives what; a stopped subscriber with the reason."""
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    from alia_watch.store import subscribers as stored

    with session.store() as store:
        stored.sync(store, session.config.receivers(), now=session.now)
        for subscriber_id in resume or ():
            stored.resume(store, subscriber_id, now=session.now)
        everyone = stored.subscribers(store)
    rows = [
        {
            "id": subscriber.id,
            "channel": subscriber.channel.value,
            "address": subscriber.address,
            "language": subscriber.language,
            "topics": sorted(topic.value for topic in subscriber.topics),
            "state": "stopped" if subscriber.stopped else "active",
            "stopped": subscriber.stopped,
        }
        for subscriber in everyone
    ]
    if format is not Format.JSON:
        rows = [{**row, "topics": " ".join(row["topics"] or ())} for row in rows]
    print_rows(rows, _IN_TABLE if format is Format.TABLE else _COLUMNS, format)
