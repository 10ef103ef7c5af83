"""Every word of every report, kept as files: a change of wording is a change somebody looked at.

`ALIA_WATCH_GOLDEN=write pytest tests/golden` writes them anew.
"""

import os
from pathlib import Path

import pytest

from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.render import render
from alia_watch.reports.speech import LANGUAGES
from tests.reports import NAMES, sample

FOLDER = Path(__file__).parent / "reports"
FORMS = {
    "telegram.html": lambda name, language: "\n\n---\n\n".join(
        message.markup or f"[{message.attachments[0].name}]"
        for message in render(sample(name), language, ChannelKind.TELEGRAM)
    ),
    "txt": lambda name, language: render(sample(name), language, ChannelKind.EMAIL)[0].text,
    "mail.html": lambda name, language: render(sample(name), language, ChannelKind.EMAIL)[0].markup,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_words_are_those_that_were_looked_at(name: str, language: str, form: str) -> None:
    """A report in a language and form is, letter for letter, the file kept for it."""
    path = FOLDER / f"{name}-{language}.{form}"
    words = FORMS[form](name, language).rstrip() + "\n"
    if os.environ.get("ALIA_WATCH_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(words, encoding="utf-8")
    assert words == path.read_text(encoding="utf-8")
