"""Turn a report into finished messages for everyone who asked, and put them into the outbox. Twice is once."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from alia_watch.audience.message import Image, Message
from alia_watch.audience.subscriber import may_receive
from alia_watch.errors import ChartError
from alia_watch.reports.charts import daily_chart
from alia_watch.reports.digest import CHART, chart_alt
from alia_watch.reports.kit import kit
from alia_watch.reports.render import render
from alia_watch.reports.report import TOPICS, Report, ReportKind
from alia_watch.reports.speech import Speech
from alia_watch.store import outbox
from alia_watch.store.database import Store
from alia_watch.store.reports import report_document, save_report
from alia_watch.store.subscribers import subscribers

if TYPE_CHECKING:
    from alia_watch.reports.chart_worker import ChartWorker

_log = logging.getLogger(__name__)


def enqueue(store: Store, report: Report, *, now: datetime, charts: "ChartWorker | None") -> int:
    """Put a report into the outbox for every subscriber of its topic; gives how many deliveries are new.

    A report whose key was used before goes out as it was made then: subscribers who came since get the same facts.
    Without a picture the words go out alone.
    """
    standing = report_document(store, report.key)
    report = report if standing is None else Report(report.key, report.kind, standing)
    topic = TOPICS[report.kind]
    wanted = sorted(
        {
            (subscriber.language, subscriber.channel)
            for subscriber in subscribers(store)
            if may_receive(subscriber, topic)
        }
    )
    pictures = {language: drawn(report, language, charts) for language in sorted({language for language, _ in wanted})}
    messages: list[Message] = []
    for language, form in wanted:
        messages += render(report, language, form, pictures[language])
    with store.writing():
        save_report(store, report.key, str(report.kind), report.document, now=now, evidence=report.evidence)
        return outbox.put(store, messages, topic, now=now)


def drawn(report: Report, language: str, charts: "ChartWorker | None") -> tuple[Image, ...]:
    """The pictures of a report in a language; none where there is nothing to draw, or drawing failed."""
    if charts is None or report.kind is not ReportKind.DIGEST or not report.document["chart"]["days"]:
        return ()
    speech = Speech(language)
    try:
        png = charts.png(daily_chart(report.document, speech))
    except ChartError as error:
        _log.warning("%s goes out without its chart: %s", report.key, error)
        return ()
    return (Image(CHART, chart_alt(report.document, speech), png),)


def press_kit(report: Report, language: str, charts: "ChartWorker", *, excel: bool) -> bytes:
    """The press kit of a digest in a language, as a zip file; without pictures where they cannot be drawn."""
    images = drawn(report, language, charts)
    drawings = {}
    if images:
        try:
            drawings["daily.svg"] = charts.svg(daily_chart(report.document, Speech(language)))
        except ChartError as error:
            _log.warning("the kit of %s has no drawing: %s", report.key, error)
    return kit(report, language, images, drawings, excel=excel)
