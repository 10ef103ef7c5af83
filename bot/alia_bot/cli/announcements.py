"""`alia-watch announcements`: the calendar that spikes are set beside. Listing it, and adding to it by hand."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, nearest, print_rows
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alia_watch.announcements.announcement import Announcement
    from alia_watch.pipeline.import_announcements import ByHand

COLUMNS = (
    "id", "date", "precision", "kind", "title", "announced_by", "publisher", "confidence", "state", "window",
    "date_end", "url", "note", "source", "at", "language", "decided", "links",
)  # fmt: skip
_SHOWN = ("id", "date", "kind", "title", "state", "links")

announcements = typer.Typer(no_args_is_help=True, help="The calendar of announcements and of what else happened.")
app.add_typer(announcements, name="announcements", epilog="Example: alia-watch announcements list")

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Only of this day and later.")]


@announcements.command("list", epilog="Example: alia-watch announcements list --state candidate --since 2026-01-01")
def list_(  # noqa: PLR0917  typer calls it by name
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="Only candidate, confirmed or rejected ones.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only of one kind, such as official or media.")] = None,
    since: Day = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="Only of this day and earlier.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only what this source tells of.")] = None,
    format: Annotated[Format, typer.Option(help="How they are printed.")] = Format.TABLE,
) -> None:
    """Print the calendar, by date."""
    from alia_watch.announcements.announcement import AnnouncementState, Kind
    from alia_watch.pipeline.announce import take_in
    from alia_watch.store.announcements import announcements_of
    from alia_watch.store.links import links

    session: Session = context.obj
    wanted = AnnouncementState(_known("state", state, AnnouncementState)) if state else None
    wanted_kind = _known("kind", kind, Kind) if kind else None
    with session.store() as store:
        take_in(store, session.config, now=session.started)
        found, told = announcements_of(store, state=wanted), links(store)
    rows = [
        row(each, session.config.timetable.zone, len(told.get(each.id, ())))
        for each in found
        if (wanted_kind is None or each.kind == wanted_kind)
        and (since is None or (each.date_end or each.date) >= since.date())
        and (until is None or each.date <= until.date())
        and (source is None or source in {each.source, *(link.entry.source for link in told.get(each.id, ()))})
    ]
    if format is Format.TABLE:
        rows = [each | {"date": f"{each['date']} to {each['date_end']}"} if each["date_end"] else each for each in rows]
    print_rows(rows, _SHOWN if format is Format.TABLE else COLUMNS, format)


@announcements.command(
    epilog='Example: alia-watch announcements add --date 2026-11-30 --kind official --title "…" --url https://…'
)
def add(  # noqa: PLR0917  typer calls it by name
    context: typer.Context,
    date: Annotated[str, typer.Option(help="The Madrid civil day, 2026-11-30; a month, 2026-11, is no event date.")],
    kind: Annotated[str, typer.Option(help="official, agreement, grant, budget, programme, media, paper …")],
    title: Annotated[str, typer.Option(help="What was announced, in a few words.")],
    url: Annotated[str, typer.Option(help="Where it can be read.")],
    date_end: Annotated[str | None, typer.Option(help="The last day it may have been on.")] = None,
    announced_by: Annotated[str, typer.Option(help="Who announced it.")] = "",
    publisher: Annotated[str, typer.Option(help="Where it was read.")] = "",
    confidence: Annotated[str, typer.Option(help="A the publisher's page, B press, C inferred.")] = "B",
    note: Annotated[str, typer.Option(help="What else there is to say.")] = "",
) -> None:
    """Add one by hand, confirmed; the same again changes nothing."""
    from alia_watch.announcements.announcement import announcement_id
    from alia_watch.config.loader import announcement
    from alia_watch.pipeline.import_announcements import add as add_by_hand

    session: Session = context.obj
    known = {
        "id": announcement_id(date, title),
        "date": date,
        "kind": kind,
        "title": title,
        "url": url,
        "announced_by": announced_by,
        "publisher": publisher,
        "confidence": confidence,
        "note": note,
    }
    record = announcement(known | ({"date_end": date_end} if date_end else {}))
    with session.store() as store:
        done = add_by_hand(store, session.config, [record], now=session.started)
    _tell(done)


@announcements.command("import", epilog="Example: alia-watch announcements import calendar.ics --kind official")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with date, kind, title, url …; or an ICS calendar.")],
    kind: Annotated[str | None, typer.Option(help="What rows are that give no kind of their own.")] = None,
) -> None:
    """Add those of a file, confirmed: all of it or nothing; a second time changes nothing."""
    from alia_watch.pipeline.import_announcements import import_announcements

    session: Session = context.obj
    with session.store() as store:
        done = import_announcements(store, session.config, file, kind=kind, now=session.started)
    _tell(done)


def row(announcement: "Announcement", zone: str, links: int) -> dict[str, object]:
    """An announcement as a JSON-ready row (docs/data.md)."""
    from alia_watch.announcements.announcement import Precision
    from alia_watch.clock import format_instant

    window = announcement.window(zone)
    written = f"{announcement.date:%Y-%m}" if announcement.precision is Precision.MONTH else str(announcement.date)
    return {
        "id": announcement.id,
        "date": None if announcement.precision is Precision.UNDATED else written,
        "date_end": str(announcement.date_end) if announcement.date_end else None,
        "precision": str(announcement.precision),
        "at": format_instant(announcement.at) if announcement.at else None,
        "kind": str(announcement.kind),
        "title": announcement.title,
        "announced_by": announcement.announced_by,
        "publisher": announcement.publisher,
        "url": announcement.url,
        "language": announcement.language,
        "confidence": announcement.confidence,
        "note": announcement.note,
        "source": announcement.source,
        "state": str(announcement.state),
        "decided": announcement.decided,
        "links": links,
        "window": f"{window[0]}/{window[1]}" if window else None,
    }


def find(session: Session, id: str) -> "Announcement":
    """The announcement of an id.

    Raises:
        UsageError: there is none, or it is part of another; names the nearest, or that other.
    """
    from alia_watch.errors import UsageError
    from alia_watch.pipeline.announce import take_in
    from alia_watch.store.announcements import announcements_of, merged

    with session.store() as store:
        take_in(store, session.config, now=session.started)
        known = {each.id: each for each in announcements_of(store)}
        parts = merged(store)
    if id in parts:
        raise UsageError(f"{id} was merged into {parts[id]}.", hint=f"Ask for {parts[id]}.")
    if id not in known:
        hint = nearest(id, known) or "`alia-watch announcements list` shows them."
        raise UsageError(f"There is no announcement {id}.", hint=hint)
    return known[id]


def _known(what: str, given: str, words: "Iterable[str]") -> str:
    from alia_watch.errors import UsageError

    names = [str(each) for each in words]
    if given not in names:
        raise UsageError(f"There is no {what} {given}.", hint=f"There are: {', '.join(names)}.")
    return given


def _tell(done: "list[ByHand]") -> None:
    from alia_watch.announcements.announcement import BY_HAND

    for each in done:
        one = each.announcement
        known = "known already"
        if one.source != BY_HAND:
            known += f", from {one.source}, and {one.state}: `show`, `edit` and `confirm` are for it"
        typer.echo(f"{one.id}: {'added' if each.changed else known}")
        if each.like is not None:
            merge = f"alia-watch announcements merge {one.id} {each.like.id}"
            typer.echo(f"  It looks like {each.like.id} ({each.like.why}). If it is: {merge}", err=True)
