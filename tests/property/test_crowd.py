"""One chat cannot ask more than its share, however it goes about it, and is told so once."""

import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from alia_bot.chat.crowd import A_MINUTE, AT_ONCE, Crowd

waits = st.lists(st.sampled_from([0.0, 0.001, 0.5, 1.9, 2.0, 2.1, 30.0]) | st.floats(0, 90), max_size=400)


@settings(max_examples=100)
@given(waits=waits)
def test_no_minute_has_more_than_a_burst_and_a_minutes_worth(waits: list[float]) -> None:
    """In no window of a minute are more answered; and who asks slowly enough is always answered."""
    crowd, at, admitted = Crowd(), 0.0, []
    for wait in waits:
        at += wait
        answered = crowd.admits(7, at)
        if answered:
            admitted.append(at)
        assert answered or wait < 60 / A_MINUTE, "one question in two seconds is no crowd"
        assert sum(at - 60 <= each for each in admitted) <= AT_ONCE + A_MINUTE


def test_a_burst_is_answered_and_then_one_in_two_seconds() -> None:
    """Twenty at once, no twenty-first; two seconds later one more."""
    crowd = Crowd()
    assert [crowd.admits(7, 0.0) for _ in range(21)] == [True] * 20 + [False]
    assert [crowd.admits(7, 2.0) for _ in range(2)] == [True, False]
    assert [crowd.admits(7, 3600.0) for _ in range(21)] == [True] * 20 + [False]


@given(others=st.lists(st.integers(-5, 5).filter(lambda chat: chat != 7), max_size=100))
def test_who_asks_too_much_takes_nothing_from_others(others: list[int]) -> None:
    """Each chat has its own share."""
    crowd = Crowd()
    for _ in range(100):
        crowd.admits(7, 0.0)
    for chat in set(others):
        assert crowd.admits(chat, 0.0)


@settings(max_examples=100)
@given(waits=waits)
def test_a_chat_is_told_once_until_it_is_answered_again(waits: list[float]) -> None:
    """Between two answers there is one word that it was too much, not one for each question."""
    crowd, at, told = Crowd(), 0.0, 0
    for wait in waits:
        at += wait
        if crowd.admits(7, at):
            told = 0
        else:
            assert crowd.tells(7) is (told == 0)
            told += 1


def test_a_stream_of_new_chats_does_not_fill_the_memory() -> None:
    """Sixty thousand chats cost no more than the twenty thousand that are remembered."""
    crowd = Crowd()
    tracemalloc.start()
    try:
        for chat in range(20_000):
            crowd.admits(chat, 0.0)
        before = tracemalloc.get_traced_memory()[0]
        for chat in range(20_000, 60_000):
            crowd.admits(chat, 1.0)
        assert tracemalloc.get_traced_memory()[0] < 2 * before
    finally:
        tracemalloc.stop()
    for _ in range(AT_ONCE - 1):
        assert crowd.admits(59_999, 1.0)
    assert not crowd.admits(59_999, 1.0), "who asked last is remembered"
