"""Was a day whole and good? Pure: the timetable, and what the runs table remembers."""

from collections.abc import Sequence
from datetime import time, timedelta

from alia_bot.timetable import Duty, read_instants, read_slot
from alia_watch.clock import CivilDay, civil_instant
from alia_watch.config.sections import TimetableSection
from alia_watch.store.runs import LastRuns, RunOutcome

_DAY = timedelta(days=1)
#: What is done once on each civil day, besides the readings.
_DAILY = (Duty.ANNOUNCEMENTS, Duty.DETECT, Duty.BACKUP)


def lacking(day: CivilDay, timetable: TimetableSection, read_at: Sequence[time], last: LastRuns) -> list[str]:
    """The slots of a civil day that did not end well, in order; none where the day was whole and good."""
    begins = civil_instant(day, time(), timetable.zone)
    ends = civil_instant(CivilDay(day + _DAY), time(), timetable.zone)
    slots = [read_slot(each) for each in read_instants(read_at, begins, ends) if begins <= each < ends]
    slots += [f"{duty}:{day}" for duty in _DAILY]
    done = {slot for slot, runs in last.slots.items() if runs.last.outcome is RunOutcome.DONE}
    return [slot for slot in slots if slot not in done]
