"""What an installed watch brings along may be used and passed on by anybody: every licence is known and allows it."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.markers import Marker

ROOT = Path(__file__).parents[1]
#: Licences (SPDX) under which a library may be used and passed on beside code under Apache-2.0.
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT",
    "MPL-2.0", "PSF-2.0", "Public Domain", "Python-2.0", "Unlicense", "Zlib",
}  # fmt: skip
#: Of what says it in other words: the older way of metadata.
SPOKEN = {
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "Revised BSD": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "The MIT License (MIT)": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Python Software Foundation License": "PSF-2.0",
}


def pinned() -> list[str]:
    """The names in the list that an installed watch is made of, as far as they are for this machine."""
    found = []
    for line in (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8").splitlines():
        said = re.match(r"([A-Za-z0-9._-]+)==\S+(?:\s*;\s*(.+?))?\s*\\?$", line)
        if said and (said[2] is None or Marker(said[2]).evaluate()):
            found.append(said[1])
    return found


def licences(name: str) -> set[str]:
    """What a library says of itself, in SPDX's words where they are known."""
    about = distribution(name).metadata
    if expression := about["License-Expression"]:
        return _parts(expression)
    classifiers = [each.rpartition(" :: ")[2] for each in about.get_all("Classifier") or [] if "License ::" in each]
    said = [each for each in classifiers if each != "OSI Approved"] or [(about["License"] or "").splitlines()[0]]
    return {part for each in said for part in _parts(SPOKEN.get(each, each))}


def _parts(expression: str) -> set[str]:
    """The licences of an expression."""
    return {part.strip("() ") for part in re.split(r"\s+(?:OR|AND|WITH)\s+", expression)}


def test_the_list_is_read_whole() -> None:
    """Every pin is seen: the list has a hash for each of them."""
    text = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    assert len(re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)) >= len(pinned()) > 40


@pytest.mark.parametrize("name", pinned())
def test_its_licence_is_known_and_allows_it(name: str) -> None:
    """One of those that are allowed; of two that may be chosen from, both are known."""
    assert licences(name) <= ALLOWED, f"{name} is under {licences(name)}: look at it, and add it if it may be used"
