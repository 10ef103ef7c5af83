"""The pool of reader threads: bounded, never waited for too long, and loud about bugs."""

import threading

import pytest

from alia_watch.sources.hub_pool import run_all


def test_no_more_threads_than_allowed_run_at_once() -> None:
    """Of many tasks at most so many are under way, and all are done."""
    lock = threading.Lock()
    now, most, done = 0, 0, 0
    together = threading.Barrier(3, timeout=5)

    def task() -> None:
        nonlocal now, most, done
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1
            done += 1

    assert run_all([task] * 9, 3, at_most_s=10, stopped=lambda: False)
    assert (most, done) == (3, 9)


def test_a_task_that_never_ends_is_left_behind() -> None:
    """Past its time the pool returns, and says that not all is done."""
    never = threading.Event()
    assert not run_all([never.wait, lambda: None], 2, at_most_s=0.05, stopped=lambda: False)  # type: ignore[list-item]
    never.set()


def test_a_stop_ends_the_wait() -> None:
    """A stop is heard although tasks are still running."""
    never = threading.Event()
    assert not run_all([never.wait], 1, at_most_s=60, stopped=lambda: True)  # type: ignore[list-item]
    never.set()


def test_an_unexpected_error_of_a_task_is_raised_to_the_caller() -> None:
    """A bug in a thread is not lost there."""

    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_all([broken, lambda: None], 2, at_most_s=10, stopped=lambda: False)


def test_nothing_to_do_is_done() -> None:
    """An empty watch list takes no time."""
    assert run_all([], 4, at_most_s=0, stopped=lambda: True)
