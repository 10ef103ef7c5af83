"""Who asks what is kept of them is told all of it; who asks for its end leaves nothing but a hash."""

import json
from pathlib import Path

import pytest

from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import About, ChannelKind, Source, Subscriber, Topic
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store, open_store
from alia_watch.store.erased import is_erased
from alia_watch.store.persons import erase_person, kept_of, persons
from tests.command import Ended, alia_watch
from tests.made import made_file
from tests.outbox import NOW
from tests.website import visit

ANA = Subscriber(
    "email:0a1b", ChannelKind.EMAIL, "Ana@example.net", "ca", frozenset({Topic.DIGEST}), source=Source.SIGNUP
)


def asked(store: Store, *words: str) -> Ended:
    config = made_file(store.path.parent, subscriber=[])
    return alia_watch("--config", config, "--as-of", NOW.isoformat(), "subscribers", *words)


def queued(store: Store) -> None:
    with store.writing() as db:
        db.execute(
            "INSERT INTO reports (key, kind, document, created_at, version) VALUES ('x', 'digest', '{}', ?, '0')",
            [NOW.isoformat()],
        )
    message = Message("x", "ca", ChannelKind.EMAIL, 0, "x", "x", "<p>x</p>")
    outbox.put(store, [message], About(frozenset({Topic.DIGEST})), now=NOW)


@pytest.mark.parametrize("named", ["ana@EXAMPLE.net", "email:0a1b"])
def test_all_that_is_kept_is_told(store: Store, named: str) -> None:
    """By address, in whatever case, or by id: what they chose, and what was sent."""
    subscribers.choose(store, ANA, now=NOW)
    queued(store)
    [kept] = json.loads(asked(store, "export", named).out)
    assert (kept["address"], kept["language"], kept["topics"]) == ("Ana@example.net", "ca", ["digest"])
    assert [(each["report"], each["state"]) for each in kept["deliveries"]] == [("x", "due")]


def test_of_a_stranger_nothing_is_told(store: Store) -> None:
    """Nobody is no error, for a script that answers requests."""
    ended = asked(store, "export", "nobody@example.net")
    assert (ended.code, json.loads(ended.out)) == (0, [])


def test_who_is_erased_leaves_a_hash(store: Store) -> None:
    """The address is nowhere in the database file; what waited is not sent, and no list brings it back."""
    subscribers.choose(store, ANA, now=NOW)
    queued(store)
    with store.writing() as db:
        words = "550 5.1.1 <ana@example.net>: no such user"
        db.execute("UPDATE deliveries SET why = ?", [words])
    assert asked(store, "erase", "ana@example.net").code == 0
    assert is_erased(store, "Ana@example.net")
    [row] = store.rows("SELECT state FROM deliveries")
    assert row["state"] == "dead"
    assert not [found for found in everything(store) if "ana@" in found.lower()]
    again = asked(store, "erase", "ana@example.net")
    assert (again.code, again.err.strip()) == (0, "This address was erased before.")


def test_who_stands_in_the_configuration_is_stopped(store: Store) -> None:
    """And whoever runs the watch is told to take the address out."""
    configured = Subscriber("email:bo@example.net", ChannelKind.EMAIL, "bo@example.net", "en", frozenset(Topic))
    subscribers.sync(store, [configured], now=NOW)
    ended = asked(store, "erase", "bo@example.net")
    assert "take the address out of the configuration" in ended.err
    [bo] = subscribers.subscribers(store)
    assert bo.stopped == "erased on request"


def test_a_signup_that_waits_is_erased_with_its_letter(tmp_path: Path) -> None:
    """Who never confirmed can ask as well."""
    with visit(tmp_path) as pages:
        pages.signs_up()
        link = pages.link()
        with open_store(pages.config.watch.database) as store:
            [who] = persons(store, "ana@example.net")
            [agreed] = kept_of(store, who)["agreed"]
            assert (agreed["address"], agreed["confirmed_at"]) == ("Ana@example.net", None)
            erase_person(store, "ana@example.net", "asked", now=NOW)
            assert not persons(store, "ana@example.net")
            assert not [found for found in everything(store) if "ana@" in found.lower()]
        assert not pages.letters()
        assert pages.client.get(link).status_code == 410


def everything(store: Store) -> list[str]:
    """Every value of every table, as text."""
    tables = [row["name"] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [str(value) for table in tables for row in store.tuples(f"SELECT * FROM {table}") for value in row]
