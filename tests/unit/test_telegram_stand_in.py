"""The stand-in Bot API is as strict as the service, and its people, limits and long polls behave as the real ones."""

import http.client
import json
import os
import re
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

os.environ.setdefault("PTB_TIMEDELTA", "1")  # the library's own switch to durations; without it every 429 warns

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    Message,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter

from alia_bot.demo.telegram import CONFLICT, SERVER_ERROR, Chat, Limits, Person, TelegramStandIn, flood
from alia_bot.demo.telegram_page import transcript_page
from alia_bot.demo.telegram_wire import Upload
from tests.pictures import png

OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    with TelegramStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def bot(api: TelegramStandIn) -> AsyncIterator[Bot]:
    async with Bot(api.token, base_url=f"{api.url}/bot") as opened:
        yield opened


@pytest.fixture
def ana(api: TelegramStandIn) -> Person:
    return api.person(1001, "Ana", language="es", username="ana")


def ask(api: TelegramStandIn, method: str, **fields: Any) -> Any:
    """The result of a call, or the sentence with which it was refused."""
    connection = http.client.HTTPConnection("127.0.0.1", int(api.url.rsplit(":", 1)[1]), timeout=20)
    body, headers = json.dumps(fields), {"Content-Type": "application/json"}
    try:
        connection.request("POST", f"/bot{api.token}/{method}", body, headers)
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer["result"] if answer["ok"] else answer["description"]


def keyboard(*buttons: dict[str, str]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def say(api: TelegramStandIn, chat_id: int | str = 1001, text: str = "Hola", **fields: Any) -> Any:
    return ask(api, "sendMessage", chat_id=chat_id, text=text, **fields)


HAS_BUTTON = keyboard({"text": "Alertas", "callback_data": "a"})


async def test_the_library_reads_every_kind_of_answer(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """What comes back for each method is what python-telegram-bot expects of the service."""
    group = api.group(-1001, "Redacción", administrators=[ana], topics={45: "Datos"})
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Sí", callback_data="y")]])
    sent = await bot.send_message(1001, "<b>174</b>", parse_mode="HTML", reply_markup=markup, disable_notification=True)
    photo = await bot.send_photo(group.id, png(), "leyenda", message_thread_id=45)
    page = await bot.send_document(1001, InputFile(b"x" * 12345, filename="página 1.html"))
    assert (sent.text_html, sent.reply_markup, api.posted[0].silent) == ("<b>174</b>", markup, True)
    assert (photo.is_topic_message, photo.message_thread_id, photo.chat.is_forum) == (True, 45, True)
    assert [(each.width, each.height) for each in photo.photo] == [(40, 30)]
    assert page.document is not None
    assert page.document.file_name == api.posted[-1].file_name == "página 1.html"
    edited = await bot.edit_message_text("nuevo", 1001, sent.message_id)
    assert isinstance(edited, Message)
    assert (edited.text, edited.edit_date is not None, edited.reply_markup) == ("nuevo", True, None)
    assert await bot.send_chat_action(1001, "typing")
    assert (await bot.get_chat(group.id)).title == "Redacción"
    assert [each.status for each in await bot.get_chat_administrators(group.id)] == ["creator"]
    assert (await bot.get_chat_member(group.id, 1001)).status == "creator"
    assert await bot.leave_chat(group.id)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group.id, "x")


async def test_a_method_that_is_not_there_is_not_found(api: TelegramStandIn) -> None:
    """Names are read in any case; what the stand-in does not know is a 404."""
    assert ask(api, "GETME")["username"] == "alia_watch_bot"
    assert ask(api, "sendPoll", chat_id=1) == "Not Found"


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ({"text": "x", "callback_data": "ñ" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": " ", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
        ({"text": "x"}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": ""}, "Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "callback_data": "x", "url": "https://x.example"}, "BUTTON_TYPE_INVALID"),
        ({"text": "x", "url": "ftp:x"}, "Wrong HTTP URL"),
        ({"callback_data": "x"}, 'Field "text" must be of type String'),
    ],
)
def test_a_button_must_be_right(api: TelegramStandIn, ana: Person, button: dict[str, str], said: str) -> None:
    """A button has words and exactly one thing it does, its data at most 64 bytes; nothing is sent otherwise."""
    assert said in say(api, reply_markup=keyboard(button))
    assert api.posted == []


def test_a_keyboard_has_its_measure(api: TelegramStandIn, ana: Person) -> None:
    """A hundred buttons in rows of eight pass, one more does not; an answer may be asked for instead."""
    row = [{"text": "x", "callback_data": "d" * 64}] * 8
    assert say(api, reply_markup={"inline_keyboard": [row] * 12 + [row[:4]]})["message_id"] == 1
    for rows in ([row] * 12 + [row[:5]], [row + row[:1]]):
        assert say(api, reply_markup={"inline_keyboard": rows}) == "Bad Request: REPLY_MARKUP_TOO_LONG"
    assert say(api, reply_markup={"force_reply": True})["message_id"] == 2
    assert api.posted[-1].markup.force_reply
    assert "can't parse" in say(api, reply_markup="{")


@pytest.mark.parametrize(
    ("method", "fields", "said"),
    [
        ("editMessageText", {"message_id": 99, "text": "x"}, "message to edit not found"),
        ("editMessageText", {"message_id": 2, "text": "x"}, "message can't be edited"),
        ("editMessageText", {"message_id": 3, "text": "x"}, "there is no text in the message to edit"),
        ("editMessageCaption", {"message_id": 1, "caption": "x"}, "there is no caption in the message to edit"),
        ("editMessageText", {"message_id": 1, "text": "Hola", "reply_markup": HAS_BUTTON}, "message is not modified"),
        ("editMessageReplyMarkup", {"message_id": 1, "reply_markup": HAS_BUTTON}, "message is not modified"),
        ("editMessageText", {"message_id": 1, "text": " "}, "message text is empty"),
        ("editMessageText", {"message_id": 1, "text": "x" * 4097}, "message is too long"),
        (
            "editMessageReplyMarkup",
            {"message_id": 1, "reply_markup": {"force_reply": True}},
            "inline keyboard expected",
        ),
    ],
)
def test_an_edit_must_fit_its_message(
    api: TelegramStandIn, ana: Person, method: str, fields: dict[str, Any], said: str
) -> None:
    """Only the bot's own messages change, words where there are words, and only where something is different."""
    say(api, reply_markup=HAS_BUTTON)
    ana.types("/start")
    api.world.files.keep(photo := api.world.files.read("photo", {}, {"photo": Upload(png())})[0])
    ask(api, "sendPhoto", chat_id=1001, photo=photo.file_id)
    assert ask(api, method, chat_id=1001, **fields).startswith(f"Bad Request: {said}")
    assert api.edits == []


def test_edits_change_what_is_there_and_keep_what_was(api: TelegramStandIn, ana: Person) -> None:
    """An edit without buttons takes them away; what was posted first stays in `posted`."""
    say(api, reply_markup=HAS_BUTTON)
    assert "reply_markup" not in ask(api, "editMessageText", chat_id=1001, message_id=1, text="Adiós")
    assert [(each.text, each.labels) for each in api.current(1001)] == [("Adiós", [])]
    assert [(each.text, each.labels) for each in api.posted] == [("Hola", [["Alertas"]])]


async def test_an_answer_needs_its_question(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """A reply to nothing is refused, unless the sender said it may go without."""
    asked = ana.types("¿Cuántas?")
    sent = await bot.send_message(1001, "174", reply_parameters=ReplyParameters(asked))
    assert sent.reply_to_message is not None
    assert (sent.reply_to_message.text, api.posted[0].reply_to) == ("¿Cuántas?", asked)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(1001, "174", reply_parameters=ReplyParameters(77))
    lone = await bot.send_message(1001, "174", reply_parameters=ReplyParameters(77, allow_sending_without_reply=True))
    assert lone.reply_to_message is None


def test_a_press_is_answered_once(api: TelegramStandIn, ana: Person) -> None:
    """An unknown, an answered or an old query is refused, and so is a toast that is too long."""
    say(api, reply_markup=HAS_BUTTON)
    pressed = ana.presses("Alertas")
    assert (api.unanswered, ask(api, "answerCallbackQuery", callback_query_id="7")) == ([pressed], OLD)
    too_long = ask(api, "answerCallbackQuery", callback_query_id=pressed, text="x" * 201)
    assert too_long == "Bad Request: MESSAGE_TOO_LONG"
    assert ask(api, "answerCallbackQuery", callback_query_id=pressed, text="Hecho") is True
    assert (api.unanswered, ask(api, "answerCallbackQuery", callback_query_id=pressed)) == ([], OLD)
    again = ana.presses("Alertas")
    api.expire_queries()
    assert ask(api, "answerCallbackQuery", callback_query_id=again) == OLD


async def test_a_file_is_sent_again_by_its_id(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """A picture is uploaded once; an id that is unknown, or of another kind of file, is refused."""
    first = (await bot.send_photo(1001, png())).photo[-1].file_id
    await bot.send_photo(1001, first, "otra vez")
    assert (api.uploads, api.posted[1].photo, api.posted[1].file_id) == (1, png(), first)
    with pytest.raises(BadRequest, match="Wrong file identifier/http url specified"):
        await bot.send_photo(1001, "AgACnothing")
    with pytest.raises(BadRequest, match="Can't use file of type photo as document"):
        await bot.send_document(1001, first)
    api.world.files.forget()
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_photo(1001, first)
    assert api.uploads == 1


async def test_menus_are_kept_by_scope_and_language(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """Each scope and language has a menu of its own, and a deleted one is gone."""
    await bot.set_my_commands([BotCommand("start", "Empezar")], language_code="es")
    await bot.set_my_commands([("help", "Help")], scope=BotCommandScopeChat(1001))
    assert api.commands == {
        ('{"type": "default"}', "es"): {"start": "Empezar"},
        ('{"chat_id": 1001, "type": "chat"}', ""): {"help": "Help"},
    }
    assert await bot.get_my_commands(language_code="es") == (BotCommand("start", "Empezar"),)
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(language_code="es")
    assert len(api.commands) == 1


@pytest.mark.parametrize(
    ("commands", "more", "said"),
    [
        ([("Start", "x")], {}, "BOT_COMMAND_INVALID"),
        ([("", "x")], {}, "command must be non-empty"),
        ([("s" * 33, "x")], {}, "command length must not exceed 32"),
        ([("start", " ")], {}, "command description must be non-empty"),
        ([("start", "x" * 257)], {}, "command description length must not exceed 256"),
        ([(f"c{n}", "x") for n in range(101)], {}, "BOT_COMMANDS_TOO_MUCH"),
        ([("start", "x")], {"language_code": "spa"}, "invalid language code specified"),
        ([("start", "x")], {"scope": {"type": "chat", "chat_id": 5}}, "chat not found"),
        ([("start", "x")], {"scope": {"type": "everyone"}}, "can't parse BotCommandScope: unsupported type specified"),
    ],
)
def test_a_menu_must_be_right(
    api: TelegramStandIn, commands: list[tuple[str, str]], more: dict[str, Any], said: str
) -> None:
    """Names, descriptions, their number, the language and the scope are checked; nothing is kept otherwise."""
    given = [{"command": name, "description": description} for name, description in commands]
    assert ask(api, "setMyCommands", commands=given, **more) == f"Bad Request: {said}"
    assert api.commands == {}


def test_topics_open_close_and_go(api: TelegramStandIn, ana: Person) -> None:
    """A closed topic, and a closed General, take no message; a deleted one is not found, nor its messages."""
    group = api.group(-1001, "Redacción", administrators=[ana], topics={45: "Datos"})
    assert say(api, -1001, message_thread_id=45)["is_topic_message"] is True
    group.closes(45)
    assert say(api, -1001, message_thread_id=45) == "Bad Request: TOPIC_CLOSED"
    group.opens(45)
    assert say(api, -1001, message_thread_id=45)["message_id"] == 2
    group.deletes(45)
    assert say(api, -1001, message_thread_id=45) == "Bad Request: message thread not found"
    edited = ask(api, "editMessageText", chat_id=-1001, message_id=2, text="x")
    assert edited == "Bad Request: message to edit not found"
    assert say(api, -1001)["message_id"] == 3
    group.closes(1)
    assert say(api, -1001) == "Bad Request: TOPIC_CLOSED"


def test_an_answer_goes_into_the_topic_of_its_question(api: TelegramStandIn, ana: Person) -> None:
    """Without a thread of its own a reply lands where the other message stands."""
    group = api.group(-1001, "Redacción", administrators=[ana], topics={45: "Datos"})
    asked = ana.types("/start", chat=group, thread=45)
    assert say(api, -1001, reply_parameters={"message_id": asked})["message_thread_id"] == 45


def test_refusals_name_the_place(api: TelegramStandIn, ana: Person) -> None:
    """A person who blocked, never began or is gone, a group that put the bot out, a channel that gives no rights."""
    api.person(1002, "Berto", started=False)
    channel = api.channel(-1003, "Canal", username="canal", administrators=[ana])
    group = api.group(-1004, "Grupo", administrators=[ana], supergroup=False)
    assert say(api, 1002) == "Forbidden: bot can't initiate conversation with a user"
    assert say(api, "@Canal") == "Forbidden: bot is not a member of the channel chat"
    channel.adds_bot(by=ana, administrator=False)
    assert say(api, -1003) == "Bad Request: need administrator rights in the channel chat"
    channel.adds_bot(by=ana)
    assert say(api, "@canal")["sender_chat"]["id"] == -1003
    channel.kicks_bot(by=ana)
    assert say(api, -1003) == "Forbidden: bot was kicked from the channel chat"
    group.kicks_bot(by=ana)
    assert say(api, -1004) == "Forbidden: bot was kicked from the group chat"
    ana.blocks()
    assert say(api) == "Forbidden: bot was blocked by the user"
    ana.unblocks()
    assert say(api)["chat"]["first_name"] == "Ana"
    ana.deactivates()
    assert say(api) == "Forbidden: user is deactivated"
    assert say(api, 5) == "Bad Request: chat not found"


async def test_a_group_that_moves_says_where(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """Both chats tell of the move, the old id names the new one, and the group goes on there."""
    group = api.group(-5, "Grupo", administrators=[ana], supergroup=False)
    group.migrates(to=-1002)
    left, came = [update.message for update in await bot.get_updates()]
    assert left is not None
    assert came is not None
    assert (left.chat.id, left.migrate_to_chat_id) == (-5, -1002)
    assert (came.chat.id, came.migrate_from_chat_id, came.chat.type) == (-1002, -5, "supergroup")
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-5, "x")
    assert (moved.value.new_chat_id, group.id) == (-1002, -1002)
    assert (await bot.send_message(group.id, "x")).message_id == 2


def limited(api: TelegramStandIn, chat_id: int) -> int:
    """How many seconds a message to a chat has to wait; 0 where it passed."""
    answer = say(api, chat_id)
    return 0 if isinstance(answer, dict) else int(re.fullmatch(r"Too Many Requests: retry after (\d+)", answer)[1])  # type: ignore[index]


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def strict(hands: Hands) -> Iterator[TelegramStandIn]:
    with TelegramStandIn(limits=Limits(clock=hands)) as stand_in:
        for user_id in range(1001, 1041):
            stand_in.person(user_id, f"P{user_id}")
        stand_in.group(-1001, "Grupo")
        yield stand_in


def test_a_person_gets_one_message_a_second(strict: TelegramStandIn, hands: Hands) -> None:
    """The second within a second is refused, also as an edit; after the wait it passes."""
    assert limited(strict, 1001) == 0
    hands.now += 0.9
    assert limited(strict, 1001) == 1
    edit = ask(strict, "editMessageText", chat_id=1001, message_id=1, text="x")
    assert edit == "Too Many Requests: retry after 1"
    hands.now += 0.5
    assert limited(strict, 1001) == 1, "the wait that was named is still running"
    hands.now += 0.5
    assert limited(strict, 1001) == 0
    assert strict.limits is not None
    assert (strict.limits.refused, [each.instant for each in strict.limits.accepted]) == (3, [1000.0, 1001.9])


def test_a_group_gets_twenty_a_minute(strict: TelegramStandIn, hands: Hands) -> None:
    """The twenty-first waits until the first is a minute old, and not more than one comes in a second."""
    waits = []
    for _ in range(20):
        waits.append(limited(strict, -1001))
        hands.now += 1
    assert (set(waits), limited(strict, -1001)) == ({0}, 40)
    hands.now += 39.9
    assert limited(strict, -1001) == 1
    hands.now += 0.1
    assert (limited(strict, -1001), limited(strict, -1001)) == (0, 1)
    assert strict.limits is not None
    assert strict.limits.most_within(60, -1001) == 20


def test_all_chats_together_get_thirty_a_second(strict: TelegramStandIn, hands: Hands) -> None:
    """The thirty-first is refused whoever it is for; what is no message does not count."""
    assert {limited(strict, chat_id) for chat_id in range(1001, 1031)} == {0}
    assert limited(strict, 1031) == 1
    assert ask(strict, "sendChatAction", chat_id=1031, action="typing") is True
    assert ask(strict, "getChat", chat_id=1031)["id"] == 1031
    hands.now += 1
    assert limited(strict, 1031) == 0
    assert strict.limits is not None
    assert strict.limits.most_within(1) == 30


async def test_the_library_is_told_how_long_to_wait(strict: TelegramStandIn) -> None:
    """A flood answer carries the seconds as the service's does."""
    async with Bot(strict.token, base_url=f"{strict.url}/bot") as bot:
        await bot.send_message(1001, "x")
        with pytest.raises(RetryAfter) as wait:
            await bot.send_message(1001, "x")
    assert wait.value.retry_after.total_seconds() == 1  # type: ignore[union-attr]


def test_a_refused_message_is_not_counted(strict: TelegramStandIn) -> None:
    """What is wrong in itself takes nothing of the allowance."""
    assert say(strict, 1001, text=" ") == "Bad Request: message text is empty"
    assert limited(strict, 1001) == 0


async def test_an_offset_confirms_what_came_before(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """Updates come again until a higher offset confirms them; `limit` holds."""
    for text in ("uno", "dos", "tres"):
        ana.types(text)
    first = await bot.get_updates(limit=2)
    assert [update.message.text for update in first if update.message] == ["uno", "dos"]
    assert await bot.get_updates(limit=2) == first
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["tres"]
    assert api.waiting == 1
    assert await bot.get_updates(offset=rest[-1].update_id + 1, timeout=0) == ()
    assert api.waiting == 0


async def test_confirmed_updates_can_come_once_more(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """After a fault of the service the last ones are delivered again, under the same ids, and only once."""
    ana.types("uno")
    [update] = await bot.get_updates()
    after = update.update_id + 1
    assert await bot.get_updates(offset=after) == ()
    assert api.redeliver() == 1
    assert [each.update_id for each in await bot.get_updates(offset=after)] == [update.update_id]
    assert await bot.get_updates(offset=after) == ()


async def test_only_asked_for_kinds_come(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """What `allowed_updates` does not name is dropped, and the choice lasts."""
    say(api, reply_markup=HAS_BUTTON)
    ana.types("uno")
    ana.presses("Alertas")
    [update] = await bot.get_updates(allowed_updates=["callback_query"])
    assert update.callback_query is not None
    ana.types("dos")
    assert len(await bot.get_updates()) == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert api.waiting == 0


def until_hanging(api: TelegramStandIn) -> None:
    """Wait until a long poll does."""
    with api.world.changed:
        assert api.world.changed.wait_for(lambda: api.world.updates.hanging, timeout=10)


def test_a_poll_waits_for_what_comes(api: TelegramStandIn, ana: Person) -> None:
    """A hanging poll is answered the moment somebody writes, and the lock is free meanwhile."""
    answers: list[Any] = []
    poll = threading.Thread(target=lambda: answers.append(ask(api, "getUpdates", timeout=20)))
    poll.start()
    until_hanging(api)
    assert say(api)["message_id"] == 1
    ana.types("hola")
    poll.join(10)
    assert [update["message"]["text"] for update in answers[0]] == ["hola"]


def test_a_second_poll_ends_the_first(api: TelegramStandIn, ana: Person) -> None:
    """Two programs with one token: the one that waited is told of the conflict, the newer one goes on."""
    answers: list[Any] = []
    first = threading.Thread(target=lambda: answers.append(ask(api, "getUpdates", timeout=20)))
    first.start()
    until_hanging(api)
    assert ask(api, "getUpdates", timeout=0) == []
    first.join(10)
    assert answers[0].startswith("Conflict: terminated by other getUpdates request")


def test_a_poll_ends_with_the_stand_in() -> None:
    """Closing answers a hanging poll at once, with nothing."""
    answers: list[Any] = []
    with TelegramStandIn() as api:
        poll = threading.Thread(target=lambda: answers.append(ask(api, "getUpdates", timeout=40)))
        poll.start()
        until_hanging(api)
    poll.join(10)
    assert answers == [[]]


async def test_a_command_is_an_entity(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """Commands are marked as Telegram marks them, with the bot's name and counted in UTF-16."""
    ana.types("/start@alia_watch_bot es_flagship")
    ana.types("😀 /help a/b https://x.example/y @berto")
    first, second = [update.message for update in await bot.get_updates()]
    assert first is not None
    assert second is not None
    assert first.from_user is not None
    assert (first.from_user.language_code, first.chat.type, first.chat.id) == ("es", "private", 1001)
    assert [(each.type, each.offset, each.length) for each in first.entities] == [("bot_command", 0, 21)]
    assert list(second.parse_entities().values()) == ["/help", "https://x.example/y", "@berto"]


async def test_a_press_carries_message_and_data(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """The newest button that reads so is pressed; forged data comes from the newest message."""
    for text in ("vieja", "nueva"):
        button = InlineKeyboardButton("Alertas", callback_data=text)
        await bot.send_message(1001, text, reply_markup=InlineKeyboardMarkup([[button]]))
    ana.presses("Alert")
    ana.forges("x:1")
    pressed, forged = [update.callback_query for update in await bot.get_updates()]
    assert pressed is not None
    assert forged is not None
    assert isinstance(pressed.message, Message)
    assert (pressed.data, pressed.message.text, forged.data) == ("nueva", "nueva", "x:1")


def test_a_button_that_is_not_there_names_those_that_are(api: TelegramStandIn, ana: Person) -> None:
    """A wrong label tells which ones there are; a link tells the bot nothing."""
    say(api, reply_markup=keyboard({"text": "Alertas", "callback_data": "a"}, {"text": "Web", "url": "https://x.es"}))
    with pytest.raises(LookupError, match=r"\[Alertas\] \[Web\]"):
        ana.presses("Nada")
    with pytest.raises(LookupError, match=r"\[Web\] opens https://x\.es"):
        ana.presses("Web")
    with pytest.raises(LookupError, match="Berto is not in Grupo"):
        api.person(1002, "Berto").types("hola", chat=api.group(-1001, "Grupo"))


async def test_the_bot_is_told_of_its_own_standing(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """Blocking, letting in and putting out come as my_chat_member, with what was and what is."""
    group = api.group(-1001, "Grupo", administrators=[ana])
    channel = api.channel(-1003, "Canal", administrators=[ana])
    ana.blocks()
    ana.unblocks()
    group.adds_bot(by=ana)
    group.kicks_bot(by=ana)
    channel.adds_bot(by=ana)
    updates = await bot.get_updates()
    told = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [(each.chat.id, each.old_chat_member.status, each.new_chat_member.status) for each in told] == [
        (1001, "member", "kicked"),
        (1001, "kicked", "member"),
        (-1001, "left", "member"),
        (-1001, "member", "kicked"),
        (-1003, "left", "administrator"),
    ]
    assert told[-1].new_chat_member.can_post_messages is True  # type: ignore[attr-defined]
    [came] = [update.message for update in updates if update.message]
    assert came.new_chat_members[0].username == "alia_watch_bot"


async def test_a_bot_in_a_group_hears_what_is_for_it(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """Commands, its name and answers to it; not what people say to each other, nor to another bot."""
    group = api.group(-1001, "Redacción", administrators=[ana], topics={45: "Datos"})
    sent = await bot.send_message(-1001, "¿Sí?", message_thread_id=45, reply_markup=ForceReply())
    for text in ("hola a todos", "/start@other_bot", "/settings", "hola @alia_watch_bot"):
        ana.types(text, chat=group, thread=45)
    ana.types("sí", chat=group, thread=45, reply_to=sent.message_id)
    group.types_anonymously("/settings")
    heard = [update.message for update in await bot.get_updates() if update.message]
    assert [each.text for each in heard] == ["/settings", "hola @alia_watch_bot", "sí", "/settings"]
    assert (heard[0].is_topic_message, heard[0].message_thread_id) == (True, 45)
    assert heard[0].reply_to_message is not None
    assert heard[0].reply_to_message.forum_topic_created is not None
    assert heard[-1].from_user is not None
    assert heard[-1].sender_chat is not None
    assert (heard[-1].from_user.id, heard[-1].sender_chat.id) == (1087968824, -1001)
    channel = api.channel(-1003, "Canal", joined=True)
    channel.posts("noticia")
    assert (await bot.get_updates())[-1].channel_post is not None


async def test_members_are_what_they_are(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """The first administrator owns the group; others are members, have left, or are not known at all."""
    berto, carla, dora = (api.person(1002 + n, name) for n, name in enumerate(("Berto", "Carla", "Dora")))
    group = api.group(-1001, "Grupo", administrators=[ana, berto], members=[carla])
    ids = (ana.id, berto.id, carla.id, dora.id, bot.id)
    found = [(await bot.get_chat_member(group.id, user_id)).status for user_id in ids]
    assert found == ["creator", "administrator", "member", "left", "member"]
    group.demotes(berto)
    assert [each.user.id for each in await bot.get_chat_administrators(group.id)] == [ana.id]
    with pytest.raises(BadRequest, match="Member not found"):
        await bot.get_chat_member(group.id, 99)
    with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
        await bot.get_chat_administrators(ana.id)


async def test_faults_by_method_and_nobody_there(api: TelegramStandIn, ana: Person, bot: Bot) -> None:
    """A method fails as scripted, and while the service is away every connection is reset."""
    api.fail_method("GetUpdates", SERVER_ERROR, None, flood(3))
    with pytest.raises(NetworkError):
        await bot.get_updates()
    assert await bot.get_updates() == ()
    with pytest.raises(RetryAfter):
        await bot.get_updates()
    api.away()
    with pytest.raises(NetworkError):
        await bot.send_message(1001, "x")
    api.back()
    assert (await bot.send_message(1001, "x")).message_id == 1


async def test_a_poll_that_hangs_when_the_service_goes_is_reset(api: TelegramStandIn) -> None:
    """Going away takes the waiting polls along."""
    errors: list[BaseException] = []

    def poll() -> None:
        try:
            ask(api, "getUpdates", timeout=20)
        except OSError as error:
            errors.append(error)

    waiting = threading.Thread(target=poll)
    waiting.start()
    until_hanging(api)
    api.away()
    waiting.join(10)
    assert len(errors) == 1


async def converse(api: TelegramStandIn, bot: Bot) -> None:
    """A conversation with everything in it."""
    ana = api.person(1001, "Ana")
    group = api.group(-1001, "Redacción", administrators=[ana], topics={45: "Datos"})
    asked = ana.types("/start")
    await bot.send_chat_action(1001, "typing")
    markup = {"inline_keyboard": [[{"text": name, "callback_data": name}] for name in ("Alertas", "Las <dos>")]}
    sent = await bot.send_message(
        1001,
        '<b>ALIA <i>Watch</i></b>\n<a href="https://x.es/?a=1&amp;b=2">ver</a> <code>q</code>'
        "\n<blockquote expandable>uno\n😀 dos</blockquote>",
        parse_mode="HTML",
        reply_markup=InlineKeyboardMarkup.de_json(markup, bot),
        reply_parameters=ReplyParameters(asked),
    )
    await bot.answer_callback_query(ana.presses("Alertas"), "Hecho")
    await bot.edit_message_text("nuevo", 1001, sent.message_id)
    await bot.send_photo(1001, png(640, 400), "leyenda", disable_notification=True)
    await bot.send_document(1001, InputFile(b"x" * 12345, filename="alia.html"))
    ana.types("/datos <script>", chat=group, thread=45)
    await bot.send_message(-1001, "174", message_thread_id=45, disable_notification=True)
    group.kicks_bot(by=ana)


async def test_a_transcript_reads_like_a_conversation(api: TelegramStandIn, bot: Bot) -> None:
    """Words, formatting, buttons, presses, toasts, edits and files, in the order they happened."""
    await converse(api, bot)
    assert api.transcript(1001).splitlines() == [
        "Ana: /start",
        "ALIA Watch is typing…",
        "ALIA Watch, replying: **ALIA _Watch_**",
        "  [ver](https://x.es/?a=1&b=2) `q`",
        "  > uno",
        "  > 😀 dos",
        "    [Alertas]",
        "    [Las <dos>]",
        "Ana presses [Alertas]",
        "ALIA Watch (toast): Hecho",
        "ALIA Watch edits: nuevo",
        "ALIA Watch (silently) sends a picture (640×400): leyenda",
        "ALIA Watch sends alia.html (12 KB)",
    ]
    assert api.transcript(-1001).splitlines() == [
        "Ana in “Datos”: /datos <script>",
        "ALIA Watch in “Datos” (silently): 174",
        "— Ana puts ALIA Watch out",
    ]
    with pytest.raises(LookupError, match="no chat 7"):
        api.transcript(7)


async def test_the_page_shows_it_all_and_runs_nothing(api: TelegramStandIn, bot: Bot) -> None:
    """One page without script or address to load, with what was written escaped and pictures inside."""
    await converse(api, bot)
    page = transcript_page(api, title="Prueba <1>")
    assert "<title>Prueba &lt;1&gt;</title>" in page
    assert "<b>ALIA <i>Watch</i></b>" in page
    assert '<a href="https://x.es/?a=1&amp;b=2"' in page
    assert "<details><summary>…</summary><blockquote>uno\n😀 dos</blockquote></details>" in page
    assert "Las &lt;dos&gt;" in page
    assert "/datos &lt;script&gt;" in page
    assert "<script" not in page
    assert re.findall(r'src="(?!data:image/png;base64,)', page) == []
    assert "url(" not in page


def test_a_chat_needs_nothing_but_its_id(api: TelegramStandIn) -> None:
    """A chat put into `chats` by hand takes messages as ever; a refusal of it is answered."""
    api.chats[-100] = Chat(threads=(45,))
    api.chats["@name"] = Chat()
    assert say(api, -100, message_thread_id=45)["chat"]["type"] == "supergroup"
    assert say(api, "@name")["message_id"] == 2
    api.chats[-100].refusal = "bot was kicked from the supergroup chat"
    assert say(api, -100) == "Forbidden: bot was kicked from the supergroup chat"


async def test_a_conflict_by_script_is_the_services_own(api: TelegramStandIn, bot: Bot) -> None:
    """The library sees a scripted 409 as its Conflict."""
    api.fail_method("getUpdates", CONFLICT)
    with pytest.raises(Conflict):
        await bot.get_updates()
