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


def watch_document(trouble: WatchTrouble, now: dt.datetime) -> dict[str, Any]:
    """A trouble of the watch itself, seen now, as a JSON-ready document."""
    return {"trouble": str(trouble.kind), **trouble.facts, "seen_at": clock.format_second(now)}


def over_document(first: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    """The end of a trouble, from the document that told of it."""
    return {"over": clock.format_second(now), "first": first}


def maintenance_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The trouble in one language, and what to do."""
    if "over" in document:
        return _over(document, speech)
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


def trouble_title(trouble: WatchTrouble, now: dt.datetime, speech: Speech) -> str:
    """A trouble of the watch itself, seen now, in a line."""
    return _of_watch(watch_document(trouble, now), speech)[0]


def _over(document: dict[str, Any], speech: Speech) -> list[Block]:
    """That a trouble is over."""
    first = document["first"]
    title, _ = _of_watch(first, speech)
    said = speech.get(
        "Seen first on {begun}, and no more on {over}.",
        begun=speech.moment(first["seen_at"]),
        over=speech.moment(document["over"]),
    )
    return [Heading(speech.get("Over: {title}", title=title), 1), Paragraph(said)]


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
    elif kind == WatchTroubleKind.DUTY_FAILING:
        title = get("The duty {duty} has not ended well {times} times", duty=document["duty"], times=document["times"])
        said = get("Its last error: {error}", error=outside(document["why"]))
        todo = get("It is tried again by itself. `alia-watch status` says how the watch does.")
    elif kind == WatchTroubleKind.BACKUP_OLD and document["hours"]:
        title = get("No backup for {hours} hours", hours=speech.number(document["hours"]))
        said = get("Its last error: {error}", error=outside(document["why"])) if document["why"] else ""
        todo = get("`alia-watch backup` makes one now, and says what is in its way.")
    elif kind == WatchTroubleKind.BACKUP_OLD:
        title = get("The second copy of the backup failed")
        said = get("Its last error: {error}", error=outside(document["why"]))
        todo = get("The backup itself was made. Check the folder or the repo that `[backup]` names.")
    elif kind == WatchTroubleKind.CHANNEL_RESTING:
        title = get("Nothing can be sent by {channel}", channel=document["channel"])
        said = get("Its last error: {error}", error=outside(document["why"]))
        todo = get("No message is lost. When it is mended, `alia-watch alert-test` frees the channel at once.")
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
    once = get("You are told this once, and once when it is over.")
    return title, [each for each in (said, f"{todo} {once}") if each]
