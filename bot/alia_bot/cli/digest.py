"""`alia-watch digest`: a month's report, printed, written out or sent."""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import print_json
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.reports.report import Report


class DigestForm(StrEnum):
    """How a digest is printed."""

    TEXT = "text"
    HTML = "html"
    TELEGRAM = "telegram"
    JSON = "json"
    KIT = "kit"


@app.command(epilog="Example: alia-watch digest 2026-01 --lang es --format text")
def digest(  # noqa: PLR0917  typer calls it by name
    context: typer.Context,
    month: Annotated[str | None, typer.Argument(help="2026-01; without it, the last whole month.")] = None,
    lang: Annotated[str, typer.Option(help="The language: es, ca, gl, eu or en.")] = "",
    format: Annotated[DigestForm, typer.Option(help="How it is printed.")] = DigestForm.TEXT,
    out: Annotated[Path | None, typer.Option(help="Write it into this folder instead, with its chart.")] = None,
    excel: Annotated[bool, typer.Option("--excel", help="With kit: CSV as a Spanish spreadsheet reads it.")] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Put it into the outbox and send it to its subscribers.")
    ] = False,
    embargo: Annotated[
        str, typer.Option(metavar="INSTANT", help="With --send: hold it until then; the daemon sends it by itself.")
    ] = "",
) -> None:
    """Print the digest of a month, or send it."""
    from alia_watch.clock import month_days
    from alia_watch.errors import UsageError
    from alia_watch.pipeline import compose
    from alia_watch.pipeline.announce import take_in
    from alia_watch.reports.report import Report, ReportKind
    from alia_watch.reports.speech import LANGUAGES
    from alia_watch.store.reports import report_made

    session: Session = context.obj
    language = lang or session.config.watch.language
    if language not in LANGUAGES:
        raise UsageError(f"No digest is written in {language}.", hint=f"There are: {', '.join(LANGUAGES)}.")
    wanted = month or f"{session.now.replace(day=1) - timedelta(days=1):%Y-%m}"
    try:
        month_days(wanted)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    if excel and format is not DigestForm.KIT:
        raise UsageError("--excel goes with --format kit.", hint="Or leave it out.")
    hold_until = _embargo(embargo, session.now) if embargo else None
    key = f"digest:{wanted}"
    if hold_until is not None and not send:
        raise UsageError("--embargo goes with --send.", hint="A digest that is only printed waits for nobody.")
    with session.store() as store:
        if hold_until is not None and (made := report_made(store, key)) is not None:
            hint = "Its deliveries keep their time: `alia-watch deliveries` lists them."
            raise UsageError(f"{key} was made on {made.created_at:%Y-%m-%d} and cannot be held any more.", hint=hint)
        if send:
            take_in(store, session.config, now=session.started)
        report = compose.digest(store, session.config, wanted, now=session.now)
        standing = report_made(store, report.key) if format is DigestForm.KIT and session.as_of is None else None
    if standing is not None:
        report = Report(report.key, ReportKind.DIGEST, standing.document)
        typer.echo(f"{report.key} as it was sent on {standing.created_at:%Y-%m-%d}; --as-of makes it anew.", err=True)
    if send:
        _send(session, report, hold_until)
    elif format is DigestForm.KIT:
        _write_kit(report, language, out or Path(), excel=excel)
    elif out is not None:
        _write(report, language, out)
    elif format is DigestForm.JSON:
        print_json(report.document)
    else:
        typer.echo(_printed(report, language, format))


def _embargo(text: str, now: datetime) -> datetime:
    from alia_watch.clock import format_second, parse_instant
    from alia_watch.errors import UsageError

    try:
        instant = parse_instant(text)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    if instant <= now:
        hint = "Give an instant to come, or leave --embargo out."
        raise UsageError(f"The embargo ended at {format_second(instant)}.", hint=hint)
    return instant


def _printed(report: "Report", language: str, form: DigestForm) -> str:
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.reports.render import render, render_text

    if form is DigestForm.TEXT:
        return render_text(report, language).rstrip()
    channel = ChannelKind.TELEGRAM if form is DigestForm.TELEGRAM else ChannelKind.EMAIL
    return "\n\n".join(message.markup for message in render(report, language, channel) if message.markup)


def _write(report: "Report", language: str, folder: Path) -> None:
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.pipeline.enqueue import drawn
    from alia_watch.reports.chart_worker import ChartWorker
    from alia_watch.reports.render import render

    with ChartWorker() as charts:
        images = drawn(report, language, charts)
    message = render(report, language, ChannelKind.EMAIL, images)[0]
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{report.key.replace(':', '-')}-{language}"
    markup = message.markup
    for image in images:
        markup = markup.replace(f"cid:{image.name}", f"{stem}-{image.name}")
        (folder / f"{stem}-{image.name}").write_bytes(image.png)
    (folder / f"{stem}.html").write_text(markup, encoding="utf-8")
    (folder / f"{stem}.txt").write_text(message.text, encoding="utf-8")
    typer.echo(f"Written: {folder / stem}.html and .txt, {len(images)} charts.")


def _write_kit(report: "Report", language: str, folder: Path, *, excel: bool) -> None:
    from alia_watch.pipeline.enqueue import press_kit
    from alia_watch.reports.chart_worker import ChartWorker

    with ChartWorker() as charts:
        made = press_kit(report, language, charts, excel=excel)
    folder.mkdir(parents=True, exist_ok=True)
    simulated = "SIMULATED-" if report.document["simulated"] else ""
    path = folder / f"{simulated}{report.key.replace(':', '-')}-{language}.zip"
    path.write_bytes(made)
    typer.echo(f"Written: {path}")


def _send(session: Session, report: "Report", hold_until: datetime | None) -> None:
    from alia_bot.channels import open_channels
    from alia_bot.dispatch import drain
    from alia_watch.pipeline.enqueue import enqueue
    from alia_watch.reports.chart_worker import ChartWorker
    from alia_watch.store import subscribers

    config = session.config
    channels = open_channels(config)
    try:
        with session.store() as store, ChartWorker() as charts:
            subscribers.sync(store, config.receivers(), now=session.now)
            queued = enqueue(store, report, now=session.now, charts=charts, hold_until=hold_until)
            sent = drain(store, channels, now=session.now, clock=lambda: session.now)
    finally:
        for channel in channels.values():
            channel.close()
    held = f", held until {hold_until:%Y-%m-%dT%H:%M:%SZ}" if hold_until else ""
    typer.echo(f"{report.key}: {queued} new deliveries{held}; sent {sent.sent}, later {sent.later}, dead {sent.dead}.")
