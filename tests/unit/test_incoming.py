"""What an update of Telegram says to this bot: updates as the Bot API writes them, by hand."""

from inspect import signature
from typing import Any

import pytest

from alia_bot.chat.incoming import Incoming, Kind, Room, incoming

from telegram import ChatMemberAdministrator, ChatMemberRestricted, Update  # isort: skip  # after the bot, which turns the library to durations

BOT = "alia_watch_bot"
ANA = {"id": 1001, "is_bot": False, "first_name": "Ana", "language_code": "pt-br"}
PRIVATE = {"id": 1001, "type": "private", "first_name": "Ana"}
FORUM = {"id": -1001234567890, "type": "supergroup", "title": "Redacción", "is_forum": True}
CHANNEL = {"id": -1009876543210, "type": "channel", "title": "Noticias"}
US = {"id": 77, "is_bot": True, "first_name": "ALIA", "username": BOT}
GROUP_ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


def message(text: str | None = None, *, chat: dict[str, Any] = PRIVATE, **more: Any) -> dict[str, Any]:
    """A message, with the entity of a command where it begins with one."""
    found: dict[str, Any] = {"message_id": 5, "date": 1767225600, "chat": chat, "from": ANA}
    if text is not None:
        found["text"] = text
        if text.startswith("/"):
            found["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return found | more


def read(**update: Any) -> Incoming | None:
    """What an update says."""
    return incoming(Update.de_json({"update_id": 9, **update}, None), BOT)


def said(text: str | None = None, **more: Any) -> Incoming:
    """What a message says, where it says something."""
    found = read(message=message(text, **more))
    assert found is not None
    return found


def test_a_command_in_private_is_for_us() -> None:
    """With its words, who says it, and the language of their program."""
    found = said("/chart  ALIA-40b 90d ")
    assert (found.kind, found.command, found.words) == (Kind.COMMAND, "chart", "ALIA-40b 90d")
    assert (found.update_id, found.chat, found.user, found.message_id) == (9, 1001, 1001, 5)
    assert (found.room, found.addressed, found.client_language) == (Room.PRIVATE, True, "pt-br")


@pytest.mark.parametrize("name", ["alia_watch_bot", "Alia_Watch_Bot", "ALIA_WATCH_BOT"])
def test_a_command_that_names_us_is_ours_in_any_letters(name: str) -> None:
    """Telegram's names of bots do not tell small letters from large."""
    found = said(f"/Status@{name} now", chat=FORUM)
    assert (found.command, found.words, found.addressed) == ("status", "now", True)


@pytest.mark.parametrize("chat", [PRIVATE, FORUM])
def test_another_bots_command_is_not_for_us(chat: dict[str, Any]) -> None:
    """In a group of several bots each hears its own."""
    assert read(message=message("/status@other_bot", chat=chat)) is None
    assert read(message=message("/status@alia_watch_bot2", chat=chat)) is None


def test_a_command_in_a_group_that_names_nobody_may_be_anothers() -> None:
    """It is answered where it is known, and not hinted at where it is not."""
    assert said("/status", chat=FORUM).addressed is False


def test_a_command_in_the_middle_of_a_text_is_text() -> None:
    """Who talks of a command does not give it."""
    text = "try /status"
    found = said(text, entities=[{"type": "bot_command", "offset": 4, "length": 7}])
    assert (found.kind, found.words) == (Kind.TEXT, text)


def test_other_marks_at_the_beginning_make_no_command() -> None:
    """Bold words are words."""
    found = said("hola", entities=[{"type": "bold", "offset": 0, "length": 4}])
    assert (found.kind, found.command, found.words) == (Kind.TEXT, "", "hola")


def test_emoji_after_a_command_are_its_words() -> None:
    """Where letters count twice, nothing is cut off."""
    assert said("/broadcast 👩🏽‍🔬 hola 😀").words == "👩🏽‍🔬 hola 😀"


@pytest.mark.parametrize(
    ("topic", "expected"),
    [({"message_thread_id": 45, "is_topic_message": True}, 45), ({"message_thread_id": 45}, None), ({}, None)],
)
def test_only_a_topic_of_a_forum_is_a_topic(topic: dict[str, Any], expected: int | None) -> None:
    """A thread of replies in an ordinary group has a number, too, and is no topic."""
    assert said("/status", chat=FORUM, **topic).forum_topic == expected


def test_an_anonymous_administrator_speaks_for_the_group() -> None:
    """Telegram's stand-in, writing as this very group."""
    found = said("/settings", chat=FORUM, **{"from": GROUP_ANONYMOUS, "sender_chat": FORUM})
    assert found.anonymous is True


@pytest.mark.parametrize(
    "sender",
    [
        {"from": GROUP_ANONYMOUS, "sender_chat": CHANNEL},  # another chat's voice
        {"from": GROUP_ANONYMOUS},
        {"from": ANA, "sender_chat": FORUM},
        {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": CHANNEL},
        {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}, "sender_chat": CHANNEL},
    ],
)
def test_nobody_else_passes_for_an_administrator(sender: dict[str, Any]) -> None:
    """Who writes as a channel, or only under the stand-in's number, is not the group."""
    assert said("/settings", chat=FORUM, **sender).anonymous is False


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "edited_channel_post"])
def test_edits_and_posts_say_nothing(kind: str) -> None:
    """What was answered is not answered again, and what a channel publishes is not said to us."""
    chat = CHANNEL if "channel" in kind else PRIVATE
    assert read(**{kind: message("/status", chat=chat)}) is None
    assert read(message=message("/status", chat=CHANNEL)) is None


@pytest.mark.parametrize(
    "content",
    [
        {"caption": "/status", "caption_entities": [{"type": "bot_command", "offset": 0, "length": 7}]},
        {"sticker": {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1}
         | {"is_animated": False, "is_video": False}},
        {"new_chat_members": [US]},
        {"left_chat_member": ANA},
        {"group_chat_created": True},
        {"text": "  \n "},
        {"entities": [{"type": "bot_command", "offset": 0, "length": 7}]},
    ],
)  # fmt: skip
def test_pictures_and_service_messages_say_nothing(content: dict[str, Any]) -> None:
    """A command under a picture is not taken for one; who comes and goes is not our business."""
    assert read(message=message(chat=FORUM, **content)) is None


def test_a_group_that_becomes_a_supergroup_has_moved() -> None:
    """From the old number to the new one; the word of the new group about it says nothing more."""
    old = {"id": -4001, "type": "group", "title": "Redacción"}
    found = said(chat=old, migrate_to_chat_id=FORUM["id"])
    assert (found.kind, found.chat, found.moved_to) == (Kind.MOVED, -4001, FORUM["id"])
    assert read(message=message(chat=FORUM, migrate_from_chat_id=-4001)) is None


def press(**more: Any) -> dict[str, Any]:
    """A press of a button."""
    whole = {"id": "88", "from": ANA, "chat_instance": "1", "data": "abc", "message": message("x", chat=FORUM)} | more
    return {name: value for name, value in whole.items() if value is not None}


def test_a_press_says_which_button_of_which_message() -> None:
    """In the topic its message stands in, by who pressed it, not by who wrote the message."""
    under = message("x", chat=FORUM, message_thread_id=45, is_topic_message=True, **{"from": US})
    found = read(callback_query=press(message=under))
    assert found is not None
    assert (found.kind, found.press, found.press_id, found.message_id) == (Kind.PRESS, "abc", "88", 5)
    assert (found.chat, found.room, found.forum_topic, found.user) == (FORUM["id"], Room.GROUP, 45, 1001)


def test_a_press_under_a_message_that_telegram_no_longer_shows_us_counts() -> None:
    """An old message comes as its number and chat alone."""
    found = read(callback_query=press(message={"message_id": 5, "date": 0, "chat": PRIVATE}))
    assert found is not None
    assert (found.press, found.message_id, found.chat, found.room) == ("abc", 5, 1001, Room.PRIVATE)


@pytest.mark.parametrize("more", [{"message": None, "inline_message_id": "i"}, {"data": None, "game_short_name": "g"}])
def test_a_press_of_no_button_of_ours_says_nothing(more: dict[str, Any]) -> None:
    """We have no inline messages and no games."""
    assert read(callback_query=press(**more)) is None


#: What an administrator, and somebody restricted, may do: nothing.
RIGHTS = dict.fromkeys(
    set(signature(ChatMemberAdministrator).parameters) - {"user", "custom_title", "api_kwargs"}, False
)
MUTE = {name: False for name in signature(ChatMemberRestricted).parameters if name.startswith("can_")} | {
    "until_date": 0
}


@pytest.mark.parametrize(
    ("chat", "new", "present"),
    [
        (PRIVATE, {"status": "member"}, True),
        (PRIVATE, {"status": "kicked", "until_date": 0}, False),  # blocked
        (FORUM, {"status": "member"}, True),
        (FORUM, {"status": "left"}, False),
        (FORUM, {"status": "administrator", **RIGHTS}, True),
        (FORUM, {"status": "restricted", **MUTE, "is_member": True, "can_send_messages": True}, True),
        (FORUM, {"status": "restricted", **MUTE, "is_member": True, "can_send_messages": False}, False),
        (FORUM, {"status": "restricted", **MUTE, "is_member": False, "can_send_messages": True}, False),
        (CHANNEL, {"status": "administrator", **RIGHTS, "can_post_messages": True}, True),
        (CHANNEL, {"status": "administrator", **RIGHTS, "can_post_messages": False}, False),
        (CHANNEL, {"status": "administrator", **RIGHTS} | {"can_post_messages": None}, False),
        (CHANNEL, {"status": "member"}, False),
        (CHANNEL, {"status": "left"}, False),
    ],
)
def test_whether_we_may_write_somewhere_is_told_from_our_membership(
    chat: dict[str, Any], new: dict[str, Any], present: bool
) -> None:
    """Put out, blocked, silenced, or brought into a channel without leave to post."""
    old = {"user": US, "status": "left"}
    change = {"chat": chat, "from": ANA, "date": 1, "old_chat_member": old, "new_chat_member": {"user": US, **new}}
    found = read(my_chat_member=change)
    assert found is not None
    assert (found.kind, found.present, found.user) == (Kind.MEMBERSHIP, present, 1001)
