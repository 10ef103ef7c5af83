"""The queue of updates of the stand-in Bot API, and the long polls that wait at it."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alia_bot.demo.telegram_faults import CONFLICT
from alia_bot.demo.telegram_wire import NoAnswerError, RefusedError

_LONGEST_POLL_S = 50


@dataclass(slots=True)
class _Queued:
    update_id: int
    kind: str
    content: Mapping[str, Any]
    again: bool = False


class Updates:
    """Updates wait here until an offset confirms them. All is done under the lock of `changed`.

    `hanging` is how many polls wait, and `away` makes them end without an answer.
    """

    def __init__(self, changed: threading.Condition, closing: threading.Event) -> None:
        self.away = False
        self.hanging = 0
        self._changed = changed
        self._closing = closing
        self._queue: list[_Queued] = []
        self._confirmed: list[_Queued] = []
        self._next_id = 700_000_001
        self._poll = 0
        self._allowed: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, kind: str, content: Mapping[str, Any]) -> int:
        """Queue one update of a kind, such as `message`; its id."""
        with self._changed:
            update_id = self._next_id
            self._next_id += 1
            self._queue.append(_Queued(update_id, kind, content))
            self._changed.notify_all()
            return update_id

    def drop(self) -> None:
        """Forget whatever waits."""
        self._queue.clear()

    def redeliver(self) -> int:
        """What was confirmed last comes once more, under the same ids, as after a crash of the real service."""
        with self._changed:
            for queued in self._confirmed:
                queued.again = True
            again, self._confirmed = self._confirmed, []
            self._queue[:0] = again
            self._changed.notify_all()
            return len(again)

    def wake(self) -> None:
        """Let every long poll look again at what is going on."""
        with self._changed:
            self._changed.notify_all()

    def poll(self, fields: Mapping[str, str]) -> list[dict[str, Any]]:
        """Answer `getUpdates`; the lock is let go while waiting.

        Raises:
            RefusedError: 409, another poll came.
            NoAnswerError: the stand-in went away meanwhile.
        """
        offset, limit = int(fields.get("offset") or 0), min(max(int(fields.get("limit") or 100), 1), 100)
        ends = time.monotonic() + min(float(fields.get("timeout") or 0), _LONGEST_POLL_S)
        with self._changed:
            self._poll += 1
            mine = self._poll
            self._changed.notify_all()
            if fields.get("allowed_updates"):
                self._allowed = tuple(json.loads(fields["allowed_updates"]))
            while True:
                self._confirm(offset)
                if self._queue or self._closing.is_set():
                    break
                left = ends - time.monotonic()
                if left <= 0:
                    break
                self._hang(left)
                if self.away:
                    raise NoAnswerError(hang=False)
                if self._poll != mine:
                    raise RefusedError(CONFLICT.status, CONFLICT.description)
            taken = self._queue[:limit]
            for queued in taken:
                queued.again = False
            return [{"update_id": queued.update_id, queued.kind: queued.content} for queued in taken]

    def _hang(self, seconds: float) -> None:
        self.hanging += 1
        self._changed.notify_all()
        self._changed.wait(seconds)
        self.hanging -= 1

    def _confirm(self, offset: int) -> None:
        """Drop what is confirmed, and what the bot did not ask for; a negative offset counts from the end."""
        if self._allowed:
            self._queue = [queued for queued in self._queue if queued.kind in self._allowed]
        if offset < 0:
            self._queue = self._queue[offset:]
            return
        done: list[_Queued] = []
        left: list[_Queued] = []
        for queued in self._queue:
            (done if queued.update_id < offset and not queued.again else left).append(queued)
        if done:
            self._confirmed, self._queue = done, left
