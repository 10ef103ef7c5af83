"""Which backups are kept."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alia_watch.store.rotation import Rotation, kept

START = datetime(2024, 1, 1, tzinfo=UTC)
INSTANTS = st.lists(st.integers(0, 900 * 24).map(lambda hours: START + timedelta(hours=hours)), max_size=60)
ROTATIONS = st.builds(Rotation, st.integers(1, 9), st.integers(0, 6), st.integers(0, 14))


@given(INSTANTS, ROTATIONS)
def test_the_newest_is_kept_and_never_more_than_asked_for(made: list[datetime], rotation: Rotation) -> None:
    """What is kept is of what there is, and keeping twice changes nothing."""
    keep = kept(made, rotation)
    assert keep <= set(made)
    assert len(keep) <= rotation.daily + rotation.weekly + rotation.monthly
    if made:
        assert max(made) in keep
    assert kept(keep, rotation) == keep


@given(INSTANTS, ROTATIONS)
def test_what_is_let_go_has_a_newer_one_of_its_day(made: list[datetime], rotation: Rotation) -> None:
    """Unless it is older than all the days, weeks and months that are kept."""
    keep = kept(made, rotation)
    days = sorted({at.date() for at in made}, reverse=True)[: rotation.daily]
    for day in days:
        assert max(at for at in made if at.date() == day) in keep


def test_a_backup_a_day_leaves_days_weeks_and_months() -> None:
    """After two years: seven days, five weeks and twelve months, of which some are the same."""
    there: set[datetime] = set()
    for day in range(731):
        there.add(START + timedelta(days=day, hours=4))
        there = set(kept(there, Rotation()))
    newest = sorted(there, reverse=True)
    assert [(newest[0] - at).days for at in newest[:7]] == [0, 1, 2, 3, 4, 5, 6]
    assert len({(at.year, at.month) for at in newest}) == 12
    assert 7 + 3 + 10 <= len(newest) <= 24
