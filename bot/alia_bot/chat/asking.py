"""Who asks, where, and with what rights: what every answer of the conversation starts from."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alia_bot.chat.incoming import Incoming, Room
from alia_watch.audience.subscriber import ChannelKind, Source, Subscriber
from alia_watch.config.sections import Config
from alia_watch.reports.speech import LANGUAGES, Speech
from alia_watch.store.database import Store
from alia_watch.store.subscribers import subscriber_of_chat

if TYPE_CHECKING:
    from alia_bot.chat.answers import Answers
    from alia_watch.store.runs import Run

#: Languages whose readers get Spanish where they have no catalogue of their own.
_SPANISH_READERS = ("an", "ast", "ext")


@dataclass(frozen=True, slots=True)
class Tools:
    """What answers are made with.

    Attributes:
        answers: to questions about figures.
        read_now: has the Hub read; gives the run when it has ended. None where no daemon runs.
        wake: what waits in the outbox is sent now.
    """

    answers: "Answers"
    read_now: "Callable[[], Future[Run]] | None" = None
    wake: Callable[[], Any] = field(default=lambda: None)


@dataclass(frozen=True, slots=True)
class Asking:
    """One thing asked.

    Attributes:
        rights: whether who asks may change what this chat receives.
        subscriber: of `target`, if there is one, stopped or not.
        target: the chat that settings are about: this one, or a channel of theirs.
    """

    store: Store
    config: Config
    incoming: Incoming
    now: datetime
    tools: Tools
    rights: bool
    subscriber: Subscriber | None
    target: int
    speech: Speech

    @property
    def maintainer(self) -> bool:
        """Whether it is asked by who runs the watch, in a chat that the configuration names."""
        telegram = self.config.channels.telegram
        return telegram is not None and self.incoming.chat in telegram.maintainers

    @property
    def standing(self) -> Subscriber:
        """The subscriber of the target; where there is none, who they would be, with no topic yet."""
        if self.subscriber is not None:
            return self.subscriber
        return Subscriber(
            id=f"{ChannelKind.TELEGRAM}:{self.target}",
            channel=ChannelKind.TELEGRAM,
            address=self.here,
            language=self.speech.language,
            topics=frozenset(),
            source=Source.CHAT,
        )

    @property
    def here(self) -> str:
        """The address of where it is asked, forum topic included, or of the channel it is about."""
        incoming = self.incoming
        if self.target == incoming.chat and incoming.forum_topic is not None:
            return f"{self.target}/{incoming.forum_topic}"
        return str(self.target)


def asking(
    store: Store,
    config: Config,
    incoming: Incoming,
    *,
    now: datetime,
    tools: Tools,
    rights: bool,
    target: int | None = None,
) -> Asking:
    """What is asked, with who asks."""
    about = incoming.chat if target is None else target
    topic = f"/{incoming.forum_topic}" if incoming.forum_topic is not None else ""
    own = subscriber_of_chat(store, f"{incoming.chat}{topic}")
    subscriber = own if about == incoming.chat else subscriber_of_chat(store, str(about))
    language = own.language if own is not None else guessed(incoming.client_language, config.watch.language)
    return Asking(store, config, incoming, now, tools, rights, subscriber, about, Speech(language))


def guessed(client_language: str, fallback: str) -> str:
    """The language to begin in: the program's own where it is spoken here; the watch's where the program says nothing;
    else English."""
    name = client_language.lower().split("-")[0]
    if name in LANGUAGES:
        return name
    if name in _SPANISH_READERS:
        return "es"
    return "en" if name else fallback


def in_language(asked: Asking, language: str) -> Asking:
    """The same, answered in another language."""
    return replace(asked, speech=Speech(language))


def with_subscriber(asked: Asking, subscriber: Subscriber | None) -> Asking:
    """The same, after the subscriber chose something."""
    return replace(asked, subscriber=subscriber)


__all__ = ["Asking", "Room", "Tools", "asking", "guessed", "in_language", "with_subscriber"]
