"""Make a sent report again from the evidence and the calendar it was made of, and find what differs."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from alia_watch.announcements.announcement import Announcement
from alia_watch.config.sections import Config
from alia_watch.findings.notice import FindingKind
from alia_watch.pipeline import compose
from alia_watch.pipeline.detect import detections_of, spike_finding
from alia_watch.pipeline.downloads import headline
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.reports.alert import alert_document
from alia_watch.reports.report import ReportKind
from alia_watch.store.database import Store
from alia_watch.store.findings import findings
from alia_watch.store.reports import Made

#: Keys of a document that hold no figure.
NO_FIGURE = frozenset({"id", "watch", "method_url", "simulated", "made_at"})


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
    return dict(json.loads(json.dumps(document)))


def _made_at(made: Made) -> datetime:
    return datetime.fromisoformat(made.document["made_at"])


def _alert(store: Store, config: Config, made: Made, calendar: Sequence[Announcement]) -> dict[str, Any]:
    """An alert: its spikes found again, what changed in repos as the snapshots kept it, and the headline."""
    now = _made_at(made)
    told = made.document["findings"]
    spiked = sorted({each["repo_id"] for each in told if each["kind"] == FindingKind.SPIKE})
    said = detections_of(Reconstruction(store, config, now=now), config, spiked, calendar)
    again = [spike_finding(spike) for detection in said.values() for spike in detection.spikes]
    again += [each for each in findings(store, until=now) if each.kind is not FindingKind.SPIKE]
    by_name = {(str(each.kind), each.repo_id, each.day.isoformat()): each for each in again}
    names = [(each["kind"], each["repo_id"], each["day"]) for each in told]
    found = [by_name[name] for name in names if name in by_name]
    return alert_document(found, {each.id: each for each in calendar}, headline(store, config, now=now))


def compared(one: Any, two: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every figure that differs between two documents, by its place.

    Why there is no figure is no figure, nor is who watches, or when the document was made.
    """
    if place.endswith(".refused") or place in NO_FIGURE:
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
            parts = [whole.get(key) for key in ("scenario", "id", "repo_id", "window", "series", "day")]
            name = " ".join(part for part in parts if isinstance(part, str)) or name
        elif isinstance(item, str):
            name = item
        found[name if name not in found else f"{name} ({number})"] = item
    return found
