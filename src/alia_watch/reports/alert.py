"""The alert: short, true and well-timed. Coincidence, never cause."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from alia_watch.announcements.announcement import Announcement
from alia_watch.costs.per_download import CostRatio
from alia_watch.findings.notice import Finding
from alia_watch.reports.blocks import Block, Bullets, Heading, Link, Paragraph, Picture
from alia_watch.reports.cost_ratio import ratio_document, read_words, result_words
from alia_watch.reports.marks import mark_words
from alia_watch.reports.outside import outside
from alia_watch.reports.pictures import charts_of, drawn_finding
from alia_watch.reports.report import ReportKind
from alia_watch.reports.speech import Speech


def announcement_document(announcement: Announcement) -> dict[str, Any]:
    """An announcement as a JSON-ready document."""
    return {
        "id": announcement.id,
        "date": announcement.date.isoformat(),
        "date_end": announcement.date_end.isoformat() if announcement.date_end else None,
        "precision": str(announcement.precision),
        "kind": str(announcement.kind),
        "title": announcement.title,
        "publisher": announcement.publisher,
        "url": announcement.url,
    }


def finding_document(finding: Finding, announcements: Mapping[str, Announcement]) -> dict[str, Any]:
    """A finding as a JSON-ready document, with the announcements it names."""
    return {
        "kind": str(finding.kind),
        "repo_id": finding.repo_id,
        "day": finding.day.isoformat(),
        "facts": finding.facts,
        "announcements": [
            announcement_document(announcements[each])
            for each in finding.facts.get("announcements", ())
            if each in announcements
        ],
    }


def alert_document(
    findings: Sequence[Finding], announcements: Mapping[str, Announcement], headline: CostRatio
) -> dict[str, Any]:
    """The facts of an alert.

    Args:
        findings: what is told, in the order of their days.
        announcements: by id, those that the findings name.
        headline: the cost per download, told beside what moves it.
    """
    return {
        "findings": [finding_document(finding, announcements) for finding in findings],
        "headline": ratio_document(headline),
    }


def alert_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The alert in one language."""
    charts = charts_of(ReportKind.ALERT, document, speech).values()
    blocks: list[Block] = [Heading(alert_title(document, speech), 1)]
    blocks += [Picture(chart.name, chart.alt) for chart in charts]
    for finding in document["findings"]:
        if len(document["findings"]) > 1:
            blocks.append(Heading(finding_title(finding, speech)))
        blocks += finding_blocks(finding, speech, numbered=bool(charts) and finding is drawn_finding(document))
    headline = document["headline"]
    if headline["ratio"] and any(finding["kind"] == "spike" for finding in document["findings"]):
        blocks.append(
            Paragraph(
                speech.get(
                    "Cost per download of the flagship over the last 30 days: {result} ({read}).",
                    result=result_words(headline, speech),
                    read=read_words(headline, speech),
                )
            )
        )
    return blocks


def alert_title(document: dict[str, Any], speech: Speech) -> str:
    """What the alert is about, in one line."""
    findings = document["findings"]
    if len(findings) == 1:
        return finding_title(findings[0], speech)
    return speech.get_plural("{count} thing to tell", "{count} things to tell", len(findings))


def finding_title(finding: dict[str, Any], speech: Speech) -> str:
    """What was found, in one line."""
    get, repo, facts = speech.get, finding["repo_id"], finding["facts"]
    kind = finding["kind"]
    if kind == "spike":
        return get("Unusual downloads of {repo}", repo=repo)
    if kind == "new_repo":
        return get("New repo: {repo}", repo=repo)
    if kind == "successor":
        return get("A possible successor of the flagship: {repo}", repo=repo)
    if kind == "revision":
        return get("The Hub corrected a counter of {repo}", repo=repo)
    if kind == "faded":
        if facts["level_shift"]:
            return get("Downloads of {repo} have stayed on a new level", repo=repo)
        return get("The unusual downloads of {repo} are over", repo=repo)
    if kind == "milestone":
        return get("{repo} has passed {count} downloads in all", repo=repo, count=speech.number(facts["value"]))
    if kind == "record_month":
        return get("{repo} has had the month with the most downloads so far", repo=repo)
    if kind == "threshold":
        value = speech.money(Decimal(facts["value"]), facts["currency"])
        if facts["way"] == "down":
            return get("Cost per download of {repo} over 30 days: now below {value}", repo=repo, value=value)
        return get("Cost per download of {repo} over 30 days: now above {value}", repo=repo, value=value)
    if kind == "gate":
        gated = get("{repo} now asks before it lets anyone download", repo=repo)
        return get("{repo} can be downloaded without asking", repo=repo) if facts.get("to") == "no" else gated
    words = {
        "gone": get("{repo} is gone from the Hub, or private", repo=repo),
        "renamed": get("{repo} has another name", repo=repo),
        "disabled": get("The Hub has disabled {repo}", repo=repo),
        "back": get("{repo} is back on the Hub", repo=repo),
    }
    return words[facts["state"]]


def finding_blocks(finding: dict[str, Any], speech: Speech, *, numbered: bool = False) -> list[Block]:
    """What was found, with its figures; the announcements of a spike numbered where a chart marks them."""
    get, facts = speech.get, finding["facts"]
    day = speech.day(dt.date.fromisoformat(finding["day"]))
    kind = finding["kind"]
    if kind == "spike":
        return _spike(finding, speech, numbered=numbered)
    if kind == "revision":
        return [
            Paragraph(
                get(
                    "Its all-time count went down by {size} in the reading that closes {day} (UTC). How many downloads"
                    " that day had is not known; the Hub gives no reason.",
                    size=speech.number(-facts["size"]),
                    day=day,
                )
            )
        ]
    if kind in ("faded", "milestone", "record_month", "threshold"):
        return [Paragraph(mark_words(finding, speech))]
    if kind == "new_repo":
        return [
            Paragraph(
                get(
                    "First seen on {day} (UTC). It is watched from now on, and its downloads are counted apart.",
                    day=day,
                )
            )
        ]
    if kind == "successor":
        return [
            Paragraph(
                get(
                    "First seen on {day} (UTC). The flagship stays {flagship} until the configuration says otherwise.",
                    day=day,
                    flagship=facts["flagship"],
                )
            )
        ]
    if kind == "repo_state" and facts["state"] == "renamed":
        return [Paragraph(get("Since {day} (UTC) it answers as {to}.", day=day, to=facts["to"]))]
    return [Paragraph(get("Seen on {day} (UTC).", day=day))]


def _spike(finding: dict[str, Any], speech: Speech, *, numbered: bool) -> list[Block]:
    get, facts = speech.get, finding["facts"]
    blocks: list[Block] = [
        Paragraph(
            get(
                "{observed} downloads on {day} (UTC), where {expected} were to be expected (between {low} and {high} on"
                " 95 of 100 days): {lift} times as many.",
                observed=speech.number(facts["observed"]),
                day=speech.day(dt.date.fromisoformat(facts["peak"])),
                expected=speech.number(facts["expected"], 1),
                low=speech.number(facts["low"]),
                high=speech.number(facts["high"]),
                lift=speech.number(facts["lift"], 1),
            )
        )
    ]
    if finding["announcements"]:
        blocks.append(
            Paragraph(
                get("It coincides in time with the following. That does not mean that one thing led to the other:")
            )
        )
        blocks.append(announcement_bullets(finding["announcements"], speech, numbered=numbered))
    else:
        blocks.append(Paragraph(get("No known announcement falls in the days before it.")))
    return blocks


def announcement_bullets(announcements: Sequence[dict[str, Any]], speech: Speech, *, numbered: bool = False) -> Bullets:
    """Announcements, each with its date, kind and source; numbered as a chart marks them."""
    items = []
    for number, each in enumerate(announcements, start=1):
        mark = f"{number} · " if numbered else ""
        text = mark + announcement_words(each, speech)
        items.append(
            Paragraph(
                text, (Link(outside(each["publisher"]) or speech.get("source"), each["url"]),) if each["url"] else ()
            )
        )
    return Bullets(tuple(items))


def announcement_words(each: dict[str, Any], speech: Speech) -> str:
    """An announcement in one line: its date, kind and title."""
    start = dt.date.fromisoformat(each["date"])
    if each["precision"] == "month":
        when = speech.month(start)
    elif each["date_end"]:
        end = dt.date.fromisoformat(each["date_end"])
        days = {"first": speech.short_day(start), "last": speech.short_day(end)}
        when = speech.get("{first} or {last}", **days)
        if (end - start).days > 1:
            when = speech.get("between {first} and {last}", **days)
    else:
        when = speech.short_day(start)
    return f"{when} · {kind_words(each['kind'], speech)} · {outside(each['title'])}"


def kind_words(kind: str, speech: Speech) -> str:
    """What kind of announcement."""
    get = speech.get
    return {
        "official": get("official act"),
        "agreement": get("agreement"),
        "grant": get("grant"),
        "budget": get("budget"),
        "programme": get("programme"),
        "infrastructure": get("infrastructure"),
        "model_release": get("model release"),
        "media": get("press"),
        "paper": get("paper"),
    }[kind]
