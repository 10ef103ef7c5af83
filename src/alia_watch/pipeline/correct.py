"""Find the printed figures that are wrong by now: each becomes a finding, once, and those who got it are told.

Every report that was sent is made again with what is known now, as of when it was made. That is only worth the work
where something came in that speaks of the past: an import, a decision on an announcement, another configuration or
program. `fingerprint` tells.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from alia_watch import __version__, clock
from alia_watch.announcements.announcement import Announcement, AnnouncementState
from alia_watch.config.sections import Config
from alia_watch.errors import StoreError
from alia_watch.findings.correction import Cause, Printed, wrong
from alia_watch.findings.notice import Finding, FindingKind, Notice, Reason
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.detect import measured
from alia_watch.pipeline.printed import days_told, every_ratio, printed
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.pipeline.remake import VERIFIABLE, remade
from alia_watch.reports.report import ReportKind
from alia_watch.store.announcements import announcements_as, calendar_version
from alia_watch.store.database import Store
from alia_watch.store.evidence import marks
from alia_watch.store.findings import findings, save_findings, save_notices
from alia_watch.store.reports import Made, report_document, report_keys, report_made, reports_made

#: A report of longer ago is history: what it said is not corrected any more.
CORRECTED_FOR = timedelta(days=400)
#: Who gets a report after it was corrected gets the correction too, for as long.
TOLD_FOR = CORRECTED_FOR
#: The tables of evidence that speak of the past when something is added to them.
_OF_THE_PAST = ("imports", "imported_readings", "exact_counts")


_MESSAGES = f"{ReportKind.CORRECTION}:"
_log = logging.getLogger(__name__)
_SAID_OF_AN_ANNOUNCEMENT = ("date", "date_end", "precision", "kind", "at")


def fingerprint(store: Store, config: Config) -> str:
    """What past figures rest on besides our own readings, as a short digest: while it stays, none of them changes."""
    reached = marks(store)
    calendar = sorted(_calendar(confirmed(store, config)).items())
    parts = [*(reached[table] for table in _OF_THE_PAST), calendar, config.rests_on(), __version__]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def correct(store: Store, config: Config, *, now: datetime, made_since: datetime | None = None) -> tuple[Finding, ...]:
    """The corrections that no earlier look had found, stored; of the reports of the last 400 days, oldest first.

    With `made_since` only of those that were made then or later. A report that cannot be made again is left out with a
    word in the log: it stops no other.
    """
    known = _corrections(store, now)
    new: list[Finding] = []
    look = Reconstruction(store, config, now=now)
    for made in reports_made(store):
        if made.kind not in VERIFIABLE or "made_at" not in made.document or now - made.created_at > CORRECTED_FOR:
            continue
        if made_since is not None and made.created_at < made_since:
            continue
        try:
            new += _of_report(store, config, made, look, known.get(made.key, []))
        except StoreError:
            raise
        except Exception:  # noqa: BLE001  whatever is wrong with one old report, the others are looked at
            _log.exception("%s cannot be looked at for corrections", made.key)
    with store.writing():
        save_findings(store, new, now=now)
        save_notices(store, [Notice(each, tell=False, reason=Reason.TOLD_APART) for each in new], now=now)
    return tuple(new)


def _of_report(
    store: Store, config: Config, made: Made, look: Reconstruction, before: Sequence[Finding]
) -> Iterator[Finding]:
    """What is wrong by now in one report, beside what was said of it last: by itself, or by a correction (`before`)."""
    standing = {f"{each.facts['figure']}:{each.facts['of']}": each for each in before}  # oldest first: the last stands
    stood = Stood.of(before[-1].facts["stood"]) if before else Stood(made.evidence, made.calendar, made.version)
    why = [str(cause) for cause in _causes(store, config, stood, made.created_at)]
    if not why:
        return
    printed_first = printed(made.kind, made.document) | days_told(made.document)
    said = {key: _corrected(each, standing.get(key)) for key, each in printed_first.items()}
    flagship, today = config.family.record().flagships[0].repo_id, clock.utc_day(look.now)
    for number, (one, right) in enumerate(wrong(said, _right(store, config, made, look)), start=len(before)):
        facts = _facts(made, printed_first[one.key], right, why)
        facts["corrected"] = [_text(one.low), _text(one.high)] if one.key in standing else None
        facts |= {"sequence": number, "stood": Stood.now(store, config).facts()}
        yield Finding(f"correction:{made.key}:{number}", FindingKind.CORRECTION, flagship, today, facts)


def _corrected(said: Printed, correction: Finding | None) -> Printed:
    """A figure as it was said to be right last."""
    if correction is None:
        return said
    facts = correction.facts
    high = Decimal(facts["right_high"]) if facts["right_high"] is not None else None
    return Printed(said.name, said.of, Decimal(facts["right_low"]), high, facts["currency"])


def _corrections(store: Store, now: datetime) -> dict[str, list[Finding]]:
    """Every correction by the report it corrects, in the order in which they were found."""
    found: dict[str, list[Finding]] = {}
    for each in findings(store, until=now, since=now.date() - CORRECTED_FOR):
        if each.kind is FindingKind.CORRECTION:
            found.setdefault(each.facts["report"], []).append(each)
    return {report: sorted(each, key=lambda one: one.facts["sequence"]) for report, each in found.items()}


def _right(store: Store, config: Config, made: Made, look: Reconstruction) -> dict[str, Printed]:
    """The same figures, as they are known now."""
    again = remade(store, config, made, confirmed(store, config))
    found = printed(made.kind, again) | every_ratio(again)
    if made.kind == ReportKind.ALERT:
        for key, each in days_told(made.document).items():
            repo, _, day = each.of.partition(" ")
            counts = {known.isoformat(): count for known, count in measured(look.series([repo])[repo]).items()}
            if day in counts:
                count = Decimal(counts[day])
                found[key] = Printed(each.name, each.of, count, count)
    return found


@dataclass(frozen=True, slots=True)
class Stood:
    """What figures rested on when they were said: evidence, calendar and program."""

    evidence: Mapping[str, Any]
    calendar: int
    version: str

    @classmethod
    def now(cls, store: Store, config: Config) -> "Stood":
        """What they rest on now."""
        reached = marks(store)
        evidence = {"marks": {t: reached[t] for t in _OF_THE_PAST}, "configuration": config.rests_on()}
        return cls(evidence, calendar_version(store), __version__)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Stood":
        """As a correction kept it."""
        return cls(facts["evidence"], facts["calendar"], facts["version"])

    def facts(self) -> dict[str, Any]:
        """For a correction to keep."""
        return {"evidence": dict(self.evidence), "calendar": self.calendar, "version": self.version}


def _causes(store: Store, config: Config, stood: Stood, until: datetime) -> Iterator[Cause]:
    """What has changed since that may be why a figure of the time up to an instant is another."""
    then, reached = stood.evidence.get("marks", {}), marks(store)
    if any(then.get(table) != reached[table] for table in _OF_THE_PAST):
        yield Cause.IMPORT
    if _calendar_changed(store, config, stood, until):
        yield Cause.CALENDAR
    if stood.evidence.get("configuration") != config.rests_on():
        yield Cause.CONFIGURATION
    if stood.version != __version__:
        yield Cause.PROGRAM


def _calendar_changed(store: Store, config: Config, stood: Stood, until: datetime) -> bool:
    """Whether the calendar says another thing of the time up to an instant than it did."""
    known = announcements_as(store, stood.calendar)
    then = _calendar(each for each in known if each.state is AnnouncementState.CONFIRMED)
    now = _calendar(confirmed(store, config))
    last = (until.date() + timedelta(days=2)).isoformat()  # a civil day touches two UTC days
    changed = {name for name in {*then, *now} if then.get(name) != now.get(name)}
    return any(each[name][0] <= last for each in (then, now) for name in changed if name in each)


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


def to_tell(store: Store, *, now: datetime) -> dict[str, list[Finding]]:
    """By report, the corrections that no message was made of yet, those of before a crash too: of each figure the last.

    What was said of a figure and never told is not told any more once it is wrong itself; and nothing is told where the
    last word is what the readers have.
    """
    told = _told(store)
    found: dict[str, list[Finding]] = {}
    for report, corrections in _corrections(store, now).items():
        for name in dict.fromkeys(_figure(each.facts) for each in corrections):
            mine = [each.facts for each in corrections if _figure(each.facts) == name]
            last_told = next((facts for facts in reversed(mine) if (report, facts["sequence"]) in told), None)
            last, had = mine[-1], last_told or mine[0]
            have = (had["right_low"], had["right_high"]) if last_told else (had["said_low"], had["said_high"])
            if last is last_told or (last["right_low"], last["right_high"]) == have:
                continue
            newest = next(each for each in corrections if each.facts is last)
            facts = {**last, "corrected": list(have) if last_told else None}
            found.setdefault(report, []).append(replace(newest, facts=facts))
    return found


def standing(store: Store, *, now: datetime) -> Iterator[tuple[str, str]]:
    """The messages of corrections in which the last word on some figure stands, and the report each corrects."""
    made = [one for key in report_keys(store, _MESSAGES) if (one := report_made(store, key)) is not None]
    last: dict[tuple[Any, ...], str] = {}
    for one in made:
        last |= {(each["report"], *_figure(each)): one.key for each in one.document["corrections"]}
    for one in made:
        if one.key in last.values() and now - one.created_at <= TOLD_FOR:
            yield one.key, one.document["corrections"][0]["report"]


def _told(store: Store) -> set[tuple[str, int]]:
    documents = (report_document(store, key) or {} for key in report_keys(store, _MESSAGES))
    return {(each["report"], each["sequence"]) for document in documents for each in document["corrections"]}


def _figure(facts: Mapping[str, Any]) -> tuple[str, str]:
    return facts["figure"], facts["of"]


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
