"""What was said to the bot and waits for its answer, each update once; and what the bot asked back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alia_watch.clock import format_second
from alia_watch.store.database import Store

#: How long the number of an answered update is kept, so that it is not answered again.
REMEMBERED = timedelta(days=3)
#: How long an answer to a question of ours is waited for.
ASKED_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An update that waits: Telegram's number, when it came, and its body as JSON."""

    update_id: int
    received_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the bot asked somebody in a chat, and about what."""

    purpose: str
    argument: str


def take_in(store: Store, updates: Iterable[tuple[int, str]], *, now: datetime) -> list[int]:
    """Keep updates until they are answered; gives the ids of those that are new.

    Args:
        updates: Telegram's number of each, and its body as JSON.
    """
    new = []
    with store.writing() as db:
        for update_id, body in updates:
            row = db.execute(
                "INSERT OR IGNORE INTO chat_updates (update_id, received_at, body) VALUES (?, ?, ?)"
                " RETURNING update_id",
                [update_id, format_second(now), body],
            ).fetchone()
            if row is not None:
                new.append(update_id)
        db.execute("DELETE FROM chat_updates WHERE body IS NULL AND received_at < ?", [format_second(now - REMEMBERED)])
    return new


def unanswered(store: Store) -> list[Unanswered]:
    """The updates that wait, in Telegram's order."""
    rows = store.rows("SELECT * FROM chat_updates WHERE body IS NOT NULL ORDER BY update_id")
    return [Unanswered(row["update_id"], datetime.fromisoformat(row["received_at"]), row["body"]) for row in rows]


def answered(store: Store, update_id: int) -> None:
    """This update is done with: its body is erased, its number kept a while."""
    with store.writing() as db:
        db.execute("UPDATE chat_updates SET body = NULL WHERE update_id = ?", [update_id])


def ask(store: Store, chat_id: int, user_id: int, prompt: Prompt, *, now: datetime) -> None:
    """Remember what somebody was asked; a question before it no longer counts."""
    with store.writing() as db:
        db.execute(
            "INSERT OR REPLACE INTO chat_prompts (chat_id, user_id, purpose, argument, asked_at)"
            " VALUES (?, ?, ?, ?, ?)",
            [chat_id, user_id, prompt.purpose, prompt.argument, format_second(now)],
        )


def asked(store: Store, chat_id: int, user_id: int, *, now: datetime) -> Prompt | None:
    """What somebody was asked and may answer still."""
    rows = store.rows(
        "SELECT purpose, argument FROM chat_prompts WHERE chat_id = ? AND user_id = ? AND asked_at >= ?",
        [chat_id, user_id, format_second(now - ASKED_WITHIN)],
    )
    return Prompt(rows[0]["purpose"], rows[0]["argument"]) if rows else None


def settle(store: Store, chat_id: int, user_id: int) -> None:
    """What somebody was asked is done with."""
    with store.writing() as db:
        db.execute("DELETE FROM chat_prompts WHERE chat_id = ? AND user_id = ?", [chat_id, user_id])


def erase_chat(store: Store, chat_id: int) -> None:
    """Forget what was asked in a chat."""
    with store.writing() as db:
        db.execute("DELETE FROM chat_prompts WHERE chat_id = ?", [chat_id])
