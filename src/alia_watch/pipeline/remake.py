"""Make a sent report again from the evidence and the calendar it was made of, and find what differs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from alia_watch.announcements.announcement import Announcement
from alia_watch.config.sections import Config
from alia_watch.findings.notice import Finding
from alia_watch.pipeline import compose
from alia_watch.pipeline.compose import alert_key
from alia_watch.reports.report import ReportKind
from alia_watch.store.database import Store
from alia_watch.store.findings import findings
from alia_watch.store.reports import Made, report_document, report_keys

#: Keys of a document that hold no figure.
NO_FIGURE = frozenset({"id", "watch", "method_url", "made_at", "run_by", "funded_by", "contact", "version", "replies"})


#: The kinds of report that hold figures, and can be made again.
VERIFIABLE = (ReportKind.DIGEST, ReportKind.COST_UPDATE, ReportKind.ALERT)


def remade(store: Store, config: Config, made: Made, calendar: Sequence[Announcement]) -> dict[str, Any]:
    """The document of a report of a VERIFIABLE kind, made again as of when it was made.

    Args:
        store: the evidence it is made of.
        calendar: the confirmed announcements.
    """
    if made.kind == ReportKind.DIGEST:
        month, now = made.key.removeprefix("digest:"), _made_at(made)
        document = compose.digest(store, config, month, now=now, announcements=calendar).document
    elif made.kind == ReportKind.COST_UPDATE:
        document = compose.cost_update(store, config, now=_made_at(made), announcements=calendar).document
    else:
        document = _alert(store, config, made, calendar)
    return dict(json.loads(json.dumps(document | {"simulated": config.watch.simulated})))


def _made_at(made: Made) -> datetime:
    return datetime.fromisoformat(made.document["made_at"])


def _alert(store: Store, config: Config, made: Made, calendar: Sequence[Announcement]) -> dict[str, Any]:
    """An alert: what was found, as it was kept when it was found, and the headline made again.

    A finding stands as it was first found, and an alert may go out later than that, after a crash.
    """
    now = _made_at(made)
    by_name = {finding_name(finding): finding for finding in findings(store, until=now)}
    names = [(each["kind"], each["repo_id"], each["day"]) for each in made.document["findings"]]
    found = [by_name[name] for name in names if name in by_name]
    document = compose.alert_facts(store, config, found, calendar, now=now)
    return document | {"findings_named": alert_key(found, now) == made.key}


def finding_name(finding: Finding) -> tuple[str, str, str]:
    """What names a finding in the document of an alert."""
    return str(finding.kind), finding.repo_id, finding.day.isoformat()


def told_in_alerts(store: Store, *, since: datetime | None) -> set[tuple[str, str, str]]:
    """The names of the findings that the alerts of that UTC day and later tell of."""
    first = since.date().isoformat() if since else ""
    keys = (key for key in report_keys(store, f"{ReportKind.ALERT}:") if key.split(":")[1] >= first)
    documents = (report_document(store, key) or {} for key in keys)
    return {(each["kind"], each["repo_id"], each["day"]) for one in documents for each in one["findings"]}


def compared(one: Any, two: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every figure that differs between two documents, by its place.

    Why there is no figure is no figure, nor is who watches, or when the document was made; that there is none is one.
    """
    if place.endswith(".refused"):
        one, two = one is not None, two is not None
    if place in NO_FIGURE:
        return
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for key in [*one, *(key for key in two if key not in one)]:
            yield from compared(one.get(key), two.get(key), f"{place}.{key}" if place else str(key))
    elif isinstance(one, list) and isinstance(two, list) and (one or two):
        left, right = _named(one), _named(two)
        for name in [*left, *(name for name in right if name not in left)]:
            yield from compared(left.get(name), right.get(name), f"{place}[{name}]")
    elif one != two:
        yield place, one, two


def _named(items: Sequence[Any]) -> dict[str, Any]:
    """The items of a list by what names them, so that one more does not make all that follow it differ."""
    found: dict[str, Any] = {}
    for number, item in enumerate(items):
        name = str(number)
        if isinstance(item, Mapping):
            inner = item.get("downloads")
            whole = {**(inner if isinstance(inner, Mapping) else {}), **item}
            parts = [whole.get(key) for key in ("name", "scenario", "id", "repo_id", "window", "series", "day")]
            name = " ".join(part for part in parts if isinstance(part, str)) or name
            name += " amortised" if whole.get("amortised") else ""
        elif isinstance(item, str):
            name = item
        found[name if name not in found else f"{name} ({number})"] = item
    return found
