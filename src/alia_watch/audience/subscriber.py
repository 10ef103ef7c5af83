"""Who may receive what."""

from dataclasses import dataclass, field
from enum import StrEnum

from alia_watch.audience.preferences import Preferences


class Topic(StrEnum):
    """What a subscriber can ask for."""

    ALERTS = "alerts"  # new repos among them
    COST_UPDATES = "cost_updates"
    DIGEST = "digest"
    CORRECTIONS = "corrections"  # of all reports: those of what one received come in any case
    NEW_REPOS = "new_repos"  # for who wants no other alert
    MAINTENANCE = "maintenance"  # for who runs the watch: a source that fails


#: What a subscriber gets who does not say what.
FOR_ALL = (Topic.ALERTS, Topic.COST_UPDATES, Topic.DIGEST)
#: What a person can choose in a chat.
CHOICES = (*FOR_ALL, Topic.CORRECTIONS, Topic.NEW_REPOS)


class ChannelKind(StrEnum):
    """How a message travels."""

    TELEGRAM = "telegram"
    EMAIL = "email"
    FOLDER = "folder"


class Source(StrEnum):
    """Who made somebody a subscriber."""

    CONFIGURATION = "configuration"
    CHAT = "chat"  # they did, by asking the bot
    SIGNUP = "signup"  # they did, by mail, and confirmed it


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
    source: Source = Source.CONFIGURATION
    preferences: Preferences = field(default_factory=Preferences)


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about, as far as receiving it goes.

    Attributes:
        topics: whoever asked for one of these gets it; None: everyone who is not stopped.
        lift: how many times the usual the largest spike is, of an alert that tells of spikes alone.
        waits: whether it may wait for a summary, and be summed up in one.
    """

    topics: frozenset[Topic] | None
    lift: float | None = None
    waits: bool = False


def may_receive(subscriber: Subscriber, about: About) -> bool:
    """Whether a report goes to a subscriber: asked for, large enough for them, and not stopped."""
    if subscriber.stopped is not None:
        return False
    if about.topics is None:
        return bool(subscriber.topics) or subscriber.source is not Source.SIGNUP  # who has not confirmed is nobody yet
    threshold = subscriber.preferences.threshold
    small = about.lift is not None and threshold is not None and about.lift < threshold
    return bool(about.topics & subscriber.topics) and not small
