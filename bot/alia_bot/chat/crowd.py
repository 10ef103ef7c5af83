"""How much one chat may ask for: beyond that, nothing is read, kept or answered. Pure."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

#: So much at once, and so much a minute in the long run.
AT_ONCE, A_MINUTE = 20, 30
#: Of so many chats the last questions are remembered.
_CHATS = 20_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    told: bool = False


class Crowd:
    """What is left to each chat, by a clock in seconds that only goes forward."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def admits(self, chat: Hashable, at: float) -> bool:
        """Whether one more question of a chat is answered."""
        bucket = self._buckets.pop(chat, None) or _Bucket(AT_ONCE, at)
        bucket.left = min(AT_ONCE, bucket.left + (at - bucket.at) * A_MINUTE / 60)
        bucket.at = at
        self._buckets[chat] = bucket
        if len(self._buckets) > _CHATS:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return False
        bucket.left -= 1
        bucket.told = False
        return True

    def tells(self, chat: Hashable) -> bool:
        """Whether a chat that asked too much is told so: once, until it is answered again."""
        bucket = self._buckets[chat]
        first, bucket.told = not bucket.told, True
        return first
