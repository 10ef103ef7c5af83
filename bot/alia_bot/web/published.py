"""Which reports everybody may read: what was sent to subscribers, once it is held no longer."""

from datetime import datetime

from alia_bot.web.site import Site
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.blocks import Block, Heading
from alia_watch.reports.render import report_blocks
from alia_watch.reports.report import Report, ReportKind
from alia_watch.store.database import Store, open_store
from alia_watch.store.reports import hold_of, report_keys, report_made

#: By how their keys begin. What goes to maintainers, or to one person, is not among them.
PUBLIC = (ReportKind.DIGEST, ReportKind.ALERT, ReportKind.COST_UPDATE, ReportKind.CORRECTION)


def keys(store: Store, *, now: datetime, prefix: str = "") -> list[str]:
    """The keys of the reports that everybody may read, in the order they were made."""
    return [key for key in report_keys(store, prefix) if key.partition(":")[0] in PUBLIC and _is_out(store, key, now)]


def report(site: Site, key: str) -> tuple[Report, datetime] | None:
    """A report and when it was made; None where there is none that everybody may read."""
    with open_store(site.config.watch.database) as store:
        made = report_made(store, key)
        if made is None or made.kind not in PUBLIC or not _is_out(store, key, site.now()):
            return None
    return Report(key, ReportKind(made.kind), made.document), made.created_at


def blocks_of(found: Report, language: str) -> tuple[str, list[Block]]:
    """Its title and its blocks."""
    blocks = report_blocks(found, language, ChannelKind.EMAIL)
    return next(block.text for block in blocks if isinstance(block, Heading)), blocks


def _is_out(store: Store, key: str, now: datetime) -> bool:
    hold = hold_of(store, key)
    return hold is None or hold <= now
