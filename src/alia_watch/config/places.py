"""On which line of a TOML text each key stands: `tomllib` does not say, and a fault without its line is half a fault.

The scan is made only on text that `tomllib` has accepted, so it needs no errors of its own: it follows headers, keys,
strings, arrays and inline tables, and skips everything else.
"""

import re
from collections.abc import Iterator

#: A key's way from the top: names of tables and keys, and the index inside an array, from 0.
Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}#\n]+")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_ESCAPE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_CODE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([btnfr"\\]))')


def lines_of_keys(text: str) -> dict[Path, int]:
    """The line, from 1, on which each key, table and array element of a valid TOML text first stands."""
    return dict(reversed(list(_Scan(text).document())))


class _Scan:
    """One pass over a valid text."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.counts: dict[Path, int] = {}

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def document(self) -> Iterator[tuple[Path, int]]:
        table: Path = ()
        while self.blank():
            line = self.line
            if self.text.startswith("[[", self.at):
                self.at += 2
                names = self.key()
                parent = self.inside(names[:-1])
                array = (*parent, names[-1])
                index = self.counts.get(array, -1) + 1
                self.counts[array] = index
                self.at = self.text.index("]]", self.at) + 2
                table = (*array, index)
                yield array, line
                yield table, line
            elif self.text[self.at] == "[":
                self.at += 1
                table = self.inside(self.key())
                self.at = self.text.index("]", self.at) + 1
                yield table, line
            else:
                yield from self.pair(table)

    def inside(self, names: tuple[str, ...]) -> Path:
        """A header's path: the name of an array of tables stands for its last element."""
        path: Path = ()
        for name in names:
            path = (*path, name)
            if path in self.counts:
                path = (*path, self.counts[path])
        return path

    def blank(self) -> bool:
        """Skip white space, line ends and comments; whether anything is left."""
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def key(self) -> tuple[str, ...]:
        names = []
        while True:
            self.blank()
            if self.text[self.at] in "\"'":
                names.append(self.string())
            else:
                match = _BARE.match(self.text, self.at)
                assert match is not None  # noqa: S101  tomllib accepted this text
                names.append(match.group())
                self.at = match.end()
            self.blank()
            if self.text[self.at] != ".":
                return tuple(names)
            self.at += 1

    def pair(self, table: Path) -> Iterator[tuple[Path, int]]:
        line = self.line
        path: Path = (*table, *self.key())
        self.at += 1  # the equals sign
        yield path, line
        yield from self.value(path)

    def value(self, path: Path) -> Iterator[tuple[Path, int]]:
        self.blank()
        first = self.text[self.at]
        if first in "\"'":
            self.string()
        elif first in "[{":
            self.at += 1
            index = 0
            while self.blank() and self.text[self.at] not in "]}":
                if first == "{":
                    yield from self.pair(path)
                else:
                    yield (*path, index), self.line
                    yield from self.value((*path, index))
                    index += 1
                self.blank()
                if self.text[self.at] == ",":
                    self.at += 1
            self.at += 1
        else:
            match = _SCALAR.match(self.text, self.at)
            assert match is not None  # noqa: S101  tomllib accepted this text
            self.at = match.end()

    def string(self) -> str:
        """Skip a string of any of the four kinds; its text, of which only keys make use."""
        quote = self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = self.at = self.at + len(mark)
        while not self.text.startswith(mark, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        while len(mark) == 3 and self.text.startswith(quote, self.at + 3):
            self.at += 1  # up to two quotes may stand before the closing three
        body = self.text[start : self.at]
        self.at += len(mark)
        return _CODE.sub(_unescape, body) if quote == '"' else body


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    return chr(int(code, 16)) if code else _ESCAPE[match.group(3)]
