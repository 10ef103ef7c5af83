"""What is pinned: the lists in requirements/, read as they are installed from."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "requirements"
LISTS = ("runtime.txt", "dev.txt", "bench.txt")

_PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*)==([^\s;\\]+)(?:\s*;\s*(.+?))?\s*\\?$")
_HASH = re.compile(r"^\s+--hash=sha256:[0-9a-f]{64}\s*\\?$")


@dataclass(frozen=True, slots=True, order=True)
class Pin:
    """One package at one version, where `marker` holds (empty: everywhere), as one of the files with these hashes."""

    name: str
    version: str
    marker: str = ""
    hashes: int = 0


def read(text: str) -> list[Pin]:
    """The pins of a list. Raises ValueError at a line that is neither pin, nor hash, nor comment."""
    found: list[Pin] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = _PIN.match(line)
        if pin:
            found.append(Pin(pin[1], pin[2], pin[3] or ""))
        elif _HASH.match(line) and found:
            last = found.pop()
            found.append(Pin(last.name, last.version, last.marker, last.hashes + 1))
        else:
            raise ValueError(f"line {number} is neither a pin nor a hash: {line.strip()[:60]}")
    return found


def pinned(name: str) -> list[Pin]:
    """The pins of one of `LISTS`."""
    return read((FOLDER / name).read_text(encoding="utf-8"))
