"""The documents say what the program does: commands exist, links lead somewhere, the reference is the generated one."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from alia_bot.cli import reference

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
CALL = re.compile(r"(?:^|[\s`(/])alia-watch((?: [^\s`)#;|]+)+)")


def commands() -> dict[str, reference.Command]:
    return {command.words: command for command in reference.commands()}


def calls(text: str) -> Iterator[str]:
    """Every `alia-watch …` in code: fenced lines without their comments, and inline code."""
    fences = re.findall(r"^```(?:sh|toml|ini|yaml)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for code in (*fences, *re.findall(r"`([^`]+)`", outside)):
        for line in code.splitlines():
            yield from (match.strip() for match in CALL.findall(" " + line.split("  #")[0].split(" #")[0]))


def faults_of(call: str) -> Iterator[str]:
    """What is wrong with a call, compared with what the commands declare."""
    known = commands()
    before = {name: p for p in reference.before() for name in p.names}
    words = shlex.split(call.replace("…", "").replace("'", ""))
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option not in before and option != "--help":
            yield f"{option} is no option before the command"
            return
        if option in before and before[option].takes and words:
            words.pop(0)
    if not words or not re.fullmatch(r"[a-z][a-z-]*", words[0]):
        return  # options alone, or a placeholder such as COMMAND
    command = known.get(" ".join(words[:2])) or known.get(words[0])
    if command is None:
        if not any(name.startswith(f"{words[0]} ") for name in known):
            yield f"{words[0]} is no command"
        return
    options = {name for p in command.parameters if p.option for name in p.names} | {"--help"}
    for word in words:
        if word.startswith("--") and word.split("=")[0] not in options:
            yield f"{word} is no option of {command.words}"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_a_page_names_exists(name: str) -> None:
    """Each `alia-watch …` in a page is a command of the program, with options it has."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert [f"{call}: {fault}" for call in calls(text) for fault in faults_of(call)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_a_page_names_exists(name: str) -> None:
    """Each `make …` in a page is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`make ([a-z]+)`", text) + re.findall(r"^make ([a-z]+)", text, re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    """Each relative link names a file that is there, and each anchor a heading of it."""
    page = ROOT / name
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made on the usual forges."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_command_reference_is_the_generated_one() -> None:
    """docs/cli.md is what `make docs` writes."""
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == reference.render()


@pytest.mark.parametrize("words", list(commands()))
def test_every_command_has_help_and_an_example_that_works(words: str) -> None:
    """Each command says what it does, explains its options, and its example is a call of itself."""
    command = commands()[words]
    assert command.help
    assert command.example.startswith("alia-watch ")
    assert words in command.example
    assert [fault for call in CALL.findall(command.example) for fault in faults_of(call.strip())] == []
    assert [p.names for p in command.parameters if not p.help] == []


def test_the_readme_is_short_and_shows_a_picture() -> None:
    """The README has under 150 lines and a picture that is there."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("\n") < 150
    assert re.search(r"!\[[^\]]+\]\(docs/[^)]+\.png\)", text)


def test_every_verb_of_the_contract_is_there() -> None:
    """The verbs scripts rely on exist under their names."""
    there = {words.split()[0] for words in commands()}
    contract = {
        "init", "check", "run", "snapshot", "import", "series", "spikes", "announcements", "cost", "digest", "alerts",
        "alert-test", "subscribers", "deliveries", "status", "backup", "restore", "demo",
    }  # fmt: skip
    assert contract <= there


@pytest.mark.parametrize("name", [*NAMES, "config.example.toml", "Dockerfile", "compose.yaml", "NOTICE"])
def test_no_page_carries_a_place_of_the_machine_it_was_made_on(name: str) -> None:
    """No page names a folder of somebody's machine or a private package index."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|root|work|Users)/\w|--index-url|--extra-index-url|file://", text)
