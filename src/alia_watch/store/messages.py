"""The finished messages of reports, as they went into the outbox."""

from alia_watch.audience.message import Image, Message
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.store.database import Store


def messages_of(store: Store, report_key: str) -> list[Message]:
    """Every message of a report, by language, form and part; its pictures by name alone."""
    found = []
    for row in store.rows("SELECT * FROM messages WHERE report_key = ? ORDER BY language, form, part", [report_key]):
        images = store.rows("SELECT name, alt FROM message_images WHERE message_id = ? ORDER BY position", [row["id"]])
        found.append(
            Message(
                row["report_key"],
                row["language"],
                ChannelKind(row["form"]),
                row["part"],
                row["subject"],
                row["text"],
                row["markup"],
                tuple(Image(each["name"], each["alt"], b"") for each in images),
            )
        )
    return found
