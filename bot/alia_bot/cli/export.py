"""`alia-watch export DIR`: everything that is known, as open data."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session


@app.command(epilog="Example: alia-watch export open-data")
def export(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="The folder: new, empty, or one that an export made.")],
    excel: Annotated[bool, typer.Option("--excel", help="CSV as a Spanish spreadsheet reads it.")] = False,
    format: Annotated[Format, typer.Option(help="How the list of files is printed.")] = Format.TABLE,
) -> None:
    """Write every table as CSV, with what its columns mean and a data package: days, readings, costs, announcements."""
    from alia_watch.pipeline.announce import take_in
    from alia_watch.pipeline.export import export as write

    session: Session = context.obj
    with session.store() as store:
        take_in(store, session.config, now=session.started)
        written = write(store, session.config, directory, now=session.now, excel=excel)
    if format is Format.TABLE and session.config.watch.simulated:
        typer.echo("SIMULATED DATA: no figure in these files is a reading.", err=True)
    print_rows([asdict(each) for each in written], ("name", "rows"), format)
