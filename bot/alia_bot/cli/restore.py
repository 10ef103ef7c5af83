"""`alia-watch restore`: a backup in the place of the database."""

from pathlib import Path
from typing import Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.session import Session


@app.command(epilog="Example: alia-watch restore backups/alia-watch-20260123T043000Z.db")
def restore(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="The backup; `backup --list` shows them.")]
) -> None:
    """Put a backup in the place of the database; the replaced file is kept. Refused while a daemon runs."""
    session: Session = context.obj
    from alia_watch.store.backup import restore as put_back

    database = session.config.watch.database
    kept = put_back(file, database, now=session.now)
    typer.echo(f"{database} is now the backup {file}.")
    if kept:
        typer.echo(f"What it replaced is kept as {kept}.")
