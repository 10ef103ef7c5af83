"""Whatever comes and goes, each trouble is told once when it begins and once when it is over."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alia_watch.findings.watch_story import QUIET_FOR, chapter
from alia_watch.findings.watch_trouble import WatchTrouble, WatchTroubleKind

START = datetime(2026, 1, 20, 9, tzinfo=UTC)
KINDS = [WatchTroubleKind.DISK, WatchTroubleKind.SNAPSHOT_LATE, WatchTroubleKind.SENT_OTHERWISE]
LOOKS = st.lists(st.tuples(st.integers(1, 60), st.sets(st.sampled_from(KINDS))), max_size=40)


@given(LOOKS, st.sets(st.integers(0, 39)))
def test_beginnings_and_ends_take_turns(looks: list[tuple[int, set[WatchTroubleKind]]], restarts: set[int]) -> None:
    """Of each trouble, in this order; an end only after it was away for a while, whatever restarts in between."""
    now, told = START, set[str]()
    away: Mapping[str, datetime] = {}
    seen_at: dict[str, datetime] = {}
    for number, (minutes, kinds) in enumerate(looks):
        now += timedelta(minutes=minutes)
        if number in restarts:
            away = {}
        seen = [WatchTrouble(kind, {}) for kind in kinds]
        story = chapter(seen, told, away, asked=set(WatchTroubleKind), now=now)
        assert {each.name for each in story.begun} == {str(kind) for kind in kinds} - told
        for name in (*story.over, *story.silently):
            assert name in told
            assert now - seen_at[name] >= QUIET_FOR
            assert (name in story.silently) == (name == WatchTroubleKind.SENT_OTHERWISE)
        told = (told | {each.name for each in story.begun}) - {*story.over, *story.silently}
        seen_at |= {str(kind): now for kind in kinds}
        away = story.away
        assert set(away) == told - {str(kind) for kind in kinds}


def test_a_kind_that_a_look_does_not_ask_for_is_left_as_it_is() -> None:
    """The basket is not over because somebody looked at the disk."""
    basket, disk = WatchTroubleKind.BASKET_SMALL, WatchTroubleKind.DISK
    story = chapter([], {"basket_small", "disk"}, {}, asked={disk}, now=START, quiet_for=timedelta())
    assert story.over == ("disk",)
    story = chapter([], {"basket_small", "duty_failing.detect"}, {}, asked={basket}, now=START, quiet_for=timedelta())
    assert story.over == ("basket_small",)


def test_a_clock_that_is_set_back_begins_the_waiting_anew() -> None:
    """Instead of waiting until the old time comes round."""
    later = START + timedelta(days=3)
    story = chapter([], {"disk"}, {"disk": later}, asked={WatchTroubleKind.DISK}, now=START)
    assert story.away == {"disk": START}
