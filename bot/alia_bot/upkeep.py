"""What follows a detection: printed figures that are wrong by now are corrected, and the maintainers told of troubles.

As the duties, it joins steps and computes nothing itself.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from alia_bot.vitals import vitals
from alia_watch.config.sections import Config
from alia_watch.findings.watch_trouble import watch_troubles
from alia_watch.pipeline import compose
from alia_watch.pipeline.correct import correct, fingerprint, untold
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.series.basket import BasketQuality
from alia_watch.store.database import Store
from alia_watch.store.deliveries import receivers


def tell_maintainers(store: Store, config: Config, basket: Mapping[date, BasketQuality], *, now: datetime) -> int:
    """Tell the maintainers, once, what is wrong with the watch itself; how many deliveries were queued.

    Args:
        basket: by day, how well the control repos could speak.
    """
    troubles = watch_troubles(vitals(store, config, basket, now=now), now)
    reports = compose.watch_troubles(store, config, troubles, now=now)
    return sum(enqueue(store, report, now=now, charts=None) for report in reports)


def correct_figures(
    store: Store, config: Config, before: dict[str, Any], *, now: datetime
) -> tuple[int, dict[str, Any]]:
    """Find the printed figures that are wrong by now, and tell those who got them.

    Args:
        before: what the last such look said of itself; nothing is looked for while nothing came in since then that
            speaks of the past.

    Returns:
        How many deliveries were queued, and what this look says of itself.
    """
    rests_on = fingerprint(store, config)
    found = () if before.get("rests_on") == rests_on else correct(store, config, now=now)
    queued = 0
    for key, corrections in untold(store, now=now).items():
        report = compose.correction(config, corrections, now=now)
        queued += enqueue(store, report, now=now, charts=None, only=receivers(store, key))
    return queued, {"rests_on": rests_on, **({"corrections": len(found)} if found else {})}
