"""Whether an entry is about what is watched: phrases of whole words, in the case that matters, and why.

A phrase with a capital after its first letter is a name whose case matters: `ALIA` is not in `Italia`, nor is it
`Alia`; `aLIA` is another spelling and another phrase. Any other phrase is looked for without case and accents.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from alia_watch.announcements.entry import Entry

#: How many characters around a phrase are kept, on each side.
_AROUND = 40


@dataclass(frozen=True, slots=True)
class Phrases:
    """What an entry must say and must not.

    Attributes:
        must: at least one of these.
        must_also: and at least one of these, where there are any.
        must_not: none of these.
    """

    must: tuple[str, ...]
    must_also: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase that was found: in the `title` or the `text`, and the words around it."""

    phrase: str
    where: str
    around: str


def matches(entry: Entry, phrases: Phrases) -> tuple[Match, ...]:
    """Why an entry is about what is watched: every phrase found, the title's first; empty where it is not.

    A phrase of `must_not` in the title or the text leaves the entry out.
    """
    if _found(entry, phrases.must_not):
        return ()
    must, also = _found(entry, phrases.must), _found(entry, phrases.must_also)
    if not must or (phrases.must_also and not also):
        return ()
    return tuple(sorted(dict.fromkeys((*must, *also)), key=lambda each: each.where != "title"))


def says(text: str, phrase: str) -> str | None:
    """The words around the first place where a text has a phrase as whole words; None where it has not."""
    exact = _case_matters(phrase)
    text = unicodedata.normalize("NFC", text)
    # Both forms have as many characters, so that a place in the one is the same place in the other.
    looked = text if exact else _folded(text)
    match = _pattern(phrase).search(looked)
    if match is None:
        return None
    start, end = max(0, match.start() - _AROUND), match.end() + _AROUND
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return f"{before}{text[start:end].strip()}{after}"


def _found(entry: Entry, phrases: Iterable[str]) -> list[Match]:
    found = []
    for phrase in phrases:
        for where, text in (("title", entry.title), ("text", entry.text)):
            around = says(text, phrase)
            if around is not None:
                found.append(Match(phrase, where, around))
                break
    return found


def _case_matters(phrase: str) -> bool:
    return any(letter.isupper() for letter in phrase[1:])


@lru_cache(maxsize=256)
def _pattern(phrase: str) -> re.Pattern[str]:
    words = unicodedata.normalize("NFC", phrase).split()
    looked = [word if _case_matters(phrase) else _folded(word) for word in words]
    # A letter or digit beside it makes it another word.
    return re.compile(r"(?<![^\W_])" + r"[\W_]{1,3}".join(map(re.escape, looked)) + r"(?![^\W_])")


def _folded(text: str) -> str:
    """Lower case without accents, character by character."""
    return "".join(_folded_letter(letter) for letter in text)


@lru_cache(maxsize=4096)
def _folded_letter(letter: str) -> str:
    bare = unicodedata.normalize("NFD", letter)[0].lower()
    return bare if len(bare) == 1 else letter
