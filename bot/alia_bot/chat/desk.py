"""The conversation of one bot: opened beside the channel that sends, over the same line, and closed before it."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from alia_bot.channels.channel import Channel
from alia_bot.channels.telegram import TelegramChannel
from alia_bot.chat.answers import Answers
from alia_bot.chat.asking import Tools
from alia_bot.chat.clerk import Clerk
from alia_bot.chat.reception import Reception
from alia_bot.reckoner import Reckoner
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.clock import Clock
from alia_watch.config.sections import Config

if TYPE_CHECKING:
    from alia_watch.store.runs import Run

#: How long answers in hand may take to end, in seconds.
GRACE_S = 3.0


class Desk:
    """Answers people.

    Args:
        channel: its line carries the answers, too.
        at: the present.
        read_now: has the Hub read, where a daemon runs; `wake`: has what waits in the outbox sent.
        charts: draws pictures, in the place of a process for each; `reckoner`: works the figures out.
        ticks: seconds that only go forward, by which it is measured how much a chat asks, and how long all goes well.
    """

    def __init__(
        self,
        config: Config,
        channel: TelegramChannel,
        *,
        at: Clock,
        read_now: "Callable[[], Future[Run]] | None" = None,
        wake: Callable[[], Any] = lambda: None,
        charts: Any = None,
        reckoner: Reckoner | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._line = channel.line
        tools = Tools(Answers(config, charts=charts, reckoner=reckoner), read_now, wake)
        self._clerk = Clerk(config, channel.line, channel.post, tools, at=at)
        self._reception = Reception(config, channel.line, self._clerk, at=at, ticks=ticks)
        self._asking: Future[None] | None = None

    @property
    def busy(self) -> int:
        """How many updates are being answered."""
        return self._reception.busy

    @property
    def asking(self) -> bool:
        """Whether it listens; false while another daemon has this bot."""
        return self._reception.asking

    def open(self) -> None:
        """Begin to listen."""
        self._asking = self._line.submit(self._reception.run())

    def close(self) -> None:
        """Listen no more, and let the answers in hand end; those that do not are made at the next start."""
        if self._asking is not None:
            self._asking.cancel()
            self._line.run(self._reception.rest(GRACE_S))
        self._clerk.close()
        self._asking = None


def open_desk(
    config: Config,
    channels: Mapping[ChannelKind, Channel],
    *,
    at: Clock,
    read_now: "Callable[[], Future[Run]]",
    wake: Callable[[], Any],
    reckoner: Reckoner,
) -> Desk | None:
    """The conversation, listening; None where the configuration has no bot, or one that only sends."""
    telegram, channel = config.channels.telegram, channels.get(ChannelKind.TELEGRAM)
    if telegram is None or not telegram.answers or not isinstance(channel, TelegramChannel):
        return None
    desk = Desk(config, channel, at=at, read_now=read_now, wake=wake, reckoner=reckoner)
    desk.open()
    return desk
