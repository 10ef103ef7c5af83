"""A conversation with the bot at the end of the simulated winter, in each language: a page that shows what people see.

The answers are the bot's own, made from the demo's database; only Telegram is a stand-in.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

from alia_bot.channels.telegram import TelegramChannel
from alia_bot.channels.telegram_line import Line
from alia_bot.channels.telegram_pace import Pace
from alia_bot.chat.desk import Desk
from alia_bot.chat.settings import NATIVE
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.demo.telegram_page import PageWords, transcript_page
from alia_bot.demo.telegram_people import Person
from alia_watch.config.secret import Secret
from alia_watch.config.sections import Config
from alia_watch.errors import ChannelError, ChartError
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.reports.pictures import DAILY, Definition
from alia_watch.reports.speech import LANGUAGES, Speech

#: How long one answer may take, in seconds: the digest draws all its charts.
_ANSWER_WITHIN_S = 60.0
_GLANCE_S = 0.01
_TIMEOUT_S = 30.0
_MINUTE_S = 60.0
#: Who talks, by language.
_PEOPLE = {"es": "Lucía", "ca": "Mercè", "gl": "Uxía", "eu": "Ane", "en": "Emily"}
#: What a page says by itself, by language.
WORDS = {
    "es": PageWords("es", "chat privado", "editado", "en silencio", "gráfico"),
    "ca": PageWords("ca", "xat privat", "editat", "en silenci", "gràfic"),
    "gl": PageWords("gl", "chat privado", "editado", "en silencio", "gráfica"),
    "eu": PageWords("eu", "txat pribatua", "editatuta", "isilik", "grafikoa"),
    "en": PageWords("en", "private chat", "edited", "silent", "chart"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A conversation that was held: in which language, as it calls itself, and where it can be read."""

    language: str
    native: str
    path: Path


class _Hours:
    """A clock that goes on only by being waited for, so that Telegram's limits cost the demo no time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Wait, at no cost."""
        self.now += seconds


class _InSight:
    """Draws what a chat shows, and leaves out the charts that stand in the digest's file alone: nobody opens it here,
    and they would take as long as all the rest."""

    def __init__(self, charts: ChartWorker) -> None:
        self._charts = charts

    def png(self, definition: Definition) -> bytes:
        """The picture.

        Raises:
            ChartError: it is left out, or was not drawn.
        """
        if definition.name != DAILY:
            raise ChartError("left out of the demo's conversation, which shows no file from inside")
        return self._charts.png(definition)


def converse(config: Config, folder: Path, *, at: datetime, charts: ChartWorker) -> list[Page]:
    """Ask the bot everything in each language, and leave a page of it in `folder`; no subscriber stays behind.

    Args:
        config: whose database answers.
        at: the present.
        charts: draws the pictures.

    Raises:
        ChannelError: an answer did not come.
    """
    pages = []
    with _bot(config, at, _InSight(charts)) as (api, desk):
        for number, language in enumerate(LANGUAGES, start=1):
            person = api.person(number, _PEOPLE[language], language=language)
            _talk(person, Speech(language), partial(_settle, api, desk))
            path = folder / f"conversation-{language}.html"
            path.write_text(_page(api, person, language, config.watch.name), encoding="utf-8")
            pages.append(Page(language, NATIVE[language], path))
    return pages


def _talk(person: Person, speech: Speech, settle: Callable[[], None]) -> None:
    """What somebody asks who meets the bot for the first time, and chooses; last of all they have everything erased."""
    get = speech.get

    def says(*texts: str) -> None:
        for text in texts:
            person.types(text)
            settle()

    def presses(*labels: str) -> None:
        for label in labels:
            person.presses(label.strip())
            settle()

    says("/start")
    presses(get("Both"))
    says("/subscribe", "/status", "/cost")
    presses(_without_gguf(speech))
    says("/chart", "/spikes", "/announcements", "/compare", "/digest", "/settings")
    presses(get("Quiet hours: {value}", value=""), "22:00–08:00")
    says("/mute")
    presses(speech.get_plural("{count} day", "{count} days", 7), get("End the silence"))
    says("/help", "/privacy")
    presses(get("Erase at once"))


def _without_gguf(speech: Speech) -> str:
    """The button of a denominator, without the capital it begins with."""
    return speech.get("the family without GGUF")[1:]


@contextmanager
def _bot(config: Config, at: datetime, charts: _InSight) -> Iterator[tuple[TelegramStandIn, Desk]]:
    """A bot that answers at a fixed instant, a minute between any two things said."""
    hours = _Hours()
    with TelegramStandIn() as api, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "token"
        path.write_text(api.token, encoding="utf-8")
        pace = Pace(clock=hours, sleep=hours.sleep)
        channel = TelegramChannel(Line(Secret(file=path).read(), api=api.url, timeout_s=_TIMEOUT_S, pace=pace))
        try:
            desk = Desk(config, channel, at=lambda: at, charts=charts, ticks=partial(next, count(0.0, _MINUTE_S)))
            desk.open()
            try:
                yield api, desk
            finally:
                desk.close()
        finally:
            channel.close()


def _settle(api: TelegramStandIn, desk: Desk) -> None:
    """Wait until what was said is taken in (an update waits until it is confirmed) and answered."""
    deadline = time.monotonic() + _ANSWER_WITHIN_S
    while api.waiting or desk.busy:
        if time.monotonic() > deadline:
            raise ChannelError("The bot of the demo did not answer.", hint="The last lines of log.jsonl say why.")
        time.sleep(_GLANCE_S)


def _page(api: TelegramStandIn, person: Person, language: str, watch: str) -> str:
    words, get = WORDS[language], Speech(language).get
    with api.world.lock:
        # How long an answer takes differs from machine to machine; that it is being typed is nothing to look at.
        api.world.happened[:] = [each for each in api.world.happened if each.kind != "doing"]
    note = get("SIMULATED DATA: no figure here is a reading")
    return transcript_page(api, title=f"{watch} · {NATIVE[language]}", words=words, chats=[person.id], note=f"⚠️ {note}")
