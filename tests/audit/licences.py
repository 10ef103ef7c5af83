"""Whether the licence of a package allows what this project does with it: its own files are under Apache-2.0.

What a package says of itself is read from three places, in this order: `License-Expression` (PEP 639), the classifiers,
and the old free text. Words that stand in none of the tables are no licence that anybody looked at: they are a fault.
"""

import re
from collections.abc import Container, Iterable, Sequence
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata

from tests.audit.pinned import Pin

#: May be used and passed on with notice alone.
PERMISSIVE = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-CMU", "PSF-2.0", "Unlicense",
    "Zlib", "Public-Domain", "BSD",
}  # fmt: skip
#: Asks for the source of the package itself, changed or not, and of nothing around it: NOTICE names each of these.
WEAK_COPYLEFT = {"MPL-2.0", "LGPL-3.0-only"}
#: The classifiers' and the old free texts' words for them.
SAID = {
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Public Domain": "Public-Domain",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
#: Classifiers that name no licence.
_NONE = {"OSI Approved", "DFSG approved"}
#: Pinned for platforms that this program is not installed on for a look: what their pages said when they were pinned.
ELSEWHERE = {"colorama": "BSD-3-Clause", "httpx2-jsfetch": "BSD-3-Clause"}


class Unknown(ValueError):
    """A licence that nobody here has looked at."""


def of(about: Message) -> str:
    """What a package's metadata says of its licence, as an expression."""
    expression = about.get("License-Expression")
    if expression:
        return str(expression)
    classified = [each.split(" :: ")[-1] for each in about.get_all("Classifier", []) if each.startswith("License ::")]
    named = [SAID.get(each, each) for each in classified if each not in _NONE]
    if named:
        return " AND ".join(named)
    text = str(about.get("License") or "").strip()
    if not text or "\n" in text:
        raise Unknown("it says nothing of a licence" if not text else "it gives the words of a licence, not its name")
    return SAID.get(text, text)


def asks(expression: str) -> set[str]:
    """The licences that have to be kept: all that are joined by AND, and of those joined by OR the mildest.

    Raises:
        Unknown: a part is in no table.
    """
    tokens = re.findall(r"[()]|[^\s()]+", expression)
    found, rest = _either(tokens)
    if rest:
        raise Unknown(f"{expression!r} is no expression")
    return found


def _either(tokens: Sequence[str]) -> tuple[set[str], Sequence[str]]:
    found, rest = _both(tokens)
    choices = [found]
    while rest and rest[0].upper() == "OR":
        found, rest = _both(rest[1:])
        choices.append(found)
    known = [each for each in choices if each <= PERMISSIVE | WEAK_COPYLEFT]
    if not known:
        raise Unknown(f"{' or '.join(sorted(set().union(*choices)))} is in no table")
    return min(known, key=lambda each: len(each & WEAK_COPYLEFT)), rest


def _both(tokens: Sequence[str]) -> tuple[set[str], Sequence[str]]:
    found, rest = _one(tokens)
    while rest and rest[0].upper() == "AND":
        more, rest = _one(rest[1:])
        found = found | more
    return found, rest


def _one(tokens: Sequence[str]) -> tuple[set[str], Sequence[str]]:
    if not tokens or tokens[0] == ")":
        raise Unknown("it is no expression")
    if tokens[0] == "(":
        found, rest = _either(tokens[1:])
        if not rest or rest[0] != ")":
            raise Unknown("it is no expression")
        return found, rest[1:]
    return {tokens[0]}, tokens[1:]


def faults(pins: Iterable[Pin], notice: str, passed_on: Container[str]) -> list[str]:
    """What is wrong with the licences of what is pinned: unknown, not allowed, or not named in NOTICE.

    Args:
        notice: the text of NOTICE.
        passed_on: the packages that people get with this one; it speaks of these alone.
    """
    found = []
    for name in dict.fromkeys(pin.name for pin in pins):
        try:
            expression = ELSEWHERE[name] if name in ELSEWHERE else of(metadata(name))
            if asks(expression) & WEAK_COPYLEFT and name in passed_on and name not in notice:
                found.append(f"{name}: {expression} asks for a word in NOTICE")
        except PackageNotFoundError:
            found.append(f"{name}: it is not installed here, so that nothing is known of it")
        except Unknown as why:
            found.append(f"{name}: {why}")
    return found
