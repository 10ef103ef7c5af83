"""The servers of a watch: the public pages, and the metrics where they are asked for."""

import time
from collections.abc import Callable
from typing import Any

from alia_bot.reckoner import Reckoner
from alia_bot.web.app import application
from alia_bot.web.metrics import metrics_application
from alia_bot.web.server import WebServer
from alia_bot.web.site import Site
from alia_watch.clock import Clock
from alia_watch.config.sections import Config


class House:
    """Both servers, open until `close`.

    Raises:
        ConfigError: one cannot listen where it should.
    """

    def __init__(
        self,
        config: Config,
        *,
        at: Clock,
        wake: Callable[[], Any] = lambda: None,
        charts: Any = None,
        reckoner: Reckoner | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        web = config.web
        assert web is not None  # noqa: S101  it is opened where there is a section
        self.site = Site(config, web, at=at, charts=charts, reckoner=reckoner)
        self.pages = WebServer(application(self.site, wake, ticks), web.place, name="web")
        self.metrics = (
            WebServer(metrics_application(config, at), web.metrics_place, name="metrics") if web.metrics_place else None
        )
        self.pages.start()
        if self.metrics is not None:
            try:
                self.metrics.start()
            except BaseException:
                self.pages.close()
                raise

    def close(self) -> None:
        """Listen no more."""
        self.pages.close()
        if self.metrics is not None:
            self.metrics.close()


def open_house(config: Config, *, at: Clock, wake: Callable[[], Any], reckoner: Reckoner) -> House | None:
    """The servers, listening; None where the configuration has no `[web]`."""
    return House(config, at=at, wake=wake, reckoner=reckoner) if config.web is not None else None
