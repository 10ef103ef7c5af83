"""The finished messages of reports, as they went into the outbox."""

from alia_watch.audience.message import Attachment, Image, Message
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.store.database import Row, Store


def messages_of(store: Store, report_key: str) -> list[Message]:
    """Every message of a report, by language, form and part."""
    rows = store.rows(
        "SELECT *, id AS message_id, language AS written_in FROM messages WHERE report_key = ?"
        " ORDER BY language, form, part",
        [report_key],
    )
    return [stored_message(store, row) for row in rows]


def stored_message(store: Store, row: Row) -> Message:
    """The message of a row of `messages`, whose id and language are named `message_id` and `written_in` in it."""
    images = store.rows(
        "SELECT name, alt, png FROM message_images WHERE message_id = ? ORDER BY position", [row["message_id"]]
    )
    files = store.rows(
        "SELECT name, content FROM message_attachments WHERE message_id = ? ORDER BY position", [row["message_id"]]
    )
    return Message(
        report_key=row["report_key"],
        language=row["written_in"],
        form=ChannelKind(row["form"]),
        part=row["part"],
        subject=row["subject"],
        text=row["text"],
        markup=row["markup"],
        images=tuple(Image(image["name"], image["alt"], image["png"]) for image in images),
        attachments=tuple(Attachment(file["name"], file["content"]) for file in files),
    )
