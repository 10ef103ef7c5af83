"""Tell the maintainers what troubles the watch, once when it begins and once when it is over, whatever restarts."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from alia_watch.clock import format_second
from alia_watch.config.sections import Config
from alia_watch.findings.watch_story import QUIET_FOR, chapter
from alia_watch.findings.watch_trouble import WatchTrouble, WatchTroubleKind
from alia_watch.pipeline.compose import watch_trouble
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.reports.maintenance import over_document, watch_document
from alia_watch.reports.report import ReportKind
from alia_watch.store.database import Store
from alia_watch.store.reports import report_document, report_keys, save_report

_PREFIX, _OVER = "maintenance:watch:", ":over"


def tell_troubles(
    store: Store,
    config: Config,
    seen: Iterable[WatchTrouble],
    away: Mapping[str, datetime],
    *,
    asked: Collection[WatchTroubleKind],
    now: datetime,
    quiet_for: timedelta = QUIET_FOR,
) -> tuple[int, Mapping[str, datetime]]:
    """Queue what a look has to tell (`findings.watch_story`).

    Returns:
        How many deliveries were queued, and since when each open trouble is away, for the next look.
    """
    with store.writing():
        told = _open(store)
        story = chapter(seen, told, away, asked=asked, now=now, quiet_for=quiet_for)
        documents: list[tuple[str, dict[str, Any]]] = [
            (f"{_PREFIX}{each.name}:{now:%Y%m%dT%H%M%SZ}", watch_document(each, now)) for each in story.begun
        ]
        for name in story.over:
            first = report_document(store, told[name]) or {}
            documents.append((told[name] + _OVER, over_document(first, now)))
        for name in story.silently:
            save_report(store, told[name] + _OVER, str(ReportKind.MAINTENANCE), {"over": format_second(now)}, now=now)
        queued = [
            enqueue(store, watch_trouble(config, key, facts, now=now), now=now, charts=None) for key, facts in documents
        ]
    return sum(queued), story.away


def _open(store: Store) -> dict[str, str]:
    """By name, the key of the report on each trouble that is not over."""
    keys = report_keys(store, _PREFIX)
    over = {key.removesuffix(_OVER) for key in keys if key.endswith(_OVER)}
    return {
        key.removeprefix(_PREFIX).rpartition(":")[0]: key for key in keys if not key.endswith(_OVER) and key not in over
    }
