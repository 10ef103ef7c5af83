"""What a decision on an announcement changes in figures that were sent already.

A sent report is made again twice with the evidence it was made of: with the calendar as it stood when the report was
made, and with the one announcement as it stands now. What differs is an amendment. Nothing is stored: the versions of
the calendar are kept, so the list can be made at any time, and is the same each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from alia_watch.announcements.announcement import Announcement, AnnouncementState, coinciding
from alia_watch.clock import month_days
from alia_watch.config.sections import Config
from alia_watch.pipeline.remake import VERIFIABLE, compared, remade
from alia_watch.reports.alert import announcement_document
from alia_watch.reports.report import ReportKind
from alia_watch.store.announcements import announcements_as, announcements_of
from alia_watch.store.database import Store
from alia_watch.store.reports import Made, reports_made

#: A report of before the event cannot speak of it; two days for the UTC days that a civil day touches.
_BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Amendment:
    """One figure of one sent report that would be another, were the decision the only change.

    Attributes:
        report: the key of the report.
        figure: its place in the report's document, such as `study.family.coincidence.in_windows`.
        before, after: None where it is not there.
        as_sent: whether the report, made again with the calendar of then, says what it said. Where it does not, the
            configuration or the readings changed since, and `before` is not what was sent.
    """

    report: str
    figure: str
    before: Any
    after: Any
    as_sent: bool = True


def amendments(store: Store, config: Config, *announcement_ids: str) -> list[Amendment]:
    """What announcements, as they stand now, change in the reports that were made: one by one, oldest report first."""
    now_all = {each.id: each for each in announcements_of(store)}
    found: list[Amendment] = []
    for made in reports_made(store):
        if made.kind not in VERIFIABLE:
            continue
        then = [each for each in announcements_as(store, made.calendar) if _counts(each)]
        again: dict[str, Any] | None = None
        for name in announcement_ids:
            was, present = next((each for each in then if each.id == name), None), now_all.get(name)
            if _same(was, present) or not _may_speak_of(made, config, was, present):
                continue
            others = [each for each in then if each.id != name]
            changed = [*others, present] if present is not None and _counts(present) else others
            changed.sort(key=lambda each: (each.date, each.id))
            if made.kind == ReportKind.ALERT:
                found += _of_alert(made, then, changed, config.timetable.zone)
                continue
            again = again or remade(store, config, made, then)
            after = remade(store, config, made, changed)
            found += _of_figures(made, again, after)
    return found


def _counts(announcement: Announcement) -> bool:
    return announcement.state is AnnouncementState.CONFIRMED


def _same(was: Announcement | None, present: Announcement | None) -> bool:
    """Whether it says the same in a report: neither there, or alike in what reports print."""
    present = present if present is not None and _counts(present) else None
    if was is None or present is None:
        return was is present
    said = ("date", "date_end", "precision", "kind", "title", "publisher", "url", "at")
    return all(getattr(was, name) == getattr(present, name) for name in said)


def _may_speak_of(made: Made, config: Config, *states: Announcement | None) -> bool:
    """Whether a report could say another thing: it was made, and its month ended, after the event began.

    A cost update speaks of announcements only where costs are counted since one.
    """
    known = [each for each in states if each is not None]
    if made.kind == ReportKind.COST_UPDATE and not any(each.id in config.costs.since for each in known):
        return False
    until = made.created_at.date()
    if made.kind == ReportKind.DIGEST:
        until = min(until, month_days(made.key.removeprefix("digest:"))[1])
    return any(until >= each.date - _BEFORE for each in known)


def _of_figures(made: Made, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Amendment]:
    as_sent = not any(True for _ in compared(made.document, before))
    return [
        Amendment(made.key, place, _short(one), _short(two), as_sent) for place, one, two in compared(before, after)
    ]


def _of_alert(made: Made, then: Sequence[Announcement], changed: Sequence[Announcement], zone: str) -> list[Amendment]:
    """The announcements each spike of an alert would be set beside, and what is said of them. What was found stays."""
    found = []
    for finding in made.document["findings"]:
        facts = finding["facts"]
        if finding["kind"] != "spike":
            continue
        first, last = date.fromisoformat(facts["start"]), date.fromisoformat(facts["end"])
        before, after = (
            [announcement_document(each) for each in coinciding(calendar, first, last, zone)]
            for calendar in (then, changed)
        )
        place = f"findings[{finding['repo_id']} {finding['day']}].announcements"
        found += [Amendment(made.key, at, _short(one), _short(two)) for at, one, two in compared(before, after, place)]
    return found


def _short(value: Any) -> Any:
    """A whole announcement or finding by its name: what it says stands in the calendar."""
    if isinstance(value, Mapping):
        return value.get("id") or value.get("repo_id") or "there"
    return value
