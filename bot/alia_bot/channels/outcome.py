"""What became of one attempt to send. A channel returns one of these and never raises (design §7)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived as far as the channel can tell; `id` is the channel's own, `note` what was done differently."""

    id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: try again after a while (None: the outbox's own back-off).

    `channel` is true where the whole channel is away or asks for patience: then nobody else is tried meanwhile, and no
    message is given up for it, so that it must not be due to this message. Where it is not `counted`, the attempt had
    no part in it: however often, nothing is given up for it.
    """

    after: timedelta | None
    why: str
    channel: bool = False
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Never:
    """Never, because of the recipient (`ours` false) or because of us (`ours` true: the maintainers are told).

    `stop` says whether the recipient's refusal stops the subscriber at once (the channel's rule; else the second does).
    `channel` is true where the fault of ours concerns every message (a refused token): the channel then rests until a
    person acts, and no message is given up for it. Where it concerns this message alone (over-long), only that dies.
    """

    why: str
    ours: bool
    stop: bool = False
    channel: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may have arrived: the connection was lost after sending.

    `away` is true where the other side was looked at since and does not answer: then nothing else is sent for now, and
    this message does not use up its second attempt until it can be made.
    """

    why: str
    away: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """Not sent: the subscriber has a new address, to be noted and tried at once."""

    address: str


Outcome = Sent | Later | Never | Unclear | Moved
