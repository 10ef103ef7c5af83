"""Which repo a person means by what they typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_watch.series.named_repo import NamedRepo, named_repo

FLAGSHIP = "BSC-LT/ALIA-40b-instruct-2512"
NAMES = (
    FLAGSHIP,
    "BSC-LT/ALIA-40b",
    "BSC-LT/ALIA-40b-instruct-2601",
    "BSC-LT/ALIA-40b-instruct-2512-GGUF",
    "swiss-ai/Apertus-8B-Instruct-2509",
    "other/ALIA-40b-fc",
)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (FLAGSHIP, FLAGSHIP),
        ("bsc-lt/alia-40B-INSTRUCT-2512", FLAGSHIP),
        ("  BSC-LT / ALIA 40b instruct 2512 ", FLAGSHIP),
        ("https://huggingface.co/BSC-LT/ALIA-40b-instruct-2601/tree/main", "BSC-LT/ALIA-40b-instruct-2601"),
        ("huggingface.co/BSC-LT/ALIA-40b?library=transformers", "BSC-LT/ALIA-40b"),
        ("ALIA-40b", "BSC-LT/ALIA-40b"),
        ("apertus", "swiss-ai/Apertus-8B-Instruct-2509"),
        ("gguf", "BSC-LT/ALIA-40b-instruct-2512-GGUF"),
        ("alia", FLAGSHIP),
        ("ＡＬＩＡ", FLAGSHIP),
        ("ALIA-40b-instruct", FLAGSHIP),
    ],
)
def test_a_name_in_any_dress_finds_its_repo(words: str, meant: str) -> None:
    """A full id, its end, a part, an address, in any case and with any signs between."""
    assert named_repo(NAMES, words, favourite=FLAGSHIP) == NamedRepo(meant)


def test_of_several_nobody_can_tell_without_a_favourite() -> None:
    """They are offered, the shortest first, and none is guessed."""
    found = named_repo(NAMES, "instruct-2", favourite="nobody/nothing")
    assert found.repo_id is None
    assert found.near == (FLAGSHIP, "BSC-LT/ALIA-40b-instruct-2601", "swiss-ai/Apertus-8B-Instruct-2509")


@pytest.mark.parametrize("words", ["ALIA-40b-instruct-2521", "bsc-lt/alia-40b-instrcut-2512", "aperitus 8b"])
def test_a_slip_of_the_finger_offers_what_is_near(words: str) -> None:
    """At most three, of which the nearest is the one that was meant."""
    found = named_repo(NAMES, words)
    assert found.repo_id is None
    assert found.near[0] in (FLAGSHIP, "swiss-ai/Apertus-8B-Instruct-2509")
    assert len(found.near) <= 3


@pytest.mark.parametrize("words", ["", "   ", "/", "?", "¿¡!", "quantum chromodynamics", "https://huggingface.co/"])
def test_what_means_nothing_finds_nothing(words: str) -> None:
    """No repo, and none that is near."""
    assert named_repo(NAMES, words, favourite=FLAGSHIP) == NamedRepo(None)


@given(st.text(max_size=300))
def test_whatever_is_typed_has_an_answer(words: str) -> None:
    """A name of the list or none, and at most three of the list."""
    found = named_repo(NAMES, words, favourite=FLAGSHIP)
    assert found.repo_id is None or found.repo_id in NAMES
    assert set(found.near) <= set(NAMES)
    assert len(found.near) <= 3
