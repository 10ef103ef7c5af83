"""Which repo a person means by what they typed: an id, its end, a part of it, its address on the Hub."""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

#: What is typed is looked at up to here: no id is longer.
_MOST = 200
_NEAREST = 3
#: How alike two names must be, from 0 to 1.
_ALIKE = 0.5
_HUB = "huggingface.co/"


@dataclass(frozen=True, slots=True)
class NamedRepo:
    """The repo that is meant, or where none can be told, up to three that are near, the nearest first."""

    repo_id: str | None
    near: tuple[str, ...] = ()


def named_repo(names: Iterable[str], words: str, *, favourite: str | None = None) -> NamedRepo:
    """The one of `names` that `words` mean.

    An id counts before its part behind the slash, and that before any part of an id; the case of letters and all signs
    between them count for nothing. Where several ids have the part, `favourite` is meant if it is among them; else
    nobody can tell, and they are the nearest.
    """
    known = sorted(set(names))
    typed = unicodedata.normalize("NFKC", words[:_MOST])
    typed = typed.partition(_HUB)[2] or typed
    typed = "/".join(typed.split("?")[0].strip().strip("/").split("/")[:2])
    wanted = _plain(typed)
    if not wanted:
        return NamedRepo(None)
    for form in (str.casefold, _plain, _plain_end):
        same = [name for name in known if form(name) == (typed.casefold() if form is str.casefold else wanted)]
        if len(same) == 1:
            return NamedRepo(same[0])
    holding = [name for name in known if wanted in _plain(name)]
    if len(holding) == 1:
        return NamedRepo(holding[0])
    if favourite in holding:
        return NamedRepo(favourite)
    if holding:
        return NamedRepo(None, tuple(sorted(holding, key=lambda name: (len(name), name))[:_NEAREST]))
    scores = {name: max(_likeness(wanted, _plain(name)), _likeness(wanted, _plain_end(name))) for name in known}
    near = sorted((name for name in known if scores[name] >= _ALIKE), key=lambda name: (-scores[name], name))
    return NamedRepo(None, tuple(near[:_NEAREST]))


def _plain(text: str) -> str:
    """Letters and digits alone, in one case."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _plain_end(name: str) -> str:
    return _plain(name.rpartition("/")[2])


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
