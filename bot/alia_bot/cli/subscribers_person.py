"""`alia-watch subscribers export|erase WHO`: what is kept of one person, for who asks for it or for its end."""

from typing import Annotated

import typer

from alia_bot.cli.output import Format, print_json, print_rows
from alia_bot.cli.session import Session
from alia_bot.cli.subscribers import subscribers

_WHO = typer.Argument(help="A mail address, or the id of a subscriber.")
#: Why somebody is stopped who asked us to erase them.
ASKED = "erased on request"


@subscribers.command("export", epilog="Example: alia-watch subscribers export ana@example.net > kept.json")
def export(context: typer.Context, who: Annotated[str, _WHO]) -> None:
    """Print everything that is kept of one person, as JSON: a list, empty where there is nothing."""
    from alia_watch.store.persons import kept_of, persons

    session: Session = context.obj
    with session.store() as store, store.reading():
        kept = [kept_of(store, each) for each in persons(store, _named(who))]
    print_json(kept)


@subscribers.command("erase", epilog="Example: alia-watch subscribers erase ana@example.net")
def erase(
    context: typer.Context,
    who: Annotated[str, _WHO],
    format: Annotated[Format, typer.Option(help="How it is printed who was erased.")] = Format.TABLE,
) -> None:
    """Erase one person at once: nothing more comes, what waits included.

    A hash of the address stays, so that no list brings it back; the owner can, by signing up. Dated backups keep what
    they hold until they are removed.
    """
    from alia_watch.audience.subscriber import Source
    from alia_watch.store.persons import erase_person

    session: Session = context.obj
    with session.store() as store:
        found, before = erase_person(store, _named(who), ASKED, now=session.now)
    for each in found:
        if each.source is Source.CONFIGURATION:
            typer.echo(f"{each.id}: stopped; take the address out of the configuration, too.", err=True)
    if not found:
        typer.echo("Nobody of that name is kept." if not before else "This address was erased before.", err=True)
    print_rows([{"id": each.id, "channel": each.channel.value} for each in found], ("id", "channel"), format)


def _named(who: str) -> str:
    """An address as it is kept; an id as it stands."""
    from alia_watch.audience.signup import normalised

    try:
        return normalised(who)
    except ValueError:
        return who.strip()
