"""How near a broadcast on Telegram comes to the limit of thirty messages a second, against the strict stand-in."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from alia_bot.demo.telegram import Limits, TelegramStandIn
from alia_watch import clock
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import About, ChannelKind, Source, Subscriber, Topic
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import open_store

#: How many subscribers; that every one of them takes more than five minutes is the point.
CHATS = 10_000
#: What Telegram lets a bot send in a second.
LIMIT = 30
_WORDS = "A message of a few lines, as an alert is: what was seen, the window, the bounds, the source. " * 4


def run() -> list[dict[str, object]]:
    """The rate, how often Telegram had to refuse, and the memory.

    Raises:
        RuntimeError: not every chat got the message once: the rate would be one of something else.
    """
    limits = Limits()
    with TelegramStandIn(limits=limits) as api, tempfile.TemporaryDirectory() as folder:
        for number in range(1, CHATS + 1):
            api.person(number, f"Person {number}")
        database = Path(folder) / "alia-watch.db"
        _queue(database)
        command = [sys.executable, "-m", "benchmarks._broadcast_child", str(database), api.url, api.token]
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        reached = {posted.chat_id for posted in api.posted}
    if told["sent"] != CHATS or len(reached) != CHATS or len(api.posted) != CHATS:
        raise RuntimeError(f"{told['sent']} sent, {len(api.posted)} arrived, in {len(reached)} chats")
    rate = CHATS / told["seconds"]
    how = f"{CHATS:,} chats, one message each, over loopback; twice the chats take twice as long, by the limit"
    return [
        _row("a broadcast on Telegram", f"{rate:.1f}", "messages/s", how),
        _row("of the limit", f"{100 * rate / LIMIT:.1f}", "%", f"{LIMIT} a second; 95 % is aimed at"),
        _row("refused for haste", f"{limits.refused}", "messages", "by a stand-in that holds to the limit"),
        _row("most in any second", f"{limits.most_within(1.0)}", "messages", "as the stand-in counted them"),
        _row(
            "memory added after a tenth was sent",
            f"{told['most_mb'] - told['early_mb']:.1f}",
            "MB",
            f"resident, over {told['early_mb']:.0f} MB",
        ),
    ]


def _row(figure: str, value: str, unit: str, note: str) -> dict[str, object]:
    return {"figure": figure, "value": value, "unit": unit, "note": note}


def _queue(database: Path) -> None:
    """A report for everyone, in the outbox."""
    now = clock.now().replace(microsecond=0)
    key = "alert:benchmark"
    with open_store(database, create=True) as store:
        with store.writing() as db:
            for number in range(1, CHATS + 1):
                topics = frozenset({Topic.ALERTS})
                reader = Subscriber(
                    f"telegram:{number}", ChannelKind.TELEGRAM, str(number), "en", topics, source=Source.CHAT
                )
                subscribers.choose(store, reader, now=now)
            db.execute(
                "INSERT INTO reports (key, kind, document, created_at, version) VALUES (?, 'alert', '{}', ?, '0')",
                [key, clock.format_second(now)],
            )
        message = Message(key, "en", ChannelKind.TELEGRAM, 0, "Benchmark", _WORDS, f"<b>Benchmark.</b> {_WORDS}")
        outbox.put(store, [message], About(frozenset({Topic.ALERTS})), now=now)
