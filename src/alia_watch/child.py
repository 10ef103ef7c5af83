"""A process that is asked one thing after another over a pipe: what it loads, grows to, or dies of is its own."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any


class Child:
    """Started by the first question, and anew after it failed; one thread at a time.

    Args:
        work: what the process does, a function of a module: called with its end of the pipe, and with `given`.
        name: of the process.
    """

    def __init__(self, work: Callable[..., None], *given: Any, name: str) -> None:
        self._work, self._given, self._name = work, given, name
        self._process: SpawnProcess | None = None
        self._pipe: Connection[Any, Any] | None = None

    def ask(self, question: Any, within_s: float) -> Any:
        """What the process answers.

        Raises:
            EOFError: it died, is gone, or cannot begin; TimeoutError: it took too long. It is ended then.
        """
        try:
            pipe = self._started()
            pipe.send(question)
            if pipe.poll(within_s):
                return pipe.recv()
        except (EOFError, OSError) as error:
            self.end()
            raise EOFError from error
        self.end()
        raise TimeoutError

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        return self._process.pid if self._process else None

    def _started(self) -> "Connection[Any, Any]":
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            given = (theirs, *self._given)
            process = context.Process(target=self._work, args=given, name=self._name, daemon=True)
            try:
                process.start()
            finally:
                theirs.close()
            self._process = process
        return self._pipe
