"""Many chats on Telegram: files go up once, sound is each receiver's choice, and commands are listed in their words."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alia_bot.channels.telegram import TelegramChannel
from alia_bot.chat.commands import FOR_ALL, FOR_MAINTAINERS
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.dispatch import drain
from alia_watch.audience.message import Attachment, Image, Message
from alia_watch.audience.preferences import Preferences
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.speech import LANGUAGES
from alia_watch.store import subscribers
from alia_watch.store.database import Store
from tests.conversations import MAINTAINER, talk
from tests.outbox import NOW, fill, message, subscriber
from tests.pictures import png
from tests.telegram import channel as telegram_channel

TELEGRAM = ChannelKind.TELEGRAM
CHART = Image("chart.png", "Descargas por día", png())
PAGE = Attachment("digest-2026-01-es.html", b"<!DOCTYPE html><p>174")
READERS = range(1, 8)


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    """The Bot API, with somebody in each chat."""
    with TelegramStandIn() as stand_in:
        for number in READERS:
            stand_in.person(number, f"Lectora {number}")
        yield stand_in


@pytest.fixture
def channel(api: TelegramStandIn) -> Iterator[TelegramChannel]:
    """A channel whose waits cost no time."""
    opened = telegram_channel(api.token, api.url)
    yield opened
    opened.close()


def digest() -> Message:
    """Words, a picture and a page."""
    return replace(message(TELEGRAM, images=(CHART,)), attachments=(PAGE,))


def test_a_digest_uploads_its_picture_and_its_page_once(
    store: Store, api: TelegramStandIn, channel: TelegramChannel
) -> None:
    """However many receive it; each of them gets both, whole and under their names."""
    fill(store, [subscriber(TELEGRAM, str(number)) for number in READERS], [digest()])
    assert drain(store, {TELEGRAM: channel}, now=NOW).sent == len(READERS)
    assert api.uploads == 2
    assert [posted.chat_id for posted in api.posted if posted.photo == CHART.png] == list(READERS)
    pages = [(posted.chat_id, posted.file_name) for posted in api.posted if posted.document == PAGE.content]
    assert pages == [(number, PAGE.name) for number in READERS]


def test_two_files_of_one_name_are_two(api: TelegramStandIn, channel: TelegramChannel) -> None:
    """A file is known by what is in it: the readers of another language get their own."""
    for number, content in enumerate((b"uno", b"dos"), start=1):
        page = replace(message(TELEGRAM), attachments=(Attachment("digest.html", content),))
        channel.send(subscriber(TELEGRAM, str(number)), page, message_id=f"digest.{number}", now=NOW)
    assert [posted.document for posted in api.posted if posted.document] == [b"uno", b"dos"]


def test_who_wants_no_sound_gets_none(store: Store, api: TelegramStandIn, channel: TelegramChannel) -> None:
    """Of words, picture and page alike; and nobody else's is taken away."""
    fill(store, [subscriber(TELEGRAM, "1"), subscriber(TELEGRAM, "2")], [digest()])
    quiet = next(each for each in subscribers.subscribers(store) if each.address == "2")
    subscribers.choose(store, replace(quiet, preferences=Preferences(silent=True)), now=NOW)
    drain(store, {TELEGRAM: channel}, now=NOW)
    assert {(posted.chat_id, posted.silent) for posted in api.posted} == {(1, False), (2, True)}


def test_commands_are_listed_in_every_language(tmp_path: Path, api: TelegramStandIn) -> None:
    """By the language of each program, in the watch's own for all others; a maintainer sees theirs besides."""
    maintainer = api.person(MAINTAINER, "Marta")
    with talk(tmp_path, api) as spoken:
        spoken.says(maintainer, "/help")
    listed = {language: each for (scope, language), each in api.commands.items() if "chat" not in scope.lower()}
    assert set(listed) == {"", *LANGUAGES}
    assert all(tuple(each) == FOR_ALL for each in listed.values())
    assert listed[""] == listed["es"]
    assert len({each["status"] for each in listed.values()}) == len(LANGUAGES)
    [hers] = [each for (scope, _), each in api.commands.items() if str(MAINTAINER) in scope]
    assert tuple(hers) == (*FOR_ALL, *FOR_MAINTAINERS)
