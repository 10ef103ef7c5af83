"""Take in the announcements that the configuration knows."""

from datetime import datetime

from alia_watch.config.sections import Config
from alia_watch.store.announcements import save_announcements
from alia_watch.store.database import Store


def take_in(store: Store, config: Config, *, now: datetime) -> int:
    """The configured announcements into the table; gives how many are new or changed. Twice is once."""
    return save_announcements(store, [section.record() for section in config.announcement], now=now)
