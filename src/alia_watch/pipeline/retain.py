"""What becomes of raw answers once they are old: packed together, none let go of."""

from datetime import datetime, timedelta

from alia_watch.clock import UtcDay, day_start, utc_day
from alia_watch.config.sections import Config
from alia_watch.store.answers import Packed, pack_answers
from alia_watch.store.database import Store

#: Packs of one day, so that the first time takes no hour: a pack takes a second or two, and 16 MB at most.
PACKS_A_DAY = 100


def retain(store: Store, config: Config, *, now: datetime, at_most: int = PACKS_A_DAY) -> Packed:
    """Pack the raw answers of the months that ended long enough ago; `at_most` so many packs."""
    days = timedelta(days=config.retention.pack_answers_after_days)
    return pack_answers(store, before=month_start(now - days), at_most=at_most)


def month_start(instant: datetime) -> datetime:
    """Where the UTC month of an instant began. Whole months are packed: a pack of a day would hardly be smaller."""
    return day_start(UtcDay(utc_day(instant).replace(day=1)))
