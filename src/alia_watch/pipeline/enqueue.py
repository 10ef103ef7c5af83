"""Turn a report into finished messages for everyone who asked, and put them into the outbox. Twice is once."""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from alia_watch.audience.message import Image, Message
from alia_watch.errors import ChartError
from alia_watch.reports.kit import kit
from alia_watch.reports.pictures import Chart, charts_of
from alia_watch.reports.render import render
from alia_watch.reports.report import Report, about
from alia_watch.reports.speech import Speech
from alia_watch.store import outbox
from alia_watch.store.database import Store
from alia_watch.store.reports import report_document, save_report

if TYPE_CHECKING:
    from alia_watch.reports.chart_worker import ChartWorker

_log = logging.getLogger(__name__)


def enqueue(
    store: Store,
    report: Report,
    *,
    now: datetime,
    charts: "ChartWorker | None",
    only: Collection[str] | None = None,
    besides: Collection[str] = (),
    hold_until: datetime | None = None,
) -> int:
    """Put a report into the outbox for every subscriber of its topics; gives how many deliveries are new.

    With `only`, for the subscribers of these ids and no others; those `besides` get it whatever they asked for, as
    long as they are not stopped; with `hold_until`, it is sent no earlier, whoever asks for it meanwhile.

    A report whose key was used before goes out as it was made then: subscribers who came since get the same facts.
    Without a picture the words go out alone.
    """
    standing = report_document(store, report.key)
    report = report if standing is None else Report(report.key, report.kind, standing)
    told = about(report.kind, report.document)
    # Nothing is drawn for those who have it already.
    meant = outbox.meant(store, report.key, told, only=only, besides=besides)
    wanted = sorted({(subscriber.language, subscriber.channel) for subscriber in meant})
    pictures = {language: drawn(report, language, charts) for language in sorted({language for language, _ in wanted})}
    messages: list[Message] = []
    for language, form in wanted:
        messages += render(report, language, form, pictures[language])
    with store.writing():
        save_report(
            store,
            report.key,
            str(report.kind),
            report.document,
            now=now,
            evidence=report.evidence,
            hold_until=hold_until,
        )
        return outbox.put(store, messages, told, now=now, only=only, besides=besides)


def drawn(report: Report, language: str, charts: "ChartWorker | None") -> tuple[Image, ...]:
    """The pictures of a report in a language; what cannot be drawn is left out, with a word in the log."""
    if charts is None:
        return ()
    found = []
    for chart in _charts(report, language):
        try:
            found.append(Image(chart.name, chart.alt, charts.png(chart.definition)))
        except ChartError as error:
            _log.warning("%s goes out without %s: %s", report.key, chart.name, error)
    return tuple(found)


def press_kit(report: Report, language: str, charts: "ChartWorker", *, excel: bool) -> bytes:
    """The press kit of a digest in a language, as a zip file; without pictures where they cannot be drawn."""
    images = drawn(report, language, charts)
    drawings = {}
    for chart in _charts(report, language):
        name = chart.name.replace(".png", ".svg")
        try:
            drawings[name] = charts.svg(chart.definition)
        except ChartError as error:
            _log.warning("the kit of %s has no %s: %s", report.key, name, error)
    return kit(report, language, images, drawings, excel=excel)


def _charts(report: Report, language: str) -> list[Chart]:
    return list(charts_of(report.kind, report.document, Speech(language)).values())
