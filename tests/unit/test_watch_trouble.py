"""What the maintainers are told of the watch itself: when, once, and with what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from alia_watch.findings.watch_trouble import Vitals, WatchTroubleKind, watch_troubles
from alia_watch.reports.maintenance import maintenance_blocks, watch_document
from alia_watch.reports.speech import LANGUAGES, Speech
from alia_watch.series.basket import BasketQuality

NOW = datetime(2026, 1, 20, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GOOD, SMALL, NOISY = BasketQuality.GOOD, BasketQuality.SMALL, BasketQuality.NOISY
WELL = Vitals(
    last_complete=NOW - HOUR,
    watching_since=NOW - 30 * DAY,
    dead=0,
    why=None,
    oldest_due=None,
    free_bytes=10**11,
    disk_bytes=10**12,
    basket={date(2026, 1, 1) + n * DAY: GOOD for n in range(18)},
)


def basket(*last: BasketQuality) -> dict[date, BasketQuality]:
    return dict(zip((date(2026, 1, 19) - n * DAY for n in reversed(range(len(last)))), last, strict=True))


def test_a_watch_that_is_well_troubles_nobody() -> None:
    """Nor does one that has only begun."""
    assert watch_troubles(WELL, NOW) == ()
    assert watch_troubles(replace(WELL, last_complete=None, watching_since=None, basket={}), NOW) == ()


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"last_complete": NOW - 27 * HOUR}, WatchTroubleKind.SNAPSHOT_LATE),
        ({"last_complete": None, "watching_since": NOW - 27 * HOUR}, WatchTroubleKind.SNAPSHOT_LATE),
        ({"dead": 1, "why": "550 no such user"}, WatchTroubleKind.DELIVERIES_FAILING),
        ({"oldest_due": NOW - 4 * HOUR}, WatchTroubleKind.DELIVERIES_FAILING),
        ({"free_bytes": 10**8}, WatchTroubleKind.DISK),
        ({"free_bytes": 2 * 10**10}, WatchTroubleKind.DISK),
        ({"basket": basket(GOOD, SMALL, SMALL, SMALL)}, WatchTroubleKind.BASKET_SMALL),
    ],
)
def test_each_trouble_is_told_with_what_to_do(changed: dict[str, object], kind: WatchTroubleKind) -> None:
    """One trouble, its key the same an hour later, in words in every language."""
    vitals = replace(WELL, **changed)  # type: ignore[arg-type]
    [trouble] = watch_troubles(vitals, NOW)
    assert trouble.kind is kind
    assert [each.key for each in watch_troubles(vitals, NOW + HOUR)] == [trouble.key]
    for language in LANGUAGES:
        title, said, todo = maintenance_blocks(watch_document(trouble), Speech(language))
        assert all(block.text for block in (title, said, todo))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "changed",
    [
        {"last_complete": NOW - 25 * HOUR},
        {"oldest_due": NOW - 2 * HOUR},
        {"oldest_due": NOW + 48 * HOUR},  # held by an embargo
        {"basket": basket(GOOD, SMALL, SMALL)},
        {"basket": basket(SMALL, SMALL, SMALL, NOISY)},
        {"basket": basket(SMALL, SMALL, SMALL, SMALL)},  # it was never large enough: nothing has changed
    ],
)
def test_what_may_mend_itself_is_not_told(changed: dict[str, object]) -> None:
    """A late reading, a message that is tried again, two poor days."""
    assert watch_troubles(replace(WELL, **changed), NOW) == ()  # type: ignore[arg-type]


def test_failing_deliveries_are_told_once_a_day() -> None:
    """The next day again, while they fail."""
    failing = replace(WELL, last_complete=NOW + DAY, dead=2, why="refused")
    keys = {each.key for at in (NOW, NOW + HOUR, NOW + DAY) for each in watch_troubles(failing, at)}
    assert len(keys) == 2
