"""People who talk to the bot at the stand-in Bot API."""

from alia_bot.demo.telegram_chat import Chat
from alia_bot.demo.telegram_hearing import Where, button, chat_id_of, hear, newest, press, standing
from alia_bot.demo.telegram_world import BOT, Happening, User, World

_BLOCKED = "bot was blocked by the user"


class Person:
    """Somebody with an account; their private chat with the bot has their id.

    Raises:
        ValueError: the id is no person's.
    """

    def __init__(self, world: World, user: User, *, started: bool) -> None:
        if user.id <= 0:
            raise ValueError(f"{user.id} is no id of a person")
        self._world = world
        self.user = user
        with world.lock:
            world.users[user.id] = user
            world.chats[user.id] = Chat(kind="private", username=user.username, started=started)

    @property
    def id(self) -> int:
        """The id of the account, and of the private chat."""
        return self.user.id

    @property
    def name(self) -> str:
        """The first name."""
        return self.user.name

    def types(
        self, text: str, chat: Where | None = None, thread: int | None = None, reply_to: int | None = None
    ) -> int:
        """Write to the bot, or into a group; the id of the message.

        Raises:
            LookupError: they cannot write there.
        """
        with self._world.lock:
            chat_id = self._there(chat)
            own = self._world.chats[chat_id]
            if own.refusal:
                raise LookupError(f"{self.name} cannot write: {own.refusal}")
            own.started = True
            sender = {"from": self.user.form()}
            return hear(self._world, chat_id, self.name, sender, text, thread=thread, reply_to=reply_to)

    def shows(self, picture: str, chat: Where | None = None) -> int:
        """Send the bot a picture, by its id, without a word; the id of the message."""
        with self._world.lock:
            chat_id = self._there(chat)
            self._world.chats[chat_id].started = True
            return hear(self._world, chat_id, self.name, {"from": self.user.form()}, "", picture=picture)

    def presses(self, label: str, chat: Where | None = None) -> str:
        """Press the newest button whose words contain `label`; the id of the query.

        Raises:
            LookupError: no button reads so, or it opens an address.
        """
        with self._world.lock:
            chat_id = self._there(chat)
            posted, found = button(self._world, chat_id, label)
            self._world.happen(Happening(chat_id, "presses", self.name, found.text, thread=posted.thread))
            return press(self._world, chat_id, self.user, posted, found.data)

    def forges(self, data: str, chat: Where | None = None) -> str:
        """Send data that no button has, as a changed client can, from the newest message; the id of the query.

        Raises:
            LookupError: the bot has written nothing there.
        """
        with self._world.lock:
            chat_id = self._there(chat)
            there = newest(self._world, chat_id)
            if not there:
                raise LookupError(f"the bot has written nothing in {self._world.name(chat_id)}")
            self._world.happen(Happening(chat_id, "presses", self.name, f"forged: {data}", thread=there[0].thread))
            return press(self._world, chat_id, self.user, there[0], data)

    def blocks(self) -> None:
        """Want nothing more of the bot."""
        with self._world.lock:
            self._world.chats[self.id].refusal = _BLOCKED
            standing(self._world, self.id, self.user, "kicked", f"blocks {BOT.name}")

    def unblocks(self) -> None:
        """Let the bot write again."""
        with self._world.lock:
            self._world.chats[self.id].refusal = None
            standing(self._world, self.id, self.user, "member", f"unblocks {BOT.name}")

    def deactivates(self) -> None:
        """Delete the account; the bot is not told."""
        with self._world.lock:
            self._world.chats[self.id].refusal = "user is deactivated"
            self._world.happen(Happening(self.id, "event", self.name, "deletes the account"))

    def _there(self, chat: Where | None) -> int:
        chat_id = self.id if chat is None else chat_id_of(chat)
        if chat_id not in self._world.chats:
            raise LookupError(f"there is no chat {chat_id}")
        if chat_id != self.id and self.id not in self._world.chats[chat_id].members:
            raise LookupError(f"{self.name} is not in {self._world.name(chat_id)}")
        return chat_id
