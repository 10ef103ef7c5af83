"""Find the printed figures that are wrong by now: each becomes a finding, once, and those who got it are told.

Every report that was sent is made again with what is known now, as of when it was made. That is only worth the work
where something came in that speaks of the past: an import, a decision on an announcement, another configuration or
program. `fingerprint` tells.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alia_watch import __version__, clock
from alia_watch.announcements.announcement import Announcement, AnnouncementState
from alia_watch.config.sections import Config
from alia_watch.findings.correction import Cause, Printed, wrong
from alia_watch.findings.notice import Finding, FindingKind, Notice, Reason
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.detect import measured
from alia_watch.pipeline.printed import days_told, printed
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.pipeline.remake import VERIFIABLE, remade
from alia_watch.reports.report import ReportKind
from alia_watch.store.announcements import announcements_as
from alia_watch.store.database import Store
from alia_watch.store.evidence import marks
from alia_watch.store.findings import findings, save_findings, save_notices
from alia_watch.store.reports import Made, report_document, report_keys, reports_made

#: A report of longer ago is history: what it said is not corrected any more.
CORRECTED_FOR = timedelta(days=400)
#: The tables of evidence that speak of the past when something is added to them.
_OF_THE_PAST = ("imports", "imported_readings", "exact_counts")


_SAID_OF_AN_ANNOUNCEMENT = ("date", "date_end", "precision", "kind", "at")


def fingerprint(store: Store, config: Config) -> str:
    """What past figures rest on besides our own readings, as a short digest: while it stays, none of them changes."""
    reached = marks(store)
    calendar = sorted(_calendar(confirmed(store, config)).items())
    parts = [*(reached[table] for table in _OF_THE_PAST), calendar, config.rests_on(), __version__]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def correct(store: Store, config: Config, *, now: datetime) -> tuple[Finding, ...]:
    """The corrections that no earlier look had found, stored; of the reports of the last 400 days, oldest first."""
    known = {each.key: each for each in findings(store, until=now) if each.kind is FindingKind.CORRECTION}
    new: list[Finding] = []
    flagship = config.family.record().flagships[0].repo_id
    look = Reconstruction(store, config, now=now)
    for made in reports_made(store):
        if made.kind in VERIFIABLE and "made_at" in made.document and now - made.created_at <= CORRECTED_FOR:
            said = _said(made, known.values())
            why = [str(cause) for cause in _causes(store, config, made)]
            if not why:
                continue
            for one, right in wrong(said, _right(store, config, made, look)):
                facts = _facts(made, one, right, why)
                key = f"correction:{made.key}:{one.key}:{right.low}..{right.high}"
                if key not in known:
                    new.append(Finding(key, FindingKind.CORRECTION, flagship, clock.utc_day(now), facts))
    with store.writing():
        save_findings(store, new, now=now)
        save_notices(store, [Notice(each, tell=False, reason=Reason.TOLD_APART) for each in new], now=now)
    return tuple(new)


def _said(made: Made, corrections: Iterable[Finding]) -> dict[str, Printed]:
    """What a report said, or what was said to be right of it since."""
    said = printed(made.kind, made.document) | days_told(made.document)
    for each in corrections:
        facts = each.facts
        if facts["report"] == made.key and (key := f"{facts['figure']}:{facts['of']}") in said:
            was = said[key]
            said[key] = Printed(
                was.name,
                was.of,
                Decimal(facts["right_low"]),
                Decimal(facts["right_high"]) if facts["right_high"] is not None else None,
                facts["currency"],
            )
    return said


def _right(store: Store, config: Config, made: Made, look: Reconstruction) -> dict[str, Printed]:
    """The same figures, as they are known now."""
    again = remade(store, config, made, confirmed(store, config))
    found = printed(made.kind, again)
    if made.kind == ReportKind.ALERT:
        for key, each in days_told(made.document).items():
            repo, _, day = each.of.partition(" ")
            counts = {known.isoformat(): count for known, count in measured(look.series([repo])[repo]).items()}
            if day in counts:
                count = Decimal(counts[day])
                found[key] = Printed(each.name, each.of, count, count)
    return found


def _causes(store: Store, config: Config, made: Made) -> Iterator[Cause]:
    """What has changed since a report was made that may be why a figure of it is another."""
    then, reached = made.evidence.get("marks", {}), marks(store)
    if any(then.get(table) != reached[table] for table in _OF_THE_PAST):
        yield Cause.IMPORT
    if _calendar_changed(store, config, made):
        yield Cause.CALENDAR
    if made.evidence.get("configuration") != config.rests_on():
        yield Cause.CONFIGURATION
    if made.version != __version__:
        yield Cause.PROGRAM


def _calendar_changed(store: Store, config: Config, made: Made) -> bool:
    """Whether the calendar says another thing of the time up to a report than it did when the report was made."""
    known = announcements_as(store, made.calendar)
    then = _calendar(each for each in known if each.state is AnnouncementState.CONFIRMED)
    now = _calendar(confirmed(store, config))
    until = made.created_at.date() + timedelta(days=2)
    changed = {name for name in {*then, *now} if then.get(name) != now.get(name)}
    return any(each[name][0] <= until.isoformat() for each in (then, now) for name in changed if name in each)


def _calendar(announcements: Iterable[Announcement]) -> dict[str, tuple[str, ...]]:
    """By announcement, what figures rest on; its date first."""
    return {each.id: tuple(str(getattr(each, name)) for name in _SAID_OF_AN_ANNOUNCEMENT) for each in announcements}


def _facts(made: Made, said: Printed, right: Printed, why: list[str]) -> dict[str, Any]:
    return {
        "report": made.key,
        "made_on": clock.utc_day(made.created_at).isoformat(),
        "figure": str(said.name),
        "of": said.of,
        "said_low": str(said.low),
        "said_high": _text(said.high),
        "right_low": str(right.low),
        "right_high": _text(right.high),
        "currency": right.currency,
        "why": why,
    }


def untold(store: Store, *, now: datetime) -> dict[str, list[Finding]]:
    """The corrections that no message was made of yet, by the report they correct: also those of before a crash."""
    told = set()
    for key in report_keys(store, f"{ReportKind.CORRECTION}:"):
        document = report_document(store, key) or {}
        told |= {_name(each) for each in document["corrections"]}
    found: dict[str, list[Finding]] = {}
    for each in findings(store, until=now, since=now.date() - CORRECTED_FOR):
        if each.kind is FindingKind.CORRECTION and _name(each.facts) not in told:
            found.setdefault(each.facts["report"], []).append(each)
    return found


def _name(facts: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(facts[name] for name in ("report", "figure", "of", "right_low", "right_high"))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
