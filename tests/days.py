"""Daemons whose duties a test makes up, and that live through simulated days."""

from datetime import datetime, timedelta

from alia_bot.attempt import DutyFunction, Ended
from alia_bot.daemon import Daemon
from alia_bot.timetable import Due, Duty
from alia_watch.config.sections import Config
from alia_watch.store.database import Store
from alia_watch.store.runs import RunOutcome


def well(_store: Store, _due: Due, _now: datetime) -> Ended:
    """A duty that ends well."""
    return Ended(RunOutcome.DONE)


def all_well(**others: DutyFunction) -> dict[Duty, DutyFunction]:
    """Duties that all end well, save those named."""
    return {duty: others.get(duty.value, well) for duty in Duty}


class Days:
    """A daemon that looks up every so often what is due, restarted whenever it is asked to.

    Args:
        every: from one look to the next. `duties` are those that do not simply end well.
    """

    def __init__(self, config: Config, start: datetime, *, every: timedelta, **duties: DutyFunction) -> None:
        self.config, self.now, self.broken = config, start, False
        self._every, self._duties = every, all_well(**duties)
        self.restart()

    def restart(self) -> None:
        """Another process, as far as memory goes."""
        self.daemon = Daemon(self.config, duties=self._duties)

    def live(self, hours: int) -> None:
        """So many hours."""
        for _ in range(round(timedelta(hours=hours) / self._every)):
            self.now += self._every
            self.daemon.tick(self.now)
