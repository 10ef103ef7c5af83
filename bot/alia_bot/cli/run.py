"""`alia-watch run`: the daemon."""

import os
import signal
import sys
import threading
import time

import typer

from alia_bot.cli import app
from alia_bot.cli.session import Session
from alia_watch.errors import UsageError


@app.command(epilog="Example: alia-watch --config config.toml --log-format json run")
def run(context: typer.Context) -> None:
    """The daemon: read, detect, tell and send when each is due, until SIGTERM or Ctrl-C."""
    session: Session = context.obj
    if session.as_of:
        raise UsageError(
            "The daemon lives in the present.", hint="Leave out --as-of, or use `digest`, `cost`, `spikes`."
        )
    from alia_bot import logs
    from alia_bot.daemon import Daemon

    config = session.config
    os.environ["TZ"] = "UTC"  # the tick library counts in the process's own zone, which must have no clock changes
    time.tzset()
    logs.configure(session.log_format, verbose=session.verbose, secrets=logs.secrets_of(config))
    daemon = Daemon(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: daemon.stop())
    ended = daemon.run_forever()
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    if not ended or others:
        # A thread waits for an answer that may never come. What it had in hand is rolled back by the database.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
