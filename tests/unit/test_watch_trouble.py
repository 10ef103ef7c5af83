"""What the maintainers are told of the watch itself: when, once, and with what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from alia_watch.findings.watch_trouble import (
    Vitals,
    WatchTrouble,
    WatchTroubleKind,
    basket_troubles,
    watch_troubles,
)
from alia_watch.reports.maintenance import maintenance_blocks, over_document, watch_document
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
    backed_up=NOW - 5 * HOUR,
)


def basket(*last: BasketQuality) -> dict[date, BasketQuality]:
    return dict(zip((date(2026, 1, 19) - n * DAY for n in reversed(range(len(last)))), last, strict=True))


def test_a_watch_that_is_well_troubles_nobody() -> None:
    """Nor does one that has only begun."""
    assert watch_troubles(WELL, NOW) == ()
    assert watch_troubles(replace(WELL, last_complete=None, watching_since=None, backed_up=None), NOW) == ()
    assert basket_troubles({}) == ()


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"last_complete": NOW - 27 * HOUR}, WatchTroubleKind.SNAPSHOT_LATE),
        ({"last_complete": None, "watching_since": NOW - 27 * HOUR}, WatchTroubleKind.SNAPSHOT_LATE),
        ({"dead": 1, "why": "550 no such user"}, WatchTroubleKind.DELIVERIES_FAILING),
        ({"oldest_due": NOW - 4 * HOUR}, WatchTroubleKind.DELIVERIES_FAILING),
        ({"free_bytes": 10**8}, WatchTroubleKind.DISK),
        ({"free_bytes": 2 * 10**10}, WatchTroubleKind.DISK),
        ({"altered": 2, "altered_why": "cannot parse"}, WatchTroubleKind.SENT_OTHERWISE),
        ({"failing": {"detect": (3, "no disk")}}, WatchTroubleKind.DUTY_FAILING),
        ({"backed_up": NOW - 51 * HOUR}, WatchTroubleKind.BACKUP_OLD),
        ({"backed_up": None}, WatchTroubleKind.BACKUP_OLD),
        ({"backup_error": "the folder is away"}, WatchTroubleKind.BACKUP_OLD),
        ({"resting": {"email": "535 no"}}, WatchTroubleKind.CHANNEL_RESTING),
    ],
)
def test_each_trouble_is_told_with_what_to_do(changed: dict[str, object], kind: WatchTroubleKind) -> None:
    """One trouble, its key the same an hour later, in words in every language."""
    vitals = replace(WELL, **changed)  # type: ignore[arg-type]
    [trouble] = watch_troubles(vitals, NOW)
    assert trouble.kind is kind
    assert [each.name for each in watch_troubles(vitals, NOW + HOUR)] == [trouble.name]
    in_words(trouble)


def in_words(trouble: WatchTrouble) -> None:
    """Its beginning and its end, in every language; without a gap left open."""
    document = watch_document(trouble, NOW)
    for language in LANGUAGES:
        title, *said = maintenance_blocks(document, Speech(language))
        over, when = maintenance_blocks(over_document(document, NOW + HOUR), Speech(language))
        texts = [block.text for block in (title, *said, over, when)]  # type: ignore[union-attr]
        assert len(texts) >= 4
        assert all(texts)
        assert title.text in over.text  # type: ignore[union-attr]
        assert not any("{" in text for text in texts)


def test_a_silent_basket_is_told() -> None:
    """By the day it fell silent."""
    [trouble] = basket_troubles(basket(GOOD, SMALL, SMALL, SMALL))
    assert trouble.kind is WatchTroubleKind.BASKET_SMALL
    in_words(trouble)


@pytest.mark.parametrize(
    "days",
    [
        basket(GOOD, SMALL, SMALL),
        basket(SMALL, SMALL, SMALL, NOISY),
        basket(SMALL, SMALL, SMALL, SMALL),  # it was never large enough: nothing has changed
    ],
)
def test_a_basket_that_may_mend_itself_is_not_told(days: dict[date, BasketQuality]) -> None:
    """Two poor days, or nothing that changed."""
    assert basket_troubles(days) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"last_complete": NOW - 25 * HOUR},
        {"oldest_due": NOW - 2 * HOUR},
        {"oldest_due": NOW + 48 * HOUR},  # held by an embargo
        {"backed_up": NOW - 49 * HOUR},
    ],
)
def test_what_may_mend_itself_is_not_told(changed: dict[str, object]) -> None:
    """A late reading, a message that is tried again, one backup that failed."""
    assert watch_troubles(replace(WELL, **changed), NOW) == ()  # type: ignore[arg-type]
