"""What every verb shares: the configuration, the clock, the database, and how results and errors are printed."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from alia_watch import clock

if TYPE_CHECKING:
    from alia_watch.config.sections import Config
    from alia_watch.store.database import Store


@dataclass
class Session:
    """One run of the command line. Verbs get it as `context.obj`."""

    config_path: Path
    as_of: datetime | None = None
    log_format: str = "console"
    verbose: bool = False
    started: datetime = field(default_factory=clock.now)

    @cached_property
    def config(self) -> "Config":
        """The configuration, read once. Raises ConfigError with every fault."""
        from alia_watch.config.loader import load_config

        return load_config(self.config_path)

    @property
    def now(self) -> datetime:
        """The instant this run speaks of: `--as-of`, or when it started."""
        return self.as_of or self.started

    def store(self) -> "Store":
        """A connection to the configured database; use it as a context manager. Raises NoDatabase."""
        from alia_watch.store.database import open_store

        return open_store(self.config.watch.database)
