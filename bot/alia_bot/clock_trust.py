"""Whether this machine's clock is to be trusted: what the last reading of the Hub found out of it. Pure."""

from datetime import datetime, timedelta

from alia_watch.store.runs import LastRuns, Run, RunOutcome

#: What a reading says of itself where the clock is far from the Hub's: by how many seconds it is ahead.
CLOCK_AHEAD = "clock_ahead_s"
_READING = "snapshot"


def clock_ahead(last: LastRuns, now: datetime) -> timedelta:
    """How far the clock was ahead of the Hub's at the last reading; zero where they agreed.

    What is dated in the future was dated by a clock that was set right since.
    """
    read = [runs.last for runs in last.slots.values() if runs.last.duty == _READING]
    known = [run for run in read if run.finished_at <= now and run.outcome is not RunOutcome.MISSED]
    newest = max(known, key=lambda run: run.finished_at, default=None)
    return timedelta(seconds=newest.detail.get(CLOCK_AHEAD, 0) if newest else 0)


def dated_wrongly(run: Run) -> bool:
    """Whether a run by a clock that was wrong did nothing for its slot, so that its date does no harm."""
    return run.outcome is RunOutcome.MISSED or CLOCK_AHEAD in run.detail
