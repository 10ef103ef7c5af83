"""Words to a thread that waits: from signal handlers, and from other threads."""

import contextlib
import queue
import select
import signal
import socket
import threading
from collections.abc import Iterator


class Words:
    """What was said is heard in order, and at once.

    A signal that arrives between the last instruction of Python and the wait of the system would be handled only when
    that wait is over (https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers). Whoever
    listens here waits for a socket instead, into which the interpreter itself writes when a signal arrives.
    """

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()  # safe to use inside a signal handler
        self._ear: socket.socket | None = None
        self._bell: socket.socket | None = None

    def say(self, word: str) -> None:
        """To be heard by whoever listens, now or later. May be called from a signal handler or any thread."""
        self._said.put(word)
        bell = self._bell
        if bell is not None:
            with contextlib.suppress(OSError):  # it has rung often enough already, or nobody listens any more
                bell.send(b"\0")

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Within this, `hear` waits; in the main thread for signals too."""
        main = threading.current_thread() is threading.main_thread()
        with contextlib.ExitStack() as ends:
            ear, bell = (ends.enter_context(end) for end in socket.socketpair())
            ear.setblocking(False)
            bell.setblocking(False)
            self._ear, self._bell = ear, bell
            before = signal.set_wakeup_fd(bell.fileno(), warn_on_full_buffer=False) if main else -1
            try:
                yield
            finally:
                if main:
                    signal.set_wakeup_fd(before)
                self._ear = self._bell = None

    def hear(self, timeout_s: float) -> str | None:
        """The next word; None where none comes in time, or a signal came that says nothing."""
        with contextlib.suppress(queue.Empty):
            return self._said.get_nowait()
        if self._ear is None:
            raise RuntimeError("To hear, listen.")
        waiting = select.poll()
        waiting.register(self._ear, select.POLLIN)
        waiting.poll(timeout_s * 1000)
        with contextlib.suppress(BlockingIOError):
            self._ear.recv(4096)
        with contextlib.suppress(queue.Empty):
            return self._said.get_nowait()
        return None
