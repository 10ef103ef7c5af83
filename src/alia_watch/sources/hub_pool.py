"""A bounded pool of reader threads that the caller never waits for longer than it said.

The threads are daemons: a look-up of a name that the system never answers has no timeout of its own, and must hold
neither the reading nor the end of the process.
"""

import contextvars
import queue
import threading
import time
from collections.abc import Callable, Iterable

Task = Callable[[], None]


def run_all(
    tasks: Iterable[Callable[[], None]], threads: int, *, at_most_s: float, stopped: Callable[[], bool]
) -> bool:
    """Run every task on at most so many threads; whether all ended within the time and without a stop.

    A task takes care of the failures it expects; any other error is raised here, once the others have ended.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    count = 0
    for task in tasks:
        waiting.put(task)
        count += 1

    def work() -> None:
        while True:
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                task()
            except BaseException as error:  # noqa: BLE001  handed to the caller's thread, which raises it
                ended.put(error)
            else:
                ended.put(None)

    for number in range(min(threads, count)):
        # With a copy of the caller's context: what is logged in the thread says for whom it works.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(work,), name=f"hub-{number}", daemon=True).start()
    until = time.monotonic() + at_most_s
    first: BaseException | None = None
    while count:
        try:
            error = ended.get(timeout=0.1)
        except queue.Empty:
            if stopped() or time.monotonic() > until:
                break
            continue
        first = first or error
        count -= 1
    if first is not None:
        raise first
    return count == 0
