"""`alia-watch announcements confirm`, `reject`, `edit`, `merge`, `split`: what a person decides and corrects."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from alia_bot.cli.announcements import announcements, find
from alia_bot.cli.announcements_show import print_amendments
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.announcements.announcement import AnnouncementState

_ID = Annotated[str, typer.Argument(help="Its id, as `list` prints it.")]
_WHY = Annotated[str, typer.Option(help="Why, for those who come after.")]


@announcements.command(epilog="Example: alia-watch announcements confirm 2026-03-03-mwc")
def confirm(context: typer.Context, id: _ID, why: _WHY = "") -> None:
    """Let one count: only confirmed announcements have event windows. Prints what that changes in sent figures."""
    from alia_watch.announcements.announcement import AnnouncementState

    _set(context.obj, id, AnnouncementState.CONFIRMED, why)


@announcements.command(epilog="Example: alia-watch announcements reject 2026-03-03-mwc")
def reject(context: typer.Context, id: _ID, why: _WHY = "") -> None:
    """Leave one out: it stays in the calendar, without an event window. Prints what that changes in sent figures."""
    from alia_watch.announcements.announcement import AnnouncementState

    _set(context.obj, id, AnnouncementState.REJECTED, why)


@announcements.command(epilog="Example: alia-watch announcements edit 2026-03-03-mwc --date 2026-03-02")
def edit(  # noqa: PLR0917  typer calls it by name
    context: typer.Context,
    id: _ID,
    date: Annotated[str | None, typer.Option(help="The Madrid civil day, or a month; alone, it is that day.")] = None,
    date_end: Annotated[str | None, typer.Option(help="The last day it may have been on.")] = None,
    kind: Annotated[str | None, typer.Option(help="What it is: official, agreement, grant, media …")] = None,
    title: Annotated[str | None, typer.Option(help="What was announced, in a few words.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it can be read.")] = None,
    announced_by: Annotated[str | None, typer.Option(help="Who announced it.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Where it was read.")] = None,
    confidence: Annotated[str | None, typer.Option(help="A the publisher's page, B press, C inferred.")] = None,
    note: Annotated[str | None, typer.Option(help="What else there is to say.")] = None,
) -> None:
    """Correct one. What is corrected stays, whatever its sources say later; its id stays too."""
    from alia_watch.errors import UsageError
    from alia_watch.pipeline.mend import correct

    session: Session = context.obj
    given = {
        "date": date,
        "date_end": date_end,
        "kind": kind,
        "title": title,
        "url": url,
        "announced_by": announced_by,
        "publisher": publisher,
        "confidence": confidence,
        "note": note,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise UsageError("There is nothing to correct.", hint="Give what is right, such as --date 2026-03-02.")
    found = find(session, id)
    with session.store() as store:
        correct(store, found.id, changes, now=session.started)
    typer.echo(f"{found.id}: corrected {', '.join(sorted(changes))}")
    _tell_amendments(session, found.id)


@announcements.command(epilog="Example: alia-watch announcements merge 2026-03-04-alia-mwc 2026-03-03-mwc")
def merge(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="The one that is part of the other.")],
    into: Annotated[str, typer.Argument(help="The one that stays.")],
) -> None:
    """Let two announcements be one: the first's links go to the second, and what tells of it later does too."""
    from alia_watch.pipeline.mend import merge as join

    session: Session = context.obj
    part, whole = find(session, id), find(session, into)
    with session.store() as store:
        join(store, session.config, part.id, whole.id, now=session.started)
    typer.echo(f"{part.id}: merged into {whole.id}")
    _tell_amendments(session, part.id, whole.id)


@announcements.command(epilog="Example: alia-watch announcements unmerge 2026-03-04-alia-mwc")
def unmerge(
    context: typer.Context, id: Annotated[str, typer.Argument(help="The one that was merged into another.")]
) -> None:
    """Take an announcement out of the one it was merged into, with its links, as it stood before."""
    from alia_watch.pipeline.mend import unmerge as part_again

    session: Session = context.obj
    with session.store() as store:
        whole = part_again(store, session.config, id, now=session.started)
    typer.echo(f"{id}: taken out of {whole}")
    _tell_amendments(session, id, whole)


@announcements.command(epilog="Example: alia-watch announcements split 2026-03-03-mwc moncloa https://…/noticia.aspx")
def split(
    context: typer.Context,
    id: _ID,
    source: Annotated[str, typer.Argument(help="The source of the link, as `show` prints it.")],
    key: Annotated[str, typer.Argument(help="The key of the link, as `show` prints it.")],
) -> None:
    """Let one link of an announcement be an announcement of its own."""
    from alia_watch.pipeline.mend import split as part

    session: Session = context.obj
    found = find(session, id)
    with session.store() as store:
        other = part(store, session.config, found.id, source, key, now=session.started)
    typer.echo(f"{other}: split from {found.id}")
    _tell_amendments(session, found.id, other)


def _set(session: Session, id: str, state: "AnnouncementState", why: str) -> None:
    from alia_watch.pipeline.mend import decide

    found = find(session, id)
    with session.store() as store:
        decide(store, found.id, state, note=why, now=session.started)
    typer.echo(f"{found.id}: {state}")
    if state == "confirmed" and found.precision in ("month", "undated"):
        day = f"alia-watch announcements edit {found.id} --date 2026-01-26"
        typer.echo(f"Its day is not known, so it has no event window. Once you know it: {day}", err=True)
    _tell_amendments(session, found.id)


def _tell_amendments(session: Session, *ids: str) -> None:
    """What the announcements, as they stand now, change in figures that went out."""
    from alia_watch.pipeline.amend import amendments

    with session.store() as store:
        found = amendments(store, session.config, *ids)
    if found:
        typer.echo()
        print_amendments([asdict(each) for each in found])
