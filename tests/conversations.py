"""A bot that answers, over the stand-in Bot API and a small watch: conversations as people have them."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

from alia_bot.channels.telegram import TelegramChannel
from alia_bot.chat.desk import Desk
from alia_bot.demo.telegram import TelegramStandIn
from alia_watch.config.channels import ChannelsSection, TelegramSection
from alia_watch.config.secret import Secret
from alia_watch.config.sections import Config
from alia_watch.store.runs import Run
from tests.pictures import png
from tests.small_watch import NOW, small_watch
from tests.telegram import channel as telegram_channel

#: The chat of who runs the watch.
MAINTAINER = 900


class Drawn:
    """Draws every chart as the same little picture: what is in it is tested elsewhere."""

    def png(self, _definition: object) -> bytes:
        """A picture."""
        return png()


class Talk:
    """A bot at work: who types is answered before `settle` returns."""

    def __init__(self, api: TelegramStandIn, config: Config, channel: TelegramChannel, desk: Desk) -> None:
        self.api = api
        self.config = config
        self.channel = channel
        self.desk = desk

    def settle(self, within_s: float = 30.0) -> None:
        """Wait until everything that was said has been answered."""
        deadline = time.monotonic() + within_s
        quiet = 0
        while quiet < 3:
            assert time.monotonic() < deadline, "something is still being answered"
            idle = not self.api.waiting and not self.desk.busy
            quiet = quiet + 1 if idle else 0
            time.sleep(0.01)

    def says(self, person: object, text: str, **where: object) -> None:
        """Somebody types, and is answered."""
        person.types(text, **where)  # type: ignore[attr-defined]
        self.settle()

    def presses(self, person: object, label: str, **where: object) -> None:
        """Somebody presses a button, and is answered."""
        person.presses(label, **where)  # type: ignore[attr-defined]
        self.settle()


def watch_with_bot(folder: Path, api: TelegramStandIn, *, maintainers: tuple[int, ...] = (MAINTAINER,)) -> Config:
    """The small watch, with a bot at the stand-in."""
    token = folder / "token"
    token.write_text(api.token, encoding="utf-8")
    section = TelegramSection(token=Secret(file=token), api=api.url, timeout_s=5, maintainers=maintainers)
    return small_watch(folder).model_copy(update={"channels": ChannelsSection(telegram=section)})


@contextmanager
def talk(
    folder: Path,
    api: TelegramStandIn,
    *,
    at: Callable[[], datetime] = lambda: NOW,
    config: Config | None = None,
    ticks: Callable[[], float] | None = None,
    read_now: "Callable[[], Future[Run]] | None" = None,
) -> Iterator[Talk]:
    """A bot that answers at a fixed instant. A minute passes between any two things said, unless `ticks` says when."""
    config = config or watch_with_bot(folder, api)
    channel = telegram_channel(api.token, api.url, 5)
    passing = ticks or partial(next, count(0.0, 60.0))
    desk = Desk(config, channel, at=at, read_now=read_now, charts=Drawn(), ticks=passing)
    desk.open()
    try:
        yield Talk(api, config, channel, desk)
    finally:
        desk.close()
        channel.close()
