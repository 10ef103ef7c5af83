"""Lines to the stand-in Bot API whose waits cost no time."""

from pydantic import SecretStr

from alia_bot.channels.telegram import TelegramChannel
from alia_bot.channels.telegram_line import Line
from alia_bot.channels.telegram_pace import Pace


class Hours:
    """A clock that goes forward only by being waited for."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait, at no cost."""
        self.now += seconds


def unhurried(hours: Hours | None = None) -> Pace:
    """The pace of Telegram's limits, on a clock of its own."""
    hours = hours or Hours()
    return Pace(clock=hours, sleep=hours.sleep)


def line(token: str, url: str, timeout_s: float = 2, pace: Pace | None = None) -> Line:
    """A line to a stand-in."""
    return Line(SecretStr(token), api=url, timeout_s=timeout_s, pace=pace or unhurried())


def channel(token: str, url: str, timeout_s: float = 2, pace: Pace | None = None) -> TelegramChannel:
    """A channel over such a line."""
    return TelegramChannel(line(token, url, timeout_s, pace))
