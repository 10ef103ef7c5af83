"""The digest for whoever asks for it: as it was kept, or made now where its month is over and none is kept."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alia_watch import clock
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.clock import format_second
from alia_watch.config.sections import Config
from alia_watch.pipeline import compose
from alia_watch.pipeline.enqueue import drawn
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.reports.render import render
from alia_watch.reports.report import Report, ReportKind
from alia_watch.series.reconstruct import DayKind
from alia_watch.store.database import Store
from alia_watch.store.reports import hold_of, report_document, report_keys

if TYPE_CHECKING:
    from alia_watch.reports.chart_worker import ChartWorker

_PREFIX = "digest:"


def digest_answer(
    store: Store,
    config: Config,
    month: str | None,
    language: str,
    *,
    now: datetime,
    charts: "ChartWorker | None" = None,
) -> list[Message] | None:
    """The messages of a month's digest, as Telegram gets them; without a month, of the newest that is kept.

    One that is held is not shown before its time, neither as it was kept nor made anew.

    Returns:
        None where there is none: no such month, one that is not over, or one of which nothing was read.
    """
    with store.reading():
        report = kept_digest(store, now=now, month=month)
        if report is None:
            month = month or _last_month(now)
            report = compose.digest(store, config, month, now=now) if _can_be_made(store, config, month, now) else None
    if report is None:
        return None
    return render(report, language, ChannelKind.TELEGRAM, drawn(report, language, charts))


def kept_digest(store: Store, *, now: datetime, month: str | None = None) -> Report | None:
    """The kept digest of a month, or the newest, that was made by `now` and is held no longer."""
    wanted = f"{_PREFIX}{month}" if month else _PREFIX
    for key in sorted(report_keys(store, wanted), reverse=True):
        hold = hold_of(store, key)
        document = report_document(store, key) if hold is None or hold <= now else None
        if document is not None and document["made_at"] <= format_second(now):
            return Report(key, ReportKind.DIGEST, document)
    return None


def _last_month(now: datetime) -> str:
    """The last month that is over."""
    return f"{clock.utc_day(now).replace(day=1) - timedelta(days=1):%Y-%m}"


def _can_be_made(store: Store, config: Config, month: str, now: datetime) -> bool:
    """Whether a month is over, something of its family is known, and its digest is not held."""
    try:
        first, last = clock.month_days(month)
    except ValueError:
        return False
    if last >= clock.utc_day(now) or report_document(store, f"{_PREFIX}{month}") is not None:
        return False
    look = Reconstruction(store, config, now=now)
    series = look.series(look.family()).values()
    return any(first <= day.day <= last and day.kind is not DayKind.MISSING for one in series for day in one.days)
