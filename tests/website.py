"""The public pages of a small watch, served over real HTTP, and who walks through them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx

from alia_bot.web.house import House
from alia_watch.config.sections import Config
from alia_watch.config.web import WebSection
from alia_watch.store.database import open_store
from tests.conversations import Drawn
from tests.small_watch import NOW, small_watch

SECOND = timedelta(seconds=1)
SITE = "https://alia.example.org"


@dataclass
class Visit:
    """A visit to the pages, at an instant that goes forward when it is told to."""

    house: House
    config: Config
    client: httpx.Client
    clock: list[datetime]
    woken: list[int] = field(default_factory=list)

    def later(self, **time: float) -> None:
        """Let time go by."""
        self.clock[0] += timedelta(**time)

    def form(self, language: str = "es") -> dict[str, str]:
        """The form as it is given out, filled in by a person who takes ten seconds."""
        page = self.client.get(f"/{language}/").text
        found = re.search(r'name="begun" value="([^"]+)"', page)
        assert found
        self.later(seconds=10)
        return {
            "address": "Ana@Example.NET",
            "language": language,
            "topic-digest": "1",
            "website": "",
            "begun": found[1],
        }

    def signs_up(self, language: str = "es", **other: str) -> httpx.Response:
        """Fill the form in and send it."""
        return self.client.post(f"/{language}/", data={**self.form(language), **other})

    def letters(self) -> list[tuple[str, str, str]]:
        """What waits to be sent by mail: to whom, subject, words."""
        with open_store(self.config.watch.database) as store:
            return [
                (row["address"], row["subject"], row["text"])
                for row in store.rows(
                    "SELECT s.address, m.subject, m.text FROM deliveries d JOIN messages m ON m.id = d.message_id"
                    " JOIN subscribers s ON s.id = d.subscriber_id WHERE d.state = 'due' AND m.form = 'email'"
                    " ORDER BY d.id"
                )
            ]

    def link(self) -> str:
        """The path of the newest letter's link to confirm."""
        found = re.findall(rf"{SITE}(/confirm/[\w.-]+)", self.letters()[-1][2])
        return str(found[-1])

    def people(self) -> list[dict[str, Any]]:
        """Who receives by mail, and what."""
        with open_store(self.config.watch.database) as store:
            return [
                dict(row)
                for row in store.rows(
                    "SELECT id, address, language, topics, stopped, source FROM subscribers WHERE channel = 'email'"
                    " ORDER BY since, id"
                )
            ]


@contextmanager
def visit(folder: Path, **web: Any) -> Iterator[Visit]:
    """The pages, open; asked as a proxy on the same machine asks."""
    section = WebSection(
        public_url=SITE, listen="127.0.0.1:0", controller="Asociación Ejemplo, privacidad@example.org", **web
    )
    config = small_watch(folder).model_copy(update={"web": section})
    clock, woken = [NOW], list[int]()
    house = House(config, at=lambda: clock[0], wake=lambda: woken.append(1), charts=Drawn(), ticks=_minutes())
    host = {"host": "alia.example.org"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{house.pages.port}", headers=host, timeout=30) as client:
            yield Visit(house, config, client, clock, woken)
    finally:
        house.close()


def _minutes() -> Any:
    """A minute goes by between any two forms."""
    passed = iter(range(0, 10**9, 60))
    return lambda: float(next(passed))
