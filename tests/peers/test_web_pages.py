"""The public pages in a real browser: clicked through as a person does, and read by axe and a validator."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from alia_bot.web.house import House
from alia_watch.config.web import WebSection
from alia_watch.reports.speech import LANGUAGES
from alia_watch.store.database import open_store
from tests.benches import closed_port
from tests.conversations import Drawn
from tests.small_watch import NOW, small_watch
from tests.website import Visit

pytestmark = pytest.mark.peers

FOLDER = Path(__file__).parent
MODULES = FOLDER.parents[1] / ".venv" / "peers" / "node_modules"
AXE = str(MODULES / "axe-core" / "axe.min.js")
#: The pages that everybody may read, in one language.
PAGES = ("/{0}/", "/{0}/digests/", "/digests/2026-01/{0}", "/{0}/privacy", "/data/", "/nothing")
#: The watch's clock goes so many times as fast: a form that is filled in at once took a person's time.
HASTE = 100


@contextmanager
def pages_of(folder: Path) -> Iterator[Visit]:
    """The pages of a small watch, at the address that they name."""
    port, begun = closed_port(), time.monotonic()
    origin = f"http://127.0.0.1:{port}"
    section = WebSection(public_url=origin, listen=f"127.0.0.1:{port}", controller="Somebody, contact@example.org")
    config = small_watch(folder).model_copy(update={"web": section})

    def at() -> datetime:
        return NOW + HASTE * timedelta(seconds=time.monotonic() - begun)

    house = House(config, at=at, charts=Drawn())
    try:
        with httpx.Client(base_url=origin, timeout=60) as client:
            yield Visit(house, config, client, [NOW])
    finally:
        house.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """One watch for all that only read."""
    with pages_of(tmp_path_factory.mktemp("pages")) as opened:
        yield opened


def browsed(
    pages: Visit, steps: list[dict[str, Any]], *, width: int = 900, dark: bool = False, axe: bool = False
) -> dict[str, Any]:
    """What a browser saw: `pages` after each step, `cookies`, and requests to `elsewhere`."""
    asked = {
        "origin": str(pages.client.base_url).rstrip("/"),
        "width": width,
        "dark": dark,
        "axe": AXE if axe else "",
        "steps": steps,
    }
    ended = subprocess.run(
        ["node", str(FOLDER / "browse.cjs")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "NODE_PATH": str(MODULES)},
    )
    assert ended.returncode == 0, ended.stderr
    seen: dict[str, Any] = json.loads(ended.stdout)
    assert seen["elsewhere"] == []
    assert seen["cookies"] == 0
    return seen


def link_to(pages: Visit, what: str, text: str) -> str:
    """The path of a link of ours in a text."""
    found = re.findall(rf"(/{what}/[\w.:%-]+)", text)
    assert found, text
    return str(found[-1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_signs_up_confirms_changes_and_leaves(tmp_path: Path, language: str) -> None:
    """With scripts off, by nothing but fields and buttons; nothing is loaded from elsewhere, and no cookie set."""
    with pages_of(tmp_path) as pages:
        form = {"address": "Ana@Example.NET", "language": language}
        sent = browsed(pages, [{"go": f"/{language}/"}, {"fill": form, "check": ["topic-alerts"], "click": True}])
        assert sent["complaints"] == []
        [(to, _, letter)] = pages.letters()
        assert to == "Ana@example.net"
        confirmed = browsed(pages, [{"go": link_to(pages, "confirm", letter)}, {"click": True}])
        [person] = pages.people()
        assert (person["language"], json.loads(person["topics"])) == (language, ["alerts", "digest"])
        change = link_to(pages, "preferences", confirmed["pages"][-1]["html"])
        changed = browsed(pages, [{"go": change}, {"fill": {"language": "en"}, "check": ["csv"], "click": True}])
        assert 'role="status"' in changed["pages"][-1]["html"]
        [person] = pages.people()
        assert person["language"] == "en"
        leave = link_to(pages, "leave", changed["pages"][-1]["html"])
        browsed(pages, [{"go": leave}, {"click": True}])
        [person] = pages.people()
        assert (person["address"], person["stopped"]) == ("", "left by the page")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_and_nothing_is_too_wide(pages: Visit, language: str, width: int, dark: bool) -> None:
    """Every page, on a phone and at a desk, in light and in dark."""
    steps = [{"go": path.format(language)} for path in PAGES]
    seen = browsed(pages, steps, width=width, dark=dark, axe=True)
    for page in seen["pages"]:
        assert page["violations"] == [], page["url"]
        assert page["wide"] <= width, page["url"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_in_forms_that_links_lead_to(tmp_path: Path, language: str) -> None:
    """To confirm, to change, to leave; and what is said after each."""
    with pages_of(tmp_path) as pages:
        browsed(pages, [{"go": f"/{language}/"}, {"fill": {"address": "ana@example.net"}, "click": True}])
        confirm = link_to(pages, "confirm", pages.letters()[-1][2])
        steps: list[dict[str, Any]] = [{"go": confirm}, {"click": True}]
        seen = browsed(pages, steps, width=320, axe=True)["pages"]
        change = link_to(pages, "preferences", seen[-1]["html"])
        seen += browsed(pages, [{"go": change}, {"click": True}], width=320, axe=True)["pages"]
        leave = link_to(pages, "leave", seen[-1]["html"])
        seen += browsed(pages, [{"go": leave}, {"click": True}, {"go": confirm}], width=320, axe=True)["pages"]
        for page in seen:
            assert page["violations"] == [], page["url"]
            assert page["wide"] <= 320, page["url"]
            assert f'<html lang="{language}">' in page["html"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_validator_finds_nothing_on_the_pages(pages: Visit, tmp_path: Path, language: str) -> None:
    """html-validate, by the standard and by what assistive technology needs, on what is sent."""
    files = []
    for number, path in enumerate(PAGES):
        file = tmp_path / f"page-{number}.html"
        file.write_text(pages.client.get(path.format(language)).text, encoding="utf-8")
        files.append(str(file))
    validator = MODULES / ".bin" / "html-validate"
    rules = str(FOLDER / ".htmlvalidate.json")
    ended = subprocess.run(
        [str(validator), "--config", rules, "--formatter", "text", *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_address_is_kept_nowhere_when_a_person_left(tmp_path: Path) -> None:
    """After the whole way through, the database file names nobody."""
    with pages_of(tmp_path) as pages:
        browsed(pages, [{"go": "/es/"}, {"fill": {"address": "ana@example.net"}, "click": True}])
        browsed(pages, [{"go": link_to(pages, "confirm", pages.letters()[-1][2])}, {"click": True}])
        leave = pages.house.site.links.leave(str(pages.people()[-1]["id"]))
        browsed(pages, [{"go": link_to(pages, "leave", leave)}, {"click": True}])
        with open_store(pages.config.watch.database) as store:
            assert "ana@example" not in "\n".join(store.db.conn.iterdump())
