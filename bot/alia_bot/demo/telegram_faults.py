"""What goes wrong at the stand-in Bot API by script: an error, a lost answer, a reset, or nobody there at all."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from alia_bot.demo.telegram_wire import NoAnswerError, RefusedError

#: The methods that `fail` is about.
SENDS = ("sendmessage", "sendphoto", "senddocument")


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request: an error answered at once, or, where `accept`, after the message was taken.

    `status` 0 gives no answer at all: the connection is reset, or with `hang` kept open until the stand-in closes.
    """

    status: int = 0
    description: str = ""
    parameters: Mapping[str, int] = field(default_factory=dict)
    accept: bool = False
    hang: bool = False
    body: bytes | None = None

    def error(self) -> Exception:
        """What to raise instead of an answer."""
        if self.body is not None:
            return RefusedError(self.status, raw=self.body)
        if self.status:
            return RefusedError(self.status, self.description, self.parameters)
        return NoAnswerError(hang=self.hang)


def flood(seconds: int) -> Fault:
    """Too many requests: wait so long."""
    return Fault(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


CONFLICT = Fault(
    409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
SERVER_ERROR = Fault(500, "Internal Server Error")
BAD_GATEWAY = Fault(502, body=b"<html><h1>502 Bad Gateway</h1></html>")
PORTAL = Fault(200, body=b"<html><h1>Welcome to the free network of this station</h1></html>")
GONE = Fault()
SILENCE = Fault(hang=True)
RESET = Fault(accept=True)
LOST_ANSWER = Fault(accept=True, hang=True)


class FaultScript:
    """Faults in the order they will happen, of a method or of whatever is sent next."""

    def __init__(self) -> None:
        self._sends: deque[Fault | None] = deque()
        self._methods: defaultdict[str, deque[Fault | None]] = defaultdict(deque)

    def clear(self) -> None:
        """Nothing more goes wrong."""
        self._sends.clear()
        self._methods.clear()

    def add(self, faults: tuple[Fault | None, ...], method: str = "") -> None:
        """One to each of the next calls of a method, or without one to each of the next messages."""
        (self._methods[method.lower()] if method else self._sends).extend(faults)

    def next(self, method: str) -> Fault | None:
        """What happens to this call; a method's own script comes first."""
        if self._methods[method]:
            return self._methods[method].popleft()
        return self._sends.popleft() if method in SENDS and self._sends else None
