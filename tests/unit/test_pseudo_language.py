"""A language that does not exist: whatever is still readable in it was never given to a translator."""

import re
from importlib import resources
from typing import Any

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports import speech
from alia_watch.reports.render import render
from tests.reports import NAMES, sample

_PLACEHOLDER = re.compile(r"({\w+})")
_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
_WORD = re.compile(r"[^\W\d_]{2,}")
#: What is no language's: the name of a time, and a command to type.
_OURS = {"UTC", "alia", "watch", "verify"}


def _masked(text: str) -> str:
    """The text without one letter of it, its placeholders kept."""
    return "".join(
        part if _PLACEHOLDER.fullmatch(part) else re.sub(r"\w", "·", part) for part in _PLACEHOLDER.split(text)
    )


def _pseudo() -> Catalog:
    path = resources.files("alia_watch.reports") / "locale" / "es" / "LC_MESSAGES" / "alia_watch.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale="es")
    for message in catalogue:
        strings = message.string
        message.string = _masked(strings) if isinstance(strings, str) else tuple(map(_masked, strings))
    return catalogue


def _of_the_calendar() -> set[str]:
    """Names of months, and the words between the parts of a date."""
    locale = Locale.parse("es")
    names = [name for width in ("wide", "abbreviated") for name in locale.months["format"][width].values()]
    return {word for name in [*names, "de"] for word in _WORD.findall(name)}


def _quoted(value: Any) -> set[str]:
    """Every word that a document quotes: names, titles, addresses; not its keys and codes, such as `at_least`."""
    if isinstance(value, dict):
        return {word for each in value.values() for word in _quoted(each)}
    if isinstance(value, list):
        return {word for each in value for word in _quoted(each)}
    if not isinstance(value, str) or _CODE.fullmatch(value):
        return set()
    return set(_WORD.findall(value))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_outside_the_catalogues(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In no form of any report."""
    pseudo = _pseudo()
    monkeypatch.setattr(speech, "_catalogue", lambda language: pseudo)
    report = sample(name)
    known = _OURS | _of_the_calendar() | _quoted(report.document)
    for form in ChannelKind:
        for message in render(report, "es", form):
            words = set(_WORD.findall(f"{message.subject} {message.text}"))
            assert words <= known, (form, sorted(words - known))
