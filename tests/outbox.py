"""An outbox with something in it: subscribers, a stored report and its messages."""

from collections.abc import Sequence
from datetime import UTC, datetime

from alia_watch.audience.message import Image, Message
from alia_watch.audience.subscriber import About, ChannelKind, Subscriber, Topic
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store

NOW = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
KEY = "digest:2026-01"


def subscriber(
    channel: ChannelKind, address: str, language: str = "es", topics: Sequence[Topic] = tuple(Topic)
) -> Subscriber:
    """A receiver as the configuration gives it."""
    return Subscriber(f"{channel}:{address}", channel, address, language, frozenset(topics))


def message(
    form: ChannelKind,
    *,
    key: str = KEY,
    part: int = 0,
    language: str = "es",
    markup: str = "<b>174</b> descargas",
    text: str = "174 descargas",
    images: tuple[Image, ...] = (),
    subject: str = "ALIA: enero de 2026",
) -> Message:
    """One part of a report."""
    return Message(key, language, form, part, subject, text, markup, images)


def stored_report(store: Store, key: str = KEY) -> None:
    """A report that messages can belong to."""
    with store.writing() as db:
        columns = "key, kind, document, created_at, version"
        values = "?, 'digest', '{}', '2026-02-01T08:30:00Z', '0'"
        db.execute(f"INSERT OR IGNORE INTO reports ({columns}) VALUES ({values})", [key])


def fill(
    store: Store,
    receivers: Sequence[Subscriber],
    messages: Sequence[Message],
    *,
    now: datetime = NOW,
    topic: Topic | None = Topic.DIGEST,
) -> int:
    """Subscribers in the table (only these) and messages in the outbox; how many deliveries are new."""
    subscribers.sync(store, receivers, now=now)
    for key in {one.report_key for one in messages}:
        stored_report(store, key)
    return outbox.put(store, messages, About(frozenset({topic}) if topic else None), now=now)
