"""What follows a detection: printed figures that are wrong by now are corrected, and the maintainers told of troubles.

As the duties, it joins steps and computes nothing itself.
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from alia_watch.clock import format_second, utc_day
from alia_watch.config.sections import Config
from alia_watch.findings.watch_trouble import WatchTroubleKind, basket_troubles
from alia_watch.pipeline import compose
from alia_watch.pipeline.correct import correct, fingerprint, standing, to_tell
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.pipeline.tell_troubles import tell_troubles
from alia_watch.reports.report import Report, ReportKind
from alia_watch.series.basket import BasketQuality
from alia_watch.store.database import Store
from alia_watch.store.deliveries import receivers
from alia_watch.store.reports import report_document

#: Of how many days the basket is asked.
_BASKET_WITHIN = timedelta(days=60)

_log = logging.getLogger(__name__)


def after_detection(
    store: Store, config: Config, basket: Mapping[date, BasketQuality], before: dict[str, Any], *, now: datetime
) -> tuple[int, dict[str, Any]]:
    """Both of the following. What breaks in one stops neither the other nor the detection, whose alerts are out.

    Returns:
        How many deliveries were queued, and what this look says of itself, to be given as `before` next time.
    """
    looked: dict[str, Any]
    queued, looked = 0, {name: before[name] for name in ("rests_on", "looked_at") if name in before}
    try:
        queued += tell_maintainers(store, config, basket, now=now)
    except Exception:  # noqa: BLE001  the alerts are out, and corrections are still to be looked for
        _log.exception("the maintainers cannot be told how the watch does")
    try:
        corrected, looked = correct_figures(store, config, before, now=now)
    except Exception:  # noqa: BLE001  the detection is done, and must not be told to have failed
        _log.exception("sent reports cannot be looked at for corrections; tomorrow again")
        looked.pop("rests_on", None)
    else:
        queued += corrected
    return queued, looked


def tell_maintainers(store: Store, config: Config, basket: Mapping[date, BasketQuality], *, now: datetime) -> int:
    """Tell the maintainers of a silent basket; how many deliveries were queued. Of all else `lookout` tells.

    Args:
        basket: by day, how well the control repos could speak.
    """
    since = utc_day(now - _BASKET_WITHIN)
    seen = basket_troubles({day: quality for day, quality in basket.items() if day >= since})
    asked = (WatchTroubleKind.BASKET_SMALL,)
    queued, _ = tell_troubles(store, config, seen, {}, asked=asked, now=now, quiet_for=timedelta())
    return queued


def correct_figures(
    store: Store, config: Config, before: dict[str, Any], *, now: datetime
) -> tuple[int, dict[str, Any]]:
    """Find the printed figures that are wrong by now, and tell those who got them.

    Args:
        before: what the last such look said of itself; while nothing came in since then that speaks of the past, only
            reports made since are looked at.

    Returns:
        How many deliveries were queued, and what this look says of itself.
    """
    rests_on = fingerprint(store, config)
    same, looked_at = before.get("rests_on") == rests_on, before.get("looked_at")
    since = (
        datetime.fromisoformat(looked_at) if same and looked_at else None
    )  # a report may rest on what was since undone
    found = correct(store, config, now=now, made_since=since)
    queued = 0
    for key, corrections in to_tell(store, now=now).items():
        report = compose.correction(config, corrections, now=now)
        queued += enqueue(store, report, now=now, charts=None, besides=receivers(store, key))
    for key, corrected in standing(store, now=now):  # who got the report since then gets its correction too
        kept = Report(key, ReportKind.CORRECTION, report_document(store, key) or {})
        who = receivers(store, corrected)
        queued += enqueue(store, kept, now=now, charts=None, only=who, besides=who)
    return queued, {
        "rests_on": rests_on,
        "looked_at": format_second(now),
        **({"corrections": len(found)} if found else {}),
    }
