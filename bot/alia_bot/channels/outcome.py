"""What became of one attempt to send. A channel returns one of these and never raises (design §7)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived as far as the channel can tell; `id` is the channel's own."""

    id: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: try again after a while (None: the outbox's own back-off)."""

    after: timedelta | None
    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """Never, because of the recipient (`ours` false) or because of us (`ours` true: the maintainers are told).

    `stop` says whether this refusal stops the subscriber at once (the channel's rule).
    """

    why: str
    ours: bool
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may have arrived: the connection was lost after sending."""

    why: str


Outcome = Sent | Later | Never | Unclear
