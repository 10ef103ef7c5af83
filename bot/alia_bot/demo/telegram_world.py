"""What the stand-in Bot API knows: who is where, what was said, and what happened in which order."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from alia_bot.demo.telegram_chat import Chat, Markup, Posted
from alia_bot.demo.telegram_files import FileStore
from alia_bot.demo.telegram_html import Entity
from alia_bot.demo.telegram_limits import Limits
from alia_bot.demo.telegram_updates import Updates

_FIRST_DATE = 1767225600


@dataclass(frozen=True, slots=True)
class User:
    """A person, or a bot."""

    id: int
    name: str
    username: str = ""
    language: str = ""
    is_bot: bool = False

    def form(self) -> dict[str, Any]:
        """As the Bot API writes it."""
        return {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.name,
            **({"username": self.username} if self.username else {}),
            **({"language_code": self.language} if self.language else {}),
        }


BOT = User(1234567890, "ALIA Watch", "alia_watch_bot", is_bot=True)
#: Whoever administers a group without showing a name writes as this.
ANONYMOUS = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened in a chat, for whoever reads the conversation.

    `kind` is says, presses, sends, edits, toast, alert, doing or event; the last two say it in `text`.
    """

    chat_id: int | str
    kind: str
    who: str
    text: str = ""
    entities: tuple[Entity, ...] = ()
    thread: int | None = None
    reply_to: int | None = None
    posted: Posted | None = None
    message_id: int | None = None


@dataclass(slots=True)
class Query:
    """A press of a button that waits for its answer."""

    chat_id: int | str
    thread: int | None
    answered: bool = False


@dataclass(slots=True)
class World:
    """All of it is read and changed under `lock`; `changed` lets it go while a long poll waits."""

    closing: threading.Event
    limits: Limits | None = None
    privacy: bool = True
    date: int = _FIRST_DATE
    chats: dict[int | str, Chat] = field(default_factory=dict)
    users: dict[int, User] = field(default_factory=lambda: {user.id: user for user in (BOT, ANONYMOUS)})
    posted: list[Posted] = field(default_factory=list)
    edits: list[Posted] = field(default_factory=list)
    current: dict[tuple[int | str, int], Posted] = field(default_factory=dict)
    messages: dict[tuple[int | str, int], dict[str, Any]] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    files: FileStore = field(default_factory=FileStore)
    lock: threading.RLock = field(default_factory=threading.RLock)
    changed: threading.Condition = field(init=False)
    updates: Updates = field(init=False)
    _counted: defaultdict[int | str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.changed = threading.Condition(self.lock)
        self.updates = Updates(self.changed, self.closing)

    def kind(self, chat_id: int | str) -> str:
        """The type of a chat."""
        return self.chats[chat_id].kind_of(chat_id)

    def name(self, chat_id: int | str) -> str:
        """What a chat is called by those in it."""
        user = self.users.get(chat_id) if isinstance(chat_id, int) else None
        return user.name if user else self.chats[chat_id].title or str(chat_id)

    def next_message_id(self, chat_id: int | str) -> int:
        """Supergroups and channels count their own messages; private chats and small groups share the bot's count.

        So does a chat that was put into `chats` without a kind.
        """
        owner = chat_id if self.chats[chat_id].kind in ("supergroup", "channel") else 0
        self._counted[owner] += 1
        return self._counted[owner]

    def resolve(self, given: int | str) -> int | str | None:
        """The key of a chat that is named by its id or by `@username`; None where there is none."""
        if given in self.chats:
            return given
        if isinstance(given, str):
            for chat_id, chat in self.chats.items():
                if chat.username and given.lower() == f"@{chat.username.lower()}" and chat.kind != "private":
                    return chat_id
        return None

    def chat_form(self, chat_id: int | str) -> dict[str, Any]:
        """A chat as the Bot API writes it in messages."""
        chat, kind = self.chats[chat_id], self.kind(chat_id)
        named = {"first_name" if kind == "private" else "title": self.name(chat_id)}
        return {
            "id": chat_id if isinstance(chat_id, int) else -1,
            "type": kind,
            **named,
            **({"username": chat.username} if chat.username else {}),
            **({"is_forum": True} if chat.is_forum else {}),
        }

    def heading(self, chat_id: int | str, message_id: int, thread: int | None) -> dict[str, Any]:
        """What every message has."""
        return {
            "message_id": message_id,
            "date": self.date,
            "chat": self.chat_form(chat_id),
            **({"message_thread_id": thread, "is_topic_message": True} if thread is not None else {}),
        }

    def without_reply(self, chat_id: int | str, message_id: int) -> dict[str, Any]:
        """A message as it is quoted by its answer, which quotes no further."""
        return {key: value for key, value in self.messages[chat_id, message_id].items() if key != "reply_to_message"}

    def posted_form(self, posted: Posted) -> dict[str, Any]:
        """A message of the bot as the Bot API writes it."""
        chat_id = posted.chat_id
        channel = self.kind(chat_id) == "channel"
        form = self.heading(chat_id, posted.message_id, posted.thread)
        form |= {"sender_chat": form["chat"]} if channel else {"from": BOT.form()}
        if posted.file:
            form |= self.files.form(posted.file)
        if posted.text:
            form["caption" if posted.file else "text"] = posted.text
        if posted.entities:
            form["caption_entities" if posted.file else "entities"] = [entity_form(each) for each in posted.entities]
        if posted.keyboard:
            form["reply_markup"] = markup_form(posted.markup)
        if posted.reply_to is not None:
            form["reply_to_message"] = self.without_reply(chat_id, posted.reply_to)
        return form

    def happen(self, happening: Happening) -> None:
        """Write it down."""
        with self.lock:
            self.happened.append(happening)


def entity_form(entity: Entity) -> dict[str, Any]:
    """A formatted stretch as the Bot API writes it."""
    argument = {"text_link": "url", "custom_emoji": "custom_emoji_id"}.get(entity.kind)
    return {
        "type": f"expandable_{entity.kind}" if entity.folded else entity.kind,
        "offset": entity.offset,
        "length": entity.length,
        **({argument: entity.argument} if argument else {}),
    }


def markup_form(markup: Markup) -> dict[str, Any]:
    """Buttons as the Bot API writes them."""
    return {
        "inline_keyboard": [
            [{"text": b.text, **({"url": b.url} if b.url else {"callback_data": b.data})} for b in row]
            for row in markup.keyboard
        ]
    }
