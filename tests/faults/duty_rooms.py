"""What a duty finds in its process, in the place of the watch's own: duties that crash, hang, or wait to be stopped."""

import os
import signal
import threading
from datetime import datetime
from pathlib import Path

import structlog

from alia_bot.attempt import DutyFunction, Ended
from alia_bot.duties import Workshop
from alia_bot.timetable import Due, Duty
from alia_watch.config.sections import Config
from alia_watch.errors import SourceError
from alia_watch.store.database import Store
from alia_watch.store.runs import RunOutcome


class Room(Workshop):
    """By duty, one fault each; the process says that it has begun in a file beside the database."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._sign = config.watch.database.with_name("begun")
        self._stop = threading.Event()

    def duties(self) -> dict[Duty, DutyFunction]:
        """Each fault under the name of a duty."""
        return {
            Duty.SNAPSHOT: self._waits,
            Duty.DETECT: self._killed,
            Duty.DIGEST: self._breaks,
            Duty.COST_UPDATE: self._fails,
            Duty.BACKUP: self._does,
        }

    def abort(self) -> None:
        """The word to stop."""
        self._stop.set()

    def _waits(self, _store: Store, _due: Due, _now: datetime) -> Ended:
        self._sign.write_text(str(os.getpid()), encoding="ascii")
        self._stop.wait()
        return Ended(RunOutcome.INCOMPLETE, {"repos": 3})

    def _killed(self, _store: Store, _due: Due, _now: datetime) -> Ended:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def _breaks(self, _store: Store, _due: Due, _now: datetime) -> Ended:
        raise ZeroDivisionError("with a secret in it: hf_abcdefghijklmnopqrstu")

    def _fails(self, _store: Store, _due: Due, _now: datetime) -> Ended:
        raise SourceError("moncloa", "it is away", again=True, hint="Wait.")

    def _does(self, _store: Store, due: Due, now: datetime) -> Ended:
        structlog.get_logger().info("a line of the other process")
        return Ended(RunOutcome.DONE, {"slot": due.slot, "at": now.isoformat(), "process": os.getpid()})


def room(config: Config, _now: datetime) -> Room:
    """As `DutyProcess` makes it."""
    return Room(config)


def begun(folder: Path) -> int | None:
    """The process that has a duty in hand; None where there is none yet."""
    sign = folder / "begun"
    text = sign.read_text(encoding="ascii") if sign.exists() else ""
    return int(text) if text else None
