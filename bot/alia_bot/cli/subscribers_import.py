"""`alia-watch subscribers import FILE`: take over a list that exists."""

from pathlib import Path
from typing import Annotated

import typer

from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session
from alia_bot.cli.subscribers import subscribers

_COLUMNS = ("taken", "asked", "known", "waiting", "erased")


@subscribers.command("import", epilog="Example: alia-watch subscribers import journalists.csv")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: address, language, topics, consent_at, consent_source.")],
    format: Annotated[Format, typer.Option(help="How the result is printed.")] = Format.TABLE,
) -> None:
    """Bring in receivers by mail: all of the file or nothing; a second time changes nothing.

    A row with consent_at and consent_source is taken as it is, and the proof is kept; who has none gets a letter that
    asks them. Erased addresses are left out: only their owners can come back, by signing up.
    """
    from alia_bot.links import links_of
    from alia_watch.pipeline.import_subscribers import import_subscribers

    session: Session = context.obj
    with session.store() as store:
        links = links_of(session.config, store)
        done = import_subscribers(store, session.config, links, file, now=session.now)
    for line in done.erased:
        typer.echo(f"line {line}: left out, since this address was erased; its owner can sign up again.", err=True)
    row = {
        "taken": done.taken,
        "asked": done.asked,
        "known": done.known,
        "waiting": done.waiting,
        "erased": len(done.erased),
    }
    print_rows([row], _COLUMNS, format)
