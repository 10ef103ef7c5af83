"""The answers about days, in words: the chart's, unusual days, and announcements. Coincidence, never cause."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from alia_watch.reports.alert import announcement_bullets, announcement_words
from alia_watch.reports.blocks import Block, Bullets, Heading, Link, Paragraph
from alia_watch.reports.cost_ratio import count_words
from alia_watch.reports.outside import outside
from alia_watch.reports.speech import Speech
from alia_watch.reports.study import study_in_words, study_unanswered
from alia_watch.reports.unusual import hub_wide_words, smallest_words

#: How many letters a title may have, beneath a picture and elsewhere; a publisher's name; a link's address.
_SHORT, _TITLE, _PUBLISHER, _ADDRESS = 70, 120, 40, 500
#: How many announcements a spike names, and how many spikes a caption.
_NAMED, _CAPTIONED = 3, 2


def chart_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The words beneath a chart: the span's downloads, its spikes, and the announcements as they are numbered in it."""
    get, repo = speech.get, document["repo_id"]
    heading = Heading(get("{repo}: downloads per UTC day", repo=repo), 1)
    if document["chart"] is None:
        return [heading, Paragraph(get("No day of {repo} is known yet.", repo=repo))]
    total = document["total"]
    said = get(
        "Downloads from {first} to {last} (UTC days): {count}. Days with a count of their own: {known} of {days}.",
        first=_day(document["first"], speech),
        last=_day(document["last"], speech),
        count=count_words(total["count"], total["low"], total["high"], speech),
        known=speech.number(sum(day["count"] is not None for day in document["chart"]["days"])),
        days=speech.number(total["days"]),
    )
    blocks: list[Block] = [heading, Paragraph(said)]
    if document["spikes"]:
        newest = document["spikes"][:_CAPTIONED]
        blocks.append(Bullets(tuple(Paragraph(_spike_words(each, speech)) for each in newest)))
    if document["announcements"]:
        blocks.append(Paragraph(get("Announcements, with their numbers in the chart:")))
        blocks.append(announcement_bullets(_short(document["announcements"], _SHORT), speech, numbered=True))
    return blocks


def spikes_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The newest unusual days, each with what was expected and what falls in the days before it."""
    get = speech.get
    blocks: list[Block] = [Heading(get("Unusual days"), 1)]
    if document["spikes"]:
        moment = speech.moment(document["made_at"])
        blocks.append(Paragraph(get("Of the whole family, the newest first, as found up to {moment}:", moment=moment)))
        blocks.append(Bullets(tuple(_spike(each, speech) for each in document["spikes"])))
        blocks.append(Paragraph(_coincidence(speech)))
    else:
        blocks.append(Paragraph(get("No unusual day was found in the family.")))
    if document["more"]:
        blocks.append(
            Paragraph(speech.get_plural("{count} older one is kept.", "{count} older ones are kept.", document["more"]))
        )
    said = smallest_words(document, speech)
    if document["month"]:
        month = speech.month(dt.date.fromisoformat(f"{document['month']}-01"))
        said += " " + get("From the digest of {month}.", month=month)
    return [*blocks, Paragraph(said, small=True)]


def announcements_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The newest announcements, and what each coincided with, or that it is not known yet."""
    get, rows = speech.get, document["announcements"]
    heading = Heading(get("The newest announcements"), 1)
    if not rows:
        return [heading, Paragraph(get("None is known."))]
    blocks: list[Block] = [heading, announcement_bullets(_short(rows, _TITLE), speech)]
    blocks.append(Heading(get("What the announcements coincided with")))
    if document["study"]["windows"]:
        until = _day(document["study"]["until"], speech)
        blocks.append(Paragraph(get("As known up to {day} (UTC):", day=until)))
        blocks += [*study_in_words(document, speech), *study_unanswered(document, speech)]
    unknown = len(document["unknown"])
    if unknown == len(rows):
        blocks.append(Paragraph(get("That is not known yet.")))
    elif unknown:
        said = speech.get_plural(
            "For one of the announcements above, this is not known yet.",
            "For {count} of the announcements above, this is not known yet.",
            unknown,
        )
        blocks.append(Paragraph(said))
    return [*blocks, Paragraph(_coincidence(speech))]


def _spike(each: dict[str, Any], speech: Speech) -> Paragraph:
    """A spike in one paragraph, with the announcements that fall in the days before it."""
    said = _spike_words(each, speech)
    if each["hub_wide"]:
        said += " " + hub_wide_words(speech)
    if not each["announcements"]:
        return Paragraph(f"{said} " + speech.get("No known announcement falls in the days before it."))
    named = _short(each["announcements"], _TITLE)[:_NAMED]
    titles = [announcement_words(one, speech) for one in named]
    if more := len(each["announcements"]) - len(named):
        titles.append(speech.get("{count} more", count=speech.number(more)))
    links = tuple(Link(one["publisher"] or speech.get("source"), one["url"]) for one in named if one["url"])
    return Paragraph(f"{said} " + speech.get("It coincides in time with: {titles}.", titles="; ".join(titles)), links)


def _spike_words(each: dict[str, Any], speech: Speech) -> str:
    """The repo, its highest day, what was expected of it, and how many times as many there were, with the interval."""
    facts = each["facts"]
    return speech.get(
        "{repo}, {day} (UTC): {observed} downloads, where {expected} were to be expected; {times} times as many (95 %"
        " interval: {low} to {high}).",
        repo=each["repo_id"],
        day=_day(facts["peak"], speech),
        observed=speech.number(facts["observed"]),
        expected=speech.number(facts["expected"], 1),
        times=speech.number(facts["lift"], 1),
        low=speech.number(facts["lift_low"], 1),
        high=speech.number(facts["lift_high"], 1),
    )


def _coincidence(speech: Speech) -> str:
    return speech.get("That they coincide in time does not mean that one led to the other.")


def _short(rows: Sequence[dict[str, Any]], letters: int) -> list[dict[str, Any]]:
    """Announcements whose words from outside are short, and whose addresses can be sent."""
    return [
        {
            **each,
            "title": outside(each["title"], letters),
            "publisher": outside(each["publisher"], _PUBLISHER),
            "url": sendable(each["url"]),
        }
        for each in rows
    ]


def sendable(url: str | None) -> str | None:
    """An address as it may stand in a message; one that is too long for it is left out."""
    return url if url and len(url) <= _ADDRESS else None


def _day(text: str, speech: Speech) -> str:
    return speech.day(dt.date.fromisoformat(text))
