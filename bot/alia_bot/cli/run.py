"""`alia-watch run`: the daemon."""

import os
import signal
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import typer

from alia_bot.cli import app
from alia_bot.cli.session import Session
from alia_watch.errors import UsageError

if TYPE_CHECKING:
    from alia_watch.config.sections import Config


@app.command(epilog="Example: alia-watch --config config.toml --log-format json run")
def run(context: typer.Context) -> None:
    """The daemon: read, detect, tell and send when each is due, until SIGTERM or Ctrl-C.

    SIGHUP has the configuration read anew: all of it is taken up, or nothing.
    """
    session: Session = context.obj
    if session.as_of:
        raise UsageError(
            "The daemon lives in the present.", hint="Leave out --as-of, or use `digest`, `cost`, `spikes`."
        )
    early: list[int] = []  # what comes before there is a daemon to hear it
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: early.append(number))
    from alia_bot import logs
    from alia_bot.daemon import Daemon
    from alia_bot.duty_process import DutyProcess
    from alia_bot.reckoner import Apart
    from alia_watch.config.loader import load_config

    config = session.config
    os.environ["TZ"] = "UTC"  # the tick library counts in the process's own zone, which must have no clock changes
    time.tzset()
    secrets = dict.fromkeys(logs.secrets_of(config))
    logs.configure(session.log_format, verbose=session.verbose, secrets=secrets)

    def read_anew() -> "Config":
        fresh = load_config(session.config_path)
        secrets.update(dict.fromkeys(logs.secrets_of(fresh)))  # those of before may still stand in a line
        logs.configure(session.log_format, verbose=session.verbose, secrets=secrets)
        return fresh

    daemon = Daemon(
        config,
        apart=partial(DutyProcess, form=session.log_format, verbose=session.verbose),
        reckoner=partial(Apart, form=session.log_format, verbose=session.verbose),
        reload=read_anew,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: daemon.stop())
    if early:
        daemon.stop()
    signal.signal(signal.SIGHUP, lambda _number, _frame: daemon.reload())
    ended = daemon.run_forever()
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if not ended or others:
        # A thread waits for an answer that may never come. What it had in hand is rolled back by the database.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
