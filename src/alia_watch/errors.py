"""Every error this project raises on purpose. Each says what is wrong and, in `hint`, what to do next.

AliaWatchError
├── ConfigError            the configuration is faulty; carries every fault at once          exit 2
├── UsageError             a command was asked for something that is not there                exit 2
│   ├── UnknownRepo        no such repo in the database; names the nearest
│   └── NoDatabase         `alia-watch init` has not been run
├── ImportRefused          a file has bad rows; carries each with line, column and reason    exit 1
├── SourceError            a source did not give what was asked; says whether to try again    exit 1
│   └── SourceChanged      it answers in another shape than it used to: its adapter needs a look
├── ChannelError           a channel cannot be used as configured, or does not answer          exit 1
├── ChartError             a picture could not be drawn; the words go out without it          exit 1
├── StoreError             the database cannot be used                                        exit 1
│   ├── DatabaseNewer      written by a newer version: refused
│   ├── DatabaseBusy       locked by another process: try again
│   └── DatabaseDamaged    not a database, or a broken one: restore a backup
└── SecondDaemon           another daemon holds this database                                 exit 1

Anything else that escapes is a bug and stays loud.
"""

from collections.abc import Sequence
from datetime import timedelta


class AliaWatchError(Exception):
    """The root: `str()` is the sentence for people, `hint` the next step, `exit_code` what a command ends with."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(AliaWatchError):
    """The configuration is faulty. `faults` has one printable line per fault: place, what is wrong, the mend."""

    exit_code = 2

    def __init__(self, message: str, *, faults: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.faults = tuple(faults)


class UsageError(AliaWatchError):
    """What was asked for is not there, or cannot be asked so."""

    exit_code = 2


class UnknownRepo(UsageError):
    """The database has no reading of this repo."""

    def __init__(self, repo_id: str, nearest: str | None) -> None:
        hint = (
            f"Did you mean {nearest}?"
            if nearest
            else "`alia-watch snapshot` reads what is watched, `alia-watch import` brings in more."
        )
        super().__init__(f"No reading of {repo_id} is stored.", hint=hint)
        self.repo_id = repo_id
        self.nearest = nearest


class NoDatabase(UsageError):
    """There is no database where the configuration says."""

    def __init__(self, path: object) -> None:
        super().__init__(f"There is no database at {path}.", hint="Run `alia-watch init` to make one.")


class ImportRefused(AliaWatchError):
    """A file was not imported. `faults` has one printable line per bad row."""

    def __init__(self, message: str, *, faults: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.faults = tuple(faults)


class SourceError(AliaWatchError):
    """A source did not give what was asked. `again` tells whether a later try can help, `after` how long to wait."""

    def __init__(
        self, source: str, message: str, *, again: bool, after: timedelta | None = None, hint: str = ""
    ) -> None:
        super().__init__(f"{source}: {message}", hint=hint)
        self.source = source
        self.again = again
        self.after = after


class SourceChanged(SourceError):
    """A source answered, in another shape than it should. `expected` says what was looked for."""

    def __init__(self, source: str, expected: str, *, found: str = "") -> None:
        instead = f", and found {found}" if found else ""
        super().__init__(
            source,
            f"its answer has another shape: expected {expected}{instead}",
            again=True,
            hint="Look at the source: the page moved, or its adapter needs a mend.",
        )
        self.expected = expected


class ChannelError(AliaWatchError):
    """A channel cannot be used as configured, or does not answer. Never raised by sending."""


class ChartError(AliaWatchError):
    """A picture could not be drawn."""


class StoreError(AliaWatchError):
    """The database cannot be used."""


class DatabaseNewer(StoreError):
    """The database was written by a newer version of this program."""


class DatabaseBusy(StoreError):
    """Another process holds the database."""


class DatabaseDamaged(StoreError):
    """The file is not a database, or a broken one."""


class SecondDaemon(AliaWatchError):
    """Another daemon already runs on this database."""
