"""The monthly digest: for a journalist to print from, every figure with its source, scope, window and arithmetic."""

import datetime as dt
from typing import Any

from alia_watch.reports.alert import announcement_bullets, finding_blocks, finding_title
from alia_watch.reports.beside import beside_blocks
from alia_watch.reports.blocks import Block, Bullets, Heading, Link, Paragraph, Picture, Table
from alia_watch.reports.community import community_blocks, derived_blocks
from alia_watch.reports.correction import correction_blocks
from alia_watch.reports.cost_ratio import count_words
from alia_watch.reports.cost_update import break_even, cost_tables, headline_blocks, moved_blocks
from alia_watch.reports.headline import headline_sentences
from alia_watch.reports.lead import lead_blocks
from alia_watch.reports.method_notes import method_blocks, reply_blocks
from alia_watch.reports.pictures import BESIDE, COST, DAILY, MONTHS, WINDOWS, charts_of
from alia_watch.reports.quoted import quoted_blocks
from alia_watch.reports.report import ReportKind
from alia_watch.reports.scopes import scope_blocks
from alia_watch.reports.speech import Speech
from alia_watch.reports.study import study_blocks, study_in_words
from alia_watch.reports.unusual import hub_wide_words, smallest_words


def digest_blocks(document: dict[str, Any], speech: Speech, *, brief: bool = False) -> list[Block]:
    """The digest in one language, from the document that `pipeline.compose.digest` makes.

    A `brief` one, for channels where nobody reads tables, sums it up.
    """
    get = speech.get
    charts = {
        name: [Picture(name, chart.alt)] for name, chart in charts_of(ReportKind.DIGEST, document, speech).items()
    }
    if brief:
        return _brief(document, speech, charts.get(DAILY, []))
    return [
        Heading(digest_title(document, speech), 1),
        *headline_sentences(document, speech),
        Heading(get("Downloads")),
        *lead_blocks(document, speech),
        *charts.get(DAILY, ()),
        *_days(document, speech),
        *charts.get(MONTHS, ()),
        *scope_blocks(document, speech),
        Heading(get("The family, repo by repo"), 3),
        _family(document, speech),
        _of_family(speech),
        Heading(get("Cost per download")),
        *headline_blocks(document["headline"], speech),
        *moved_blocks(document["headline_before"], document["headline"], get("A month earlier"), speech),
        *quoted_blocks(document, speech),
        *charts.get(COST, ()),
        *_other_costs(document, speech),
        Heading(get("Unusual days")),
        *_spikes(document, speech),
        Heading(get("Announcements of the month")),
        *_announcements(document, speech),
        Heading(get("What the announcements coincided with")),
        *charts.get(WINDOWS, ()),
        *study_blocks(document, speech),
        Heading(get("What else changed")),
        *_changes(document, speech),
        *_community(document, speech),
        Heading(get("Beside other models")),
        *charts.get(BESIDE, ()),
        *beside_blocks(document, speech),
        Heading(get("Corrections")),
        *correction_blocks(document, speech),
        *reply_blocks(document, speech),
        Heading(get("What these figures are, and are not")),
        *method_blocks(document, speech),
    ]


def _brief(document: dict[str, Any], speech: Speech, chart: list[Picture]) -> list[Block]:
    """The digest summed up for a phone's screen; the whole of it goes along as a page."""
    get = speech.get
    blocks: list[Block] = [
        Heading(digest_title(document, speech), 1),
        *headline_sentences(document, speech),
        *chart,
        *moved_blocks(document["headline_before"], document["headline"], get("A month earlier"), speech),
        Heading(get("Announcements of the month")),
        *_announcements(document, speech)[:1],
    ]
    if told := study_in_words(document, speech):
        blocks += [Heading(get("What the announcements coincided with")), *told]
    if document["changes"]:
        titles = (finding_title(each, speech) for each in document["changes"])
        blocks += [Heading(get("What else changed")), Bullets(tuple(Paragraph(each) for each in titles))]
    if document["corrections"]:
        blocks += [Heading(get("Corrections")), *correction_blocks(document, speech)]
    return [
        *blocks,
        *reply_blocks(document, speech),
        Paragraph(
            get("That two things coincide in time does not mean that one led to the other. A download is no person.")
        ),
        Paragraph(
            get("The whole digest, with its tables, charts and sources, is the file that follows."),
            (Link(get("How it is counted"), document["method_url"]),),
        ),
    ]


def _of_family(speech: Speech) -> Paragraph:
    """What the family's table counts."""
    return Paragraph(
        speech.get(
            "Downloads of GGUF repos count every file by itself: they are never added to the others. An empty cell is"
            " not known, which is not zero."
        ),
        small=True,
    )


def _other_costs(document: dict[str, Any], speech: Speech) -> list[Block]:
    get = speech.get
    return [
        Heading(get("Other ways to count the cost"), 3),
        *cost_tables(document["headline"], document["ratios"], document["month_ratios"], document["groups"], speech),
        Heading(get("How many downloads it would take"), 3),
        break_even(document["headline"], speech),
    ]


def _community(document: dict[str, Any], speech: Speech) -> list[Block]:
    """Nothing where a digest was kept before this was read."""
    if "community" not in document:
        return []
    heading = Heading(speech.get("Likes, derived models and access"))
    return [heading, *community_blocks(document, speech), *derived_blocks(document, speech)]


def digest_title(document: dict[str, Any], speech: Speech) -> str:
    """The digest's title."""
    month = speech.month(dt.date.fromisoformat(document["first"]))
    return speech.get("{family}: downloads in {month}", family=document["family_name"], month=month)


def _days(document: dict[str, Any], speech: Speech) -> list[Block]:
    get = speech.get
    items = [
        get(
            "From {first} to {last}: {total} downloads in all. Readings were missed, so no day among them is known.",
            first=speech.short_day(dt.date.fromisoformat(each["start"])),
            last=speech.short_day(dt.date.fromisoformat(each["end"])),
            total=speech.number(each["total"]),
        )
        for each in document["intervals"]
    ]
    if document["missing"]:
        items.append(
            get(
                "Not known: {days}.",
                days=speech.listing([speech.short_day(dt.date.fromisoformat(day)) for day in document["missing"]]),
            )
        )
    if not items and document["closed_until"] is None:
        return [Paragraph(get("No day of the month is known."))]
    if not items and document["flagship_total"]["known_days"] < document["flagship_total"]["days"]:
        until = speech.day(dt.date.fromisoformat(document["closed_until"]))
        return [Paragraph(get("Every day up to {day} is known.", day=until))]
    if not items:
        return [Paragraph(get("Every day of the month is known."))]
    return [Bullets(tuple(Paragraph(item) for item in items))]


def _spikes(document: dict[str, Any], speech: Speech) -> list[Block]:
    get = speech.get
    blocks: list[Block] = []
    for finding in document["spikes"]:
        blocks.append(Heading(finding_title(finding, speech), 3))
        if finding["hub_wide"]:
            blocks.append(Paragraph(hub_wide_words(speech)))
        blocks += finding_blocks(finding, speech)
    if not document["spikes"]:
        blocks.append(Paragraph(get("No unusual day was found in the family.")))
    return [*blocks, Paragraph(smallest_words(document, speech), small=True)]


def _announcements(document: dict[str, Any], speech: Speech) -> list[Block]:
    get = speech.get
    if not document["announcements"]:
        return [Paragraph(get("None is known."))]
    return [
        announcement_bullets(document["announcements"], speech, numbered=True),
        Paragraph(
            get(
                "Official acts and critical articles alike. Dates are days in Madrid; downloads are counted in UTC"
                " days, and a day in Madrid touches two."
            ),
            small=True,
        ),
    ]


def _changes(document: dict[str, Any], speech: Speech) -> list[Block]:
    if not document["changes"]:
        return [Paragraph(speech.get("Nothing."))]
    items = []
    for finding in document["changes"]:
        title = finding_title(finding, speech)
        words = " ".join(block.text for block in finding_blocks(finding, speech) if isinstance(block, Paragraph))
        items.append(Paragraph(f"{title}. {words}"))
    return [Bullets(tuple(items))]


def _family(document: dict[str, Any], speech: Speech) -> Table:
    get = speech.get
    rows = tuple(
        (
            repo["repo_id"],
            count_words(repo["month"]["count"], repo["month"]["low"], repo["month"]["high"], speech),
            _number(repo["rolling"], speech),
            _number(repo["all_time"], speech),
            get("GGUF files") if repo["unit"] == "gguf_file" else get("requests"),
        )
        for repo in document["family"]
    )
    header = (get("Repo"), get("In the month"), get("Last 30 days"), get("All time"), get("Counted in"))
    return Table(header, rows, frozenset({1, 2, 3}))


def _number(value: int | None, speech: Speech) -> str:
    return "" if value is None else speech.number(value)
