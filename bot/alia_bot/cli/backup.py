"""`alia-watch backup`: a safe copy of the database, taken while it is in use."""

from typing import Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session


@app.command(epilog="Example: alia-watch backup  (or: alia-watch backup --list --format json)")
def backup(
    context: typer.Context,
    list_only: Annotated[bool, typer.Option("--list", help="Make none; list those there are, newest first.")] = False,
    keep: Annotated[int, typer.Option(min=1, help="How many days to keep a backup of.")] = 14,
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
) -> None:
    """Copy the database into a dated, proven file, and let go of the oldest ones."""
    session: Session = context.obj
    from alia_watch.store.backup import backup as make
    from alia_watch.store.backup import backups

    watch = session.config.watch
    if list_only:
        made = [(path, path.stat().st_size) for path in backups(watch.backups, watch.database.stem)]
    else:
        with session.store() as store:
            done = make(store, watch.backups, now=session.now, keep_days=keep)
        made = [(done.path, done.size)]
    print_rows([{"file": str(path), "bytes": size} for path, size in made], ("file", "bytes"), format)
