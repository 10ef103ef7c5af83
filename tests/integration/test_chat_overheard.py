"""What is said where the bot hears more than is meant for it, and what is said to it otherwise than in a command."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from alia_bot.demo.telegram import TelegramStandIn
from alia_watch.pipeline.candidates import waiting
from alia_watch.store.announcements import save_announcements
from alia_watch.store.database import open_store
from alia_watch.store.subscribers import subscribers
from tests.conversations import Talk, talk, watch_with_bot
from tests.golden.conversation_places import candidate
from tests.small_watch import NOW


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    """A bot that hears all that is said in groups, as one that administers them does."""
    with TelegramStandIn(privacy=False) as stand_in:
        yield stand_in


def kept(spoken: Talk) -> int:
    """How many updates were ever kept."""
    with closing(sqlite3.connect(spoken.config.watch.database)) as db:
        return int(db.execute("SELECT count(*) FROM chat_updates").fetchone()[0])


def test_what_people_say_to_one_another_is_neither_kept_nor_counted(tmp_path: Path, api: TelegramStandIn) -> None:
    """However much a group talks: nothing of it stays, nobody is rebuked, and a question is answered."""
    ana, bea = api.person(1, "Ana"), api.person(2, "Bea")
    group = api.group(-1001, "Vecindario", administrators=[ana], members=[bea])
    with talk(tmp_path, api, ticks=lambda: 0.0) as spoken:
        for number in range(25):
            bea.types(f"¿Quién baja a la plaza? {number}", group)
            ana.types("/otro_bot_hace_esto", group)
        spoken.settle()
        assert kept(spoken) == 0
        spoken.says(ana, "/help", chat=group)
        assert kept(spoken) == 1
    [said] = api.posted
    assert "/status" in said.text


def test_maintainers_in_a_group_date_an_announcement(tmp_path: Path) -> None:
    """The bot asks for an answer, so that it hears it; whatever else is said there is no date."""
    with TelegramStandIn() as api:
        marta, nora = api.person(1, "Marta"), api.person(2, "Nora")
        house = api.group(-1009, "Quienes mantienen", administrators=[marta], members=[nora])
        config = watch_with_bot(tmp_path, api, maintainers=(house.id,))
        with talk(tmp_path, api, config=config) as spoken:
            with open_store(config.watch.database) as store:
                save_announcements(store, [candidate(0, "ALIA en las aulas")], now=NOW)
            spoken.says(marta, "/candidates", chat=house)
            spoken.presses(marta, "Cambiar la fecha", chat=house)
            asks = api.posted[-1]
            assert asks.markup.force_reply
            spoken.says(nora, "2026-01-01", chat=house)
            assert api.posted[-1] is asks
            spoken.says(marta, "2026-01-26", chat=house, reply_to=asks.message_id)
            with open_store(config.watch.database) as store:
                [found] = waiting(store)
    assert found.date == date(2026, 1, 26)


def test_who_begins_anew_gets_what_the_button_says(tmp_path: Path, api: TelegramStandIn) -> None:
    """And nothing of what there was before; beside what one has already, the answer names all of it."""
    ana = api.person(1, "Ana")
    with talk(tmp_path, api) as spoken:
        for said in ("/subscribe", "/stop", "/start"):
            spoken.says(ana, said)
        spoken.presses(ana, "Alertas")
        assert "Desde ahora recibirá: alertas." in api.edits[-1].text
        with open_store(spoken.config.watch.database) as store:
            [who] = [each for each in subscribers(store) if each.source == "chat"]
        assert (who.topics, who.stopped) == ({"alerts"}, None)


def test_a_picture_gets_a_hint(tmp_path: Path, api: TelegramStandIn) -> None:
    """Whatever is sent to the bot alone is answered; in a group it is not meant for it."""
    ana = api.person(1, "Ana")
    group = api.group(-1001, "Vecindario", administrators=[ana])
    with talk(tmp_path, api) as spoken:
        ana.shows("gatito")
        ana.shows("gatito", group)
        spoken.settle()
    [said] = api.posted
    assert (said.chat_id, "/help" in said.text) == (1, True)


def test_what_waited_too_long_is_not_passed_over_in_silence(tmp_path: Path, api: TelegramStandIn) -> None:
    """Of all that could not be answered in time, a chat is told once."""
    ana = api.person(1, "Ana")
    config = watch_with_bot(tmp_path, api)
    with talk(tmp_path, api, config=config) as spoken:
        spoken.says(ana, "/help")
        spoken.says(ana, "/status")
    with closing(sqlite3.connect(config.watch.database)) as db, db:
        body = (
            '{"update_id": %d, "message": {"message_id": 9, "date": 1770000000, "text": "/cost",'
            ' "chat": {"id": 1, "type": "private", "first_name": "Ana"},'
            ' "entities": [{"type": "bot_command", "offset": 0, "length": 5}],'
            ' "from": {"id": 1, "is_bot": false, "first_name": "Ana", "language_code": "es"}}}'
        )
        db.executemany(
            "UPDATE chat_updates SET body = ? WHERE update_id = ?",
            [(body % number, number) for (number,) in db.execute("SELECT update_id FROM chat_updates").fetchall()],
        )
    before = len(api.posted)
    with talk(tmp_path, api, config=config, at=lambda: NOW + timedelta(hours=1)) as spoken:
        spoken.settle()
        while len(api.posted) == before:
            assert spoken.desk.asking
            time.sleep(0.01)
    [said] = api.posted[before:]
    assert said.text == "No pude responder a tiempo a lo que preguntó. Vuelva a preguntar, por favor."
