"""Looks now and then how the watch does, and has the maintainers told: in the daemon, for duties may be what fails."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from alia_bot.heartbeat import tell_of_yesterday
from alia_bot.vitals import vitals
from alia_watch.config.sections import Config
from alia_watch.findings.watch_trouble import WatchTroubleKind, watch_troubles
from alia_watch.pipeline.tell_troubles import tell_troubles
from alia_watch.store.database import Store

#: How often it looks.
EVERY = timedelta(minutes=15)
#: What it can see; the basket is looked at by each detection.
_ASKED = frozenset(WatchTroubleKind) - {WatchTroubleKind.BASKET_SMALL}

_log = structlog.get_logger()


class Lookout:
    """One watch's.

    What it remembers is only since when an open trouble was not seen: after a restart the waiting begins anew.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._last: datetime | None = None
        self._away: Mapping[str, datetime] = {}

    def look(self, store: Store, now: datetime) -> int:
        """Look, where it is time; how many deliveries were queued."""
        if self._last is not None and timedelta() <= now - self._last < EVERY:
            return 0
        self._last = now
        seen = watch_troubles(vitals(store, self._config, now=now), now)
        for trouble in seen:
            _log.debug("trouble", name=trouble.name, **trouble.facts)
        queued, self._away = tell_troubles(store, self._config, seen, self._away, asked=_ASKED, now=now)
        tell_of_yesterday(store, self._config, now=now)
        return queued
