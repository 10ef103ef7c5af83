"""`alia-watch announcements`: the calendar that spikes are set beside."""

from typing import TYPE_CHECKING, Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, nearest, print_json, print_rows
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.announcements.announcement import Announcement, AnnouncementState

_COLUMNS = ("id", "date", "precision", "kind", "title", "announced_by", "publisher", "confidence", "state", "window")
_ALL = ("date_end", "url", "note", "source")

announcements = typer.Typer(no_args_is_help=True, help="The calendar of announcements and of what else happened.")
app.add_typer(announcements, name="announcements", epilog="Example: alia-watch announcements list")


@announcements.command("list", epilog="Example: alia-watch announcements list --state candidate")
def list_(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="Only candidate, confirmed or rejected ones.")] = None,
    format: Annotated[Format, typer.Option(help="How they are printed.")] = Format.TABLE,
) -> None:
    """Print the calendar, by date."""
    from alia_watch.announcements.announcement import AnnouncementState
    from alia_watch.errors import UsageError
    from alia_watch.pipeline.announce import take_in
    from alia_watch.store.announcements import announcements_of

    session: Session = context.obj
    if state is not None and state not in tuple(AnnouncementState):
        raise UsageError(f"There is no state {state}.", hint=f"There are: {', '.join(AnnouncementState)}.")
    wanted = AnnouncementState(state) if state else None
    with session.store() as store:
        take_in(store, session.config, now=session.now)
        rows = [_row(each, session.config.timetable.zone) for each in announcements_of(store, state=wanted)]
    shown = ("id", "date", "kind", "title", "state") if format is Format.TABLE else (*_COLUMNS, *_ALL)
    print_rows(rows, shown, format)


@announcements.command(epilog="Example: alia-watch announcements show 2026-03-03-mwc")
def show(context: typer.Context, id: Annotated[str, typer.Argument(help="Its id, as `list` prints it.")]) -> None:
    """Print everything known of one, with the UTC days of its event window."""
    session: Session = context.obj
    print_json(_row(_find(session, id), session.config.timetable.zone))


@announcements.command(
    epilog='Example: alia-watch announcements add --date 2026-11-30 --kind official --title "…" --url https://…'
)
def add(  # noqa: PLR0917  typer calls it by name
    context: typer.Context,
    date: Annotated[str, typer.Option(help="The Madrid civil day, 2026-11-30; a month, 2026-11, is no event date.")],
    kind: Annotated[str, typer.Option(help="official, agreement, grant, budget, programme, media, paper …")],
    title: Annotated[str, typer.Option(help="What was announced, in a few words.")],
    url: Annotated[str, typer.Option(help="Where it can be read.")],
    announced_by: Annotated[str, typer.Option(help="Who announced it.")] = "",
    publisher: Annotated[str, typer.Option(help="Where it was read.")] = "",
    confidence: Annotated[str, typer.Option(help="A the publisher's page, B press, C inferred.")] = "B",
    note: Annotated[str, typer.Option(help="What else there is to say.")] = "",
) -> None:
    """Add one by hand, confirmed; the same again changes nothing."""
    from dataclasses import replace

    from alia_watch.announcements.announcement import announcement_id
    from alia_watch.config.loader import announcement
    from alia_watch.store.announcements import save_announcements

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
    record = announcement(known)
    with session.store() as store:
        changed = save_announcements(store, [replace(record, source="by hand")], now=session.now)
    typer.echo(f"{record.id}: {'added' if changed else 'known already'}")


@announcements.command(epilog="Example: alia-watch announcements confirm 2026-03-03-mwc")
def confirm(context: typer.Context, id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Let one count: only confirmed announcements have event windows."""
    from alia_watch.announcements.announcement import AnnouncementState

    _set(context.obj, id, AnnouncementState.CONFIRMED)


@announcements.command(epilog="Example: alia-watch announcements reject 2026-03-03-mwc")
def reject(context: typer.Context, id: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Leave one out: it stays in the calendar, without an event window."""
    from alia_watch.announcements.announcement import AnnouncementState

    _set(context.obj, id, AnnouncementState.REJECTED)


def _set(session: Session, id: str, state: "AnnouncementState") -> None:
    from alia_watch.store.announcements import set_state

    found = _find(session, id)
    with session.store() as store:
        set_state(store, found.id, state)
    typer.echo(f"{found.id}: {state}")


def _find(session: Session, id: str) -> "Announcement":
    from alia_watch.errors import UsageError
    from alia_watch.pipeline.announce import take_in
    from alia_watch.store.announcements import announcements_of

    with session.store() as store:
        take_in(store, session.config, now=session.now)
        known = {each.id: each for each in announcements_of(store)}
    if id not in known:
        hint = nearest(id, known) or "`alia-watch announcements list` shows them."
        raise UsageError(f"There is no announcement {id}.", hint=hint)
    return known[id]


def _row(announcement: "Announcement", zone: str) -> dict[str, object]:
    window = announcement.window(zone)
    return {
        "id": announcement.id,
        "date": announcement.date.isoformat() if announcement.precision != "month" else f"{announcement.date:%Y-%m}",
        "precision": str(announcement.precision),
        "kind": str(announcement.kind),
        "title": announcement.title,
        "announced_by": announcement.announced_by,
        "publisher": announcement.publisher,
        "confidence": announcement.confidence,
        "state": str(announcement.state),
        "window": f"{window[0].isoformat()}/{window[1].isoformat()}" if window else None,
        "date_end": announcement.date_end.isoformat() if announcement.date_end else None,
        "url": announcement.url,
        "note": announcement.note,
        "source": announcement.source,
    }
