"""Which figures of a report a reader may have printed, read off its document."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from alia_watch.costs.ledger import Bound
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


def every_ratio(document: Mapping[str, Any]) -> dict[str, Printed]:
    """Each scenario over each denominator's last 30 days: whichever of them is the headline now."""
    ratios = (each for each in document.get("ratios", ()) if each["downloads"]["window"] == "rolling_30d")
    found = [one for each in ratios if not each["amortised"] for one in _headline(each)]
    return {each.key: each for each in found}


def _headline(ratio: Mapping[str, Any]) -> Iterable[Printed]:
    """A ratio by what is divided and what by: of an amount "at most" it lies between nothing and what is printed."""
    if ratio["ratio"] is None:
        return
    downloads, value = ratio["downloads"], Decimal(ratio["ratio"])
    low = Decimal(0) if ratio["bound"] == Bound.AT_MOST else value
    high = None if ratio["bound"] == Bound.AT_LEAST else value
    of = f"{downloads['id']} {ratio['scenario']} {'+'.join(downloads['repos'])}"
    yield Printed(FigureName.HEADLINE, of, low, high, ratio["currency"])


def _months(document: Mapping[str, Any]) -> Iterable[Printed]:
    rows = [(each["repo_id"], each["month"]) for each in document["family"]]
    for repo, total in [(document["flagship"], document["flagship_total"]), *rows]:
        if total["low"] or total["high"] is not None:
            high = None if total["high"] is None else Decimal(total["high"])
            yield Printed(FigureName.MONTH, f"{repo} {document['month']}", Decimal(total["low"]), high)


def _coincidence(document: Mapping[str, Any]) -> Iterable[Printed]:
    study = document["study"]["flagship"]
    found, whole = study["coincidence"], study["organic_share"]["missing"] == 0
    for name, field in ((FigureName.SPIKES, "spikes"), (FigureName.IN_WINDOWS, "in_windows")):
        count = Decimal(found[field])  # a day that is not known may have had one
        yield Printed(name, f"{document['flagship']} {document['month']}", count, count if whole else None)
