"""How people come in while the daemon works: by Telegram, and by the public pages. Only what is on is loaded."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from alia_watch.clock import Clock
from alia_watch.config.sections import Config

if TYPE_CHECKING:
    from concurrent.futures import Future

    from alia_bot.channels.channel import Channel
    from alia_bot.chat.desk import Desk
    from alia_bot.reckoner import Reckoner
    from alia_bot.web.house import House
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.store.runs import Run


def pages(config: Config, *, at: Clock, wake: Callable[[], Any], reckoner: "Reckoner") -> "House | None":
    """The public pages, listening, where there are any.

    Raises:
        ConfigError: they cannot listen where they should.
    """
    if config.web is None:
        return None
    from alia_bot.web.house import open_house  # noqa: PLC0415

    return open_house(config, at=at, wake=wake, reckoner=reckoner)


def conversation(
    config: Config,
    channels: "Mapping[ChannelKind, Channel]",
    *,
    at: Clock,
    read_now: "Callable[[], Future[Run]]",
    wake: Callable[[], Any],
    reckoner: "Reckoner",
) -> "Desk | None":
    """The conversation on Telegram, listening, where there is one."""
    if config.channels.telegram is None:
        return None
    from alia_bot.chat.desk import open_desk  # noqa: PLC0415  it loads what answers are made with

    return open_desk(config, channels, at=at, read_now=read_now, wake=wake, reckoner=reckoner)
