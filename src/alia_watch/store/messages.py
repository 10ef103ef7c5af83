"""The finished messages of reports, as they went into the outbox."""

import json

from alia_watch.audience.message import Attachment, Button, Image, Message
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
        buttons=tuple(tuple(Button(*each) for each in line) for line in json.loads(row["buttons"])),
    )


def _buttons_text(buttons: tuple[tuple[Button, ...], ...]) -> str:
    """The buttons of a message as they are kept."""
    return json.dumps([[[each.label, each.action, each.url] for each in row] for row in buttons], ensure_ascii=False)


def message_ids(store: Store, key: str, language: str, form: ChannelKind) -> list[int]:
    """The ids of the parts of a report in a language and form, in order; none where it was not written yet."""
    rows = store.rows(
        "SELECT id FROM messages WHERE report_key = ? AND language = ? AND form = ? ORDER BY part",
        [key, language, form.value],
    )
    return [row["id"] for row in rows]


def insert(store: Store, message: Message) -> int:
    """Keep a message; gives its id."""
    names = ("report_key", "language", "form", "part", "subject", "text", "markup")
    with store.writing() as db:
        cursor = db.execute(
            f"INSERT INTO messages ({', '.join(names)}, buttons) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  ours
            [*(getattr(message, name) for name in names), _buttons_text(message.buttons)],
        )
        for position, image in enumerate(message.images):
            db.execute(
                "INSERT INTO message_images (message_id, position, name, alt, png) VALUES (?, ?, ?, ?, ?)",
                [cursor.lastrowid, position, image.name, image.alt, image.png],
            )
        for position, file in enumerate(message.attachments):
            db.execute(
                "INSERT INTO message_attachments (message_id, position, name, content) VALUES (?, ?, ?, ?)",
                [cursor.lastrowid, position, file.name, file.content],
            )
    return int(cursor.lastrowid or 0)


def message_sent(store: Store, message_id: int, subscriber_id: str) -> list[Message]:
    """All parts of the report that a message belongs to, where it was meant for this subscriber; else none."""
    rows = store.rows(
        "SELECT m.*, m.id AS message_id, m.language AS written_in FROM messages one"
        " JOIN messages m ON (m.report_key, m.language, m.form) = (one.report_key, one.language, one.form)"
        " JOIN deliveries d ON d.message_id = m.id WHERE one.id = ? AND d.subscriber_id = ? ORDER BY m.part",
        [message_id, subscriber_id],
    )
    return [stored_message(store, row) for row in rows]
