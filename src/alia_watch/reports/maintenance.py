"""What the maintainers are told, once: a source of announcements that fails or has had nothing for long, and what is
wrong with the watch itself."""

import datetime as dt
from typing import Any

from alia_watch import clock
from alia_watch.announcements.trouble import Trouble, TroubleKind
from alia_watch.findings.watch_trouble import WatchTrouble, WatchTroubleKind
from alia_watch.reports.blocks import Block, Heading, Paragraph
from alia_watch.reports.outside import outside
from alia_watch.reports.speech import Speech


def trouble_document(trouble: Trouble) -> dict[str, Any]:
    """A source's trouble as a JSON-ready document."""
    return {
        "source": trouble.source,
        "trouble": str(trouble.kind),
        "since": clock.format_second(trouble.since),
        "days": trouble.days,
        "error": trouble.error,
    }


def watch_document(trouble: WatchTrouble) -> dict[str, Any]:
    """A trouble of the watch itself as a JSON-ready document."""
    return {"trouble": str(trouble.kind), **trouble.facts}


def maintenance_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The trouble in one language, and what to do."""
    if "source" not in document:
        title, words = _of_watch(document, speech)
        return [Heading(title, 1), *(Paragraph(each) for each in words)]
    get, source = speech.get, document["source"]
    since = speech.day(dt.datetime.fromisoformat(document["since"]).date())
    if document["trouble"] == TroubleKind.FAILING:
        return [
            Heading(get("The source {source} has not answered well since {day}", source=source, day=since), 1),
            Paragraph(get("Its last error: {error}", error=outside(document["error"]))),
            Paragraph(
                get(
                    "What it publishes meanwhile is read once it answers again, as far back as it keeps it."
                    " `alia-watch check` tries it now. You are told this once."
                )
            ),
        ]
    return [
        Heading(get("The source {source} has had nothing since {day}", source=source, day=since), 1),
        Paragraph(
            get(
                "It answers, but none of its entries was about what is watched. Perhaps there was nothing; perhaps its"
                " page or its phrases changed. `alia-watch check` tries it now. You are told this once."
            )
        ),
    ]


def _of_watch(document: dict[str, Any], speech: Speech) -> tuple[str, list[str]]:
    """The title and the sentences of a trouble of the watch."""
    get, kind = speech.get, document["trouble"]
    if kind == WatchTroubleKind.SNAPSHOT_LATE:
        title = get("No complete reading of the Hub for {hours} hours", hours=speech.number(document["hours"]))
        said = get("The last was on {moment}.", moment=speech.moment(document["since"]))
        todo = get("A missed day cannot be read later. `alia-watch status` says why; `alia-watch snapshot` tries now.")
    elif kind == WatchTroubleKind.SENT_OTHERWISE:
        title = get("Messages went out otherwise than they were written")
        said = speech.get_plural(
            "{count} delivery in the last day: plain text in the place of markup, or without its picture.",
            "{count} deliveries in the last day: plain text in the place of markup, or without their pictures.",
            document["count"],
        )
        said += " " + get("What the channel said last: {error}", error=outside(document["why"] or ""))
        todo = get("`alia-watch deliveries` lists them all.")
    elif kind == WatchTroubleKind.DISK:
        title = get("The disk of the database is nearly full")
        said = get("Free: {size} MB.", size=speech.number(document["free_mb"]))
        todo = get("Make room before readings are lost.")
    elif kind == WatchTroubleKind.BASKET_SMALL:
        title = get("Too few control repos could be read")
        since = speech.day(dt.date.fromisoformat(document["since"]))
        said = get("So it has been since {day}: a day on which the whole Hub moved would not be noticed.", day=since)
        todo = get("`alia-watch check` names the control repos that do not answer.")
    else:
        title = get("Messages do not arrive")
        said = speech.get_plural(
            "{count} delivery was given up in the last day.",
            "{count} deliveries were given up in the last day.",
            document["dead"],
        )
        if document["hours"]:
            said += " " + get("The oldest that waits has done so for {hours} hours.", hours=str(document["hours"]))
        if document["why"]:
            said += " " + get("Its last error: {error}", error=outside(document["why"]))
        todo = get("`alia-watch deliveries` lists them all.")
    return title, [said, f"{todo} " + get("You are told this once.")]
