"""Groups, forums and channels at the stand-in Bot API, and what happens in them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from alia_bot.demo.telegram_chat import GENERAL, Chat
from alia_bot.demo.telegram_hearing import hear, service, standing
from alia_bot.demo.telegram_people import Person
from alia_bot.demo.telegram_world import ANONYMOUS, BOT, Happening, World


class _Gathering:
    """A chat of many: the bot is let in and put out, people come and are given rights."""

    def __init__(self, world: World, chat_id: int, chat: Chat, administrators: Iterable[Person]) -> None:
        if chat_id >= 0:
            raise ValueError(f"{chat_id} is no id of a group or channel")
        self._world = world
        self.id = chat_id
        with world.lock:
            world.chats[chat_id] = chat
            for person in administrators:
                chat.members[person.id] = "administrator" if "creator" in chat.members.values() else "creator"

    @property
    def title(self) -> str:
        """Its name."""
        return self._chat.title

    @property
    def _chat(self) -> Chat:
        return self._world.chats[self.id]

    def kicks_bot(self, by: Person) -> None:
        """Put the bot out."""
        with self._world.lock:
            standing(self._world, self.id, by.user, "kicked", f"puts {BOT.name} out")

    def admits(self, *people: Person) -> None:
        """Plain members."""
        with self._world.lock:
            self._chat.members.update(dict.fromkeys((person.id for person in people), "member"))

    def promotes(self, person: Person) -> None:
        """Make somebody an administrator."""
        with self._world.lock:
            self._chat.members[person.id] = "administrator"

    def demotes(self, person: Person) -> None:
        """Make somebody a plain member again."""
        self.admits(person)

    def _event(self, said: str, thread: int | None = None) -> None:
        self._world.happen(Happening(self.id, "event", self.title, said, thread=thread))


class Group(_Gathering):
    """A group, a supergroup, or with `topics` a forum. `joined` tells whether the bot is in it from the start."""

    def __init__(
        self,
        world: World,
        chat_id: int,
        title: str,
        *,
        administrators: Iterable[Person] = (),
        members: Iterable[Person] = (),
        topics: Mapping[int, str] | None = None,
        supergroup: bool = True,
        joined: bool = True,
        username: str = "",
    ) -> None:
        if topics and not supergroup:
            raise ValueError("only a supergroup has topics")
        chat = Chat(
            threads=tuple(topics or ()),
            kind="supergroup" if supergroup else "group",
            title=title,
            username=username,
            bot="member" if joined else "left",
            forum=topics is not None,
            topics=dict(topics or {}),
        )
        super().__init__(world, chat_id, chat, administrators)
        self.admits(*members)
        self._told = not joined

    def adds_bot(self, by: Person, *, administrator: bool = False) -> None:
        """Let the bot in, as an administrator or not. A bot that was there untold counts as not yet in."""
        with self._world.lock:
            if not self._told:
                self._told, self._chat.bot = True, "left"
            new = self._chat.bot not in ("member", "administrator")
            said = f"adds {BOT.name}" if new else f"changes the rights of {BOT.name}"
            standing(self._world, self.id, by.user, "administrator" if administrator else "member", said)
            if new:
                service(self._world, self.id, by.user, {"new_chat_members": [BOT.form()]})

    def opens(self, thread: int, name: str = "") -> None:
        """A new topic, or a closed one again."""
        with self._world.lock:
            chat = self._chat
            chat.closed.discard(thread)
            if thread != GENERAL and thread not in chat.threads:
                chat.threads = (*chat.threads, thread)
            if name:
                chat.topics[thread] = name
            self._event(f"opens “{chat.topic_name(thread)}”", thread)

    def closes(self, thread: int = GENERAL) -> None:
        """Nobody writes there any more."""
        with self._world.lock:
            self._chat.closed.add(thread)
            self._event(f"closes “{self._chat.topic_name(thread)}”", thread)

    def deletes(self, thread: int) -> None:
        """The topic is gone, with all that was in it."""
        with self._world.lock:
            chat = self._chat
            chat.threads = tuple(each for each in chat.threads if each != thread)
            self._event(f"deletes “{chat.topic_name(thread)}”", thread)
            gone = [key for key, form in self._world.messages.items() if _in_topic(form, key, self.id, thread)]
            for key in gone:
                del self._world.messages[key]
                self._world.current.pop(key, None)

    def migrates(self, to: int) -> None:
        """Become a supergroup with another id: both chats say so, and the old one answers no more."""
        with self._world.lock:
            old_id, chat = self.id, self._chat
            by = next((self._world.users[member] for member in chat.members), ANONYMOUS)
            self._world.chats[to] = replace(chat, kind="supergroup", members=dict(chat.members))
            service(self._world, old_id, by, {"migrate_to_chat_id": to})
            service(self._world, to, ANONYMOUS, {"migrate_from_chat_id": old_id})
            self._event(f"becomes the supergroup {to}")
            chat.moved_to = to
            self.id = to

    def types_anonymously(self, text: str, thread: int | None = None, reply_to: int | None = None) -> int:
        """An administrator who shows no name writes; the id of the message."""
        with self._world.lock:
            sender = {"from": ANONYMOUS.form(), "sender_chat": self._world.chat_form(self.id)}
            who = f"{self.title} (anonymous)"
            return hear(self._world, self.id, who, sender, text, thread=thread, reply_to=reply_to)


class Channel(_Gathering):
    """A channel, in which only administrators write. The bot is not in it until it is added."""

    def __init__(
        self,
        world: World,
        chat_id: int,
        title: str,
        *,
        username: str = "",
        administrators: Iterable[Person] = (),
        joined: bool = False,
    ) -> None:
        bot = "administrator" if joined else "left"
        super().__init__(world, chat_id, Chat(kind="channel", title=title, username=username, bot=bot), administrators)

    def adds_bot(self, by: Person, *, administrator: bool = True) -> None:
        """Let the bot in; without rights it may not post."""
        with self._world.lock:
            new = self._chat.bot not in ("member", "administrator")
            said = f"adds {BOT.name}" if new else f"changes the rights of {BOT.name}"
            standing(self._world, self.id, by.user, "administrator" if administrator else "member", said)

    def posts(self, text: str) -> int:
        """Somebody publishes; the id of the message."""
        with self._world.lock:
            sender = {"sender_chat": self._world.chat_form(self.id)}
            return hear(self._world, self.id, self.title, sender, text)


def _in_topic(form: Mapping[str, object], key: tuple[int | str, int], chat_id: int, thread: int) -> bool:
    return key[0] == chat_id and form.get("message_thread_id") == thread
