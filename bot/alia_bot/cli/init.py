"""`alia-watch init`: a configuration and a database. What is there already is left as it is."""

from pathlib import Path

import typer

from alia_bot.cli import app
from alia_bot.cli.session import Session
from alia_watch.errors import UsageError


@app.command(epilog="Example: alia-watch init")
def init(context: typer.Context) -> None:
    """Write a configuration (the ALIA watch, ready to run) and its database; never over what is there."""
    session: Session = context.obj
    path = session.config_path
    written = _write_example(path)
    typer.echo(f"{'wrote' if written else 'kept '}  {path}{'' if written else '  (it was there already)'}")

    from alia_watch.store.database import open_store

    database = session.config.watch.database
    there = database.exists()
    with open_store(database, create=True):
        typer.echo(f"{'kept ' if there else 'made '}  {database}{'  (it was there already)' if there else ''}")

    call = "alia-watch" if path == Path("config.toml") else f"alia-watch --config {path}"
    typer.echo(
        f"\nNext:\n"
        f"  1. open {path}: give your own watch.contact and watch.method_url, and switch on channels\n"
        f"  2. {call} check       tests every part, each on its own line\n"
        f"  3. {call} snapshot    reads the Hub for the first time\n"
        f"  4. {call} run         is the daemon; until a channel is on, messages go into a folder"
    )


def _write_example(path: Path) -> bool:
    """Write the example where there is no file yet; whether it was written. A half-written one is never left."""
    from alia_watch.config.loader import example_text

    if path.exists():
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(example_text())
    except OSError as error:
        if path.is_file() and not isinstance(error, FileExistsError):
            path.unlink()
        raise UsageError(
            f"{path} cannot be written ({error.strerror}).", hint="Choose a folder of yours with --config FILE."
        ) from error
    return True
