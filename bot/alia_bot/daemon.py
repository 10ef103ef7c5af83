"""The loop: what is due is done, one duty after another; what waits in the outbox is sent meanwhile.

The main thread only ticks (the `schedule` library) and waits for a word: to stop, or to take up another configuration.
Under it a *shift* works (`shift.py`): two threads, the pages and the conversation. Nothing that goes wrong in one tick
reaches the next.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import schedule
import structlog

from alia_bot.attempt import DutyFunction
from alia_bot.duties import Workshop
from alia_bot.duty_process import DutyProcess
from alia_bot.reckoner import Here, Reckoner
from alia_bot.rounds import Rounds
from alia_bot.service import Service
from alia_bot.shift import Shift
from alia_bot.timetable import Duty
from alia_bot.words import Words
from alia_watch import clock
from alia_watch.config.differences import differences
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError, ConfigError, NoDatabase
from alia_watch.store.database import open_store
from alia_watch.store.lock import daemon_lock
from alia_watch.store.runs import Run

if TYPE_CHECKING:
    from alia_bot.channels.channel import Channel
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.sources.hub import Hub
    from alia_watch.sources.patience import Sleep

#: How often what is due is looked up, and how often the outbox, in seconds.
DUTIES_EVERY_S = 60
SENDING_EVERY_S = 10
#: How often a shift that is to be relieved is looked at, in seconds.
_GLANCE_S = 0.1

_log = structlog.get_logger()


class Daemon:
    """The watch at work on one database.

    Args:
        config: what is watched, told, and when.
        hub, channels, charts: in the place of those the configuration names; they stay the caller's to close.
        duties: other functions for some duties, in the place of the watch's own.
        at, sleep: what instants and waits of reading the Hub and the sources are measured by.
        apart: makes what does the duties of a configuration in processes of their own; None does them in this one.
        reckoner: makes what works out the answers of pages and conversation; here, or in a process of its own.
        reload: reads the configuration anew; None where it cannot change.
    """

    def __init__(
        self,
        config: Config,
        *,
        hub: "Hub | None" = None,
        channels: "Mapping[ChannelKind, Channel] | None" = None,
        charts: Any = None,
        duties: Mapping[Duty, DutyFunction] | None = None,
        at: clock.Clock = clock.now,
        sleep: "Sleep | None" = None,
        apart: Callable[[Config], DutyProcess] | None = None,
        reckoner: Callable[[Config], Reckoner] = Here,
        reload: Callable[[], Config] | None = None,
    ) -> None:
        self._config = config
        self._database = config.watch.database
        self._workshop_of = partial(Workshop, hub=hub, channels=channels, charts=charts, at=at, sleep=sleep)
        self._other_duties = duties or {}
        self._apart = apart
        self._reckoner_of = reckoner
        self._reload = reload
        self._words = Words()
        self._asked_to_stop = False  # plain: a signal handler may not take an event's lock
        self._workshop, self._rounds = self._made(config)

    def tick(self, now: datetime) -> list[Run]:
        """Do everything that is due at an instant and send what is due, then return what was run, in order.

        For a clock of one's own (a replay, a test). What fails is in the runs returned; it does not raise.
        """
        with open_store(self._database) as store:
            done = self._rounds.work(store, lambda: now)
            self._rounds.send(store, lambda: now)
        return done

    def next_due(self, now: datetime) -> datetime:
        """The next instant at which a duty is due; `now` where one is."""
        with open_store(self._database) as store:
            return self._rounds.next_due(store, now)

    def stop(self) -> None:
        """Ask the daemon to end after the step in hand. May be called from a signal handler or another thread."""
        self._asked_to_stop = True
        self._rounds.stop()  # before the word is heard: no step begins in between
        self._words.say("stop")

    def reload(self) -> None:
        """Ask for the configuration to be read anew. May be called from a signal handler or another thread."""
        self._words.say("reload")

    @property
    def stopping(self) -> bool:
        """Whether the daemon is ending: no other step is begun."""
        return self._asked_to_stop

    def run_forever(self) -> bool:
        """Work until `stop`. False when a step in hand did not end in time: what it had done is rolled back and kept
        for the next start, and the caller should end the process without waiting for it.

        Raises:
            NoDatabase: there is none.
            ConfigError: a secret is not set, or the pages cannot listen where they should.
            SecondDaemon: another daemon holds this database.
            StoreError: the database cannot be used.
        """
        if not self._database.exists():
            raise NoDatabase(self._database)
        self._workshop.open()
        with daemon_lock(self._database), self._words.listening():
            with open_store(self._database) as store:  # migrated here, once, by the only daemon
                soonest = clock.format_instant(self._rounds.next_due(store, _present()))
            _log.info("daemon started", database=str(self._database), next_due=soonest)
            service = Service()
            shift = self._begun(self._config, self._workshop, self._rounds)
            service.ready(f"next due {soonest}")
            shift = self._watch(shift, service)
            service.stopping()
            return shift.stop()

    def _watch(self, shift: Shift, service: Service) -> Shift:
        """Tick until the word to stop; gives the shift that is at work then."""
        ticks = _ticks(shift)
        coming: tuple[Config, Workshop, Rounds] | None = None
        while not self._asked_to_stop:
            word = self._words.hear(_GLANCE_S if coming else ticks.idle_s())
            ticks.run_pending()
            if not shift.stuck and (shift.alive or coming):
                service.alive()
            if word == "reload":
                service.reloading()
                anew = self._read_anew()
                if anew is not None and coming is not None:
                    coming[1].close()
                coming = anew or coming
                service.ready("the configuration is as it was" if coming is None else "taking up the configuration")
            if coming is not None and shift.relieved():
                shift = self._relieve(shift, *coming)
                ticks, coming = _ticks(shift), None
        if coming is not None:
            coming[1].close()
        return shift

    def _read_anew(self) -> "tuple[Config, Workshop, Rounds] | None":
        """What works under the configuration as it is written now; None, with the reason in the log, where there is
        nothing to change or it cannot be taken up. All of it or nothing."""
        if self._reload is None:
            return None
        try:
            config = self._reload()
            changes = differences(self._config, config)
            if config.watch.database != self._database:
                raise ConfigError("The database cannot change while the daemon runs.", hint="Restart it.")
            workshop, rounds = self._made(config)
            workshop.open()
        except AliaWatchError as error:
            faults = {"faults": [str(fault) for fault in error.faults]} if isinstance(error, ConfigError) else {}
            _log.error("configuration not taken up", error=str(error), hint=error.hint, **faults)
            return None
        _log.info("configuration read", changes=changes)
        return config, workshop, rounds

    def _relieve(self, shift: Shift, config: Config, workshop: Workshop, rounds: Rounds) -> Shift:
        """Another shift in the place of one that rests; where it cannot begin, one under the old configuration."""
        shift.leave()
        try:
            fresh = self._begun(config, workshop, rounds)
        except AliaWatchError as error:
            _log.error("configuration not taken up", error=str(error), hint=error.hint)
            workshop.close()
            config = self._config
            workshop, rounds = self._made(config)
            fresh = self._begun(config, workshop, rounds)
        else:
            _log.info("configuration taken up")
        self._config, self._workshop, self._rounds = config, workshop, rounds
        if self._asked_to_stop:  # asked in between: the shift that was asked is gone
            rounds.stop()
        return fresh

    def _begun(self, config: Config, workshop: Workshop, rounds: Rounds) -> Shift:
        return Shift(config, workshop, rounds, at=_present, reckoner=self._reckoner_of(config))

    def _made(self, config: Config) -> tuple[Workshop, Rounds]:
        workshop = self._workshop_of(config)
        duties = {**workshop.duties(), **self._other_duties}
        return workshop, Rounds(config, workshop, duties, self._apart(config) if self._apart else None)


class Ticks:
    """Calls functions at intervals of seconds, through `schedule`, whose clock is the wall's.

    After the wall clock is set back, `schedule` alone would stay silent until the old time came round; it is armed anew
    as soon as it would wait longer than its intervals allow.
    """

    def __init__(self, jobs: Mapping[int, Callable[[], None]]) -> None:
        self._jobs = jobs
        self._scheduler = schedule.Scheduler()
        self._arm()

    def idle_s(self) -> float:
        """How long nothing is to be done, in seconds; never longer than the shortest interval."""
        idle = self._scheduler.idle_seconds
        if idle is None or idle > min(self._jobs) + 1:
            self._arm()
            idle = min(self._jobs)
        return max(0.0, idle)

    def run_pending(self) -> None:
        """Call those whose time has come, once each, however late."""
        self._scheduler.run_pending()

    def _arm(self) -> None:
        self._scheduler.clear()
        for seconds, job in self._jobs.items():
            self._scheduler.every(seconds).seconds.do(job)


def _ticks(shift: Shift) -> Ticks:
    return Ticks({DUTIES_EVERY_S: shift.wake_duties, SENDING_EVERY_S: shift.wake_sending})


def _present() -> datetime:
    """Now, in whole seconds: as instants are kept."""
    return clock.now().replace(microsecond=0)
