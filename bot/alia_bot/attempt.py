"""How a duty ends, whatever happens in it."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alia_bot.timetable import Due
from alia_watch.errors import AliaWatchError
from alia_watch.store.database import Store
from alia_watch.store.runs import RunOutcome


@dataclass(frozen=True, slots=True)
class Ended:
    """How a duty ended, what there is to say of it (JSON-ready counts), and the traceback where it broke."""

    outcome: RunOutcome
    detail: dict[str, Any] = field(default_factory=dict)
    crash: str = ""


DutyFunction = Callable[[Store, Due, datetime], Ended]


def failed(error: AliaWatchError, clean: Callable[[str], str]) -> Ended:
    """How a duty ended that met an error of ours; `clean` as of `attempt`."""
    hint = {"hint": error.hint} if error.hint else {}
    return Ended(RunOutcome.FAILED, {"error": clean(str(error)), **hint})


def attempt(duty: DutyFunction, store: Store, due: Due, now: datetime, clean: Callable[[str], str]) -> Ended:
    """Do a duty; whatever happens in it is how it ended.

    Args:
        clean: takes the secrets out of what is written down.
    """
    try:
        return duty(store, due, now)
    except AliaWatchError as error:
        return failed(error, clean)
    except Exception as error:  # noqa: BLE001  whatever breaks in a duty never stops another
        crash = clean("".join(traceback.format_exception(error)))
        return Ended(RunOutcome.FAILED, {"error": clean(f"{type(error).__name__}: {error}")}, crash)
