"""Who may receive what."""

from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What a subscriber can ask for."""

    ALERTS = "alerts"
    COST_UPDATES = "cost_updates"
    DIGEST = "digest"
    MAINTENANCE = "maintenance"  # for who runs the watch: a source that fails


#: What a subscriber gets who does not say what.
FOR_ALL = (Topic.ALERTS, Topic.COST_UPDATES, Topic.DIGEST)


class ChannelKind(StrEnum):
    """How a message travels."""

    TELEGRAM = "telegram"
    EMAIL = "email"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One receiver: an address on a channel, a language, the topics asked for; stopped ones keep their reason.

    `address` is a chat id (`-100123` or `-100123/45` for a forum topic), a mail address or a folder name.
    """

    id: str
    channel: ChannelKind
    address: str
    language: str
    topics: frozenset[Topic]
    stopped: str | None = None


def may_receive(subscriber: Subscriber, topic: Topic) -> bool:
    """Whether a report on a topic goes to a subscriber: asked for, and not stopped."""
    return subscriber.stopped is None and topic in subscriber.topics
