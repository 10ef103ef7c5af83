"""A loopback stand-in for the Bot API, as strict as the real one about all that this project sends and asks.

It checks the token, the chat, the thread, the markup, the buttons, the lengths after parsing and the picture, answers
with the real service's words, holds to its limits where it is asked to, and does the scripted faults of `fail`. People,
groups and channels talk to the bot through it. Whatever it takes is in `posted`, and reads as a conversation in
`transcript`.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Self

from alia_bot.demo import telegram_commands, telegram_members, telegram_posting
from alia_bot.demo.telegram_chat import Chat, Posted
from alia_bot.demo.telegram_faults import (
    BAD_GATEWAY,
    CONFLICT,
    GONE,
    LOST_ANSWER,
    RESET,
    SERVER_ERROR,
    Fault,
    FaultScript,
    flood,
)
from alia_bot.demo.telegram_groups import Channel, Group
from alia_bot.demo.telegram_limits import Limits
from alia_bot.demo.telegram_people import Person
from alia_bot.demo.telegram_transcript import transcript
from alia_bot.demo.telegram_wire import RefusedError, Upload, WireServer
from alia_bot.demo.telegram_world import BOT, User, World

__all__ = [
    "BAD_GATEWAY",
    "CONFLICT",
    "LOST_ANSWER",
    "RESET",
    "SERVER_ERROR",
    "TOKEN",
    "Channel",
    "Chat",
    "Fault",
    "Group",
    "Limits",
    "Person",
    "Posted",
    "TelegramStandIn",
    "flood",
]

TOKEN = "1234567890:" + "A" * 35
_TOKEN_FORM = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{35}")
_Fields = Mapping[str, str]
_METHODS: dict[str, Callable[[World, _Fields], Any]] = {
    "setmycommands": telegram_commands.set_commands,
    "getmycommands": telegram_commands.get_commands,
    "deletemycommands": telegram_commands.delete_commands,
    "editmessagetext": lambda world, fields: telegram_posting.edit(world, "text", fields),
    "editmessagecaption": lambda world, fields: telegram_posting.edit(world, "caption", fields),
    "editmessagereplymarkup": lambda world, fields: telegram_posting.edit(world, "markup", fields),
    "answercallbackquery": telegram_posting.answer_query,
    "sendchataction": telegram_posting.act,
    "getchat": telegram_members.get_chat,
    "getchatmember": telegram_members.get_member,
    "getchatadministrators": telegram_members.get_administrators,
    "leavechat": telegram_members.leave,
}
_SENDS = {"sendmessage": "text", "sendphoto": "photo", "senddocument": "document"}


class TelegramStandIn:
    """Serves on loopback while it is entered. `url` goes into `[channels.telegram] api`, `token` beside it."""

    def __init__(self, token: str = TOKEN, *, limits: Limits | None = None, privacy: bool = True) -> None:
        self.token = token
        self.calls: list[str] = []
        self._closing = threading.Event()
        self.world = World(self._closing, limits=limits, privacy=privacy)
        self.limits = limits
        self.chats, self.commands = self.world.chats, self.world.commands
        self.posted, self.edits = self.world.posted, self.world.edits
        self._faults = FaultScript()
        self._away: Fault | None = None
        self._server = WireServer(self.answer, self._closing)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self.world.updates.wake()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    # The people and the places.

    def person(
        self, user_id: int, name: str, *, language: str = "es", username: str = "", started: bool = True
    ) -> Person:
        """Somebody who may write to the bot, or who, where not `started`, never did so far."""
        return Person(self.world, User(user_id, name, username, language), started=started)

    def group(
        self,
        chat_id: int,
        title: str,
        *,
        administrators: Iterable[Person] = (),
        members: Iterable[Person] = (),
        topics: Mapping[int, str] | None = None,
        supergroup: bool = True,
        joined: bool = True,
        username: str = "",
    ) -> Group:
        """A group, a supergroup, or with `topics` a forum; the first of the administrators is its owner."""
        return Group(
            self.world,
            chat_id,
            title,
            administrators=administrators,
            members=members,
            topics=topics,
            supergroup=supergroup,
            joined=joined,
            username=username,
        )

    def channel(
        self,
        chat_id: int,
        title: str,
        *,
        username: str = "",
        administrators: Iterable[Person] = (),
        joined: bool = False,
    ) -> Channel:
        """A channel; the bot is not in it until it is added."""
        return Channel(self.world, chat_id, title, username=username, administrators=administrators, joined=joined)

    # What a test looks at.

    @property
    def uploads(self) -> int:
        """How many pictures and files came whole, rather than by the id of an earlier one."""
        return self.world.files.uploads

    @property
    def waiting(self) -> int:
        """How many updates the bot has not confirmed yet."""
        with self.world.lock:
            return len(self.world.updates)

    @property
    def unanswered(self) -> list[str]:
        """The presses of buttons that still show a clock."""
        with self.world.lock:
            return [query_id for query_id, query in self.world.queries.items() if not query.answered]

    def current(self, chat_id: int | str) -> list[Posted]:
        """The bot's messages in a chat as they read now, after all edits, the oldest first."""
        with self.world.lock:
            found = self.world.resolve(chat_id)
            return [posted for (where, _), posted in self.world.current.items() if where == found]

    def transcript(self, chat_id: int | str) -> str:
        """A chat as one reads a conversation."""
        return transcript(self.world, chat_id)

    # What goes wrong.

    def fail(self, *faults: Fault | None) -> None:
        """Do these to the next messages, one each, in order; None lets one pass."""
        self._faults.add(faults)

    def fail_method(self, method: str, *faults: Fault | None) -> None:
        """Do these to the next calls of a method, one each, in order; None lets one pass."""
        self._faults.add(faults, method)

    def mend(self) -> None:
        """No fault any more."""
        self._faults.clear()

    def redeliver(self) -> int:
        """What the bot confirmed last comes once more, under the same ids; how many updates that is."""
        return self.world.updates.redeliver()

    def expire_queries(self) -> None:
        """No press so far can be answered any more."""
        with self.world.lock:
            for query in self.world.queries.values():
                query.answered = True

    def away(self, how: Fault = GONE) -> None:
        """From now on this is what every call gets, whoever asks; polls that wait are reset."""
        self._away = how
        self.world.updates.away = True
        self.world.updates.wake()

    def back(self) -> None:
        """Answer again."""
        self._away = None
        self.world.updates.away = False

    def answer(self, path: str, fields: Mapping[str, str], files: Mapping[str, Upload]) -> Any:
        """What the service answers to a call; see `Fault` for what may happen to it.

        Raises:
            RefusedError: with the answer.
            NoAnswerError: there is none.
        """
        if self._away is not None:
            raise self._away.error()
        found = re.fullmatch(r"/bot([^/]*)/(\w+)", path)
        if found is None or not _TOKEN_FORM.fullmatch(found[1]):
            raise RefusedError(404, "Not Found")
        if found[1] != self.token:
            raise RefusedError(401, "Unauthorized")
        method = found[2].lower()
        with self.world.lock:
            self.calls.append(found[2])
            fault = self._faults.next(method)
        if fault and not fault.accept:
            raise fault.error()
        if method == "getupdates":
            result: Any = self.world.updates.poll(fields)
        else:
            with self.world.lock:
                result = self._do(method, fields, files)
        if fault:
            raise fault.error()
        return result

    def _do(self, method: str, fields: _Fields, files: Mapping[str, Upload]) -> Any:
        if method == "getme":
            return {
                **BOT.form(),
                "can_join_groups": True,
                "can_read_all_group_messages": not self.world.privacy,
                "supports_inline_queries": False,
            }
        if method == "deletewebhook":
            if fields.get("drop_pending_updates", "").lower() == "true":
                self.world.updates.drop()
            return True
        if method in _SENDS:
            return telegram_posting.send(self.world, _SENDS[method], fields, files)
        if method not in _METHODS:
            raise RefusedError(404, "Not Found")
        return _METHODS[method](self.world, fields)
