"""Telegram's limits hold whoever writes to whom and when, by a clock that costs no time."""

import asyncio
import selectors
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alia_bot.channels.telegram_pace import ANSWER_PATIENCE_S, BROADCAST_PATIENCE_S, IN_ALL, Pace, RestsError
from tests.telegram import Hours, unhurried

GROUPS = (-100123, -100124, "@canal")


class _Leap(selectors.SelectSelector):
    """Lets a wait pass at once."""

    leapt = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.leapt += timeout or 0
        return super().select(0)


class Simulated(asyncio.SelectorEventLoop):
    """A loop whose time goes forward only by being waited for, by any number of tasks at once."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        return self._leap.leapt


def simulated(work: Callable[[Pace, asyncio.AbstractEventLoop], Coroutine[Any, Any, None]]) -> float:
    """Do something at a pace; gives how many seconds it took, of the simulated ones."""
    with asyncio.Runner(loop_factory=Simulated) as runner:
        loop = runner.get_loop()
        runner.run(work(Pace(clock=loop.time, sleep=asyncio.sleep), loop))
        return loop.time()


@dataclass(frozen=True)
class Left:
    """A message that left: when, and when Telegram saw it."""

    at: float
    seen_at: float
    chat: int | str
    answer: bool
    asked_at: float


@dataclass(frozen=True)
class Ask:
    """Somebody would send at an instant, on a line that takes its time."""

    at: float
    chat: int | str
    answer: bool
    there_s: float = 0.0
    back_s: float = 0.0


chats = st.sampled_from([*range(1, 6), *GROUPS]) | st.integers(1, 200)
ways = st.just(0.0) | st.floats(0, 0.5)
asks = st.builds(Ask, st.floats(0, 90), chats, st.booleans(), ways, ways)
bursts = st.builds(
    lambda first, there, n: [
        replace(first, chat=first.chat + i if isinstance(first.chat, int) and first.chat > 0 else first.chat)
        if i % 2
        else replace(first, there_s=there)
        for i in n
    ],
    asks,
    ways,
    st.integers(1, 70).map(range),
)


def played(plan: list[Ask]) -> tuple[list[Left], list[tuple[Ask, RestsError]]]:
    """What left, in the order in which Telegram saw it, and what was not to wait."""
    left: list[Left] = []
    refused: list[tuple[Ask, RestsError]] = []

    async def one(ask: Ask, pace: Pace, loop: asyncio.AbstractEventLoop) -> None:
        await asyncio.sleep(ask.at)
        asked_at = loop.time()
        try:
            async with pace.turn(ask.chat, answer=ask.answer):
                at = loop.time()
                await asyncio.sleep(ask.there_s)
                left.append(Left(at, loop.time(), ask.chat, ask.answer, asked_at))
                await asyncio.sleep(ask.back_s)
        except RestsError as error:
            refused.append((ask, error))

    async def all_of_them(pace: Pace, loop: asyncio.AbstractEventLoop) -> None:
        await asyncio.gather(*(one(ask, pace, loop) for ask in plan))

    simulated(all_of_them)
    return left, refused


def most_within(times: list[float], seconds: float) -> int:
    """The most of these instants, which are sorted, in any window so long."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@settings(max_examples=40)
@given(singles=st.lists(asks, max_size=60), crowds=st.lists(bursts, max_size=4))
def test_no_limit_is_ever_passed(singles: list[Ask], crowds: list[list[Ask]]) -> None:
    """30 a second in all, one a second to a chat, 20 a minute to a group or channel, by the instants at which Telegram
    sees them, however long they were under way, up to a second; and nothing is forgotten."""
    plan = singles + [ask for crowd in crowds for ask in crowd]
    left, refused = played(plan)
    assert len(left) + len(refused) == len(plan)
    assert most_within([each.seen_at for each in left], 1.0) <= 30
    by_chat = defaultdict(list)
    for each in left:
        by_chat[each.chat].append(each.seen_at)
    for chat, times in by_chat.items():
        assert most_within(times, 1.0) <= 1
        assert most_within(times, 60.0) <= 20 or chat not in GROUPS
    for ask, error in refused:
        assert error.seconds > (ANSWER_PATIENCE_S if ask.answer else BROADCAST_PATIENCE_S)
        assert not error.everyone


@settings(max_examples=30)
@given(
    broadcasts=st.integers(0, 300),
    answers=st.lists(st.floats(0, 12), min_size=1, max_size=40, unique=True),
)
def test_answers_go_before_what_is_sent_to_many(broadcasts: int, answers: list[float]) -> None:
    """While a broadcast is under way, no broadcast message leaves while an answer waits that could leave."""
    plan = [Ask(0, 1000 + n, answer=False) for n in range(broadcasts)]
    plan += [Ask(at, 1 + n, answer=True) for n, at in enumerate(answers)]
    left, _ = played(plan)
    assert len(left) == len(plan)
    for each in (one for one in left if one.answer):
        overtaken = [one for one in left if not one.answer and each.asked_at < one.at < each.at]
        assert overtaken == []
        assert each.at - each.asked_at <= 1.05 + len(answers) / 29


def test_an_answer_whose_own_chat_must_wait_holds_nobody_back() -> None:
    """A group that asks more than it may be answered does not stop what is sent to all others."""
    plan = [Ask(0, GROUPS[0], answer=True) for _ in range(60)] + [Ask(25, n, answer=False) for n in range(1, 61)]
    left, _ = played(plan)
    assert max(each.at for each in left if not each.answer) < 25 + 60 / 29 + 0.1


@pytest.mark.parametrize(("hands", "under_way_s"), [(1, 0.0), (1, 0.03), (4, 0.04), (30, 0.04)])
def test_many_chats_are_told_almost_as_fast_as_telegram_lets(hands: int, under_way_s: float) -> None:
    """At least 95 % of 30 a second, to three thousand chats, by one sender or by several, on an ordinary line."""
    waiting = list(range(1, 3001))

    async def hand(pace: Pace) -> None:
        while waiting:
            async with pace.turn(waiting.pop(), answer=False):
                await asyncio.sleep(under_way_s)

    async def everyone(pace: Pace, _: asyncio.AbstractEventLoop) -> None:
        await asyncio.gather(*(hand(pace) for _ in range(hands)))

    took = simulated(everyone)
    assert 3000 / took >= 0.95 * 30
    assert 3000 / took <= 30 + 30 / took, "the first thirty may leave at once"


def test_a_chat_is_answered_almost_once_a_second() -> None:
    """Nobody is slowed down beyond what Telegram asks for."""
    left, _ = played([Ask(0, 7, answer=True) for _ in range(30)])
    assert left[-1].at <= 29 / 0.95


async def rests(pace: Pace, chat: int | str, *, answer: bool) -> RestsError | None:
    """Whether a message may not leave now."""
    try:
        async with pace.turn(chat, answer=answer):
            pass
    except RestsError as error:
        return error
    return None


async def test_a_refusal_rests_the_chat_that_got_it_and_no_other() -> None:
    """Telegram does not say whose limit was reached: the first to be refused is thought to be alone."""
    pace = unhurried()
    assert pace.refused(-100123, 60) is False
    found = await rests(pace, -100123, answer=True)
    assert found is not None
    assert (found.seconds, found.everyone) == (60, False)
    assert await rests(pace, 5, answer=False) is None


async def test_a_second_chat_that_is_refused_meanwhile_means_that_all_must_rest() -> None:
    """Two at a time are the bot's own limit: everyone rests, for as long as was asked, and then goes on."""
    hours = Hours()
    pace = unhurried(hours)
    pace.refused(1, 60)
    assert pace.refused(2, 50) is True
    found = await rests(pace, 3, answer=True)
    assert found is not None
    assert (found.seconds, found.everyone) == (50, True)
    hours.now += 50
    assert await rests(pace, 3, answer=False) is None
    assert (await rests(pace, 1, answer=False)) is not None, "the first asked for ten seconds more"


async def test_the_same_chat_refused_again_means_nothing_of_others() -> None:
    """One that is refused twice is still one."""
    pace = unhurried()
    pace.refused(1, 60)
    assert pace.refused(1, 90) is False
    assert await rests(pace, 2, answer=False) is None


async def test_a_refusal_that_is_over_says_nothing_of_the_next() -> None:
    """A minute later another chat's refusal is its own."""
    hours = Hours()
    pace = unhurried(hours)
    pace.refused(1, 60)
    hours.now += 61
    assert pace.refused(2, 60) is False


async def test_a_wait_that_is_short_is_waited_and_a_long_one_is_said() -> None:
    """A broadcast goes on with other chats sooner than an answer to a person gives up."""
    hours = Hours()
    pace = unhurried(hours)
    pace.refused(1, 10)
    found = await rests(pace, 1, answer=False)
    assert found is not None
    assert hours.now == 0, "it was said at once"
    assert await rests(pace, 1, answer=True) is None
    assert hours.now >= 10


async def test_thousands_of_chats_leave_nothing_behind() -> None:
    """What no longer holds anything back is forgotten, refusals included."""
    hours = Hours()
    pace = unhurried(hours)
    for chat in range(1, 2001):
        if chat % 100 == 0:
            pace.refused(chat, 1)
        assert await rests(pace, chat, answer=True) is None
    hours.now += 120
    assert await rests(pace, 1, answer=True) is None
    assert len(pace._chats) <= 4 * IN_ALL + 1
    assert len(pace._rests) <= 4 * IN_ALL + 1


async def test_who_gives_up_waiting_holds_nobody_back() -> None:
    """An answer whose sender was cancelled is not waited for."""

    async def never(_: float) -> None:
        raise asyncio.CancelledError

    hours = Hours()
    sleeps: list[Callable[[float], Awaitable[None]]] = [hours.sleep, never]

    async def sleep(seconds: float) -> None:
        await sleeps.pop()(seconds)

    pace = Pace(clock=hours, sleep=sleep)
    for chat in range(1, IN_ALL + 1):
        assert await rests(pace, chat, answer=True) is None
    with pytest.raises(asyncio.CancelledError):
        await rests(pace, 99, answer=True)
    assert await rests(pace, 100, answer=False) is None
    assert hours.now < 1.1
