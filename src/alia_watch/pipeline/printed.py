"""Which figures of a report a reader may have printed, read off its document."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from alia_watch.findings.correction import FigureName, Printed
from alia_watch.reports.report import ReportKind


def printed(kind: str, document: Mapping[str, Any]) -> dict[str, Printed]:
    """The figures of a digest, a cost update or an alert, by what they are. What was not known is no figure."""
    found = [*_headline(document["headline"])]
    if kind == ReportKind.DIGEST:
        found += _months(document)
        found += _coincidence(document)
    return {each.key: each for each in found}


def days_told(document: Mapping[str, Any]) -> dict[str, Printed]:
    """The days that an alert told of."""
    found = {}
    for finding in document.get("findings", ()):
        if finding["kind"] == "spike":
            count = Decimal(finding["facts"]["observed"])
            each = Printed(FigureName.DAY, f"{finding['repo_id']} {finding['facts']['peak']}", count, count)
            found[each.key] = each
    return found


def _headline(ratio: Mapping[str, Any]) -> Iterable[Printed]:
    if ratio["ratio"] is not None:
        low = high = Decimal(ratio["ratio"])
        yield Printed(FigureName.HEADLINE, ratio["downloads"]["id"], low, high, ratio["currency"])


def _months(document: Mapping[str, Any]) -> Iterable[Printed]:
    rows = [(each["repo_id"], each["month"]) for each in document["family"]]
    for repo, total in [(document["flagship"], document["flagship_total"]), *rows]:
        if total["low"] or total["high"] is not None:
            high = None if total["high"] is None else Decimal(total["high"])
            yield Printed(FigureName.MONTH, f"{repo} {document['month']}", Decimal(total["low"]), high)


def _coincidence(document: Mapping[str, Any]) -> Iterable[Printed]:
    found = document["study"]["flagship"]["coincidence"]
    for name, field in ((FigureName.SPIKES, "spikes"), (FigureName.IN_WINDOWS, "in_windows")):
        count = Decimal(found[field])
        yield Printed(name, f"{document['flagship']} {document['study']['until']}", count, count)
