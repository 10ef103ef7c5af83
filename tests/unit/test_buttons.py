"""A press is worth no more than the chat it came from; and every button there is fits what Telegram gives back."""

from collections.abc import Iterable
from datetime import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from alia_bot.channels.telegram_buttons import LONGEST_ACTION, keyboard, pressed
from alia_bot.chat import broadcast, privacy, questions, start
from alia_bot.chat import settings as chosen
from alia_bot.chat.answers import Answers
from alia_bot.chat.asking import Asking, Tools, asking
from alia_bot.chat.conversation import target_of
from alia_bot.chat.incoming import Incoming, Kind, Room
from alia_bot.chat.reply import Reply
from alia_watch.audience.message import Button
from alia_watch.audience.preferences import Preferences
from alia_watch.audience.subscriber import ChannelKind, Subscriber, Topic
from alia_watch.clock import available_zones
from alia_watch.config.sections import Config
from alia_watch.pipeline.ask import choice_key
from alia_watch.reports.speech import LANGUAGES, Speech
from alia_watch.reports.summary import candidate_buttons, summary_buttons
from alia_watch.store import subscribers
from alia_watch.store.database import Store, open_store
from alia_watch.store.readings import repo_ids
from tests.conversations import MAINTAINER, Drawn, watch_with_bot
from tests.small_watch import NOW

TOKEN = SecretStr("123:abc")
#: The lowest chat id that a channel can have, so the longest (core.telegram.org/api/bots/ids).
CHANNEL = -1997852516352
actions = st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST_ACTION).filter(
    lambda text: len(text.encode()) <= LONGEST_ACTION
)
chats = st.integers(-(2**52), 2**52)


def sent_back(action: str, chat: int, token: SecretStr = TOKEN) -> str:
    """What Telegram gives back when a button is pressed."""
    made = keyboard(((Button("x", action),),), token, chat)
    assert made is not None
    data = made.inline_keyboard[0][0].callback_data
    assert isinstance(data, str)
    return data


@given(action=actions, chat=chats)
def test_a_press_gives_the_action_of_its_button(action: str, chat: int) -> None:
    """In the chat it was made for, byte for byte, within the 64 bytes that there are."""
    data = sent_back(action, chat)
    assert len(data.encode()) <= 64
    assert pressed(data, TOKEN, chat) == action


@given(action=actions, chat=chats, other=chats, data=st.data())
def test_a_press_that_was_changed_or_comes_from_elsewhere_is_nothing(
    action: str, chat: int, other: int, data: st.DataObject
) -> None:
    """One letter changed, another chat, another bot: no action."""
    made = sent_back(action, chat)
    at = data.draw(st.integers(0, len(made) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda each: each != made[at]))
    assert pressed(made[:at] + letter + made[at + 1 :], TOKEN, chat) is None
    assert pressed(made[:-1], TOKEN, chat) is None
    assert other == chat or pressed(made, TOKEN, other) is None
    assert pressed(made, SecretStr("123:abd"), chat) is None


@given(data=st.text(max_size=80), chat=chats)
def test_whatever_a_hostile_client_sends_is_no_action(data: str, chat: int) -> None:
    """Nor does it break anything: letters beyond ASCII, halves of letters, nothing at all."""
    assert pressed(data, TOKEN, chat) is None


def test_an_action_that_is_too_long_is_refused_before_telegram_refuses_it() -> None:
    """Where a button would not fit it is a fault of ours, and loud."""
    with pytest.raises(ValueError, match="more than"):
        sent_back("x" * (LONGEST_ACTION + 1), 1)


def fits(replies: Iterable[Reply], chat: int) -> int:
    """How many buttons there are, each of which fits and comes back as what it was."""
    found = [button for reply in replies for row in reply.buttons for button in row if not button.url]
    for button in found:
        assert pressed(sent_back(button.action, chat), TOKEN, chat) == button.action
    return len(found)


def watched(folder: Path) -> Config:
    """The small watch, and the chat of its maintainers; no bot is at work."""
    nobody = SimpleNamespace(token="123:abc", url="http://127.0.0.1:9")
    return watch_with_bot(folder, nobody)  # type: ignore[arg-type]


def asks(
    store: Store, config: Config, words: str = "", *, chat: int = 7, target: int | None = None, topic: int | None = None
) -> Asking:
    """Somebody asks: in private, or in a group where they may settle things."""
    room = Room.PRIVATE if chat > 0 else Room.GROUP
    said = Incoming(2**31, Kind.COMMAND, chat, room, forum_topic=topic, user=7, words=words)
    tools = Tools(Answers(config, charts=Drawn()))
    return asking(store, config, said, now=NOW, tools=tools, rights=True, target=target)


LONGEST_ZONE = max(available_zones(), key=len)


@pytest.mark.parametrize(("chat", "target"), [(7, None), (7, CHANNEL), (CHANNEL, None)])
@pytest.mark.parametrize("zone", ["Europe/Madrid", LONGEST_ZONE])
def test_every_button_of_the_settings_fits(tmp_path: Path, chat: int, target: int | None, zone: str) -> None:
    """On every page, of a person, a group and a channel, with every topic on or off, and wherever somebody lives."""
    config = watched(tmp_path)
    with open_store(config.watch.database) as store:
        for topics, topic in ((frozenset(), None), (frozenset(Topic), 2**31)):
            about = CHANNEL if target or chat < 0 else chat
            night = Preferences(zone=zone, quiet=(time(22, 15), time(7, 45)), threshold=2.5)
            own = Subscriber(f"telegram:{about}", ChannelKind.TELEGRAM, str(about), "es", topics, preferences=night)
            subscribers.choose(store, own, now=NOW)
            asked = asks(store, config, chat=chat, target=target, topic=topic)
            pages = [chosen.screen(asked, page) for page in ("", "l", "z", "q", "f", "x")]
            assert fits(pages, chat) > 30
            for button in (each for page in pages for row in page.buttons for each in row):
                action, meant = target_of(button.action)
                assert meant == target
                assert action is not None
                assert action.startswith("set:")


@pytest.mark.parametrize("zone", sorted(each for each in available_zones() if len(each) > 25))
def test_a_zone_can_be_a_button_of_a_channel(zone: str) -> None:
    """Whatever the name of the zone, it leaves room for the channel's number."""
    assert len(f"set:z:{zone}@{CHANNEL}".encode()) <= LONGEST_ACTION


def test_every_button_of_figures_fits(tmp_path: Path) -> None:
    """Charts, whose repos are told apart however many are watched; all costs, and the months of digests."""
    config = watched(tmp_path)
    with open_store(config.watch.database) as store:
        repos = sorted(config.watched(repo_ids(store)))
        assert len(repos) > 10
        assert len({choice_key(each) for each in repos}) == len(repos)
        assert {len(choice_key(each)) for each in repos} == {len(choice_key("x"))}, "one is as long as any other"
        assert fits(questions.chart(asks(store, config, f"{max(repos, key=len)} 1y")), 7) == 4
        assert fits(questions.chart(asks(store, config, "ALIA-40b-instrct")), 7) > 0
        assert fits(questions.cost(asks(store, config)), 7) > 4
        assert fits(questions.digest(asks(store, config, "1999-01")), 7) == 1


def test_every_button_of_subscribing_silence_and_privacy_fits(tmp_path: Path) -> None:
    """The first screen in each language, the mutes, and what is kept of somebody."""
    config = watched(tmp_path)
    with open_store(config.watch.database) as store:
        for language in LANGUAGES:
            assert fits(start.start(asks(store, config, language)), 7) == 3
        asked = chosen.subscribe(asks(store, config), (Topic.ALERTS,))
        assert fits(privacy.mute(asks(store, config)), 7) == 3
        assert fits(privacy.privacy(asked), 7) == 2
        assert fits(privacy.mute(asks(store, config, "7d")), 7) == 1


def test_every_button_of_maintainers_fits(tmp_path: Path) -> None:
    """Decisions on announcements, whatever they are called, and the two confirmations of a broadcast."""
    config = watched(tmp_path)
    with open_store(config.watch.database) as store:
        asked = asks(store, config, "x" * 3000, chat=MAINTAINER)
        first = broadcast.broadcast(asked)
        [send, _] = first[0].buttons[0]
        assert fits([*first, *broadcast.broadcast_press(asked, send.action.removeprefix("cast:"))], MAINTAINER) == 4
    for name in ("a", "2026-01-26-" + "ñ" * 300):
        buttons = candidate_buttons({"announcement": {"id": name}}, asked.speech)
        assert fits([Reply(buttons=buttons)], MAINTAINER) == 3


def test_every_button_of_a_summary_fits() -> None:
    """The largest number that a message can have leaves room."""
    document = {"reports": [{"message_id": 2**63 - 1}] * 40}
    assert fits([Reply(buttons=summary_buttons(document, Speech("es")))], CHANNEL) == 12
