"""`alia-watch restore`: a backup in the place of the database."""

from pathlib import Path
from typing import Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.session import Session


@app.command(epilog="Example: alia-watch restore --verify backups/alia-watch-20260123T043000Z.db.gz")
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The backup; `backup --list` shows them.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Then prove the database, and make the newest reports again from it.")
    ] = False,
) -> None:
    """Put a backup in the place of the database; the replaced file is kept. Refused while a daemon runs.

    With --verify, exit 1 where something is not as it should be; the database is in its place all the same.
    """
    session: Session = context.obj
    from alia_watch.store.backup import restore as put_back

    database = session.config.watch.database
    kept = put_back(file, database, now=session.now)
    typer.echo(f"{database} is now the backup {file}.")
    if kept:
        typer.echo(f"What it replaced is kept as {kept}.")
    if verify and not _proven(session):
        raise typer.Exit(1)


def _proven(session: Session) -> bool:
    from alia_watch.pipeline.prove import prove

    well = True
    with session.store() as store:
        for proof in prove(store, session.config, now=session.now):
            typer.echo(f"{'ok   ' if proof.ok else 'FAULT'}  {proof.what}: {proof.found}")
            well = well and proof.ok
    return well
