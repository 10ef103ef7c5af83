"""The chats of the stand-in Bot API, and the messages the bot posts into them."""

from dataclasses import dataclass, field

from alia_bot.demo.telegram_html import Entity

#: The topic that every forum has. Messages to it name no thread.
GENERAL = 1


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button: with `data` that comes back when it is pressed, or with the `url` it opens."""

    text: str
    data: str = ""
    url: str = ""


#: Rows of buttons.
Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """What goes with a message: buttons beneath it, or the request to answer it."""

    keyboard: Keyboard = ()
    force_reply: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A picture or a file that was uploaded once, and may be sent again by its id."""

    file_id: str
    kind: str
    content: bytes
    name: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Posted:
    """A message the stand-in took: words after parsing, and the picture or the file, if any."""

    message_id: int
    chat_id: int | str
    thread: int | None
    text: str
    entities: tuple[Entity, ...]
    photo: bytes | None = None
    document: bytes | None = None
    markup: Markup = Markup()
    silent: bool = False
    reply_to: int | None = None
    file: StoredFile | None = None

    @property
    def keyboard(self) -> Keyboard:
        """The buttons beneath it."""
        return self.markup.keyboard

    @property
    def labels(self) -> list[list[str]]:
        """The words on the buttons, row by row."""
        return [[button.text for button in row] for row in self.keyboard]

    @property
    def file_id(self) -> str:
        """The id by which its picture or file can be sent again."""
        return self.file.file_id if self.file else ""

    @property
    def file_name(self) -> str:
        """The name of its file."""
        return self.file.name if self.file else ""


@dataclass(slots=True)
class Chat:
    """A chat the bot knows. `refusal` is the 403 it answers with; `moved_to` its supergroup.

    `bot` is the bot's own standing there, as `getChatMember` would name it; `members` those of the people.
    """

    threads: tuple[int, ...] = ()
    refusal: str | None = None
    moved_to: int | None = None
    kind: str = ""
    title: str = ""
    username: str = ""
    bot: str = "administrator"
    started: bool = True
    forum: bool = False
    topics: dict[int, str] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    members: dict[int, str] = field(default_factory=dict)

    def kind_of(self, chat_id: int | str) -> str:
        """Its type in the Bot API; where nobody said, as its id looks."""
        if self.kind:
            return self.kind
        if isinstance(chat_id, str):
            return "channel"
        return "private" if chat_id > 0 else "supergroup"

    @property
    def is_forum(self) -> bool:
        """Whether it has topics."""
        return self.forum or bool(self.threads)

    def topic_name(self, thread: int) -> str:
        """What a topic is called."""
        return self.topics.get(thread, "General" if thread == GENERAL else f"#{thread}")
