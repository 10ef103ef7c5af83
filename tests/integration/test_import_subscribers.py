"""An existing list is taken over with the proof of each row, or by asking; never against somebody's will."""

import json
from pathlib import Path

import pytest

from alia_watch.audience.subscriber import Source, Topic
from alia_watch.store import deliveries, messages, signups, subscribers
from alia_watch.store.database import Store
from tests.command import Ended, alia_watch
from tests.made import made_file
from tests.outbox import NOW

HEADER = "address,language,topics,consent_at,consent_source\n"
EMAIL = {"host": "localhost", "port": 25, "security": "none", "sender": "alia-watch@example.org"}
WEB = {"public_url": "https://watch.example.org", "controller": "Somebody, contact@example.org"}


def imported(store: Store, text: str, *, web: bool = True) -> Ended:
    file = store.path.parent / "list.csv"
    file.write_text(text, encoding="utf-8")
    changes = {"channels": {"email": EMAIL}, "subscriber": [], **({"web": WEB} if web else {})}
    config = made_file(store.path.parent, **changes)
    return alia_watch("--config", config, "--as-of", NOW.isoformat(), "subscribers", "import", file, "--format", "json")


def counts(ended: Ended) -> dict[str, int]:
    assert ended.code == 0, ended.err
    [row] = json.loads(ended.out)
    return {name: count for name, count in row.items() if count}


def test_a_row_with_its_proof_is_taken_and_the_proof_kept(store: Store) -> None:
    """Who agreed receives from now on; when and where they agreed stays with them."""
    text = HEADER + 'Ana@Example.NET,gl,"digest, alerts",2025-11-03,"paper form, press day, no. 17"\n'
    assert counts(imported(store, text)) == {"taken": 1}
    [ana] = subscribers.subscribers(store)
    assert (ana.address, ana.language, ana.source) == ("Ana@example.net", "gl", Source.SIGNUP)
    assert ana.topics == {Topic.DIGEST, Topic.ALERTS}
    assert "example" not in ana.id
    [proof] = signups.consents(store, ana.id)
    assert (proof.wording, proof.asked_at.isoformat()[:10]) == ("paper form, press day, no. 17", "2025-11-03")
    assert counts(imported(store, text)) == {"known": 1}, "a second time changes nothing"


def test_a_row_without_proof_is_asked(store: Store) -> None:
    """They get a letter that asks, and nothing else before they confirm; asking again within the hour sends none."""
    text = HEADER + "ana@example.net,eu,,,\n"
    assert counts(imported(store, text)) == {"asked": 1}
    [queued] = deliveries.deliveries(store)
    assert queued.report_key.startswith("confirmation:")
    [letter] = messages.messages_of(store, queued.report_key)
    assert (letter.language, "https://watch.example.org/confirm/" in letter.text) == ("eu", True)
    [pending] = subscribers.subscribers(store)
    assert pending.topics == frozenset()
    assert counts(imported(store, text)) == {"waiting": 1}


def test_without_pages_nobody_can_be_asked(store: Store) -> None:
    """Where a letter would lead nowhere the import is refused, with what to do; with proofs it is not."""
    refused = imported(store, HEADER + "ana@example.net,es,,,\n", web=False)
    assert (refused.code, "[web]" in refused.err) == (2, True)
    assert counts(imported(store, HEADER + "ana@example.net,es,,2025-11-03,form\n", web=False)) == {"taken": 1}


def test_who_left_is_not_brought_back(store: Store) -> None:
    """An erased address is left out, told by its line alone, whatever proof the list has."""
    text = HEADER + "ana@example.net,es,,2025-11-03,form\neva@example.net,es,,2025-11-03,form\n"
    counts(imported(store, text))
    ana = subscribers.subscriber_of_address(store, "ana@example.net")
    assert ana is not None
    signups.leave(store, ana, "asked", now=NOW)
    ended = imported(store, text)
    assert counts(ended) == {"known": 1, "erased": 1}
    assert "line 2" in ended.err
    assert "ana@" not in ended.err + ended.out


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("ana,es,,,", "no mail address"),
        ("añá@example.net,es,,,", "no mail address"),
        ("ana@example.net,fr,,,", "language"),
        ("ana@example.net,es,weather,,", "topics"),
        ("ana@example.net,es,maintenance,,", "topics"),
        ("ana@example.net,es,,2025-11-03,", "together"),
        ("ana@example.net,es,,,form", "together"),
        ("ana@example.net,es,,yesterday,form", "consent_at"),
        ("ana@example.net,es,,2099-01-01,form", "lies ahead"),
        ("EVA@example.net,es,,2025-11-03,form", "before"),
    ],
)
def test_a_faulty_row_changes_nothing(store: Store, row: str, why: str) -> None:
    """Every fault is told with its line, and no row of the file is taken."""
    ended = imported(store, f"{HEADER}eva@example.net,es,,2025-11-03,form\n{row}\n")
    assert ended.code == 1
    assert why in ended.err
    assert "line 3" in ended.err
    assert subscribers.subscribers(store) == []


@pytest.mark.parametrize("text", ["", "mail\nana@example.net\n", HEADER.replace("topics", "colour")])
def test_another_file_is_refused(store: Store, text: str) -> None:
    """Without the columns, or with others, nothing is guessed."""
    assert imported(store, text).code == 1


def test_a_file_of_bytes_is_refused(store: Store, tmp_path: Path) -> None:
    """What is no text ends with a sentence."""
    file = tmp_path / "x.csv"
    file.write_bytes(b"\xff\xfe\0")
    config = made_file(store.path.parent, channels={"email": EMAIL}, subscriber=[])
    assert alia_watch("--config", config, "subscribers", "import", file).code == 2
