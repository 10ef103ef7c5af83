"""What the demo never holds, written by the store's own functions: people, mail, questions, imports, files."""

from datetime import UTC, datetime, time, timedelta

from alia_watch.audience.bounce import Kind
from alia_watch.audience.message import Attachment, Button, Image, Message
from alia_watch.audience.preferences import Frequency, Preferences
from alia_watch.audience.signup import Signup
from alia_watch.audience.subscriber import FOR_ALL, About, ChannelKind, Subscriber
from alia_watch.series.snapshot import Evidence, ExactCount, Reading
from alia_watch.store import bounces, chat, erased, imports, keys, outbox, replays, reports, signups, subscribers
from alia_watch.store.database import Store

NOW = datetime(2026, 1, 23, 8, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
REPO = "BSC-LT/ALIA-40b"


def fill(store: Store, png: bytes) -> None:
    """Rows in every table that a demo leaves empty, those of migrations and of packed answers left out."""
    _people(store)
    _mail(store, png)
    with store.writing() as db:
        rows = [Reading(REPO, NOW - timedelta(days=n), 170 + n, 9000 + n) for n in range(5)]
        exact = [ExactCount(REPO, (NOW - timedelta(days=n)).date(), n) for n in range(5)]
        for name, evidence, records in (("r.csv", Evidence.FILE, rows), ("p.csv", Evidence.PUBLISHER, exact)):
            number = imports.start_import(db, name, name.ljust(64, "0"), evidence, now=NOW)
            imports.add_rows(db, number, enumerate(records, start=2))
            imports.finish_import(db, number, rows=len(records), skipped=1)
    replays.save_replays(store, {REPO: b"judged"}, "method")


def _people(store: Store) -> None:
    keys.key(store, "links")
    for number, name in enumerate(("ana", "berta", "carles")):
        wish = Signup(f"s{number}", f"{name}@example.net", "ca", frozenset(FOR_ALL), "I agree.", f"net{number}", NOW)
        signups.save_signup(store, wish)
    signups.confirm(store, "s0", now=NOW + HOUR)
    bounces.note(store, "email:s0", "<letter@example.org>", Kind.SOFT, "4.2.2", now=NOW + timedelta(days=1))
    erased.erase_address(store, "somebody@example.net", "asked", now=NOW)
    chosen = Preferences(quiet=(time(22), time(8)), frequency=Frequency.DAILY, threshold=3.0)
    there = Subscriber("telegram:77", ChannelKind.TELEGRAM, "77", "eu", frozenset(FOR_ALL), preferences=chosen)
    subscribers.choose(store, there, now=NOW)
    chat.take_in(store, [(1, '{"update_id": 1}'), (2, '{"update_id": 2}')], now=NOW)
    chat.answered(store, 1)
    chat.ask(store, 77, 77, chat.Prompt("threshold", "x"), now=NOW)


def _mail(store: Store, png: bytes) -> None:
    reports.save_report(store, "maintenance:x", "maintenance", {"made_at": "2026-01-23"}, now=NOW)
    letter = Message(
        "maintenance:x", "ca", ChannelKind.EMAIL, 0, "Subject", "Text", "<p>Text</p>",
        images=(Image("chart.png", "A chart", png),), attachments=(Attachment("report.html", b"<p>All</p>"),),
        buttons=((Button("More", action="more:1"),),),
    )  # fmt: skip
    outbox.put(store, [letter], About(None), now=NOW, only=["email:s0"])
    taken = outbox.claim(store, channel=ChannelKind.EMAIL, now=NOW, lease=timedelta(minutes=1))
    assert taken is not None
    rests = outbox.Settlement(outbox.State.DUE, "421 later", due_at=NOW + HOUR, hold_until=NOW + HOUR)
    outbox.record(store, taken.delivery_id, rests, attempt=taken.attempts, now=NOW)
