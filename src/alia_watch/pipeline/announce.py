"""The announcements: those of the configuration, and those the table holds besides."""

from datetime import datetime

from alia_watch.announcements.announcement import BY_HAND, Announcement, AnnouncementState
from alia_watch.config.sections import Config
from alia_watch.store.announcements import announcements_of, merged, save_announcements, set_state
from alia_watch.store.database import Store

#: Why an announcement that the configuration named counts no more.
DROPPED = "no longer in the configuration"


def take_in(store: Store, config: Config, *, now: datetime) -> int:
    """The configured announcements into the table; gives how many are new or changed. Twice is once.

    One that the configuration named and names no more is rejected, until it does again; a person's word stands.
    """
    with store.writing():
        changed = save_announcements(store, [section.record() for section in config.announcement], now=now)
        named = {section.id for section in config.announcement}
        for each in announcements_of(store, state=AnnouncementState.CONFIRMED):
            if each.source == "configuration" and each.id not in named and not each.decided.startswith(BY_HAND):
                set_state(store, each.id, AnnouncementState.REJECTED, DROPPED, now=now)
                changed += 1
    return changed


def confirmed(store: Store, config: Config) -> list[Announcement]:
    """Every confirmed announcement, by date and id: those of the table, and configured ones it has not taken in yet."""
    known = {announcement.id: announcement for announcement in announcements_of(store, merged=True)}
    parts = merged(store)
    found = known | {
        section.id: section.record()
        for section in config.announcement
        if section.id not in known or _overruled(known[section.id])
    }
    kept = [each for each in found.values() if each.state is AnnouncementState.CONFIRMED and each.id not in parts]
    return sorted(kept, key=lambda each: (each.date, each.id))


def _overruled(standing: Announcement) -> bool:
    """Whether the configuration's word goes before that of the table, which it has not reached yet."""
    return standing.state is not AnnouncementState.CONFIRMED and not standing.decided.startswith(BY_HAND)
