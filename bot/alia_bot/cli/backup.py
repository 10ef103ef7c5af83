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
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
) -> None:
    """Copy the database into a dated, proven, packed file, and let go of those that are no longer kept.

    `[backup]` in the configuration says how many are kept, and where a second copy goes; exit 1 where that failed.
    """
    session: Session = context.obj
    from alia_watch.store.backup import backups

    watch = session.config.watch
    if list_only:
        there = backups(watch.backups, watch.database.stem)
        print_rows([{"file": str(path), "bytes": path.stat().st_size} for path in there], ("file", "bytes"), format)
        return
    from alia_watch.pipeline.back_up import back_up

    with session.store() as store:
        done = back_up(store, session.config, now=session.now)
    row = {**done.document(), "file": str(done.made.path)}
    print_rows([row], tuple(row), format)
    if done.copy_error is not None:
        raise typer.Exit(1)
