"""`alia-watch`: one verb per step. Verbs live in files of their own and load heavy libraries only when they run."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from alia_bot.cli.session import Session
from alia_watch import __version__
from alia_watch.clock import parse_instant
from alia_watch.errors import AliaWatchError, ConfigError, ImportRefused

app = typer.Typer(
    name="alia-watch",
    help="Who downloads the AI models that public money paid for, what moves those downloads, and what each one costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"alia-watch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[Path, typer.Option(help="The configuration file.")] = Path("config.toml"),
    as_of: Annotated[
        str | None, typer.Option(help="Fix the clock: 2026-01-23T18:00:00Z, or a date for the end of that UTC day.")
    ] = None,
    log_format: Annotated[str, typer.Option(help="How logs are written to stderr: console or json.")] = "console",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every request and decision.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that stand before the verb."""
    if log_format not in ("console", "json"):
        raise typer.BadParameter("choose console or json", param_hint="--log-format")
    try:
        instant = parse_instant(as_of) if as_of else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--as-of") from error
    begun: list[Session] | None = context.obj
    context.obj = Session(config, instant, log_format, verbose)
    if begun is not None:
        begun.append(context.obj)


def main() -> None:
    """The console script. Errors of ours become one clear sentence on stderr and their exit code; a bug stays loud."""
    from alia_bot.cli import verbs  # noqa: F401  registers every verb on `app`

    begun: list[Session] = []
    try:
        app(obj=begun)
    except AliaWatchError as error:
        typer.echo(f"alia-watch: {error}", err=True)
        if isinstance(error, ConfigError | ImportRefused):
            for fault in error.faults:
                typer.echo(f"  {fault}", err=True)
        if error.hint:
            typer.echo(f"  {error.hint}", err=True)
        sys.exit(error.exit_code)
    except Exception:  # noqa: BLE001  it is shown whole, save for the secrets in it
        from alia_bot.cli.bug import told

        typer.echo(told(*begun), err=True, nl=False)
        sys.exit(1)
