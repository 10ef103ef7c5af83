"""Tell or hold, and the reason."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from alia_watch.findings.notice import Finding, FindingKind, Reason, Situation, decide
from alia_watch.series.family import Family

NOW = datetime(2026, 1, 28, 9, 30, tzinfo=UTC)
FAMILY = Family("alia", "ALIA", ("BSC-LT/ALIA-*",), (), ())
REPO = "BSC-LT/ALIA-40b"


def spike(day: str = "2026-01-26", repo: str = REPO) -> Finding:
    """A spike that began on a day."""
    return Finding(f"spike:{repo}:{day}", FindingKind.SPIKE, repo, date.fromisoformat(day), {})


def situation(
    told: Mapping[str, tuple[date, date]] | None = None,
    hub_wide: tuple[date, ...] = (),
    since: date | None = date(2025, 12, 1),
) -> Situation:
    """The watch runs since December and has told nothing, unless said otherwise."""
    return Situation(FAMILY, told or {}, frozenset(hub_wide), since, 7, NOW)


SUBJECT = f"spike:{REPO}"


@pytest.mark.parametrize(
    ("finding", "now", "reason"),
    [
        (spike(), situation(), Reason.TOLD),
        (spike(repo="KBLab/bert"), situation(), Reason.NOT_WATCHED),
        (spike("2025-11-20"), situation(), Reason.FIRST_RUN),
        (spike(), situation(since=None), Reason.FIRST_RUN),
        (spike("2026-01-20"), situation(), Reason.TOO_OLD),
        (spike("2026-01-21"), situation(), Reason.TOLD),
        (spike(), situation(hub_wide=(date(2026, 1, 26),)), Reason.HUB_WIDE),
        (spike(), situation({SUBJECT: (date(2026, 1, 23), date(2026, 1, 25))}), Reason.ALREADY_TOLD),
        (spike(), situation({SUBJECT: (date(2026, 1, 22), date(2026, 1, 25))}), Reason.TOLD),
        (spike(), situation({SUBJECT: (date(2026, 1, 20), date(2026, 1, 28))}), Reason.SAME_SUBJECT_TODAY),
        (
            Finding("new", FindingKind.NEW_REPO, REPO, date(2026, 1, 26), {}),
            situation(hub_wide=(date(2026, 1, 26),)),
            Reason.TOLD,
        ),
    ],
)
def test_each_finding_is_told_or_held_for_a_reason(finding: Finding, now: Situation, reason: Reason) -> None:
    """One decision, one reason; only TOLD is told."""
    [notice] = decide([finding], now)
    assert (notice.reason, notice.tell) == (reason, reason is Reason.TOLD)


def test_one_message_a_day_for_a_subject() -> None:
    """Of several new findings of one subject only the first is told, and the others say why they are not."""
    decided = decide([spike("2026-01-27"), spike("2026-01-22"), spike("2026-01-23")], situation())
    assert [(notice.finding.day.day, notice.reason) for notice in decided] == [
        (22, Reason.TOLD),
        (23, Reason.ALREADY_TOLD),
        (27, Reason.SAME_SUBJECT_TODAY),
    ]
