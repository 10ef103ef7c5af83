"""Call the command line as a shell would, inside the test's process."""

import contextlib
import io
import sys
from dataclasses import dataclass
from unittest import mock

from alia_bot.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it wrote to stdout and stderr."""

    code: int
    out: str
    err: str


def alia_watch(*arguments: object) -> Ended:
    """Run `alia-watch ARGUMENTS…`; the arguments become text."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with (
        mock.patch.object(sys, "argv", ["alia-watch", *map(str, arguments)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as exit_:
            code = exit_.code
    assert "Traceback (most recent call last)" not in err.getvalue(), err.getvalue()  # a bug is no answer
    return Ended(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())
