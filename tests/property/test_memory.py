"""What the detector remembers changes nothing but the time it takes."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alia_watch.announcements.announcement import Announcement, Kind, Precision
from alia_watch.findings.detector import detect
from alia_watch.findings.memory import Kept, Memory
from alia_watch.findings.replay import ROUND
from alia_watch.findings.spike import Series

DAY = timedelta(days=1)
FIRST = date(2024, 2, 5)


def series(name: str, seed: int, days: int) -> Series:
    """A repo with missed days, bursts, and a new level."""
    random = np.random.default_rng(seed)
    mean = random.uniform(1, 200)
    first = FIRST + DAY * int(random.integers(0, 60))
    counts = {}
    for number in range(days):
        level = mean * (6 if random.random() < 0.01 else 1) * (2.5 if number > 150 and seed % 3 == 0 else 1)
        if number == 0 or random.random() > 0.04:
            counts[first + DAY * number] = int(random.negative_binomial(9, 9 / (9 + level)))
    return Series(name, counts)


def remembering(memory: Memory, method: str = "this") -> Memory:
    """A memory that recalls what another learnt, from its bytes."""
    return Memory(method, lambda name: Kept.unpack(memory.learnt[name].pack()) if name in memory.learnt else None)


many = st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 300)), min_size=1, max_size=5)


@settings(max_examples=10)
@given(many, st.integers(0, 90), st.data())
def test_taken_up_again_it_says_the_same(made: list[tuple[int, int]], more: int, data: st.DataObject) -> None:
    """To the last bit: of series that grew, of new ones beside them, and of those that nothing was kept of."""
    whole = [series(f"r{n}", seed, days + more) for n, (seed, days) in enumerate(made)]
    before = [
        replace(one, counts={day: n for day, n in one.counts.items() if day <= max(one.counts) - DAY * more})
        for one in whole
    ]
    some = data.draw(st.integers(1, len(whole)))
    learnt = Memory("this")
    detect([one for one in before if one.counts][:some], memory=learnt)
    assert all(kept.rows % ROUND == 0 for kept in learnt.learnt.values())
    assert detect(whole, memory=remembering(learnt)) == detect(whole)


@pytest.fixture(scope="module")
def learnt() -> Memory:
    """What one long series left."""
    memory = Memory("this")
    detect([series("r", 3, 300)], memory=memory)
    return memory


def taken_up(memory: Memory, one: Series, budget: float = 1.0) -> bool:
    """Whether what was kept still fits, told by nothing new being worth keeping."""
    detect([one], false_alarms_per_year=budget, memory=memory)
    return not memory.learnt


def test_what_is_kept_is_taken_up(learnt: Memory) -> None:
    """In whole rounds, some weeks before the end."""
    assert learnt.learnt["r"].rows == 210
    assert taken_up(remembering(learnt), series("r", 3, 300))


def test_other_code_another_past_or_another_budget_begin_anew(learnt: Memory) -> None:
    """As does an announcement whose window lies in what was kept."""
    one = series("r", 3, 300)
    day = min(one.counts) + DAY * 100
    told = Announcement("x", day, Precision.DAY, Kind.OFFICIAL, "x")
    assert not taken_up(remembering(learnt, "other"), one)
    assert not taken_up(remembering(learnt), one, budget=2.0)
    assert not taken_up(remembering(learnt), replace(one, counts=one.counts | {day: 1_000_000}))
    assert not taken_up(remembering(learnt), replace(one, announcements=(told,)))


def test_the_last_weeks_are_never_kept(learnt: Memory) -> None:
    """They may still change, and then what was kept still fits."""
    one = series("r", 3, 300)
    day = max(one.counts) - DAY * 20
    assert taken_up(remembering(learnt), replace(one, counts=one.counts | {day: 1_000_000}))


def test_an_earlier_day_leaves_what_is_kept(learnt: Memory) -> None:
    """A look at the past keeps nothing in the place of what a later one kept."""
    one = series("r", 3, 300)
    past = replace(one, counts={day: n for day, n in one.counts.items() if day < min(one.counts) + DAY * 150})
    memory = remembering(learnt)
    assert detect([past], memory=memory) == detect([past])
    assert not memory.learnt
