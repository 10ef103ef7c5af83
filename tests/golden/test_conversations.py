"""Every conversation with the bot in every language, kept as files that somebody has read.

`ALIA_WATCH_GOLDEN=write pytest tests/golden/test_conversations.py` writes them anew. To look at them as people see
them, `ALIA_WATCH_PAGES=FOLDER pytest tests/golden/test_conversations.py` leaves a page of each topic in each language.
"""

import os
import re
from concurrent.futures import Future
from html import escape
from pathlib import Path

import pytest

from alia_bot.chat.commands import FOR_ALL, FOR_MAINTAINERS
from alia_bot.chat.settings import NATIVE
from alia_bot.demo.conversation import WORDS
from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.demo.telegram_page import transcript_page
from alia_watch.reports.speech import LANGUAGES
from alia_watch.store.runs import Run, RunOutcome
from tests.conversations import talk
from tests.golden import conversation_places, conversation_scripts
from tests.golden.conversation_scene import Scene
from tests.small_watch import NOW

FOLDER = Path(__file__).parent / "conversations"
SCRIPTS = conversation_scripts.SCRIPTS | conversation_places.SCRIPTS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", SCRIPTS)
def test_the_conversation_is_the_one_that_was_read(topic: str, language: str, tmp_path: Path) -> None:
    """What people type, press and see is, letter for letter, the file kept for it; and no button is left waiting."""
    with TelegramStandIn() as api, talk(tmp_path, api, read_now=_read) as talking:
        scene = Scene(talking, language)
        SCRIPTS[topic](scene)
        said = scene.written()
        assert not api.unanswered
        page = transcript_page(api, title=f"{topic} · {NATIVE[language]}", words=WORDS[language])
    assert all(
        escape(name.removeprefix("### ")) in page for name in re.findall(r"^### (?!.*json$).*", said, re.MULTILINE)
    )
    if pages := os.environ.get("ALIA_WATCH_PAGES"):
        Path(pages).mkdir(parents=True, exist_ok=True)
        (Path(pages) / f"{topic}-{language}.html").write_text(page, encoding="utf-8")
    path = FOLDER / f"{topic}-{language}.txt"
    if os.environ.get("ALIA_WATCH_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


def _read() -> "Future[Run]":
    """The Hub is read, and at once."""
    reading: Future[Run] = Future()
    detail = {"repos": 55, "failed": 0, "findings": 1, "requests": 61}
    reading.set_result(Run("snapshot", "snapshot:2026-02-03", NOW, NOW, RunOutcome.DONE, detail))
    return reading


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_in_a_conversation(language: str) -> None:
    """A command that nobody types in any of the files was never looked at."""
    said = "".join((FOLDER / f"{topic}-{language}.txt").read_text(encoding="utf-8") for topic in SCRIPTS)
    typed = set(re.findall(r"^[^/\n]+: /(\w+)", said, re.MULTILINE))
    assert {"start", *FOR_ALL, *FOR_MAINTAINERS} <= typed


def test_no_file_is_left_of_a_conversation_that_is_gone() -> None:
    """The folder holds what is tested, and nothing else."""
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{t}-{language}.txt" for t in SCRIPTS for language in LANGUAGES
    }
