"""`alia-watch announcements show`: one announcement, where it was read, why it is here, and what downloads did."""

from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli.announcements import announcements, find, row
from alia_bot.cli.output import Format, print_json, print_table
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.announcements.announcement import Announcement
    from alia_watch.announcements.entry import StatedDate
    from alia_watch.announcements.link import Link

_LINK = ("source", "key", "title", "url", "publisher", "kind", "language", "confidence", "evidence", "seen_at")
_AROUND = ("series", "window", "observed", "expected", "ratio", "low", "high", "p", "p_placebo")


@announcements.command(epilog="Example: alia-watch announcements show 2026-03-03-mwc")
def show(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="Its id, as `list` prints it.")],
    format: Annotated[Format, typer.Option(help="How it is printed; csv gives the links alone.")] = Format.TABLE,
) -> None:
    """Print everything known of one: its links, why they matched, what downloads did around it, what it changed."""
    session: Session = context.obj
    document = _document(session, find(session, id))
    if format is Format.JSON:
        print_json(document)
    elif format is Format.CSV:
        from alia_bot.cli.output import print_csv

        print_csv(document["links"], _LINK)
    else:
        _print(document)


def _document(session: Session, announcement: "Announcement") -> dict[str, Any]:
    from alia_watch.pipeline.amend import amendments
    from alia_watch.pipeline.around import around
    from alia_watch.store.announcements import corrected, merged
    from alia_watch.store.links import links
    from alia_watch.store.sources import volumes

    config = session.config
    zone = config.timetable.zone
    with session.store() as store:
        mine = links(store).get(announcement.id, [])
        beside = around(store, config, announcement, now=session.now)
        counted = volumes(store, beside.first, beside.last) if beside.first and beside.last else []
        fixed = corrected(store).get(announcement.id, frozenset())
        parts = sorted(name for name, whole in merged(store).items() if whole == announcement.id)
        amended = amendments(store, config, announcement.id, *parts)
    return {
        **row(announcement, zone, len(mine)),
        "corrected": sorted(fixed),
        "merged": parts,
        "links": [_link(each, zone) for each in mine],
        "downloads": beside.rows,
        "no_downloads": beside.why_none,
        "articles": [{"source": v.source, "day": str(v.day), "articles": v.articles, "of": v.of} for v in counted],
        "amendments": [asdict(each) for each in amended],
    }


def _link(link: "Link", zone: str) -> dict[str, Any]:
    from alia_watch.announcements.dating import conflicting
    from alia_watch.clock import format_second

    entry, apart = link.entry, conflicting(link.entry.stated, zone)
    return {
        "source": entry.source,
        "key": entry.key,
        "title": entry.title,
        "url": entry.url,
        "aliases": list(entry.aliases),
        "publisher": entry.publisher,
        "announced_by": entry.announced_by,
        "kind": str(entry.kind),
        "language": entry.language,
        "confidence": entry.confidence,
        "note": entry.note,
        "dates": [
            {
                "where": str(each.where),
                "date": _moment(each),
                "text": each.text,
                "precision": str(each.precision),
                "conflicts": each in apart,
            }
            for each in entry.stated
        ],
        "matches": [{"phrase": each.phrase, "where": each.where, "around": each.around} for each in link.matches],
        "why": link.why,
        "by_hand": link.by_hand,
        "versions": link.version,
        "seen_at": format_second(link.seen_at),
        "read_at": format_second(link.read_at),
        "evidence": entry.evidence,
    }


def _moment(stated: "StatedDate") -> str:
    from alia_watch.clock import moment_text

    return str(stated.moment)[:7] if stated.month else moment_text(stated.moment)


def _as_written(date: dict[str, Any]) -> str:
    return "" if date["text"] == date["date"] else f", written {date['text']}"


def _print(document: dict[str, Any]) -> None:
    typer.echo(document["title"])
    facts = {
        "id": document["id"],
        "date": _when(document),
        "kind": document["kind"],
        "announced by": document["announced_by"] or "not known",
        "published by": document["publisher"] or "not known",
        "address": document["url"] or "none",
        "confidence": document["confidence"] or "none",
        "source": document["source"],
        "state": document["state"] + (f" ({document['decided']})" if document["decided"] else ""),
        "event window": (document["window"] or "").replace("/", " to ")
        or "none: only a confirmed one with a known day has one",
        "note": document["note"],
        "corrected by hand": ", ".join(document["corrected"]),
        "merged into it": ", ".join(document["merged"]),
    }
    for name, value in facts.items():
        if value:
            typer.echo(f"  {name:<18} {value}")
    typer.echo("\nWhere it was read" if document["links"] else "\nNo source has told of it: it stands by itself.")
    for link in document["links"]:
        _print_link(link)
    typer.echo()
    if document["downloads"]:
        print_table(document["downloads"], _AROUND, title="Downloads around it: a coincidence in time, and no cause")
    else:
        typer.echo(f"Downloads around it: {document['no_downloads']}")
    for each in document["articles"]:
        of = f" of {each['of']:,}" if each["of"] else ""
        typer.echo(f"Articles that {each['source']} counted on {each['day']} (UTC): {each['articles']}{of}")
    if document["amendments"]:
        typer.echo()
        print_amendments(document["amendments"])


def print_amendments(amended: list[dict[str, Any]]) -> None:
    """What an announcement changes in reports that went out, report by report."""
    typer.echo("Figures that went out and would be others, were this the only change")
    for report, group in groupby(amended, key=itemgetter("report")):
        rows = list(group)
        other = "" if rows[0]["as_sent"] else ": its readings or the configuration changed since it was sent"
        typer.echo(f"- {report}{other}")
        for each in rows:
            before, after = ("nothing" if value is None else _plain(value) for value in (each["before"], each["after"]))
            typer.echo(f"    {each['figure']}: {before}; now {after}")


def _plain(value: Any) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)


def _when(document: dict[str, Any]) -> str:
    if document["date"] is None:
        return "not known: no source states one"
    if document["date_end"]:
        return f"{document['date']} to {document['date_end']}: the sources differ, or the day is not sure"
    if document["precision"] == "month":
        return f"{document['date']}: the day is not known"
    return str(document["date"]) + (f", at {document['at']}" if document["at"] else "")


def _print_link(link: dict[str, Any]) -> None:
    edits = link["versions"] - 1
    edited = "" if not edits else ", edited once" if edits == 1 else f", edited {edits} times"
    typer.echo(f"- {link['source']}: {link['title']}")
    typer.echo(f"    {link['url'] or 'without an address'}")
    dates = "; ".join(
        f"{each['date']} ({each['where']}{_as_written(each)}{', differs' if each['conflicts'] else ''})"
        for each in link["dates"]
    )
    typer.echo(f"    dates: {dates or 'none is stated'}")
    why = "; ".join(f"{each['phrase']} in its {each['where']}: {each['around']}" for each in link["matches"])
    typer.echo(f"    about what is watched: {why or 'it is a repo of the family'}")
    typer.echo(f"    told of this: {link['why']}; first read {link['seen_at']}{edited}")
    key = "its address" if link["key"] == link["url"] else link["key"]
    typer.echo(f"    key: {key} · evidence: sha256 {link['evidence'][:16]}…")
