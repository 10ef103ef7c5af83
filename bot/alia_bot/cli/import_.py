"""`alia-watch import FILE`: bring in readings that others kept."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session

_COLUMNS = ("file", "sha256", "evidence", "already", "rows", "skipped", "other", "repos", "not_watched")


@app.command(
    "import",
    epilog="Example: alia-watch import readings.csv",
)
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: date, repo_id, downloads_30d …, or a Publisher Analytics export.")],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out instead of refusing.")] = False,
    third_party: Annotated[
        bool, typer.Option("--third-party", help="The readings come from a third party's history of the Hub.")
    ] = False,
    format: Annotated[Format, typer.Option(help="How the result is printed.")] = Format.TABLE,
) -> None:
    """Bring in readings from a CSV file: all of it or nothing; a second time changes nothing."""
    from alia_watch.pipeline.import_readings import import_file

    session: Session = context.obj
    with session.store() as store, _bar(file.name) as progress:
        done = import_file(
            store, file, now=session.started, skip_bad=skip_bad, third_party=third_party, progress=progress
        )
    strangers = [repo for repo in done.repos if repo not in session.config.watched(done.repos)]
    for line in done.bad:
        typer.echo(f"left out: {line}", err=True)
    if done.ignored:
        typer.echo(f"columns not read: {', '.join(done.ignored)}", err=True)
    if done.already:
        typer.echo("These bytes were imported before: nothing changed.", err=True)
    if strangers:
        count = f"{len(strangers)} of {len(done.repos)} repos"
        typer.echo(f"{count} are not watched: kept and shown, never told of, e.g. {strangers[0]}.", err=True)
    row = {
        "file": done.name,
        "sha256": done.sha256,
        "evidence": str(done.evidence),
        "already": done.already,
        "rows": done.rows,
        "skipped": done.skipped,
        "other": done.other,
        "repos": len(done.repos),
        "not_watched": len(strangers),
    }
    print_rows([row], _COLUMNS, format)


@contextlib.contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"Importing {name}")
        yield lambda done, size: progress.update(task, completed=done, total=size)
