"""The announcements: those of the configuration, and those the table holds besides."""

from datetime import datetime

from alia_watch.announcements.announcement import Announcement, AnnouncementState
from alia_watch.config.sections import Config
from alia_watch.store.announcements import announcements_of, save_announcements
from alia_watch.store.database import Store


def take_in(store: Store, config: Config, *, now: datetime) -> int:
    """The configured announcements into the table; gives how many are new or changed. Twice is once."""
    return save_announcements(store, [section.record() for section in config.announcement], now=now)


def confirmed(store: Store, config: Config) -> list[Announcement]:
    """Every confirmed announcement, by date and id: those of the table, and configured ones it has not taken in yet."""
    found = {section.id: section.record() for section in config.announcement}
    found |= {announcement.id: announcement for announcement in announcements_of(store)}
    kept = [each for each in found.values() if each.state is AnnouncementState.CONFIRMED]
    return sorted(kept, key=lambda each: (each.date, each.id))
