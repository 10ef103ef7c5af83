"""The maintainer of the simulated winter: looks over the candidates each morning, as a person would."""

from datetime import datetime

from alia_bot.demo.winter_press_items import press
from alia_watch.announcements.announcement import AnnouncementState
from alia_watch.pipeline.mend import decide
from alia_watch.store.announcements import announcements_of
from alia_watch.store.database import Store

#: What the maintainer knows to be about ALIA, though no rule confirms it by itself.
_KNOWN = frozenset({"129 M€ para la ampliación de MareNostrum 5", *(item.title for item in press())})


def look_over(store: Store, *, now: datetime) -> list[tuple[str, AnnouncementState]]:
    """Confirm what is about ALIA, reject what is not; the ids and what was said of each."""
    said = []
    for candidate in announcements_of(store, state=AnnouncementState.CANDIDATE):
        known = candidate.title in _KNOWN
        state = AnnouncementState.CONFIRMED if known else AnnouncementState.REJECTED
        why = "read and found to be about ALIA (simulated)" if known else "another ALIA, not the model (simulated)"
        decide(store, candidate.id, state, note=why, now=now)
        said.append((candidate.id, state))
    return said
