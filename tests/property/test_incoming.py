"""Whatever Telegram's library takes for an update, reading it raises nothing: else one update would stop all others."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alia_bot.chat.conversation import needs_rights
from alia_bot.chat.incoming import Incoming, Kind, Room, incoming

from telegram import Update  # isort: skip  # after the bot, which turns the library to durations

BOT = "alia_watch_bot"
#: Any letters, halves of letters included: JSON can hold them.
texts = st.text(st.characters(), max_size=30) | st.sampled_from(
    [
        "/status",
        "/status@Alia_Watch_Bot x",
        "/mute@other_bot",
        "/",
        "/@",
        "/@alia_watch_bot",
        "//a",
        "/a@b@c",
        "\ud83d/x",
    ]
)
numbers = st.integers(-(2**52), 2**52)
entities = st.builds(
    lambda kind, offset, size: {"type": kind, "offset": offset, "length": size},
    st.sampled_from(["bot_command", "bold", "mention", "a_new_kind"]),
    st.integers(-1, 3),
    st.integers(-1, 300),
)
kinds = st.sampled_from(["private", "group", "supergroup", "channel", "a_new_kind"])
chats = st.builds(lambda number, kind: {"id": number, "type": kind}, numbers, kinds) | st.builds(
    lambda number, title: {"id": number, "type": "supergroup", "title": title}, numbers, texts
)
users = st.builds(
    lambda number, language: (
        {"id": number, "is_bot": False, "first_name": "x"} | ({} if language is None else {"language_code": language})
    ),
    numbers | st.just(1087968824),
    st.none() | texts,
)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    """A message with any of the parts that we read, and some that we do not."""
    parts: dict[str, st.SearchStrategy[Any]] = {
        "from": users,
        "sender_chat": chats,
        "text": texts,
        "caption": texts,
        "entities": st.lists(entities, max_size=3),
        "caption_entities": st.lists(entities, max_size=1),
        "message_thread_id": numbers,
        "is_topic_message": st.booleans(),
        "migrate_to_chat_id": numbers,
        "new_chat_members": st.lists(users, max_size=2),
        "a_new_part": st.integers(),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(parts))))
    made = {name: draw(parts[name]) for name in sorted(chosen)}
    return {"message_id": draw(numbers), "date": draw(st.integers(0, 2**31)), "chat": draw(chats)} | made


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    """An update of any kind."""
    kind = draw(
        st.sampled_from(["message", "message", "message", "edited_message", "channel_post", "callback_query"])
        | st.sampled_from(["my_chat_member", "a_new_kind"])
    )
    body: dict[str, Any] = draw(messages())
    if kind == "callback_query":
        body = {"id": "1", "from": draw(users), "chat_instance": "1"}
        body |= draw(st.sampled_from([{}, {"data": "abc"}, {"data": ""}, {"game_short_name": "g"}]))
        unseen = chats.map(lambda each: {"message_id": 1, "date": 0, "chat": each})
        under = draw(st.none() | messages() | unseen)
        body |= {} if under is None else {"message": under}
    elif kind == "my_chat_member":
        us = {"user": {"id": 77, "is_bot": True, "first_name": "x"}}
        status = draw(st.sampled_from(["member", "left", "creator", "a_new_kind"]))
        new = us | {"status": status, "is_anonymous": False}
        body = {"chat": draw(chats), "from": draw(users), "date": 1, "old_chat_member": new, "new_chat_member": new}
    return {"update_id": draw(st.integers(0, 2**31)), kind: body}


def read(update: dict[str, Any]) -> Incoming | None:
    """What an update says, twice: as it came, and as it is kept until it is answered."""
    made = Update.de_json(json.loads(json.dumps(update)), None)
    found = incoming(made, BOT)
    assert incoming(Update.de_json(json.loads(made.to_json()), None), BOT) == found
    return found


@settings(max_examples=250)
@given(update=updates())
def test_every_update_is_read_without_fault(update: dict[str, Any]) -> None:
    """Into something that holds together, or nothing; and the same again after it was kept."""
    found = read(update)
    if found is None:
        return
    assert found.update_id == update["update_id"]
    assert found.room is not Room.CHANNEL or found.kind in (Kind.PRESS, Kind.MEMBERSHIP)
    assert bool(found.command) <= (found.kind is Kind.COMMAND)
    assert (found.moved_to is not None) == (found.kind is Kind.MOVED)
    assert found.kind is not Kind.TEXT or found.words
    assert found.words == found.words.strip()
    assert not needs_rights(found, None) or found.kind is Kind.COMMAND


@settings(max_examples=80)
@given(body=messages(), kind=st.sampled_from(["edited_message", "channel_post", "edited_channel_post", "a_new_kind"]))
def test_nothing_but_messages_presses_and_memberships_is_heard(body: dict[str, Any], kind: str) -> None:
    """Edits and posts say nothing, whatever stands in them."""
    assert read({"update_id": 1, kind: body}) is None


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,31}", fullmatch=True)


@settings(max_examples=80)
@given(name=names, other=names, words=st.text(st.characters(exclude_categories=["Cs"]), max_size=40), data=st.data())
def test_a_command_is_heard_by_the_bot_it_names(name: str, other: str, words: str, data: st.DataObject) -> None:
    """By us in whatever letters our name is written, by nobody else; with its words as they are."""
    letters = [data.draw(st.sampled_from([each.lower(), each.upper()])) for each in BOT]

    def told(command: str) -> Incoming | None:
        entity = {"type": "bot_command", "offset": 0, "length": len(command)}
        chat = {"id": -1001, "type": "supergroup", "title": "x"}
        text = f"{command} {words}"
        return read(
            {"update_id": 1, "message": {"message_id": 1, "date": 0, "chat": chat, "text": text, "entities": [entity]}}
        )

    ours = told(f"/{name}@{''.join(letters)}")
    assert ours is not None
    assert (ours.kind, ours.command, ours.addressed) == (Kind.COMMAND, name.lower(), True)
    assert ours.words == words.strip()
    assert other.lower() == BOT or told(f"/{name}@{other}") is None
