"""Signing up by mail, as people do it: a form, a letter, a button; and leaving with one click."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import About, ChannelKind, Topic
from alia_watch.store import outbox, signups
from alia_watch.store.database import open_store
from alia_watch.store.erased import is_erased
from tests.outbox import stored_report
from tests.website import Visit, visit

ANA = "Ana@example.net"


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Visit]:
    """The pages, open."""
    with visit(tmp_path) as opened:
        yield opened


def confirmed(pages: Visit, **other: str) -> str:
    """Somebody signs up and confirms; who they are."""
    pages.signs_up(**other)
    assert pages.client.post(pages.link()).status_code == 200
    return str(pages.people()[-1]["id"])


def test_who_signs_up_gets_one_letter_and_nothing_before_they_confirm(pages: Visit) -> None:
    """It says who asked for what where, and goes out at once."""
    answer = pages.signs_up()
    assert (answer.status_code, "Mire su buzón" in answer.text) == (200, True)
    [(address, subject, words)] = pages.letters()
    assert address == ANA
    assert subject.endswith("¿Quiere recibir correo de ALIA Watch?")
    assert "alia.example.org: el resumen mensual." in " ".join(words.split())
    assert pages.woken
    [person] = pages.people()
    assert (person["topics"], "example" in person["id"]) == ("[]", False)


def test_only_a_press_confirms_and_only_once(pages: Visit) -> None:
    """A scanner that follows the link does nothing; the second press finds a link that is used."""
    pages.signs_up()
    link = pages.link()
    page = pages.client.get(link)
    assert "Quiero que ALIA Watch me envíe a mi dirección, hasta que me dé de baja: el resumen mensual." in page.text
    assert pages.people()[0]["topics"] == "[]"
    assert pages.client.post(link).status_code == 200
    [person] = pages.people()
    assert (json.loads(person["topics"]), person["source"]) == (["digest"], "signup")
    assert pages.client.post(link).status_code == 410
    assert pages.letters() == []


def test_the_proof_of_consent_is_kept(pages: Visit) -> None:
    """The sentence, its language, when it was asked for and confirmed; and no network."""
    who = confirmed(pages)
    with open_store(pages.config.watch.database) as store:
        [proof] = signups.consents(store, who)
    assert proof.wording.startswith("Quiero que ALIA Watch me envíe")
    assert proof.confirmed_at is not None
    assert (proof.language, proof.client, proof.asked_at < proof.confirmed_at + timedelta(1)) == ("es", "", True)


def test_a_link_is_good_for_a_week(pages: Visit) -> None:
    """Then it is too old, and the address is erased with everything about it."""
    pages.signs_up()
    link = pages.link()
    pages.later(days=7, seconds=1)
    assert pages.client.get(link).status_code == 410
    assert pages.client.post(link).status_code == 410
    with open_store(pages.config.watch.database) as store:
        assert signups.erase_unconfirmed(store, before=pages.clock[0] - timedelta(days=7)) == 1
        everything = "\n".join(store.db.conn.iterdump())
    assert "example.net" not in everything.lower().replace("alia.example", "")


def test_what_one_gets_can_be_changed(pages: Visit) -> None:
    """Topics, language, and the tables as files; a GET changes nothing."""
    who = confirmed(pages)
    path = pages.house.site.links.preferences(who).removeprefix("https://alia.example.org")
    assert "Cambiar lo que recibe" in pages.client.get(path).text
    answer = pages.client.post(path, data={"language": "gl", "topic-alerts": "1", "csv": "1"})
    assert "Anotado" in answer.text or answer.status_code == 200
    [person] = pages.people()
    assert (person["language"], json.loads(person["topics"])) == ("gl", ["alerts"])
    assert pages.client.post(path, data={"language": "gl"}).status_code == 422


@pytest.mark.parametrize("body", ["", "List-Unsubscribe=One-Click"])
def test_leaving_takes_one_post_and_what_waits_with_it(pages: Visit, body: str) -> None:
    """By a person or by a mail program (RFC 8058); the address is gone, a hash stays, and no list brings it back."""
    who = confirmed(pages)
    with open_store(pages.config.watch.database) as store:
        stored_report(store, "digest:2026-02")
        letter = Message("digest:2026-02", "es", ChannelKind.EMAIL, 0, "Digest", "words", "<p>words</p>")
        outbox.put(store, [letter], About(frozenset({Topic.DIGEST})), now=pages.clock[0])
    assert len(pages.letters()) == 1
    path = pages.house.site.links.leave(who).removeprefix("https://alia.example.org")
    assert pages.client.get(path).status_code == 200
    assert len(pages.letters()) == 1
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert pages.client.post(path, content=body, headers=kind).status_code == 200
    assert pages.letters() == []
    [person] = pages.people()
    assert (person["address"], bool(person["stopped"])) == ("", True)
    with open_store(pages.config.watch.database) as store:
        assert is_erased(store, ANA)
        assert "example.net" not in "\n".join(store.db.conn.iterdump()).lower()
    assert pages.client.post(path, content=body, headers=kind).status_code == 200


def test_who_left_can_come_back_by_themselves(pages: Visit) -> None:
    """And nobody else can bring them."""
    who = confirmed(pages)
    pages.client.post(pages.house.site.links.leave(who).removeprefix("https://alia.example.org"))
    pages.later(hours=2)
    again = confirmed(pages)
    assert again != who
    with open_store(pages.config.watch.database) as store:
        assert not is_erased(store, ANA)


def test_who_signs_up_twice_is_one_subscriber(pages: Visit) -> None:
    """With what was chosen last."""
    confirmed(pages)
    pages.later(hours=2)
    confirmed(pages, **{"topic-alerts": "1", "address": "ANA@example.net", "language": "en"})
    [person] = pages.people()
    assert (person["language"], sorted(json.loads(person["topics"]))) == ("en", ["alerts", "digest"])


@pytest.mark.parametrize("language", ["es", "ca", "gl", "eu", "en"])
def test_each_language_is_spoken_throughout(pages: Visit, language: str) -> None:
    """On the page, in the letter, and on the pages that its links lead to."""
    assert f'<html lang="{language}">' in pages.signs_up(language).text
    link = pages.link()
    assert f'<html lang="{language}">' in pages.client.get(link).text
    done = pages.client.post(link)
    assert f'<html lang="{language}">' in done.text
    assert pages.people()[0]["language"] == language


@pytest.mark.parametrize(
    "address", ["ana", "ana@", "@example.net", "ana@example.net\nBcc: eva@example.net", "a" * 300, ""]
)
def test_what_is_no_address_is_said_to_be_none(pages: Visit, address: str) -> None:
    """With what to do about it, and nothing is kept."""
    answer = pages.signs_up(address=address)
    assert (answer.status_code, "Esto no es una dirección" in answer.text) == (422, True)
    assert pages.people() == []
