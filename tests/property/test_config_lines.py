"""The line of every key of a TOML text, against texts made so that the lines are known."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alia_watch.config.places import Path, lines_of_keys

BARE = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
QUOTED = st.sampled_from(['"a.b"', "'c # d'", '"e\\"f"', '"\\u00e9"', "'['", '""'])
KEYS = BARE | QUOTED
SCALARS = st.sampled_from(
    [
        "1",
        "-2.5e3",
        "true",
        "2026-01-26",
        "07:32:00",
        "1979-05-27 07:32:00Z",
        '"x # no comment, [no array]"',
        "'C:\\dir\\'",
        '"a \\" b \\\\"',
        '"""one\ntwo = "2"\n[no]"""',
        '"""ends in two quotes"""""',
        "'''raw \\\n[[no]]'''''",
    ]
)


def name_of(key: str) -> str:
    return next(iter(tomllib.loads(f"{key} = 1")))


@st.composite
def values(draw: st.DrawFn, path: Path, line: int, depth: int = 2) -> tuple[str, dict[Path, int]]:
    """A value's text, with the line of every key and element inside it."""
    kind = draw(st.sampled_from(["scalar", "scalar", "array", "inline"] if depth else ["scalar"]))
    found: dict[Path, int] = {}
    if kind == "scalar":
        return draw(SCALARS), found
    if kind == "inline":
        parts = []
        for key in draw(st.lists(KEYS, max_size=3, unique_by=name_of)):
            here = (*path, name_of(key))
            found[here] = line + "".join(parts).count("\n")
            text, inner = draw(values(here, found[here], depth - 1))
            parts.append(f"{key} = {text}, ")
            found.update(inner)
        return "{ " + "".join(parts).removesuffix(", ") + " }", found
    text = "["
    for index in range(draw(st.integers(0, 3))):
        text += draw(st.sampled_from(["", "\n", " # ] comment\n  "]))
        here = (*path, index)
        found[here] = line + text.count("\n")
        item, inner = draw(values(here, found[here], depth - 1))
        found.update(inner)
        text += item + draw(st.sampled_from([",", " ,\n"]))
    return text + "]", found


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """A valid text of pairs, tables and arrays of tables, and the line of every key in it."""
    text, found = "", {}

    def pairs(table: Path) -> None:
        nonlocal text
        for key in draw(st.lists(KEYS, max_size=3, unique_by=name_of)):
            text += draw(st.sampled_from(["", "\n", "# a = 1\n", "  "]))
            here = (*table, name_of(key))
            found[here] = text.count("\n") + 1
            value, inner = draw(values(here, found[here]))
            text += f"{key} = {value}{draw(st.sampled_from(['', ' # [x]']))}\n"
            found.update(inner)

    pairs(())
    for number in range(draw(st.integers(0, 3))):
        found[f"table{number}",] = text.count("\n") + 1
        text += f"[ table{number} ]\n"
        pairs((f"table{number}",))
    for index in range(draw(st.integers(0, 3))):
        found.setdefault(("array",), text.count("\n") + 1)
        found["array", index] = text.count("\n") + 1
        text += "[[array]]\n"
        pairs(("array", index))
        if draw(st.booleans()):
            found["array", index, "in.ner"] = text.count("\n") + 1
            text += '[array."in.ner"]\n'
            pairs(("array", index, "in.ner"))
    return text, found


def every_path(value: Any, path: Path = ()) -> set[Path]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path}.union(*(every_path(item, (*path, key)) for key, item in items))


@settings(max_examples=150)
@given(documents())
def test_every_key_has_its_line(made: tuple[str, dict[Path, int]]) -> None:
    """In any valid text, every key, table and element is found on the line where it was written."""
    text, expected = made
    parsed = tomllib.loads(text)
    found = lines_of_keys(text)
    assert found == expected
    assert every_path(parsed) - {()} == set(found)
    assert lines_of_keys(text.replace("\n", "\r\n")) == found


def test_a_dotted_key_has_its_line() -> None:
    """A dotted key is found under its whole path."""
    assert lines_of_keys('x = 1\na.b."c.d" = 2\n')["a", "b", "c.d"] == 2
