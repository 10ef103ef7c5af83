"""Reading the Hub's own words on its quota, and waiting by them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_bot.demo.simulated_clock import SimulatedClock
from alia_watch.sources.hub_pace import Pacer, Quota
from alia_watch.sources.patience import Deadline, OutOfTime, retry_after

AT = datetime(2026, 1, 23, 8, 15, tzinfo=UTC)


def _paced() -> tuple[SimulatedClock, Pacer, Deadline]:
    clock = SimulatedClock(AT)
    return clock, Pacer(clock), Deadline(3600, clock=clock, sleep=clock.sleep)


def test_a_window_with_none_left_is_waited_out() -> None:
    """With `r=0` the next turn comes when the window ends, and a second for its rounding."""
    _, pacer, deadline = _paced()
    sent = pacer.take_turn(deadline)
    pacer.answered({"ratelimit": '"api";r=0;t=55', "ratelimit-policy": '"fixed window";"api";q=500;w=300'}, sent=sent)
    assert pacer.take_turn(deadline) == AT + timedelta(seconds=56)


def test_the_quota_stated_replaces_the_quota_assumed() -> None:
    """A reader with a better plan is told so by the policy header."""
    _, pacer, deadline = _paced()
    sent = pacer.take_turn(deadline)
    pacer.answered(
        {"ratelimit": '"api";r=2499;t=200', "ratelimit-policy": '"fixed window";"api";q=2500;w=300'}, sent=sent
    )
    assert pacer.quota == Quota(2500, 300)
    assert pacer.estimate(5001).at_least == timedelta(minutes=10)


def test_an_answer_of_a_window_that_is_over_teaches_nothing() -> None:
    """An answer that comes late, of a request sent before the window turned, does not close the new one."""
    _, pacer, deadline = _paced()
    early, late = pacer.take_turn(deadline), pacer.take_turn(deadline)
    pacer.answered({"ratelimit": '"api";r=0;t=10'}, sent=early)
    assert pacer.take_turn(deadline) == AT + timedelta(seconds=11)
    pacer.answered({"ratelimit": '"api";r=0;t=299'}, sent=late)
    assert pacer.take_turn(deadline) == AT + timedelta(seconds=11)


def test_a_turn_beyond_the_deadline_is_refused_with_the_reason() -> None:
    """Rather than wait in vain the reading ends, and says until when the quota is used up."""
    clock, pacer, _ = _paced()
    deadline = Deadline(30, clock=clock, sleep=clock.sleep)
    sent = pacer.take_turn(deadline)
    pacer.answered({"ratelimit": '"api";r=0;t=55'}, sent=sent)
    with pytest.raises(OutOfTime, match="used up until 2026-01-23T08:15:56Z"):
        pacer.take_turn(deadline)
    assert clock.slept == []


def test_a_deadline_over_ends_everything() -> None:
    """Once over, neither a turn nor a wait is given."""
    clock, pacer, deadline = _paced()
    clock.sleep(3601)
    assert deadline.left() == 0
    with pytest.raises(OutOfTime, match="deadline of 3600 s"):
        pacer.take_turn(deadline)


def test_retry_after_is_read_in_both_forms() -> None:
    """Seconds, or an HTTP date of which a past one means now; anything else is None."""
    assert retry_after({"retry-after": "120"}, AT) == 120
    assert retry_after({"retry-after": "Fri, 23 Jan 2026 08:16:30 GMT"}, AT) == 90
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, AT) == 0
    assert retry_after({"retry-after": "Fri, 23 Jan 2026 08:16:30"}, AT) == 90
    assert retry_after({"retry-after": "soon"}, AT) is None
    assert retry_after({}, AT) is None


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_headers_of_any_kind_are_survived(limit: str, policy: str, after: str) -> None:
    """No header value is an error; the next turn comes, or the deadline ends it."""
    _, pacer, deadline = _paced()
    sent = pacer.take_turn(deadline)
    pacer.answered({"ratelimit": limit, "ratelimit-policy": policy}, sent=sent)
    wait = retry_after({"retry-after": after}, AT)
    assert wait is None or wait >= 0


@given(st.integers(1, 40), st.integers(1, 60), st.integers(0, 59))
def test_no_window_of_the_hub_gets_more_than_its_quota(quota: int, window: int, offset: int) -> None:
    """Whatever the quota, and wherever in a window the reading begins, a Hub that tells its state refuses nothing."""
    clock = SimulatedClock(AT + timedelta(seconds=offset))
    pacer, deadline = Pacer(clock, Quota(quota, window)), Deadline(10**6, clock=clock, sleep=clock.sleep)
    counts: dict[int, int] = {}
    for _ in range(3 * quota):
        sent = pacer.take_turn(deadline)
        second = int(sent.timestamp())
        counts[second // window] = counts.get(second // window, 0) + 1
        left, reset = quota - counts[second // window], window - second % window
        assert left >= 0
        headers = {"ratelimit": f'"api";r={left};t={reset}', "ratelimit-policy": f'"api";q={quota};w={window}'}
        pacer.answered(headers, sent=sent)
