"""`alia-watch alert-test`, `deliveries` and `subscribers` as a person meets them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from alia_bot.demo.telegram import Chat, TelegramStandIn
from alia_bot.dispatch import LEASE
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store
from alia_watch.store.outbox import Settlement, State
from tests.command import Ended, alia_watch
from tests.made import made_file
from tests.outbox import NOW, fill, message, subscriber

FOLDER = ChannelKind.FOLDER
ES, EN = subscriber(FOLDER, "es"), subscriber(FOLDER, "en", "en")


def ask(store: Store, *arguments: object, **changes: Any) -> Ended:
    return alia_watch("--config", made_file(store.path.parent, **changes), *arguments)


def answered(store: Store, *arguments: object, **changes: Any) -> Any:
    return json.loads(ask(store, *arguments, "--format", "json", **changes).out)


def given_up(store: Store) -> None:
    """One delivery dead with a reason, one due."""
    fill(store, [ES, EN], [message(FOLDER, language=language) for language in ("es", "en")])
    claimed = outbox.claim(store, channel=FOLDER, now=NOW, lease=LEASE)
    assert claimed
    outbox.record(store, claimed.delivery_id, Settlement(State.DEAD, "over-long"), attempt=1, now=NOW)


def test_a_test_goes_the_real_way_to_everyone(store: Store) -> None:
    """Each subscriber gets a message that says it is a test, and each outcome is printed."""
    rows = answered(store, "alert-test")
    assert [(row["subscriber"], row["state"]) for row in rows] == [("folder:en", "sent"), ("folder:es", "sent")]
    for language in ("es", "en"):
        [text] = (store.path.parent / "outbox" / language).glob("*.txt")
        assert "PRUEBA · TEST" in text.read_text()
        assert "SIMULAD" not in text.read_text()
    assert outbox.counts(store)[State.SENT] == 2


def test_a_simulated_watch_says_so_in_its_tests(store: Store) -> None:
    """Nothing a simulated watch sends can be taken for real."""
    assert ask(store, "alert-test", "folder:es", watch={"simulated": True}).code == 0
    [text] = (store.path.parent / "outbox" / "es").glob("*.txt")
    assert "DATOS SIMULADOS · SIMULATED DATA" in text.read_text()


def test_a_test_can_be_for_one_and_tells_what_went_wrong(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over Telegram a working chat is told sent, a blocked one why not, and the exit code is 1."""
    with TelegramStandIn() as api:
        api.chats[-100], api.chats[5] = Chat(), Chat(refusal="bot was blocked by the user")
        monkeypatch.setenv("TELEGRAM_TOKEN", api.token)
        changes = {
            "channels": {"telegram": {"token": {"env": "TELEGRAM_TOKEN"}, "api": api.url}},
            "subscriber": [{"channel": "telegram", "address": address} for address in ("-100", "5")],
        }
        assert [row["state"] for row in answered(store, "alert-test", "telegram:-100", **changes)] == ["sent"]
        assert "PRUEBA · TEST: ALIA Watch" in api.posted[0].text
        ended = ask(store, "alert-test", "--format", "json", **changes)
        rows = {row["subscriber"]: row for row in json.loads(ended.out)}
        assert (ended.code, rows["telegram:5"]["state"], rows["telegram:-100"]["remote_id"]) == (1, "dead", "2")
        assert "blocked" in rows["telegram:5"]["why"]
        assert api.token not in ended.out + ended.err
        refused = ask(store, "alert-test", "telegram:5", **changes)
        assert (refused.code, "--resume telegram:5" in refused.err) == (2, True)


def test_a_test_for_nobody_is_refused(store: Store) -> None:
    """An unknown subscriber, or none at all, is a wrong use with a hint."""
    unknown = ask(store, "alert-test", "folder:xx")
    assert (unknown.code, "no subscriber folder:xx" in unknown.err) == (2, True)
    nobody = ask(store, "alert-test", subscriber=[])
    assert (nobody.code, "[[subscriber]]" in nobody.err) == (2, True)


def test_deliveries_say_what_became_of_each(store: Store) -> None:
    """Every form has the deliveries newest first with state and reason; JSON has every field."""
    given_up(store)
    rows = answered(store, "deliveries")
    assert [(row["id"], row["state"], row["why"]) for row in rows] == [(2, "due", None), (1, "dead", "over-long")]
    assert set(rows[0]) == {
        "id",
        "report",
        "part",
        "subscriber",
        "channel",
        "language",
        "state",
        "due_at",
        "attempts",
        "changed_at",
        "remote_id",
        "why",
    }
    assert rows[0]["due_at"] == "2026-02-01T08:30:00Z"
    [dead] = csv.DictReader(io.StringIO(ask(store, "deliveries", "--state", "dead", "--format", "csv").out))
    assert (dead["report"], dead["why"]) == ("digest:2026-01", "over-long")
    assert "over-long" in ask(store, "deliveries").out
    assert answered(store, "deliveries", "--report", "digest:2025-12") == []
    assert len(answered(store, "deliveries", "--limit", "1")) == 1
    assert ask(store, "deliveries", "--state", "lost").code == 2


def test_deliveries_tell_of_a_resting_channel(store: Store) -> None:
    """Where a channel rests, the list says until when and why, beside the results."""
    fill(store, [ES], [message(FOLDER)])
    claimed = outbox.claim(store, channel=FOLDER, now=NOW, lease=LEASE)
    assert claimed
    settlement = Settlement(State.DUE, "folder blocked", due_at=NOW + LEASE, hold_until=NOW + LEASE)
    outbox.record(store, claimed.delivery_id, settlement, attempt=1, now=NOW)
    ended = alia_watch("--config", made_file(store.path.parent), "--as-of", NOW.isoformat(), "deliveries")
    assert "folder rests until 2026-02-01T08:40:00Z: folder blocked" in ended.err


def test_what_was_given_up_is_tried_again_by_its_id(store: Store) -> None:
    """A dead delivery becomes due; one that is not given up is refused with exit code 2."""
    given_up(store)
    assert [row["state"] for row in answered(store, "deliveries", "--retry", "1")] == ["due", "due"]
    assert ask(store, "deliveries", "--retry", "1").code == 2


def test_subscribers_are_listed_and_can_be_resumed(store: Store) -> None:
    """Who receives what in which language; a stopped one with its reason until a person resumes it."""
    rows = answered(store, "subscribers")
    assert [(row["id"], row["language"], row["state"]) for row in rows] == [
        ("folder:en", "en", "active"),
        ("folder:es", "es", "active"),
    ]
    assert rows[0]["topics"] == ["alerts", "cost_updates", "digest"]
    subscribers.stop(store, "folder:es", "blocked", now=NOW)
    assert "blocked" in ask(store, "subscribers").out
    [_, es] = csv.DictReader(io.StringIO(ask(store, "subscribers", "--format", "csv").out))
    assert (es["state"], es["stopped"], es["topics"]) == ("stopped", "blocked", "alerts cost_updates digest")
    resumed = answered(store, "subscribers", "--resume", "folder:es")
    assert [row["state"] for row in resumed] == ["active", "active"]
    assert ask(store, "subscribers", "--resume", "folder:xx").code == 2


def test_without_a_database_the_way_to_one_is_said(tmp_path: Path) -> None:
    """Each of the three verbs points to `init`."""
    for verb in ("alert-test", "deliveries", "subscribers"):
        ended = alia_watch("--config", made_file(tmp_path), verb)
        assert (ended.code, "alia-watch init" in ended.err) == (2, True)
