"""docs/security.md names a test for each threat, and each test it names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
WEB = "tests/faults/test_web_attacked.py"


def rows() -> list[tuple[str, str]]:
    """The threat of each row, and the cell with its tests."""
    found = []
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("|") and len(cells) == 3 and not set(line) <= set("|-") and cells[0] != "threat":
            found.append((cells[0], cells[2]))
    return found


def named_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_section_is_there() -> None:
    """Each kind of enemy has its table, and says what does not stand against it."""
    sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]
    assert len(sections) == 9
    assert [part.split("\n")[0] for part in sections if "| threat |" not in part] == []
    assert [part.split("\n")[0] for part in sections if "**Not:**" not in part and "does not stand" not in part] == []
    assert len(rows()) > 60


@pytest.mark.parametrize(("threat", "cell"), rows(), ids=[threat[:50] for threat, _ in rows()])
def test_each_threat_names_tests_that_are_there(threat: str, cell: str) -> None:
    """Each group of names, between semicolons, ends with its file; a file alone stands for all that is in it."""
    seen = 0
    for group in cell.split(";"):
        words = re.findall(r"`([^`]+)`", group)
        names = {word for word in words if word.startswith("test_")}
        files = [word for word in words if word.startswith("tests/")]
        assert len(names) + len(files) == len(words), group
        assert len(files) <= 1 or not names, group
        there = set().union(*(named_in(file) for file in files or [WEB]))
        assert names <= there, (group, names - there)
        seen += len(names) or len(there)
    assert seen > 0, threat
